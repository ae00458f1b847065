#include "engine/nn/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/message.h"
#include "engine/base/rng.h"
#include "engine/tensor/ops.h"
#include "engine/tensor/plan.h"

struct fit_options fit_presets(void)
{
	return (struct fit_options){.epochs = 1,
				    .batch_size = 64,
				    .loss = "cross_entropy",
				    .loss_options = loss_presets(),
				    .schedule = {.kind = SCHEDULE_CONSTANT},
				    .shuffle = true,
				    .compile = true};
}

/* One size of batch: its tensors, and its plan once the first step was recorded. */
struct lane {
	int64_t size;
	struct tensor *inputs, *targets;
	struct plan *plan;
	struct tensor *loss, *output; /* read after each step */
};

struct fit {
	struct module *model;
	struct dataset *data;
	const struct fit_options *options;
	const struct loss_kind *loss;
	struct optimizer *optimizer;
	struct lane lanes[2]; /* full batches, and the short one at the end */
	uint32_t *order;
	int64_t step, steps;
	double loss_sum, right;
	int64_t rows; /* since the last callback */
	double epoch_loss, epoch_right;
	int64_t epoch_rows;
	int64_t start;
	struct error *err;
};

static enum status lane_open(struct fit *f, struct lane *lane, int64_t size)
{
	struct tensor_scope scope;
	lane->size = size;
	tensor_scope_open(&scope);
	enum status status =
		dataset_batch_tensors(&lane->inputs, &lane->targets, f->data, size, f->err);
	tensor_ref(lane->inputs);
	tensor_ref(lane->targets);
	tensor_scope_close(&scope);
	return status;
}

static void lane_close(struct lane *lane)
{
	plan_free(lane->plan);
	tensor_unref(lane->inputs);
	tensor_unref(lane->targets);
	tensor_unref(lane->loss);
	tensor_unref(lane->output);
}

/* Forward, loss, gradients, update: what a plan replays. */
static enum status run_step(struct fit *f, struct lane *lane, struct tensor **loss,
			    struct tensor **output)
{
	struct error *err = f->err;
	int n = optimizer_parameter_count(f->optimizer);
	struct tensor **parameters = calloc((size_t)n * 2 + 1, sizeof(void *));
	if (!parameters) {
		return error_set(err, STATUS_NOMEM, "fit", message(MSG_TENSOR_NOMEM), 0.0);
	}
	struct tensor **gradients = parameters + n;
	for (int i = 0; i < n; i++) {
		parameters[i] = optimizer_parameter(f->optimizer, i);
	}
	*output = module_forward(f->model, lane->inputs, err);
	*loss = *output ? f->loss->compute(*output, lane->targets, &f->options->loss_options, err)
			: NULL;
	enum status status =
		*loss ? tensor_gradients(gradients, *loss, NULL, parameters, n, NULL, err)
		      : err->status;
	if (status == STATUS_OK) {
		optimizer_advance(f->optimizer);
		status = optimizer_apply(f->optimizer, gradients, err);
	}
	free(parameters);
	return status;
}

static void count_right(struct fit *f, const struct lane *lane, const struct tensor *output)
{
	if (!f->loss->classes || output->dims != 2 || !lane->targets || lane->targets->dims != 1) {
		f->right = NAN;
		return;
	}
	int64_t classes = output->shape[1];
	for (int64_t i = 0; i < lane->size; i++) {
		const float *row = tensor_f32(output) + i * classes;
		int64_t best = 0;
		for (int64_t c = 1; c < classes; c++) {
			best = row[c] > row[best] ? c : best;
		}
		f->right += best == tensor_i32(lane->targets)[i];
	}
}

static enum status first_step(struct fit *f, struct lane *lane, bool record)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *loss = NULL, *output = NULL;
	enum status status = record ? plan_record_begin(f->err) : STATUS_OK;
	if (status == STATUS_OK) {
		status = run_step(f, lane, &loss, &output);
	}
	if (status != STATUS_OK) {
		plan_record_cancel();
	} else {
		tensor_unref(lane->loss);
		tensor_unref(lane->output);
		lane->loss = tensor_ref(tensor_detach(loss, f->err));
		lane->output = tensor_ref(tensor_detach(output, f->err));
		struct tensor *kept[2] = {lane->loss, lane->output};
		if (record && lane->loss && lane->output) {
			status = plan_compile(&lane->plan, kept, 2, f->err);
			if (status == STATUS_INVALID) {
				/* A model that looks at numbers while it runs is run step by step. */
				error_clear(f->err);
				status = STATUS_OK;
			}
		}
	}
	tensor_scope_close(&scope);
	return status;
}

