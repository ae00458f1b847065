#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/files.h"
#include "engine/nn/workload_private.h"
#include "engine/tensor/profile.h"

bool workload_row(int i, const char **name, const char **summary, int64_t *batch)
{
	if (i < 0 || i >= workload_kind_count) {
		return false;
	}
	*name = workload_kinds[i].name;
	*summary = workload_kinds[i].summary;
	*batch = workload_kinds[i].batch;
	return true;
}

enum status workload_data(struct workload *w, int k, const char *name, struct tensor *t,
			  struct error *err)
{
	w->data[k] = tensor_ref(t);
	w->data_names[k] = name;
	return t ? STATUS_OK : err->status;
}

enum status workload_read(struct workload *w, int k, struct tensor *t, struct error *err)
{
	tensor_unref(w->read[k]);
	w->read[k] = t ? tensor_ref(tensor_detach(t, err)) : NULL;
	return w->read[k] ? STATUS_OK : err->status;
}

enum status workload_adam(struct optimizer **out, struct module *m, double rate, double beta1,
			  struct error *err)
{
	struct optimizer_options options;
	struct module_list list;
	optimizer_presets(&options, "adam", err);
	options.learning_rate = rate;
	options.beta1 = beta1;
	*out = optimizer_new("adam", &options, err);
	enum status status = *out ? module_parameters(&list, m, err) : STATUS_NOMEM;
	if (status == STATUS_OK) {
		struct tensor **all = calloc((size_t)list.count + 1, sizeof *all);
		for (int i = 0; all && i < list.count; i++) {
			all[i] = list.items[i].tensor;
		}
		status = all ? optimizer_add(*out, all, list.count, NULL, err) : STATUS_NOMEM;
		free(all);
		module_list_release(&list);
	}
	return status;
}

enum status workload_update(struct optimizer *o, struct tensor *loss, struct error *err)
{
	int n = optimizer_parameter_count(o);
	struct tensor **parameters = calloc((size_t)n * 2 + 1, sizeof *parameters);
	if (!loss || !parameters) {
		free(parameters);
		return loss ? STATUS_NOMEM : err->status;
	}
	for (int i = 0; i < n; i++) {
		parameters[i] = optimizer_parameter(o, i);
	}
	enum status status = tensor_gradients(parameters + n, loss, NULL, parameters, n, NULL, err);
	if (status == STATUS_OK) {
		status = optimizer_apply(o, parameters + n, err);
	}
	free(parameters);
	return status;
}

enum status workload_open(struct workload **out, const char *name, int64_t batch, uint64_t seed,
			  struct error *err)
{
	struct error local = ERROR_INIT;
	err = err ? err : &local;
	*out = NULL;
	const struct workload_kind *kind = NULL;
	for (int k = 0; k < workload_kind_count; k++) {
		kind = strcmp(workload_kinds[k].name, name) == 0 ? &workload_kinds[k] : kind;
	}
	if (!kind) {
		return error_set(err, STATUS_NOT_FOUND, "bench", message(MSG_NN_WORKLOAD), name);
	}
	struct workload *w = calloc(1, sizeof *w);
	if (!w) {
		return error_set(err, STATUS_NOMEM, "bench", message(MSG_TENSOR_NOMEM), 0.0);
	}
	w->kind = kind;
	w->batch = batch > 0 ? batch : kind->batch;
	w->loss = NAN;
	tensor_seed(seed);
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	enum status status = kind->open(w, err);
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		workload_close(w);
		return status;
	}
	if (w->model && !kind->trains) {
		module_train(w->model, false);
	}
	*out = w;
	return STATUS_OK;
}

void workload_close(struct workload *w)
{
	if (!w) {
		return;
	}
	plan_free(w->plan);
	gpt_decoder_free(w->decoder);
	for (int k = 0; k < WORKLOAD_TENSORS; k++) {
		tensor_unref(w->data[k]);
		tensor_unref(w->read[k]);
	}
	optimizer_free(w->optimizer);
	optimizer_free(w->second_optimizer);
	module_unref(w->model);
	module_unref(w->second);
	free(w);
}

