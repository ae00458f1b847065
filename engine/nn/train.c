#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/message.h"
#include "engine/nn/train_private.h"
#include "engine/tensor/ops.h"

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

static enum status add_up(struct fit *f, struct tensor *const *gradients, int n)
{
	struct op_params p = op_presets(OP_ACCUMULATE);
	p.f[0] = 1 / (double)f->options->accumulate;
	enum status status = STATUS_OK;
	bool old = tensor_grad_mode(false);
	for (int i = 0; i < n && status == STATUS_OK; i++) {
		struct tensor *in[2] = {f->sums[i], gradients[i]};
		status = op_apply_multi(NULL, 0, OP_ACCUMULATE, in, 2, &p, f->err);
	}
	tensor_grad_mode(old);
	return status;
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
	if (status == STATUS_OK && f->sums) {
		status = add_up(f, gradients, n);
	} else if (status == STATUS_OK) {
		optimizer_advance(f->optimizer);
		status = optimizer_apply(f->optimizer, gradients, err);
	}
	free(parameters);
	return status;
}

/* What follows a batch outside the plan: the update when several batches make one, and the means. */
static enum status after_step(struct fit *f)
{
	enum status status = STATUS_OK;
	bool updated = !f->sums || (f->at.step + 1) % f->options->accumulate == 0;
	if (f->sums && updated) {
		optimizer_advance(f->optimizer);
		status = optimizer_apply(f->optimizer, f->sums, f->err);
		for (int i = 0; i < optimizer_parameter_count(f->optimizer); i++) {
			tensor_fill(f->sums[i], 0);
		}
	}
	return status == STATUS_OK && updated && f->options->ema
		       ? ema_update(f->options->ema, f->err)
		       : status;
}

static void count_right(struct fit *f, const struct lane *lane, const struct tensor *output)
{
	if (!f->loss->classes || output->dims != 2 || !lane->targets || lane->targets->dims != 1) {
		f->at.right = NAN;
		return;
	}
	int64_t classes = output->shape[1];
	for (int64_t i = 0; i < lane->size; i++) {
		const float *row = tensor_f32(output) + i * classes;
		int64_t best = 0;
		for (int64_t c = 1; c < classes; c++) {
			best = row[c] > row[best] ? c : best;
		}
		f->at.right += best == tensor_i32(lane->targets)[i];
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
		if (!lane->loss || !lane->output) {
			plan_record_cancel();
			status = f->err->status;
		} else if (record) {
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
					    base * schedule_factor(schedule, f->at.step));
	}
	if (lane->plan) {
		if (!f->sums) {
			optimizer_advance(f->optimizer);
		}
		status = plan_run(lane->plan, f->err);
	} else {
		status = first_step(f, lane, f->options->compile);
	}
	status = status == STATUS_OK ? after_step(f) : status;
	if (status != STATUS_OK) {
		return status;
	}
	double loss = tensor_item(lane->loss);
	if (!isfinite(loss)) {
		return error_set(f->err, STATUS_RANGE, "fit", message(MSG_NN_DIVERGED),
				 (long long)f->at.step + 1);
	}
	f->at.step++;
	double before = f->at.right;
	f->at.loss_sum += loss * (double)count;
	f->at.rows += count;
	count_right(f, lane, lane->output);
	f->at.epoch_loss += loss * (double)count;
	f->at.epoch_right += f->at.right - before;
	f->at.epoch_rows += count;
	return STATUS_OK;
}

static bool tell(struct fit *f, int epoch, double validation_loss, double validation_accuracy)
{
	struct fit_progress p = {.step = f->at.step,
				 .steps = f->steps,
				 .epoch = epoch,
				 .epochs = f->options->epochs,
				 .loss = f->at.rows ? f->at.loss_sum / (double)f->at.rows : NAN,
				 .accuracy = f->at.rows ? f->at.right / (double)f->at.rows : NAN,
				 .validation_loss = validation_loss,
				 .validation_accuracy = validation_accuracy,
				 .learning_rate = optimizer_learning_rate(f->optimizer),
				 .seconds = (double)(clock_now_ns() - f->start) / 1e9};
	f->at.loss_sum = f->at.right = 0;
	f->at.rows = 0;
	return !f->options->callback || f->options->callback(f->options->context, &p);
}

static enum status save(struct fit *f)
{
	struct strbuf bytes;
	strbuf_init(&bytes);
	enum status status = fit_checkpoint_write(&bytes, f, f->err);
	if (status == STATUS_OK) {
		status = f->options->save(f->options->context, bytes.text, bytes.length, f->err);
	}
	strbuf_release(&bytes);
	return status;
}

