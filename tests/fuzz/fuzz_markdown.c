#include <assert.h>
#include <locale.h>
#include <stdint.h>

#include "engine/base/utf8.h"
#include "tui/text/markdown.h"

/* Whatever the bytes: no crash, and every line is well-formed UTF-8 whose spans follow each other. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int ready;
	if (!ready) {
		setlocale(LC_ALL, "C.UTF-8");
		ready = 1;
	}
	if (size < 1 || size > 1 << 16) {
		return 0;
	}
	struct rich_text rich;
	if (markdown_layout(&rich, (const char *)data + 1, size - 1, data[0] % 120, NULL)) {
		return 0;
	}
	for (int i = 0; i < rich.count; i++) {
		int x = 0;
		for (int k = 0; k < rich.lines[i].count; k++) {
			const struct rich_span *span = &rich.lines[i].spans[k];
			assert(span->x == x);
			assert(utf8_valid(span->text, (size_t)span->length));
			assert(span->link >= 0 && span->link <= rich.link_count);
			x += (int)utf8_width(span->text, (size_t)span->length);
		}
	}
	rich_text_release(&rich);
	return 0;
}
