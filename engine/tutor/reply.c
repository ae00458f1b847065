#include "engine/tutor/reply.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/korean.h"
#include "engine/base/utf8.h"
#include "engine/tutor/text.h"

static void paragraph(struct dialogue *d)
{
	if (d->reply.length > 0) {
		strbuf_puts(&d->reply, "\n\n");
	}
}

void reply_say(struct dialogue *d, enum message id, ...)
{
	paragraph(d);
	va_list args;
	va_start(args, id);
	strbuf_vprintf(&d->reply, message(id), args);
	va_end(args);
}

void reply_text(struct dialogue *d, const char *text)
{
	if (text && *text) {
		paragraph(d);
		size_t length = strlen(text);
		while (length > 0 && strchr(" \n\t", text[length - 1])) {
			length--;
		}
		strbuf_add(&d->reply, text, length);
	}
}

void reply_vary(struct dialogue *d, enum message first, int count)
{
	paragraph(d);
	strbuf_puts(&d->reply, message((enum message)((int)first + d->turns % count)));
}

/* The authored praise without the full stop that the sentence around it brings. */
static char *bare(const char *text)
{
	size_t length = strlen(text);
	while (length > 0 && strchr(" .!\n", text[length - 1])) {
		length--;
	}
	return strndup(text, length);
}

void reply_praise(struct dialogue *d, const int *concepts, int count, const char *answer)
{
	for (int i = 0; i < count && i < 2; i++) {
		const struct expectation *e = &d->checkpoint->expectations[concepts[i]];
		const struct span *span = &d->grade.concepts[concepts[i]].evidence;
		char *praise = bare(e->praise ? e->praise : "");
		char *quote = dialogue_excerpt(answer + span->start, span->length, 40);
		if (praise && quote && *praise) {
			if (i == 0 && *quote) {
				reply_say(d, MSG_TUTOR_PRAISE_QUOTE, quote, praise);
			} else {
				strbuf_putc(&d->reply, ' ');
				strbuf_printf(&d->reply, message(MSG_TUTOR_PRAISE_ALSO), praise);
			}
		}
		free(praise);
		free(quote);
	}
}

void reply_rung(struct dialogue *d, int concept)
{
	const struct expectation *e = &d->checkpoint->expectations[concept];
	int level = d->concepts[concept].level;
	if (d->junior) {
		reply_say(d, MSG_TUTOR_JUNIOR_ASK, e->ask);
		return;
	}
	if (level <= 0 || e->hints.count == 0) {
		reply_text(d, e->ask);
		return;
	}
	int rung = level > (int)e->hints.count ? (int)e->hints.count : level;
	reply_say(d, (enum message)(MSG_TUTOR_NARROW_1 + rung - 1));
	reply_text(d, e->hints.items[rung - 1]);
}

void reply_concepts(struct dialogue *d, enum message id, bool covered)
{
	struct strbuf names;
	strbuf_init(&names);
	for (size_t i = 0; i < d->checkpoint->expectation_count; i++) {
		if (d->concepts[i].covered == covered) {
			strbuf_puts(&names, names.length ? ", " : "");
			strbuf_puts(&names, d->checkpoint->expectations[i].name);
		}
	}
	if (names.length > 0) {
		reply_say(d, id, names.text);
	}
	strbuf_release(&names);
}

static uint8_t *key_of(struct arena *arena, const char *text, size_t *length)
{
	char *folded = utf8_fold(text, strlen(text));
	uint8_t *key = folded ? text_key(arena, folded, length) : NULL;
	free(folded);
	return key;
}

bool reply_gives_away(const struct dialogue *d, const char *reply)
{
	struct arena arena;
	arena_init(&arena);
	size_t n = 0;
	uint8_t *key = key_of(&arena, reply, &n);
	bool found = false;
	for (size_t i = 0; key && !found && i < d->checkpoint->expectation_count; i++) {
		size_t m = 0;
		const uint8_t *statement =
			key_of(&arena, d->checkpoint->expectations[i].statement, &m);
		found = statement && m > 12 && memmem(key, n, statement, m) != NULL;
	}
	arena_release(&arena);
	return found;
}

bool reply_invites(const char *reply)
{
	static const char *const closings[] = {"까요?", "요?", "?",      "보세요.", "주세요.",
					       "봐요.", "요)", "보세요", NULL};
	size_t length = strlen(reply);
	while (length > 0 && strchr(" \n)*_\"'", reply[length - 1])) {
		length--;
	}
	for (int i = 0; closings[i]; i++) {
		size_t n = strlen(closings[i]);
		if (length >= n && memcmp(reply + length - n, closings[i], n) == 0) {
			return true;
		}
	}
	return false;
}