static enum status do_step(struct fit *f, const uint32_t *rows, int64_t count)
{
	struct lane *lane = count == f->options->batch_size ? &f->lanes[0] : &f->lanes[1];
	enum status status = STATUS_OK;
	if (!lane->inputs) {
		status = lane_open(f, lane, count);
	}
	if (status == STATUS_OK) {
		status = dataset_gather(lane->inputs, lane->targets, f->data, rows, count, f->err);
	}
	if (status != STATUS_OK) {
		return status;
	}
	const struct schedule *schedule = &f->options->schedule;
	if (schedule->kind != SCHEDULE_CONSTANT || schedule->warmup > 0) {
		double base = optimizer_base_rate(f->optimizer);
		optimizer_set_learning_rate(f->optimizer,
					    base * schedule_factor(schedule, f->step));
	}
	if (lane->plan) {
		optimizer_advance(f->optimizer);
		status = plan_run(lane->plan, f->err);
	} else {
		status = first_step(f, lane, f->options->compile);
	}
	if (status != STATUS_OK) {
		return status;
	}
	double loss = tensor_item(lane->loss);
	if (!isfinite(loss)) {
		return error_set(f->err, STATUS_RANGE, "fit", message(MSG_NN_DIVERGED),
				 (long long)f->step + 1);
	}
	f->step++;
	double before = f->right;
	f->loss_sum += loss * (double)count;
	f->rows += count;
	count_right(f, lane, lane->output);
	f->epoch_loss += loss * (double)count;
	f->epoch_right += f->right - before;
	f->epoch_rows += count;
	return STATUS_OK;
}

static bool tell(struct fit *f, int epoch, double validation_loss, double validation_accuracy)
{
	struct fit_progress p = {.step = f->step,
				 .steps = f->steps,
				 .epoch = epoch,
				 .epochs = f->options->epochs,
				 .loss = f->rows ? f->loss_sum / (double)f->rows : NAN,
				 .accuracy = f->rows ? f->right / (double)f->rows : NAN,
				 .validation_loss = validation_loss,
				 .validation_accuracy = validation_accuracy,
				 .learning_rate = optimizer_learning_rate(f->optimizer),
				 .seconds = (double)(clock_now_ns() - f->start) / 1e9};
	f->loss_sum = f->right = 0;
	f->rows = 0;
	return !f->options->callback || f->options->callback(f->options->context, &p);
}

static enum status run_epochs(struct fit *f, struct fit_result *out)
{
	const struct fit_options *o = f->options;
	int64_t n = f->data->count, batch = o->batch_size;
	double best = INFINITY;
	int worse = 0;
	enum status status = STATUS_OK;
	for (int epoch = 0; f->step < f->steps && !out->stopped; epoch++) {
		struct rng rng;
		rng_init(&rng, o->seed, (uint64_t)epoch);
		if (o->shuffle) {
			rng_permutation(&rng, f->order, (size_t)n);
		}
		f->epoch_loss = f->epoch_right = 0;
		f->epoch_rows = 0;
		for (int64_t at = 0; at < n && f->step < f->steps && !out->stopped; at += batch) {
			int64_t count = n - at < batch ? n - at : batch;
			if (count < batch && o->drop_last && at > 0) {
				break;
			}
			status = do_step(f, f->order + at, count);
			if (status != STATUS_OK) {
				return status;
			}
			if (o->every > 0 && f->step % o->every == 0) {
				out->stopped = !tell(f, epoch + 1, NAN, NAN);
			}
		}
		out->loss = f->epoch_loss / (double)f->epoch_rows;
		out->accuracy = f->epoch_right / (double)f->epoch_rows;
		if (o->validation) {
			struct evaluation e;
			status = model_evaluate(&e, f->model, o->validation, o->loss, 0, f->err);
			if (status != STATUS_OK) {
				return status;
			}
			out->validation_loss = e.loss;
			out->validation_accuracy = e.accuracy;
			evaluation_release(&e);
			module_train(f->model, true);
			worse = out->validation_loss < best ? 0 : worse + 1;
			best = fmin(best, out->validation_loss);
		}
		if (!out->stopped) {
			out->stopped = !tell(f, epoch + 1, out->validation_loss,
					     out->validation_accuracy) ||
				       (o->patience > 0 && worse >= o->patience);
		}
	}
	return STATUS_OK;
}

