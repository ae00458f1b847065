#ifndef MUNDAP_REVIEW_CUSTOM_MODEL_H
#define MUNDAP_REVIEW_CUSTOM_MODEL_H

#include "engine/base/strbuf.h"
#include "engine/review/python.h"
#include "engine/review/rule.h"

struct custom_rule {
	struct rule rule;
	const char *name; /* of its file, in messages */
	const char *source;
	size_t length;
	struct custom_rule *next;
};

/** Writes the model of a service as a Lua table constructor. */
void custom_model_write(struct strbuf *out, struct review_private *r, struct py_project *project);

#endif
