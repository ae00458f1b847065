#include "engine/mlops/model_file.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/files.h"
#include "engine/tensor/graph.h"

struct served {
	struct learned learned;
	struct module *module; /* NULL: learned counts */
	int dims; /* of a batch */
	int64_t shape[TENSOR_MAX_DIMS];
	int inputs, outputs;
	double *mean, *std; /* [inputs] or NULL */
	bool softmax;
};

/* ---- writing ---- */

/* A list of numbers as JSON text; NULL when memory ran out or one is not finite. */
static char *numbers_text(const double *values, int64_t count)
{
	json_t *list = json_array();
	for (int64_t i = 0; i < count; i++) {
		json_array_append_new(list, json_real(values[i]));
	}
	char *text = json_dumps(list, JSON_COMPACT);
	bool whole = (int64_t)json_array_size(list) == count;
	json_decref(list);
	if (!whole) {
		free(text);
		return NULL;
	}
	return text;
}

struct notes_text {
	char *mean, *std;
	const char *pairs[24];
	int count;
};

static void add_pair(struct notes_text *t, const char *name, const char *value)
{
	t->pairs[t->count++] = name;
	t->pairs[t->count++] = value;
	t->pairs[t->count] = NULL;
}

static enum status put_notes(struct notes_text *t, const struct model_notes *notes, int64_t inputs,
			     struct error *err)
{
	for (int64_t i = 0; notes->mean && i < inputs; i++) {
		if (!isfinite(notes->mean[i]) || !(notes->std[i] > 0) || !isfinite(notes->std[i])) {
			return error_set(err, STATUS_RANGE, "preprocessing",
					 message(MSG_MODEL_FILE_SCALE), (long long)inputs);
		}
	}
	if (notes->mean) {
		t->mean = numbers_text(notes->mean, inputs);
		t->std = numbers_text(notes->std, inputs);
		if (!t->mean || !t->std) {
			return error_set(err, STATUS_NOMEM, "model", "out of memory");
		}
		add_pair(t, "mean", t->mean);
		add_pair(t, "std", t->std);
	}
	if (notes->softmax) {
		add_pair(t, "output", "softmax");
	}
	if (notes->extra) {
		add_pair(t, "extra", notes->extra);
	}
	return STATUS_OK;
}

enum status model_file_write_learned(struct strbuf *out, const struct learned *model,
				     const struct model_notes *notes, struct error *err)
{
	struct notes_text texts = {0};
	enum status status = put_notes(&texts, notes, model->columns, err);
	if (status == STATUS_OK) {
		status = learned_write(out, model, texts.count ? texts.pairs : NULL, err);
	}
	free(texts.mean);
	free(texts.std);
	return status;
}

enum status model_file_write_module(struct strbuf *out, const struct module *model, int dims,
				    const int64_t *shape, const struct model_notes *notes,
				    struct error *err)
{
	struct notes_text texts = {0};
	struct module_list state = {0};
	struct strbuf layers;
	double sizes[TENSOR_MAX_DIMS];
	int64_t inputs = 1;
	strbuf_init(&layers);
	for (int d = 0; d < dims; d++) {
		sizes[d] = (double)shape[d];
		inputs *= shape[d];
	}
	char *shape_text = numbers_text(sizes, dims);
	enum status status = module_describe(&layers, model, err);
	if (status == STATUS_OK) {
		add_pair(&texts, "format", "mundap");
		add_pair(&texts, "kind", "network");
		add_pair(&texts, "layers", layers.text);
		add_pair(&texts, "shape", shape_text ? shape_text : "[]");
		status = put_notes(&texts, notes, inputs, err);
	}
	if (status == STATUS_OK) {
		status = module_state(&state, model, err);
	}
	if (status == STATUS_OK) {
		status = safetensors_write(out, &state, texts.pairs, err);
		module_list_release(&state);
	}
	free(shape_text);
	free(texts.mean);
	free(texts.std);
	strbuf_release(&layers);
	return status;
}

/* ---- predicting ---- */

static void scale(const struct served *s, double *x, int rows)
{
	for (int r = 0; s->mean && r < rows; r++) {
		for (int i = 0; i < s->inputs; i++) {
			x[(size_t)r * (size_t)s->inputs + (size_t)i] =
				(x[(size_t)r * (size_t)s->inputs + (size_t)i] - s->mean[i]) /
				s->std[i];
		}
	}
}