static enum status check_options(struct fit *f)
{
	const struct fit_options *o = f->options;
	f->loss = loss_find(o->loss);
	if (!f->loss) {
		return error_set(f->err, STATUS_NOT_FOUND, "fit", message(MSG_NN_LOSS), o->loss,
				 "cross_entropy");
	}
	if (o->batch_size < 1) {
		return error_set(f->err, STATUS_INVALID, "fit", message(MSG_NN_BATCH),
				 (long long)o->batch_size);
	}
	if (!f->data->targets) {
		return error_set(f->err, STATUS_INVALID, "fit", message(MSG_NN_NO_TARGETS),
				 o->loss);
	}
	return STATUS_OK;
}

static enum status take_parameters(struct fit *f)
{
	if (optimizer_parameter_count(f->optimizer) > 0) {
		return STATUS_OK;
	}
	struct module_list list;
	enum status status = module_parameters(&list, f->model, f->err);
	if (status != STATUS_OK) {
		return status;
	}
	struct tensor **tensors = malloc(((size_t)list.count + 1) * sizeof *tensors);
	int count = 0;
	for (int i = 0; tensors && i < list.count; i++) {
		if (list.items[i].tensor->requires_grad) { /* frozen ones stay as they are */
			tensors[count++] = list.items[i].tensor;
		}
	}
	status = tensors ? optimizer_add(f->optimizer, tensors, count, NULL, f->err)
			 : error_set(f->err, STATUS_NOMEM, "fit", message(MSG_TENSOR_NOMEM), 0.0);
	free(tensors);
	module_list_release(&list);
	return status;
}

enum status model_fit(struct fit_result *out, struct module *model, struct dataset *data,
		      const struct fit_options *options, struct error *err)
{
	struct error local = ERROR_INIT;
	struct fit f = {.model = model,
			.data = data,
			.options = options,
			.err = err ? err : &local,
			.start = clock_now_ns()};
	*out = (struct fit_result){.validation_loss = NAN, .validation_accuracy = NAN};
	enum status status = check_options(&f);
	if (status != STATUS_OK) {
		return status;
	}
	struct optimizer *own = NULL;
	f.optimizer = options->optimizer;
	if (!f.optimizer) {
		f.optimizer = own = optimizer_new("adam", NULL, f.err);
	}
	int64_t per_epoch = data->count / options->batch_size;
	per_epoch += data->count % options->batch_size && !(options->drop_last && per_epoch);
	f.steps = options->steps > 0 ? options->steps : per_epoch * options->epochs;
	f.order = malloc(((size_t)data->count + 1) * sizeof *f.order);
	if (!f.optimizer || !f.order) {
		status = error_set(f.err, STATUS_NOMEM, "fit", message(MSG_TENSOR_NOMEM), 0.0);
	}
	for (int64_t i = 0; status == STATUS_OK && i < data->count; i++) {
		f.order[i] = (uint32_t)i;
	}
	struct tensor_rng_state draws = tensor_rng_get();
	tensor_seed(options->seed);
	status = status == STATUS_OK ? take_parameters(&f) : status;
	if (status == STATUS_OK) {
		module_train(model, true);
		status = run_epochs(&f, out);
	}
	tensor_rng_put(draws);
	out->steps = f.step;
	out->seconds = (double)(clock_now_ns() - f.start) / 1e9;
	lane_close(&f.lanes[0]);
	lane_close(&f.lanes[1]);
	free(f.order);
	optimizer_free(own);
	return status;
}
