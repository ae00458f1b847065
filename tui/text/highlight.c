#include <stdlib.h>
#include <string.h>

#include "engine/syntax/syntax.h"
#include "tui/text/builder.h"

void highlight_code(const char *code, size_t length, const char *language, unsigned char *styles)
{
	static const unsigned char style_of[] = {
		[SYNTAX_CLASS_PLAIN] = STYLE_NORMAL,
		[SYNTAX_CLASS_KEYWORD] = STYLE_CODE_KEYWORD,
		[SYNTAX_CLASS_STRING] = STYLE_CODE_STRING,
		[SYNTAX_CLASS_NUMBER] = STYLE_CODE_NUMBER,
		[SYNTAX_CLASS_COMMENT] = STYLE_CODE_COMMENT,
		[SYNTAX_CLASS_FUNCTION] = STYLE_CODE_FUNCTION,
		[SYNTAX_CLASS_TYPE] = STYLE_CODE_TYPE,
		[SYNTAX_CLASS_CONSTANT] = STYLE_CODE_NUMBER,
	};
	memset(styles, STYLE_CODE, length);
	struct syntax_span *spans = NULL;
	size_t count = 0;
	enum syntax_language known =
		language ? syntax_language_named(language, strlen(language)) : SYNTAX_NONE;
	if (known == SYNTAX_NONE ||
	    syntax_highlight(&spans, &count, known, code, length) != STATUS_OK) {
		return;
	}
	memset(styles, STYLE_NORMAL, length);
	for (size_t i = 0; i < count; i++) {
		uint32_t end = spans[i].end < length ? spans[i].end : (uint32_t)length;
		for (uint32_t at = spans[i].start; at < end; at++) {
			styles[at] = style_of[spans[i].class];
		}
	}
	free(spans);
}
