#ifndef MUNDAP_SYNTAX_GRAMMAR_H
#define MUNDAP_SYNTAX_GRAMMAR_H

#include <tree_sitter/api.h>

#include "engine/syntax/syntax.h"

/* One grammar with its symbols and fields translated to ours. Filled once, then read only. */
struct grammar {
	const TSLanguage *language;
	uint16_t *kinds; /* TSSymbol -> enum syntax_kind */
	uint32_t kind_count;
	uint8_t *fields; /* TSFieldId -> enum syntax_field */
	uint32_t field_count;
};

/** NULL for a language without a grammar. */
const struct grammar *grammar_of(enum syntax_language language);

#endif
