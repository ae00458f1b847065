#include "tui/match.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/strbuf.h"
#include "engine/base/utf8.h"

static void without_spaces(struct strbuf *out, const char *text)
{
	/* Not the compatibility fold: it would take jamo for conjoining ones. */
	for (const char *at = text; *at; at++) {
		if (*at != ' ') {
			strbuf_putc(out, *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at);
		}
	}
}

bool match_text(const char *text, const char *wanted)
{
	struct strbuf all, part, jamo, part_jamo, initials;
	strbuf_init(&all);
	strbuf_init(&part);
	strbuf_init(&jamo);
	strbuf_init(&part_jamo);
	strbuf_init(&initials);
	without_spaces(&all, text);
	without_spaces(&part, wanted);
	bool found = strstr(all.text, part.text) != NULL;
	if (!found) {
		/* A syllable half typed (모데 → 모델) matches by its letters. */
		korean_decompose(&jamo, all.text, all.length);
		korean_decompose(&part_jamo, part.text, part.length);
		found = strstr(jamo.text, part_jamo.text) != NULL;
	}
	if (!found) {
		korean_initials(&initials, all.text, all.length);
		found = strstr(initials.text, part.text) != NULL;
	}
	strbuf_release(&all);
	strbuf_release(&part);
	strbuf_release(&jamo);
	strbuf_release(&part_jamo);
	strbuf_release(&initials);
	return found;
}
