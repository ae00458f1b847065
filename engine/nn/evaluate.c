#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/train.h"
#include "engine/tensor/ops.h"

struct pass {
	struct module *model;
	struct dataset *data;
	const struct loss_kind *loss;
	struct loss_options options;
	struct evaluation *out;
	bool classes;
	int64_t class_count;
	double loss_sum;
	int64_t right;
};

static struct tensor *own(enum dtype dtype, int dims, const int64_t *shape, struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *t = tensor_ref(tensor_new(dtype, dims, shape, err));
	tensor_scope_close(&scope);
	return t;
}

/* The first batch tells how wide the model's output is. */
static enum status prepare(struct pass *p, const struct tensor *output, struct error *err)
{
	struct evaluation *e = p->out;
	int64_t shape[TENSOR_MAX_DIMS];
	memcpy(shape, output->shape, sizeof shape);
	shape[0] = p->data->count;
	p->classes = p->loss->classes && output->dims == 2 && p->data->targets &&
		     p->data->targets->dims == 1;
	if (!p->classes) {
		e->predictions = own(DTYPE_F32, output->dims, shape, err);
		return e->predictions ? STATUS_OK : STATUS_NOMEM;
	}
	p->class_count = shape[1];
	int64_t square[2] = {shape[1], shape[1]};
	e->predictions = own(DTYPE_I32, 1, shape, err);
	e->probabilities = own(DTYPE_F32, 2, shape, err);
	e->confusion = own(DTYPE_I32, 2, square, err);
	return e->predictions && e->probabilities && e->confusion ? STATUS_OK : STATUS_NOMEM;
}

static enum status take(struct pass *p, int64_t at, struct tensor *output, struct tensor *targets,
			struct error *err)
{
	struct evaluation *e = p->out;
	int64_t n = output->shape[0], width = n ? tensor_numel(output) / n : 0;
	if (!p->classes) {
		memcpy(tensor_f32(e->predictions) + at * width, tensor_f32(output),
		       (size_t)(n * width) * sizeof(float));
		return STATUS_OK;
	}
	struct tensor *shares = tensor_softmax(output, -1, err);
	if (!shares) {
		return err->status;
	}
	for (int64_t i = 0; i < n; i++) {
		const float *row = tensor_f32(shares) + i * width;
		int64_t best = 0, truth = tensor_i32(targets)[i];
		for (int64_t c = 1; c < width; c++) {
			best = row[c] > row[best] ? c : best;
		}
		tensor_i32(e->predictions)[at + i] = (int32_t)best;
		memcpy(tensor_f32(e->probabilities) + (at + i) * width, row,
		       (size_t)width * sizeof *row);
		if (truth >= 0 && truth < width) {
			tensor_i32(e->confusion)[truth * width + best]++;
		}
		p->right += best == truth;
	}
	return STATUS_OK;
}

static enum status run_batch(struct pass *p, int64_t at, int64_t count, const uint32_t *rows,
			     struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *inputs, *targets;
	enum status status = dataset_batch_tensors(&inputs, &targets, p->data, count, err);
	if (status == STATUS_OK) {
		status = dataset_gather(inputs, targets, p->data, rows, count, err);
	}
	struct tensor *output = status == STATUS_OK ? module_forward(p->model, inputs, err) : NULL;
	output = tensor_contiguous(output, err);
	if (!output) {
		status = err->status;
	} else if (!p->out->predictions) {
		status = prepare(p, output, err);
	}
	if (status == STATUS_OK && targets) {
		struct tensor *loss = p->loss->compute(output, targets, &p->options, err);
		status = loss ? STATUS_OK : err->status;
		p->loss_sum += loss ? tensor_item(loss) * (double)count : 0;
	}
	if (status == STATUS_OK) {
		status = take(p, at, output, targets, err);
	}
	tensor_scope_close(&scope);
	return status;
}

enum status model_evaluate(struct evaluation *out, struct module *model, struct dataset *data,
			   const char *loss, int64_t batch_size, struct error *err)
{
	struct error local = ERROR_INIT;
	err = err ? err : &local;
	memset(out, 0, sizeof *out);
	out->loss = out->accuracy = NAN;
	struct pass p = {.model = model, .data = data, .out = out, .options = loss_presets()};
	p.loss = loss_find(loss ? loss : "cross_entropy");
	if (!p.loss) {
		return error_set(err, STATUS_NOT_FOUND, "evaluate", message(MSG_NN_LOSS), loss,
				 "cross_entropy");
	}
	batch_size = batch_size > 0 ? batch_size : 256;
	uint32_t *rows = malloc((size_t)batch_size * sizeof *rows);
	if (!rows) {
		return error_set(err, STATUS_NOMEM, "evaluate", message(MSG_TENSOR_NOMEM), 0.0);
	}
	bool training = model->training, old = tensor_grad_mode(false);
	module_train(model, false);
	enum status status = STATUS_OK;
	for (int64_t at = 0; at < data->count && status == STATUS_OK; at += batch_size) {
		int64_t count = data->count - at < batch_size ? data->count - at : batch_size;
		for (int64_t i = 0; i < count; i++) {
			rows[i] = (uint32_t)(at + i);
		}
		status = run_batch(&p, at, count, rows, err);
	}
	module_train(model, training);
	tensor_grad_mode(old);
	free(rows);
	if (status != STATUS_OK) {
		evaluation_release(out);
		return status;
	}
	if (data->targets) {
		out->loss = p.loss_sum / (double)data->count;
	}
	if (p.classes) {
		out->accuracy = (double)p.right / (double)data->count;
	}
	return STATUS_OK;
}

void evaluation_release(struct evaluation *e)
{
	tensor_unref(e->confusion);
	tensor_unref(e->predictions);
	tensor_unref(e->probabilities);
	e->confusion = e->predictions = e->probabilities = NULL;
}
