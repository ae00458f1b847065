#include "engine/syntax/syntax.h"

#include <stdlib.h>

#include "engine/base/message.h"

/* Stands in for parse.c and highlight.c in a build without tree-sitter or its grammars. */

enum status syntax_parse(struct syntax_tree **out, enum syntax_language language, const char *text,
			 size_t length, struct error *err)
{
	(void)language;
	(void)text;
	(void)length;
	*out = NULL;
	return error_set(err, STATUS_UNSUPPORTED, "syntax", "%s", message(MSG_REVIEW_NO_GRAMMARS));
}

void syntax_free(struct syntax_tree *tree)
{
	free(tree);
}

enum status syntax_highlight(struct syntax_span **out, size_t *count, enum syntax_language language,
			     const char *text, size_t length)
{
	(void)language;
	(void)text;
	(void)length;
	*out = NULL;
	*count = 0;
	return STATUS_OK;
}