static void soften(double *y, int rows, int outputs)
{
	for (int r = 0; r < rows; r++, y += outputs) {
		double most = y[0], sum = 0;
		for (int k = 1; k < outputs; k++) {
			most = fmax(most, y[k]);
		}
		for (int k = 0; k < outputs; k++) {
			sum += y[k] = exp(y[k] - most);
		}
		for (int k = 0; k < outputs; k++) {
			y[k] /= sum;
		}
	}
}

static enum status run_network(struct served *s, const double *x, int rows, double *y, int *outputs,
			       struct error *err)
{
	struct tensor_scope scope;
	bool gradients = tensor_grad_mode(false);
	tensor_scope_open(&scope);
	s->shape[0] = rows;
	struct tensor *in = tensor_new(DTYPE_F32, s->dims, s->shape, err);
	for (int64_t i = 0; in && i < (int64_t)rows * s->inputs; i++) {
		tensor_f32(in)[i] = (float)x[i];
	}
	struct tensor *out = in ? module_forward(s->module, in, err) : NULL;
	enum status status = out ? STATUS_OK : err && err->status ? err->status : STATUS_NOMEM;
	int64_t count = out ? tensor_numel(out) : 0;
	if (out && (count % rows || count / rows < 1 || count / rows > 100000)) {
		status = error_set(err, STATUS_SHAPE, "model", "the output is no row of numbers");
	}
	if (status == STATUS_OK && outputs) {
		*outputs = (int)(count / rows);
	}
	for (int64_t i = 0; status == STATUS_OK && y && i < count; i++) {
		y[i] = tensor_get(out, i);
	}
	tensor_scope_close(&scope);
	tensor_grad_mode(gradients);
	return status;
}

static enum status predict(void *context, const double *x, int rows, double *y, struct error *err)
{
	struct served *s = context;
	const struct learned *m = &s->learned;
	double *scaled = NULL;
	enum status status = STATUS_OK;
	if (s->mean) {
		size_t bytes = (size_t)rows * (size_t)s->inputs * sizeof *scaled;
		scaled = malloc(bytes);
		if (!scaled) {
			return error_set(err, STATUS_NOMEM, "predict", "out of memory");
		}
		memcpy(scaled, x, bytes);
		scale(s, scaled, rows);
		x = scaled;
	}
	if (s->module) {
		status = run_network(s, x, rows, y, NULL, err);
		if (status == STATUS_OK && s->softmax) {
			soften(y, rows, s->outputs);
		}
	} else if (m->classes) {
		status = learned_probabilities(m, x, (size_t)rows, y, err);
	} else if (m->kind == LEARNED_KMEANS) {
		for (int r = 0; r < rows; r++) {
			int32_t nearest;
			learned_nearest(m, x + (size_t)r * (size_t)s->inputs, 1, &nearest);
			y[r] = nearest;
		}
	} else {
		learned_numbers(m, x, (size_t)rows, y);
	}
	free(scaled);
	return status;
}

static void release(void *context)
{
	struct served *s = context;
	learned_release(&s->learned);
	module_unref(s->module);
	free(s->mean);
	free(s->std);
	free(s);
}

/* ---- reading ---- */

static enum status corrupt(struct error *err, const char *what)
{
	return error_set(err, STATUS_CORRUPT, what, message(MSG_MODEL_FILE_CORRUPT), what);
}

/* [inputs] numbers of a JSON text; STATUS_OK and NULL when the name is not there. */
static enum status read_numbers(double **out, json_t *metadata, const char *name, int count,
				struct error *err)
{
	const char *text = json_string_value(json_object_get(metadata, name));
	*out = NULL;
	if (!text) {
		return STATUS_OK;
	}
	json_t *list = json_loads(text, 0, NULL);
	double *values = malloc(sizeof *values * (size_t)count);
	bool good = values && json_is_array(list) && (int)json_array_size(list) == count;
	for (int i = 0; good && i < count; i++) {
		values[i] = json_number_value(json_array_get(list, (size_t)i));
		good = json_is_number(json_array_get(list, (size_t)i)) &&
		       (strcmp(name, "std") != 0 || values[i] > 0);
	}
	json_decref(list);
	if (!good) {
		free(values);
		return corrupt(err, name);
	}
	*out = values;
	return STATUS_OK;
}

