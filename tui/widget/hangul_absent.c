#include "tui/widget/hangul.h"

#include <stddef.h>

/* Stands in for hangul.c in a build without libhangul: the built-in input is always off. */

void hangul_input_init(struct hangul_input *input)
{
	*input = (struct hangul_input){HANGUL_OFF, NULL};
}

void hangul_input_release(struct hangul_input *input)
{
	hangul_input_init(input);
}

void hangul_next_layout(struct hangul_input *input, struct strbuf *committed)
{
	(void)committed;
	hangul_input_init(input);
}

const char *hangul_layout_name(enum hangul_layout layout)
{
	(void)layout;
	return "";
}

void hangul_key(struct hangul_input *input, uint32_t key, struct strbuf *committed, bool *consumed)
{
	(void)input;
	(void)key;
	(void)committed;
	*consumed = false;
}

const char *hangul_preedit(struct hangul_input *input)
{
	(void)input;
	return "";
}

void hangul_flush(struct hangul_input *input, struct strbuf *committed)
{
	(void)input;
	(void)committed;
}
