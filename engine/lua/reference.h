#ifndef MUNDAP_LUA_REFERENCE_H
#define MUNDAP_LUA_REFERENCE_H

#include <stdbool.h>

#include "engine/base/strbuf.h"

/* What scripts may call, from the tables that register it: for documentation, completion and the Lua language server. */

struct reference_entry {
	const char *owner; /* module ("nn") or type ("Tensor") */
	bool method; /* called with ":" */
	bool field; /* read without a call */
	const char *name; /* "f.conv2d" */
	const char *parameters; /* "x: Tensor, dim?: integer" */
	const char *returns;
	const char *doc; /* one Korean line */
};

/** The i-th entry, modules first, then types; false past the end. */
bool reference_entry(int i, struct reference_entry *out);
/** Name of the i-th module, NULL past the end. */
const char *reference_module(int i);

/** Appends the whole reference as Markdown. */
void reference_markdown(struct strbuf *out);
/** Appends one module's annotations for the Lua language server: a file that returns the module. */
void reference_annotations(struct strbuf *out, int module);

#endif