/* The first step is recorded; flops are counted on the way. */
static enum status record(struct workload *w, struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	bool old = tensor_grad_mode(w->kind->trains);
	enum status status = plan_record_begin(err);
	status = status == STATUS_OK ? w->kind->step(w, err) : status;
	tensor_grad_mode(old);
	int count = 0;
	while (count < WORKLOAD_TENSORS && w->read[count]) {
		count++;
	}
	if (status == STATUS_OK) {
		status = plan_compile(&w->plan, w->read, count, err);
	} else {
		plan_record_cancel();
	}
	tensor_scope_close(&scope);
	return status;
}

enum status workload_step(struct workload *w, struct error *err)
{
	struct error local = ERROR_INIT;
	err = err ? err : &local;
	enum status status = STATUS_OK;
	if (w->kind->step) {
		if (w->optimizer) {
			optimizer_advance(w->optimizer);
		}
		if (w->second_optimizer) {
			optimizer_advance(w->second_optimizer);
		}
		if (w->plan && !w->kind->run) {
			status = plan_run(w->plan, err);
		} else if (!w->plan) {
			status = record(w, err);
			w->flops = w->plan ? plan_stats(w->plan).flops : 0;
		}
	}
	if (status == STATUS_OK && w->kind->run) {
		status = w->kind->run(w, err);
	}
	if (status == STATUS_OK && w->kind->trains && w->read[0]) {
		w->loss = tensor_item(w->read[0]);
	}
	return status;
}

double workload_loss(const struct workload *w)
{
	return w->loss;
}

int64_t workload_batch(const struct workload *w)
{
	return w->batch;
}

int64_t workload_parameters(const struct workload *w)
{
	return (w->model ? module_parameter_count(w->model) : 0) +
	       (w->second ? module_parameter_count(w->second) : 0);
}

double workload_flops(const struct workload *w)
{
	return w->flops;
}

int64_t workload_items(const struct workload *w)
{
	return w->kind->items * w->batch;
}

void workload_describe(struct strbuf *out, const struct workload *w)
{
	if (w->plan) {
		struct plan_stats s = plan_stats(w->plan);
		plan_describe(out, w->plan);
		strbuf_printf(out,
			      "%d calls (%d recorded, %d fused), buffer %.2f MB (%.2f apart)\n",
			      s.calls, s.calls_recorded, s.fused, (double)s.buffer_bytes / 1e6,
			      (double)s.unplanned_bytes / 1e6);
	}
}

enum status workload_export(struct workload *w, const char *path, struct error *err)
{
	struct module_list all = {NULL, 0}, part;
	struct module *const models[2] = {w->model, w->second};
	enum status status = STATUS_OK;
	all.items = calloc(4096, sizeof *all.items);
	if (!all.items) {
		return error_set(err, STATUS_NOMEM, "bench", message(MSG_TENSOR_NOMEM), 0.0);
	}
	for (int k = 0; k < 2 && models[k] && status == STATUS_OK; k++) {
		status = module_state(&part, models[k], err);
		for (int i = 0; status == STATUS_OK && i < part.count && all.count < 4000; i++) {
			struct module_tensor *to = &all.items[all.count++];
			snprintf(to->name, sizeof to->name, "%c.%.40s", "ab"[k],
				 part.items[i].name);
			to->tensor = tensor_ref(part.items[i].tensor);
		}
		if (status == STATUS_OK) {
			module_list_release(&part);
		}
	}
	for (int k = 0; k < WORKLOAD_TENSORS; k++) {
		if (w->data[k]) {
			struct module_tensor *to = &all.items[all.count++];
			snprintf(to->name, sizeof to->name, "data.%s", w->data_names[k]);
			to->tensor = tensor_ref(w->data[k]);
		}
	}
	status = status == STATUS_OK ? tensors_save_file(&all, path, err) : status;
	module_list_release(&all);
	return status;
}
