#ifndef MUNDAP_MLOPS_MODEL_FILE_H
#define MUNDAP_MLOPS_MODEL_FILE_H

#include "engine/base/strbuf.h"
#include "engine/ml/learned.h"
#include "engine/mlops/server.h"
#include "engine/nn/module.h"

/* One file that can be served: a model's numbers (safetensors), what it is, and the preprocessing that belongs to it. */

struct model_notes {
	const double *mean,
		*std; /* each input becomes (x - mean) / std first; both NULL: as it is */
	bool softmax; /* of a neural network's outputs: scores are probabilities */
	const char *extra; /* JSON object of the maker's own (data version, metrics …), or NULL */
};

enum status model_file_write_learned(struct strbuf *out, const struct learned *model,
				     const struct model_notes *notes, struct error *err);
/** shape: of one example. Errors: STATUS_UNSUPPORTED, STATUS_RANGE, STATUS_NOMEM */
enum status model_file_write_module(struct strbuf *out, const struct module *model, int dims,
				    const int64_t *shape, const struct model_notes *notes,
				    struct error *err);

/**
 * Makes a served model of a file's bytes; it predicts what the model in Lua predicts, number for number.
 * name and version are borrowed. Owns: out->release(out->context) by whoever serves it.
 * Errors: STATUS_UNSUPPORTED no such file; STATUS_CORRUPT; STATUS_NOMEM
 */
enum status model_file_read(struct server_model *out, const void *bytes, size_t length,
			    const char *name, const char *version, struct error *err);

#endif
