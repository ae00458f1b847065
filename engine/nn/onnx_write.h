#ifndef MUNDAP_NN_ONNX_WRITE_H
#define MUNDAP_NN_ONNX_WRITE_H

#include "engine/base/strbuf.h"
#include "engine/tensor/op.h"

/* Pieces of an ONNX file. It is protocol buffers (onnx.proto of the ONNX project; wire format: protobuf.dev): a message is a
 * row of fields, each a key (number · 8 + wire type) and a value. Private to engine/nn. */

void proto_int(struct strbuf *out, int field, int64_t value);
void proto_float(struct strbuf *out, int field, float value);
void proto_bytes(struct strbuf *out, int field, const void *bytes, size_t length);
void proto_text(struct strbuf *out, int field, const char *text);
/** Adds the message and empties it. */
void proto_message(struct strbuf *out, int field, struct strbuf *message);

/** A value of the graph: name and shape. */
void onnx_value(struct strbuf *out, int field, const char *name, const struct tensor *t);
/** A TensorProto: f32, i32, or (as64) whole numbers as int64. */
void onnx_tensor(struct strbuf *out, int field, const char *name, const struct tensor *t);
void onnx_ints(struct strbuf *out, int field, const char *name, const int64_t *values, int count);

/* Attributes, added to the message of a node. */
void onnx_attribute_int(struct strbuf *node, const char *name, int64_t value);
void onnx_attribute_float(struct strbuf *node, const char *name, double value);
void onnx_attribute_ints(struct strbuf *node, const char *name, const int64_t *values, int count);
void onnx_attribute_text(struct strbuf *node, const char *name, const char *text);

/* --- the graph being written --- */
#define ONNX_NAME 56 /* bytes of a name */

struct onnx_name {
	const struct tensor *tensor; /* held by the trace */
	char name[ONNX_NAME];
	bool waiting; /* a weight no node has read yet: it is written when one does */
};

struct onnx_graph {
	struct strbuf nodes, initializers; /* fields of a GraphProto */
	struct onnx_name *names;
	int name_count, name_capacity, made; /* made: names of ours so far */
	const char *failed; /* name of the op that could not be written */
};

/** The name of a tensor that an op reads: made before, or a constant that is added now. */
char *onnx_input(struct onnx_graph *g, const struct tensor *t, char out[ONNX_NAME]);
/** Gives a tensor a name; weight: it is written with its values once a node reads it. */
void onnx_name_it(struct onnx_graph *g, const struct tensor *t, const char *name, bool weight);
/** A fresh name. */
char *onnx_fresh(struct onnx_graph *g, char out[ONNX_NAME]);
/** Adds a node of one output; attributes may be NULL (a message of them, emptied). inputs end with NULL. */
void onnx_node(struct onnx_graph *g, const char *type, const char *output,
	       struct strbuf *attributes, ...);
/** Adds the nodes of one call; false when there is no word for it. */
bool onnx_write_call(struct onnx_graph *g, const struct op_call *call);
/** RNN, LSTM and GRU (onnx_recurrent.c). */
bool onnx_write_recurrent(struct onnx_graph *g, const struct op_call *call);

#endif