static enum status read_network(struct served *s, json_t *metadata, const void *bytes,
				size_t length, struct error *err)
{
	const char *layers = json_string_value(json_object_get(metadata, "layers"));
	const char *shape = json_string_value(json_object_get(metadata, "shape"));
	const char *output = json_string_value(json_object_get(metadata, "output"));
	json_t *sizes = shape ? json_loads(shape, 0, NULL) : NULL;
	double inputs = 1;
	s->dims = (int)json_array_size(sizes) + 1;
	s->softmax = output && strcmp(output, "softmax") == 0;
	for (int d = 1; d < s->dims && d < TENSOR_MAX_DIMS; d++) {
		s->shape[d] = (int64_t)json_number_value(json_array_get(sizes, (size_t)d - 1));
		inputs *= (double)s->shape[d];
		inputs = s->shape[d] < 1 ? 0 : inputs;
	}
	bool good =
		layers && s->dims > 1 && s->dims <= TENSOR_MAX_DIMS && inputs >= 1 && inputs <= 1e7;
	json_decref(sizes);
	if (!good) {
		return corrupt(err, "shape");
	}
	s->inputs = (int)inputs;
	s->module = module_from_description(layers, strlen(layers), err);
	if (!s->module) {
		return err && err->status ? err->status : STATUS_CORRUPT;
	}
	struct module_list list;
	enum status status = safetensors_read(&list, bytes, length, err);
	if (status == STATUS_OK) {
		status = module_load(s->module, &list, true, err);
		module_list_release(&list);
	}
	module_train(s->module, false);
	double *zeros = status == STATUS_OK ? calloc((size_t)s->inputs, sizeof *zeros) : NULL;
	if (zeros) {
		struct error own = ERROR_INIT;
		status = run_network(s, zeros, 1, NULL, &s->outputs, &own);
		if (status != STATUS_OK) {
			error_set(err, status, "model", message(MSG_MODEL_FILE_INPUT),
				  (long long)s->inputs, own.message);
		}
	} else if (status == STATUS_OK) {
		status = error_set(err, STATUS_NOMEM, "model", "out of memory");
	}
	free(zeros);
	return status;
}

static enum status read_model(struct served *s, json_t *metadata, const void *bytes, size_t length,
			      struct error *err)
{
	const char *format = json_string_value(json_object_get(metadata, "format"));
	const char *kind = json_string_value(json_object_get(metadata, "kind"));
	if (!format || strcmp(format, "mundap") != 0 || !kind) {
		return error_set(err, STATUS_UNSUPPORTED, "model", "%s",
				 message(MSG_MODEL_FILE_FORMAT));
	}
	enum status status;
	if (strcmp(kind, "network") == 0) {
		status = read_network(s, metadata, bytes, length, err);
	} else {
		status = learned_read(&s->learned, bytes, length, err);
		s->inputs = (int)s->learned.columns;
		s->outputs = s->learned.classes ? (int)s->learned.classes : 1;
	}
	if (status == STATUS_OK) {
		status = read_numbers(&s->mean, metadata, "mean", s->inputs, err);
	}
	if (status == STATUS_OK) {
		status = read_numbers(&s->std, metadata, "std", s->inputs, err);
	}
	if (status == STATUS_OK && !s->mean != !s->std) {
		status = corrupt(err, "mean");
	}
	return status;
}

enum status model_file_read(struct server_model *out, const void *bytes, size_t length,
			    const char *name, const char *version, struct error *err)
{
	struct served *s = calloc(1, sizeof *s);
	struct strbuf header;
	strbuf_init(&header);
	safetensors_metadata(&header, bytes, length);
	json_t *metadata = json_loadb(header.text, header.length, 0, NULL);
	enum status status = s ? read_model(s, metadata, bytes, length, err)
			       : error_set(err, STATUS_NOMEM, "model", "out of memory");
	json_decref(metadata);
	strbuf_release(&header);
	if (status != STATUS_OK) {
		if (s) {
			release(s);
		}
		return status;
	}
	*out = (struct server_model){.name = name,
				     .version = version,
				     .inputs = s->inputs,
				     .outputs = s->outputs,
				     .predict = predict,
				     .release = release,
				     .context = s};
	return STATUS_OK;
}
