#include <stddef.h>
#include <stdint.h>

#include "engine/review/review.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte picks the kind of file; the rest is its content. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"app.py",
					    "Dockerfile",
					    "deployment.yaml",
					    "compose.yaml",
					    ".github/workflows/ci.yml",
					    "lab.lua",
					    "requirements.txt",
					    "pyproject.toml"};
	if (size < 1) {
		return 0;
	}
	struct review *review = review_new();
	if (!review) {
		return 0;
	}
	const char *name = names[data[0] % (sizeof names / sizeof *names)];
	if (review_add(review, name, (const char *)data + 1, size - 1, NULL) == STATUS_OK &&
	    review_run(review, NULL) == STATUS_OK) {
		json_t *json = review_to_json(review);
		json_decref(json);
	}
	review_free(review);
	return 0;
}
