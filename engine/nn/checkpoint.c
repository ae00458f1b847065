#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/files.h"
#include "engine/nn/train_private.h"

/* A checkpoint of training is a safetensors file. Tensors are named by what they belong to and their number there; the
 * position stands in the metadata, doubles in hexadecimal so that they come back bit for bit. */

#define KEY "mundap.fit"
#define FORMAT_VERSION 1

/* The tensors of a run: pointers into what is alive, so that reading can copy into them. */
static enum status collect(struct module_list *out, const struct fit *f, struct error *err)
{
	struct module_list lists[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	static const char *const names[3] = {"model", "optimizer", "mean"};
	*out = (struct module_list){NULL, 0};
	enum status status = module_state(&lists[0], f->model, err);
	status = status == STATUS_OK ? optimizer_state(&lists[1], f->optimizer, err) : status;
	if (f->options->ema) {
		lists[2] = f->options->ema->means;
	}
	int sums = f->sums ? optimizer_parameter_count(f->optimizer) : 0;
	int total = lists[0].count + lists[1].count + lists[2].count + sums;
	out->items = calloc((size_t)total + 1, sizeof *out->items);
	if (status == STATUS_OK && !out->items) {
		status = error_set(err, STATUS_NOMEM, "fit", message(MSG_TENSOR_NOMEM), 0.0);
	}
	for (int k = 0; status == STATUS_OK && k < 3; k++) {
		for (int i = 0; i < lists[k].count; i++) {
			struct module_tensor *to = &out->items[out->count++];
			snprintf(to->name, sizeof to->name, "%s.%d", names[k], i);
			to->tensor = tensor_ref(lists[k].items[i].tensor);
		}
	}
	for (int i = 0; status == STATUS_OK && i < sums; i++) {
		struct module_tensor *to = &out->items[out->count++];
		snprintf(to->name, sizeof to->name, "sum.%d", i);
		to->tensor = tensor_ref(f->sums[i]);
	}
	module_list_release(&lists[0]);
	module_list_release(&lists[1]);
	if (status != STATUS_OK) {
		module_list_release(out);
	}
	return status;
}

/* The fields of a position in the order of the file. */
#define WHOLE(X) \
	X(step) \
	X(epoch) \
	X(row) \
	X(rows) \
	X(epoch_rows) \
	X(worse)
#define REAL(X) \
	X(loss_sum) \
	X(right) \
	X(epoch_loss) \
	X(epoch_right) \
	X(best) \
	X(validation_loss) \
	X(validation_accuracy)

enum status fit_checkpoint_write(struct strbuf *out, const struct fit *f, struct error *err)
{
	struct strbuf text;
	strbuf_init(&text);
	struct tensor_rng_state draws = tensor_rng_get();
	strbuf_printf(&text, "%d %s %" PRIu64 " %" PRId64 " %" PRId64, FORMAT_VERSION,
		      optimizer_kind(f->optimizer), f->options->seed, f->options->batch_size,
		      f->data->count);
	strbuf_printf(&text, " %" PRIu64 " %" PRIu64 " %" PRId64 " %a", draws.seed, draws.counter,
		      optimizer_step_count(f->optimizer), optimizer_learning_rate(f->optimizer));
#define X(name) strbuf_printf(&text, " %" PRId64, f->at.name);
	WHOLE(X)
#undef X
#define X(name) strbuf_printf(&text, " %a", f->at.name);
	REAL(X)
#undef X
	const char *const metadata[] = {KEY, text.text, NULL};
	struct module_list list;
	enum status status = strbuf_ok(&text) ? collect(&list, f, err) : STATUS_NOMEM;
	if (status == STATUS_OK) {
		status = safetensors_write(out, &list, metadata, err);
		module_list_release(&list);
	}
	strbuf_release(&text);
	return status;
}

/* Numbers of the text one after the other; *ok turns false at the first that is none. */
static int64_t take_whole(const char **text, bool *ok)
{
	char *end;
	int64_t value = (int64_t)strtoull(*text, &end, 10);
	*ok = *ok && end != *text;
	*text = end;
	return value;
}
static double take_real(const char **text, bool *ok)
{
	char *end;
	double value = strtod(*text, &end);
	*ok = *ok && end != *text;
	*text = end;
	return value;
}

static enum status read_position(struct fit *f, const char *text, struct error *err)
{
	bool ok = true;
	char kind[32] = "";
	int used = 0;
	int64_t version = take_whole(&text, &ok);
	ok = ok && version == FORMAT_VERSION && sscanf(text, "%31s%n", kind, &used) == 1;
	text += used;
	uint64_t seed = (uint64_t)take_whole(&text, &ok);
	int64_t batch_size = take_whole(&text, &ok), count = take_whole(&text, &ok);
	struct tensor_rng_state draws = {.seed = (uint64_t)take_whole(&text, &ok)};
	draws.counter = (uint64_t)take_whole(&text, &ok);
	int64_t updates = take_whole(&text, &ok);
	double rate = take_real(&text, &ok);
	struct fit_position at;
#define X(name) at.name = take_whole(&text, &ok);
	WHOLE(X)
#undef X
#define X(name) at.name = take_real(&text, &ok);
	REAL(X)
#undef X
	if (!ok || at.step < 0 || at.epoch < 0 || at.row < 0 || !(rate > 0)) {
		return error_set(err, STATUS_CORRUPT, "fit", message(MSG_NN_FILE_CORRUPT),
				 "checkpoint", KEY);
	}
	if (strcmp(kind, optimizer_kind(f->optimizer)) != 0 || seed != f->options->seed ||
	    batch_size != f->options->batch_size || count != f->data->count) {
		return error_set(err, STATUS_INVALID, "fit", message(MSG_NN_RESUME_OTHER), kind,
				 (unsigned long long)seed, (long long)batch_size, (long long)count);
	}
	f->at = at;
	optimizer_set_learning_rate(f->optimizer, rate);
	optimizer_set_step_count(f->optimizer, updates);
	tensor_rng_put(draws);
	return STATUS_OK;
}

enum status fit_checkpoint_read(struct fit *f, const void *bytes, size_t length, struct error *err)
{
	struct strbuf text;
	strbuf_init(&text);
	struct module_list file = {NULL, 0}, own = {NULL, 0};
	safetensors_metadata(&text, bytes, length);
	json_t *metadata = json_loadb(text.text, text.length, 0, NULL);
	const char *position = json_string_value(json_object_get(metadata, KEY));
	enum status status = safetensors_read(&file, bytes, length, err);
	if (status == STATUS_OK && !position) {
		status = error_set(err, STATUS_CORRUPT, "fit", message(MSG_NN_FILE_CORRUPT),
				   "checkpoint", KEY);
	}
	status = status == STATUS_OK ? collect(&own, f, err) : status;
	if (status == STATUS_OK && file.count != own.count) {
		status = error_set(err, STATUS_INVALID, "fit", message(MSG_NN_LOAD_MORE),
				   file.count, own.count);
	}
	/* Everything is checked before anything is changed. */
	for (int pass = 0; pass < 2 && status == STATUS_OK; pass++) {
		for (int i = 0; i < own.count && status == STATUS_OK; i++) {
			struct tensor *from = NULL, *to = own.items[i].tensor;
			for (int j = 0; j < file.count && !from; j++) {
				bool same = strcmp(file.items[j].name, own.items[i].name) == 0;
				from = same ? file.items[j].tensor : NULL;
			}
			if (!from) {
				status =
					error_set(err, STATUS_NOT_FOUND, "fit",
						  message(MSG_NN_STATE_MISSING), own.items[i].name);
			} else if (!tensor_same_shape(from, to)) {
				char a[TENSOR_SHAPE_TEXT], b[TENSOR_SHAPE_TEXT];
				status = error_set(err, STATUS_SHAPE, "fit",
						   message(MSG_NN_LOAD_SHAPE), own.items[i].name,
						   tensor_shape_text(from, a),
						   tensor_shape_text(to, b));
			} else if (pass == 1) {
				status = tensor_copy_into(to, from, err);
			}
		}
		if (pass == 0 && status == STATUS_OK) {
			status = read_position(f, position, err);
		}
	}
	module_list_release(&file);
	module_list_release(&own);
	json_decref(metadata);
	strbuf_release(&text);
	return status;
}
