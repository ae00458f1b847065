#include "engine/tutor/dialogue_state.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"

enum { STATE_VERSION = 1 };

char *dialogue_excerpt(const char *bytes, size_t length, size_t limit)
{
	/* What a terminal or a pipe sends need not be well-formed. */
	char *text = utf8_normalise(bytes, length);
	if (!text) {
		return NULL;
	}
	length = strlen(text);
	while (length > 0 && strchr(" \n\t.", text[length - 1])) {
		length--;
	}
	size_t at = 0, count = 0, space = 0;
	while (at < length && count < limit) {
		if (text[at] == ' ' || text[at] == '\n') {
			space = at;
		}
		utf8_next(text, length, &at);
		count++;
	}
	struct strbuf sb;
	strbuf_init(&sb);
	bool cut = at < length;
	size_t end = cut && space > limit / 2 ? space : at;
	for (size_t i = 0; i < end; i++) {
		strbuf_putc(&sb, text[i] == '\n' || text[i] == '\t' ? ' ' : text[i]);
	}
	if (cut) {
		strbuf_puts(&sb, "…");
	}
	free(text);
	return strbuf_detach(&sb);
}

static json_t *concepts_json(const struct dialogue *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->checkpoint->expectation_count; i++) {
		const struct concept_state *c = &d->concepts[i];
		json_array_append_new(list,
				      json_pack("{s:s,s:b,s:i,s:s?}", "id",
						d->checkpoint->expectations[i].id, "covered",
						c->covered, "level", c->level, "words", c->words));
	}
	return list;
}

static json_t *misconceptions_json(const struct dialogue *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->checkpoint->misconception_count; i++) {
		const struct misconception_state *m = &d->misconceptions[i];
		json_array_append_new(list, json_pack("{s:s,s:b,s:b,s:i,s:s?}", "id",
						      d->checkpoint->misconceptions[i].id, "open",
						      m->open, "closed", m->closed, "times",
						      m->times, "words", m->words));
	}
	return list;
}

char *dialogue_save(const struct dialogue *d)
{
	json_t *root = json_pack(
		"{s:i,s:s,s:i,s:i,s:b,s:b,s:i,s:i,s:i,s:s?,s:s?,s:o,s:o}", "version", STATE_VERSION,
		"checkpoint", d->checkpoint->id, "variant", d->variant, "stage", (int)d->stage,
		"passed", d->passed, "junior", d->junior, "turns", d->turns, "stuck", d->stuck,
		"refusals", d->refusals, "last_answer", d->last_answer, "summary", d->summary,
		"concepts", concepts_json(d), "misconceptions", misconceptions_json(d));
	if (!root) {
		return NULL;
	}
	if (d->asked >= 0) {
		json_object_set_new(root, "asked",
				    json_string(d->checkpoint->expectations[d->asked].id));
	}
	char *text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	return text;
}

static char *copy_string(const json_t *value)
{
	return json_is_string(value) ? strdup(json_string_value(value)) : NULL;
}

static int bounded(const json_t *value, int low, int high)
{
	json_int_t n = json_integer_value(value);
	return n < low ? low : n > high ? high : (int)n;
}

/* States are found by the concept's id, so that a lesson may gain and lose concepts between two sittings. */
static void read_concepts(struct dialogue *d, const json_t *list)
{
	size_t at;
	json_t *row;
	json_array_foreach(list, at, row)
	{
		const char *id = json_string_value(json_object_get(row, "id"));
		for (size_t i = 0; id && i < d->checkpoint->expectation_count; i++) {
			if (strcmp(d->checkpoint->expectations[i].id, id) == 0) {
				struct concept_state *c = &d->concepts[i];
				c->covered = json_is_true(json_object_get(row, "covered"));
				c->level = bounded(json_object_get(row, "level"), -1, LADDER_TOP);
				free(c->words);
				c->words = copy_string(json_object_get(row, "words"));
			}
		}
	}
}

static void read_misconceptions(struct dialogue *d, const json_t *list)
{
	size_t at;
	json_t *row;
	json_array_foreach(list, at, row)
	{
		const char *id = json_string_value(json_object_get(row, "id"));
		for (size_t i = 0; id && i < d->checkpoint->misconception_count; i++) {
			if (strcmp(d->checkpoint->misconceptions[i].id, id) == 0) {
				struct misconception_state *m = &d->misconceptions[i];
				m->open = json_is_true(json_object_get(row, "open"));
				m->closed = json_is_true(json_object_get(row, "closed"));
				m->times = bounded(json_object_get(row, "times"), 0, 1000);
				free(m->words);
				m->words = copy_string(json_object_get(row, "words"));
			}
		}
	}
}

bool dialogue_state_read(struct dialogue *d, const char *text)
{
	json_t *root = json_loads(text, 0, NULL);
	const char *id = json_string_value(json_object_get(root, "checkpoint"));
	bool fits = id && strcmp(id, d->checkpoint->id) == 0 &&
		    json_integer_value(json_object_get(root, "version")) == STATE_VERSION;
	if (fits) {
		d->variant = bounded(json_object_get(root, "variant"), 0,
				     (int)d->checkpoint->variants.count);
		d->stage = (enum dialogue_stage)bounded(json_object_get(root, "stage"),
							DIALOGUE_OPEN, DIALOGUE_DONE);
		d->passed = json_is_true(json_object_get(root, "passed"));
		d->junior = json_is_true(json_object_get(root, "junior"));
		d->turns = bounded(json_object_get(root, "turns"), 0, 1000000);
		d->stuck = bounded(json_object_get(root, "stuck"), 0, 1000);
		d->refusals = bounded(json_object_get(root, "refusals"), 0, 1000);
		d->last_answer = copy_string(json_object_get(root, "last_answer"));
		d->summary = copy_string(json_object_get(root, "summary"));
		read_concepts(d, json_object_get(root, "concepts"));
		read_misconceptions(d, json_object_get(root, "misconceptions"));
		const char *asked = json_string_value(json_object_get(root, "asked"));
		for (size_t i = 0; asked && i < d->checkpoint->expectation_count; i++) {
			if (strcmp(d->checkpoint->expectations[i].id, asked) == 0) {
				d->asked = (int)i;
			}
		}
	}
	json_decref(root);
	return fits;
}
