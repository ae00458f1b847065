#ifndef MUNDAP_NN_ONNX_H
#define MUNDAP_NN_ONNX_H

#include "engine/base/strbuf.h"
#include "engine/nn/module.h"

/* Writes a model as ONNX (operator set 17). The model runs once on example inputs, in evaluation; the ops it calls become
 * the nodes of the graph, its weights the initialisers, the examples' shapes the shapes of the graph. */

#define ONNX_INPUTS 4

/** Inputs are named input, input2 …; the result output. Errors: STATUS_UNSUPPORTED naming an op ONNX has no word for */
enum status onnx_export(struct strbuf *out, struct module *m, struct tensor *const *inputs,
			int count, struct error *err);

#endif
