#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "engine/lua/bind_nn.h"
#include "engine/lua/bind_tensor.h"

/* The binding tables are written by hand: they must name exactly what the engine has. */

static const struct binding *find(const struct binding *table, const char *name)
{
	for (; table->name; table++) {
		if (strcmp(table->name, name) == 0) {
			return table;
		}
	}
	return NULL;
}

/* Calls check on each name of "a: T, b?: T". */
static void each_name(const char *list, void (*check)(const char *name, const void *context),
		      const void *context)
{
	while (*list) {
		char name[32];
		size_t length = strcspn(list, "?:,");
		assert_true(length < sizeof(name));
		memcpy(name, list, length);
		name[length] = '\0';
		check(name, context);
		int depth = 0;
		for (; *list && (*list != ',' || depth); list++) {
			depth += *list == '{' ? 1 : *list == '}' ? -1 : 0;
		}
		list += *list ? 2 : 0;
	}
}

static void is_op_argument(const char *name, const void *context)
{
	const struct op *op = context;
	for (int k = 0; k < 6 && op->inputs[k]; k++) {
		if (strcmp(op->inputs[k], name) == 0) {
			return;
		}
	}
	if (!op_param_find(op, name)) {
		fail_msg("%s has no %s", op->name, name);
	}
}

static void ops_name_their_arguments(void **state)
{
	(void)state;
	for (const struct binding *b = bind_tensor_ops; b->name; b++) {
		each_name(b->parameters, is_op_argument, op_row((enum op_id)(b->id & 0xFFFF)));
		assert_true(strlen(b->doc) > 0);
	}
}

static void is_module_field(const char *name, const void *context)
{
	if (strcmp(name, "...") != 0 && module_field_index(context, name) < 0) {
		fail_msg("%s has no %s", ((const struct module_kind *)context)->name, name);
	}
}

static void every_layer_is_bound(void **state)
{
	(void)state;
	int count;
	const struct module_kind *const *kinds = module_kinds(&count);
	for (int i = 0; i < count; i++) {
		if (!kinds[i]->derived && !find(bind_layers, kinds[i]->name)) {
			fail_msg("nn.%s is not bound", kinds[i]->name);
		}
	}
	for (const struct binding *b = bind_layers; b->name; b++) {
		const struct module_kind *kind = module_kind_find(b->name);
		assert_non_null(kind);
		each_name(b->parameters, is_module_field, kind);
	}
}

static void every_loss_is_bound(void **state)
{
	(void)state;
	for (int i = 0; loss_row(i); i++) {
		if (!find(bind_losses, loss_row(i)->name)) {
			fail_msg("nn.%s is not bound", loss_row(i)->name);
		}
	}
	for (const struct binding *b = bind_losses; b->name; b++) {
		assert_non_null(loss_find(b->name));
	}
}

static void ops_that_scripts_may_call_are_bound(void **state)
{
	(void)state;
	/* bound by functions of their own, or parts of layers */
	static const char *const elsewhere[] = {
		"pow_scalar",
		"add_scalar",
		"mul_scalar",
		"cast",
		"transpose",
		"narrow",
		"select",
		"squeeze",
		"cat",
		"stack",
		"embedding",
		"cross_entropy",
		"bce_with_logits",
		"linear",
		"conv2d",
		"conv_transpose2d",
		"channel_sum",
		"max_pool2d",
		"avg_pool2d",
		"upsample_nearest2d",
		"layer_norm",
		"rms_norm",
		"group_norm",
		"batch_norm",
		"attention",
		"rnn",
		"lstm",
		"gru",
		"ctc_loss",
	};
	for (int id = 0; id < OP_COUNT; id++) {
		const struct op *op = op_row((enum op_id)id);
		if (op->flags & (OP_INTERNAL | OP_INPLACE)) {
			continue;
		}
		bool bound = find(bind_tensor_ops, op->name) != NULL;
		for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
			bound = bound || strcmp(elsewhere[i], op->name) == 0;
		}
		if (!bound) {
			fail_msg("the op %s is not bound", op->name);
		}
	}
}

static void type_names_are_unique(void **state)
{
	(void)state;
	const struct bound_type *seen[64];
	int count = 0;
	for (int m = 0; bound_modules[m]; m++) {
		for (const struct bound_type *const *t = bound_modules[m]->types; t && *t; t++) {
			for (int i = 0; i < count; i++) {
				if (seen[i] != *t && strcmp(seen[i]->name, (*t)->name) == 0) {
					fail_msg("two types are named %s", (*t)->name);
				}
			}
			assert_true(count < 64);
			seen[count++] = *t;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ops_name_their_arguments),
		cmocka_unit_test(every_layer_is_bound),
		cmocka_unit_test(every_loss_is_bound),
		cmocka_unit_test(type_names_are_unique),
		cmocka_unit_test(ops_that_scripts_may_call_are_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
