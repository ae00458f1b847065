#include "engine/nn/onnx_write.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- protocol buffers --- */
enum { VARINT = 0, LENGTH = 2, FIXED32 = 5 };

static void varint(struct strbuf *out, uint64_t value)
{
	do {
		uint8_t byte = (uint8_t)((value & 127) | (value > 127 ? 128 : 0));
		strbuf_add(out, &byte, 1);
		value >>= 7;
	} while (value);
}

static void key(struct strbuf *out, int field, int wire)
{
	varint(out, (uint64_t)(field * 8 + wire));
}

void proto_int(struct strbuf *out, int field, int64_t value)
{
	key(out, field, VARINT);
	varint(out, (uint64_t)value);
}

void proto_float(struct strbuf *out, int field, float value)
{
	key(out, field, FIXED32);
	strbuf_add(out, &value, sizeof value);
}

void proto_bytes(struct strbuf *out, int field, const void *bytes, size_t length)
{
	key(out, field, LENGTH);
	varint(out, length);
	if (length) {
		strbuf_add(out, bytes, length);
	}
}

void proto_text(struct strbuf *out, int field, const char *text)
{
	proto_bytes(out, field, text, strlen(text));
}

void proto_message(struct strbuf *out, int field, struct strbuf *message)
{
	proto_bytes(out, field, message->text, message->length);
	strbuf_release(message);
}

/* --- messages of onnx.proto; numbers of fields as there --- */
enum { ONNX_FLOAT = 1, ONNX_INT32 = 6, ONNX_INT64 = 7 };

static int onnx_type(enum dtype dtype)
{
	return dtype == DTYPE_I32 ? ONNX_INT32 : ONNX_FLOAT;
}

void onnx_value(struct strbuf *out, int field, const char *name, const struct tensor *t)
{
	struct strbuf value, type, tensor, shape, dim;
	strbuf_init(&value);
	strbuf_init(&type);
	strbuf_init(&tensor);
	strbuf_init(&shape);
	strbuf_init(&dim);
	for (int d = 0; d < t->dims; d++) {
		proto_int(&dim, 1, t->shape[d]); /* dim_value */
		proto_message(&shape, 1, &dim);
	}
	proto_int(&tensor, 1, onnx_type(t->dtype)); /* elem_type */
	proto_message(&tensor, 2, &shape);
	proto_message(&type, 1, &tensor); /* tensor_type */
	proto_text(&value, 1, name);
	proto_message(&value, 2, &type);
	proto_message(out, field, &value);
}

void onnx_tensor(struct strbuf *out, int field, const char *name, const struct tensor *t)
{
	struct strbuf message, data;
	strbuf_init(&message);
	strbuf_init(&data);
	for (int d = 0; d < t->dims; d++) {
		proto_int(&message, 1, t->shape[d]);
	}
	proto_int(&message, 2, onnx_type(t->dtype));
	proto_text(&message, 8, name);
	for (int64_t i = 0, n = tensor_numel(t); i < n; i++) {
		double v = tensor_get(t, i);
		float f = (float)v;
		int32_t whole = (int32_t)v;
		strbuf_add(&data, t->dtype == DTYPE_I32 ? (void *)&whole : (void *)&f, 4);
	}
	proto_message(&message, 9, &data); /* raw_data */
	proto_message(out, field, &message);
}

void onnx_ints(struct strbuf *out, int field, const char *name, const int64_t *values, int count)
{
	struct strbuf message;
	strbuf_init(&message);
	proto_int(&message, 1, count);
	proto_int(&message, 2, ONNX_INT64);
	proto_text(&message, 8, name);
	proto_bytes(&message, 9, values, (size_t)count * sizeof *values);
	proto_message(out, field, &message);
}

/* AttributeProto: name 1, f 2, i 3, s 4, ints 8, type 20 */
static void attribute(struct strbuf *node, const char *name, struct strbuf *value, int type)
{
	struct strbuf message;
	strbuf_init(&message);
	proto_text(&message, 1, name);
	strbuf_add(&message, value->text, value->length);
	proto_int(&message, 20, type);
	strbuf_release(value);
	proto_message(node, 5, &message);
}

void onnx_attribute_int(struct strbuf *node, const char *name, int64_t value)
{
	struct strbuf v;
	strbuf_init(&v);
	proto_int(&v, 3, value);
	attribute(node, name, &v, 2);
}

void onnx_attribute_float(struct strbuf *node, const char *name, double value)
{
	struct strbuf v;
	strbuf_init(&v);
	proto_float(&v, 2, (float)value);
	attribute(node, name, &v, 1);
}

void onnx_attribute_ints(struct strbuf *node, const char *name, const int64_t *values, int count)
{
	struct strbuf v;
	strbuf_init(&v);
	for (int k = 0; k < count; k++) {
		proto_int(&v, 8, values[k]);
	}
	attribute(node, name, &v, 7);
}

void onnx_attribute_text(struct strbuf *node, const char *name, const char *text)
{
	struct strbuf v;
	strbuf_init(&v);
	proto_text(&v, 4, text);
	attribute(node, name, &v, 3);
}

/* --- the graph --- */
char *onnx_fresh(struct onnx_graph *g, char out[ONNX_NAME])
{
	snprintf(out, ONNX_NAME, "v%d", g->made++);
	return out;
}

void onnx_name_it(struct onnx_graph *g, const struct tensor *t, const char *name, bool weight)
{
	if (g->name_count == g->name_capacity) {
		int capacity = g->name_capacity ? 2 * g->name_capacity : 64;
		struct onnx_name *grown = realloc(g->names, (size_t)capacity * sizeof *grown);
		if (!grown) {
			g->failed = "memory";
			return;
		}
		g->names = grown;
		g->name_capacity = capacity;
	}
	struct onnx_name *to = &g->names[g->name_count++];
	to->tensor = t;
	to->waiting = weight;
	snprintf(to->name, sizeof to->name, "%s", name);
}

char *onnx_input(struct onnx_graph *g, const struct tensor *t, char out[ONNX_NAME])
{
	for (int i = g->name_count - 1; i >= 0; i--) {
		if (g->names[i].tensor == t) {
			if (g->names[i].waiting) {
				g->names[i].waiting = false;
				onnx_tensor(&g->initializers, 5, g->names[i].name, t);
			}
			return memcpy(out, g->names[i].name, ONNX_NAME);
		}
	}
	for (int i = 0; i < g->name_count; i++) {
		/* Another view of something computed, made without an op: its way here is not known. */
		if (g->names[i].tensor->storage == t->storage && g->names[i].name[0] == 'v') {
			g->failed = "detach";
		}
	}
	snprintf(out, ONNX_NAME, "c%d", g->made++);
	onnx_name_it(g, t, out, false);
	onnx_tensor(&g->initializers, 5, out, t);
	return out;
}

void onnx_node(struct onnx_graph *g, const char *type, const char *output,
	       struct strbuf *attributes, ...)
{
	struct strbuf node;
	strbuf_init(&node);
	va_list args;
	va_start(args, attributes);
	for (const char *in; (in = va_arg(args, const char *)) != NULL;) {
		proto_text(&node, 1, in);
	}
	va_end(args);
	proto_text(&node, 2, output);
	proto_text(&node, 4, type);
	if (attributes) {
		strbuf_add(&node, attributes->text, attributes->length);
		strbuf_release(attributes);
	}
	proto_message(&g->nodes, 1, &node);
}
