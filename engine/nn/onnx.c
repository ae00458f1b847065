#include "engine/nn/onnx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/onnx_write.h"
#include "engine/tensor/ops.h"

/* Tensors of the run are held to its end: a new one at an old address would take over its name. */
struct trace {
	struct onnx_graph graph;
	struct tensor **held;
	int count, capacity;
};

static void hold(struct trace *t, struct tensor *tensor)
{
	if (t->count == t->capacity) {
		int capacity = t->capacity ? 2 * t->capacity : 256;
		void *grown = realloc(t->held, (size_t)capacity * sizeof(void *));
		if (!grown) {
			t->graph.failed = "memory";
			return;
		}
		t->held = (struct tensor **)grown;
		t->capacity = capacity;
	}
	t->held[t->count++] = tensor_ref(tensor);
}

static void on_call(void *context, const struct op_call *call)
{
	struct trace *t = context;
	for (int k = 0; k < call->input_count; k++) {
		hold(t, call->inputs[k]);
	}
	for (int k = 0; k < call->output_count; k++) {
		hold(t, call->outputs[k]);
	}
	if (!t->graph.failed && !onnx_write_call(&t->graph, call)) {
		t->graph.failed = call->op->name;
	}
}

/* Weights keep their names. */
static enum status name_weights(struct trace *t, const struct module *m, struct error *err)
{
	struct module_list list;
	enum status status = module_state(&list, m, err);
	for (int i = 0; status == STATUS_OK && i < list.count; i++) {
		char name[ONNX_NAME];
		snprintf(name, sizeof name, "p.%s", list.items[i].name);
		hold(t, list.items[i].tensor);
		onnx_name_it(&t->graph, list.items[i].tensor, name, true);
	}
	module_list_release(&list);
	return status;
}

static void finish(struct strbuf *out, struct trace *t, const struct strbuf *inputs,
		   const struct tensor *result)
{
	struct strbuf graph, opset;
	char last[ONNX_NAME];
	strbuf_init(&graph);
	strbuf_init(&opset);
	onnx_node(&t->graph, "Identity", "output", NULL, onnx_input(&t->graph, result, last), NULL);
	strbuf_add(&graph, t->graph.nodes.text, t->graph.nodes.length);
	proto_text(&graph, 2, "mundap");
	strbuf_add(&graph, t->graph.initializers.text, t->graph.initializers.length);
	strbuf_add(&graph, inputs->text, inputs->length);
	onnx_value(&graph, 12, "output", result);
	proto_int(out, 1, 8); /* ir_version */
	proto_text(out, 2, "mundap");
	proto_message(out, 7, &graph);
	proto_text(&opset, 1, "");
	proto_int(&opset, 2, 17);
	proto_message(out, 8, &opset);
}

enum status onnx_export(struct strbuf *out, struct module *m, struct tensor *const *inputs,
			int count, struct error *err)
{
	struct error local = ERROR_INIT;
	err = err ? err : &local;
	struct trace t = {.count = 0};
	struct strbuf values;
	strbuf_init(&values);
	strbuf_init(&t.graph.nodes);
	strbuf_init(&t.graph.initializers);
	bool training = m->training, old = tensor_grad_mode(false);
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	module_train(m, false);
	enum status status = name_weights(&t, m, err);
	for (int k = 0; k < count && k < ONNX_INPUTS && inputs[k]; k++) {
		char name[ONNX_NAME] = "input";
		if (k) {
			snprintf(name, sizeof name, "input%d", k + 1);
		}
		hold(&t, inputs[k]);
		onnx_name_it(&t.graph, inputs[k], name, false);
		onnx_value(&values, 11, name, inputs[k]);
	}
	struct tensor *result = NULL;
	if (status == STATUS_OK) {
		op_trace(on_call, &t);
		status = module_forward_multi(m, &result, 1, inputs, count, err);
		op_trace(NULL, NULL);
	}
	if (status == STATUS_OK && !t.graph.failed) {
		finish(out, &t, &values, result);
	}
	if (status == STATUS_OK && t.graph.failed) {
		status = error_set(err, STATUS_UNSUPPORTED, "onnx", message(MSG_NN_ONNX_OP),
				   t.graph.failed);
	} else if (status == STATUS_OK && !strbuf_ok(out)) {
		status = error_set(err, STATUS_NOMEM, "onnx", message(MSG_TENSOR_NOMEM), 0.0);
	}
	module_train(m, training);
	tensor_grad_mode(old);
	tensor_scope_close(&scope);
	for (int i = 0; i < t.count; i++) {
		tensor_unref(t.held[i]);
	}
	free(t.held);
	free(t.graph.names);
	strbuf_release(&t.graph.nodes);
	strbuf_release(&t.graph.initializers);
	strbuf_release(&values);
	return status;
}