/* The rest of an epoch, from at.row on. */
static enum status run_batches(struct fit *f, struct fit_result *out)
{
	const struct fit_options *o = f->options;
	int64_t n = f->data->count;
	enum status status = STATUS_OK;
	while (f->at.row < n && f->at.step < f->steps && !out->stopped && status == STATUS_OK) {
		int64_t left = n - f->at.row, count = left < o->batch_size ? left : o->batch_size;
		if (count < o->batch_size && o->drop_last && f->at.row > 0) {
			break;
		}
		status = do_step(f, f->order + f->at.row, count);
		f->at.row += count;
		if (status == STATUS_OK && o->every > 0 && f->at.step % o->every == 0) {
			out->stopped = !tell(f, (int)f->at.epoch + 1, NAN, NAN);
		}
		if (status == STATUS_OK && o->save && o->save_every > 0 &&
		    f->at.step % o->save_every == 0) {
			status = save(f);
		}
	}
	return status;
}

static enum status validate(struct fit *f)
{
	const struct fit_options *o = f->options;
	struct evaluation e;
	if (o->ema) {
		ema_swap(o->ema);
	}
	enum status status = model_evaluate(&e, f->model, o->validation, o->loss, 0, f->err);
	if (o->ema) {
		ema_swap(o->ema);
	}
	if (status != STATUS_OK) {
		return status;
	}
	f->at.validation_loss = e.loss;
	f->at.validation_accuracy = e.accuracy;
	evaluation_release(&e);
	module_train(f->model, true);
	f->at.worse = e.loss < f->at.best ? 0 : f->at.worse + 1;
	f->at.best = fmin(f->at.best, e.loss);
	return STATUS_OK;
}

static enum status run_epochs(struct fit *f, struct fit_result *out)
{
	const struct fit_options *o = f->options;
	enum status status = STATUS_OK;
	while (f->at.step < f->steps && !out->stopped && status == STATUS_OK) {
		status = o->shuffle ? dataset_shuffle(f->order, f->data, o->seed,
						      (uint64_t)f->at.epoch, f->err)
				    : STATUS_OK;
		if (status != STATUS_OK) {
			return status;
		}
		if (f->at.row == 0) {
			f->at.epoch_loss = f->at.epoch_right = 0;
			f->at.epoch_rows = 0;
		}
		status = run_batches(f, out);
		if (status == STATUS_OK && o->validation) {
			status = validate(f);
		}
		if (status == STATUS_OK && !out->stopped) {
			out->stopped = !tell(f, (int)f->at.epoch + 1, f->at.validation_loss,
					     f->at.validation_accuracy) ||
				       (o->patience > 0 && f->at.worse >= o->patience);
		}
		f->at.epoch++;
		f->at.row = 0;
		if (status == STATUS_OK && o->save && !out->stopped) {
			status = save(f);
		}
	}
	out->loss = f->at.epoch_loss / (double)f->at.epoch_rows;
	out->accuracy = f->at.epoch_right / (double)f->at.epoch_rows;
	out->validation_loss = f->at.validation_loss;
	out->validation_accuracy = f->at.validation_accuracy;
	return status;
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

static enum status make_sums(struct fit *f)
{
	if (f->options->accumulate <= 1) {
		return STATUS_OK;
	}
	int n = optimizer_parameter_count(f->optimizer);
	f->sums = calloc((size_t)n + 1, sizeof *f->sums);
	enum status status =
		f->sums ? STATUS_OK
			: error_set(f->err, STATUS_NOMEM, "fit", message(MSG_TENSOR_NOMEM), 0.0);
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	for (int i = 0; i < n && status == STATUS_OK; i++) {
		const struct tensor *p = optimizer_parameter(f->optimizer, i);
		f->sums[i] = tensor_ref(tensor_new(DTYPE_F32, p->dims, p->shape, f->err));
		status = f->sums[i] ? STATUS_OK : STATUS_NOMEM;
	}
	tensor_scope_close(&scope);
	return status;
}

static void release_sums(struct fit *f)
{
	for (int i = 0; f->sums && i < optimizer_parameter_count(f->optimizer); i++) {
		tensor_unref(f->sums[i]);
	}
	free(f->sums);
}

enum status model_fit(struct fit_result *out, struct module *model, struct dataset *data,
		      const struct fit_options *options, struct error *err)
{
	struct error local = ERROR_INIT;
	struct fit f = {
		.model = model,
		.data = data,
		.options = options,
		.err = err ? err : &local,
		.start = clock_now_ns(),
		.at = {.best = INFINITY, .validation_loss = NAN, .validation_accuracy = NAN}};
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
	status = status == STATUS_OK ? make_sums(&f) : status;
	if (status == STATUS_OK && options->resume) {
		status = fit_checkpoint_read(&f, options->resume, options->resume_length, f.err);
	}
	if (status == STATUS_OK) {
		module_train(model, true);
		status = run_epochs(&f, out);
	}
	tensor_rng_put(draws);
	release_sums(&f);
	out->steps = f.at.step;
	out->seconds = (double)(clock_now_ns() - f.start) / 1e9;
	lane_close(&f.lanes[0]);
	lane_close(&f.lanes[1]);
	free(f.order);
	optimizer_free(own);
	return status;
}
