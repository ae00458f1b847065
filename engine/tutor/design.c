#include "engine/tutor/design.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tutor/design_words.h"

static const char left_open[] = "미정";

bool design_detects(const char *text)
{
	static const char *const what[] = {"배포",   "서빙",   "구축",     "아키텍처",     "설계",
					   "구성",   "인프라", "시스템을", "파이프라인을", "확장",
					   "운영하", "운영해", "서비스하", "서비스를",     "올려야",
					   "띄워야", NULL};
	static const char *const how[] = {
		"어떻게",   "어떤기술", "어떤아키", "어떤구성", "어떤구조", "어떤방식",
		"무엇으로", "무엇을써", "뭘로",     "뭘써",     "어떤도구", "어떤걸써",
		"추천",     "방법을",   "방법이",   "어디에올", "좋을까",   "해야하나",
		"해야할까", "해야될까", "하면되",   "하면좋",   NULL};
	static const char *const requests[] = {"알려", "추천해", "궁금", "좋을지",
					       "할지", "도와",   NULL};
	size_t length = strlen(text);
	if (length > 400 || !design_hears(text, what) || !design_hears(text, how)) {
		return false;
	}
	return memchr(text, '?', length) || design_asks(text) || design_hears(text, requests);
}

void design_init(struct design *design, enum design_kind kind)
{
	*design = (struct design){.kind = kind, .asking = -1};
}

void design_release(struct design *d)
{
	for (int i = 0; i < DESIGN_SLOTS; i++) {
		free(d->answers[i]);
	}
	for (int i = 0; i < DESIGN_THINKING; i++) {
		free(d->thoughts[i]);
	}
	design_init(d, d->kind);
}

static enum status finish(const struct strbuf *out, struct error *err)
{
	return strbuf_ok(out) ? STATUS_OK : error_set(err, STATUS_NOMEM, "design", "out of memory");
}

static void questions(const struct design *d, struct strbuf *out)
{
	static const enum message groups[2][3] = {
		{MSG_DESIGN_GROUP_PERFORMANCE, MSG_DESIGN_GROUP_DATA, MSG_DESIGN_GROUP_OPERATION},
		{MSG_DESIGN_GROUP_INFRA, MSG_DESIGN_GROUP_OPERATION, MSG_DESIGN_GROUP_BUSINESS}};
	for (int i = 0; i < DESIGN_SLOTS; i++) {
		if (i % 3 == 0) {
			strbuf_printf(out, "\n%s\n", message(groups[d->kind][i / 3]));
		}
		strbuf_printf(out, "- %s\n", message(design_slots[d->kind][i].question));
	}
}

enum status design_open(struct design *d, struct strbuf *out, struct error *err)
{
	strbuf_puts(out, message(MSG_DESIGN_PRAISE));
	strbuf_putc(out, '\n');
	questions(d, out);
	strbuf_putc(out, '\n');
	strbuf_puts(out, message(MSG_DESIGN_PROMISE));
	return finish(out, err);
}

int design_answered(const struct design *d)
{
	int n = 0;
	for (int i = 0; i < DESIGN_SLOTS; i++) {
		n += d->answers[i] && strcmp(d->answers[i], left_open) != 0;
	}
	return n;
}

bool design_unlocked(const struct design *d)
{
	return design_answered(d) >= DESIGN_ENOUGH;
}

bool design_canvas_open(const struct design *d)
{
	for (int i = 0; i < DESIGN_SLOTS; i++) {
		if (!d->answers[i]) {
			return false;
		}
	}
	return true;
}

static void store(char **slot, const char *text)
{
	free(*slot);
	*slot = strdup(text);
}

/* Where a part of an answer ends: a line, a semicolon, a comma or full stop before a space ("1,000" goes on). */
static size_t part_length(const char *text)
{
	size_t n = 0;
	while (text[n] && text[n] != '\n' && text[n] != ';' &&
	       !((text[n] == ',' || text[n] == '.') && (text[n + 1] == ' ' || !text[n + 1]))) {
		n++;
	}
	return n;
}

/* Each part goes to the open slot whose words it holds. Returns how many were filled. */
static int fill(struct design *d, const char *text)
{
	int filled = 0;
	while (*text) {
		size_t n = part_length(text);
		char *part = strndup(text, n);
		for (int i = 0; part && i < DESIGN_SLOTS; i++) {
			const struct design_slot *slot = &design_slots[d->kind][i];
			bool open = !d->answers[i] || strcmp(d->answers[i], left_open) == 0;
			if (open && design_hears(part, slot->words) &&
			    !(slot->number && design_vague(part))) {
				store(&d->answers[i], part + strspn(part, " -*"));
				filled++;
				break;
			}
		}
		free(part);
		text += n + (text[n] != '\0');
	}
	return filled;
}

static int first_open(const struct design *d)
{
	for (int i = 0; i < DESIGN_SLOTS; i++) {
		if (!d->answers[i]) {
			return i;
		}
	}
	return -1;
}

static void ask_slot(struct design *d, int slot, struct strbuf *out)
{
	d->asking = slot;
	strbuf_puts(out, message(design_slots[d->kind][slot].question));
}

static void assumptions(const struct design *d, struct strbuf *out)
{
	bool any = false;
	for (int i = 0; i < DESIGN_SLOTS; i++) {
		if (!d->answers[i] || strcmp(d->answers[i], left_open) == 0) {
			strbuf_puts(out, any ? "\n" : message(MSG_DESIGN_ASSUMPTIONS));
			if (!any) {
				strbuf_putc(out, '\n');
			}
			strbuf_printf(out, "- %s", message(design_slots[d->kind][i].question));
			any = true;
		}
	}
	if (any) {
		strbuf_puts(out, "\n\n");
	}
}

static void requirements(struct design *d, const char *text, struct strbuf *out)
{
	int asked = d->asking;
	int filled = fill(d, text);
	if (asked >= 0 && !d->answers[asked]) {
		bool wants_number = design_slots[d->kind][asked].number;
		if (design_left_open(text)) {
			store(&d->answers[asked], left_open);
		} else if (wants_number && design_vague(text)) {
			strbuf_puts(out, message(MSG_DESIGN_NUMBER));
			strbuf_putc(out, ' ');
			ask_slot(d, asked, out);
			return;
		} else if (filled == 0) {
			store(&d->answers[asked], text);
		}
	} else if (filled == 0 && design_vague(text)) {
		strbuf_puts(out, message(MSG_DESIGN_NUMBER));
		return;
	}
	int clash = design_contradiction(d, d->contradictions);
	if (clash >= 0) {
		d->contradictions |= 1u << clash;
		strbuf_puts(out, message(design_contradiction_question(clash)));
		return;
	}
	int open = first_open(d);
	if (open >= 0 && !(d->kind == DESIGN_SERVING && design_unlocked(d))) {
		strbuf_printf(out, message(MSG_DESIGN_NOTED), design_answered(d));
		strbuf_putc(out, ' ');
		ask_slot(d, open, out);
		return;
	}
	/* Too little known after every question: the open ones stand as assumptions all the same. */
	d->stage = DESIGN_THINKING_STAGE;
	d->asking = -1;
	strbuf_puts(out, message(MSG_DESIGN_UNLOCKED));
	strbuf_puts(out, "\n\n");
	assumptions(d, out);
	strbuf_puts(out, message(MSG_DESIGN_THINK_1));
}

static void thinking(struct design *d, const char *text, struct strbuf *out)
{
	int at = 0;
	while (at < DESIGN_THINKING && d->thoughts[at]) {
		at++;
	}
	if (design_left_open(text) || strlen(text) < 20) {
		strbuf_puts(out, message(MSG_DESIGN_THINK_MORE));
		strbuf_putc(out, ' ');
		strbuf_puts(out, message((enum message)(MSG_DESIGN_THINK_1 + at)));
		return;
	}
	if (design_vague(text)) {
		strbuf_puts(out, message(MSG_DESIGN_NUMBER));
		return;
	}
	store(&d->thoughts[at], text);
	if (at + 1 < DESIGN_THINKING) {
		strbuf_puts(out, message((enum message)(MSG_DESIGN_THINK_1 + at + 1)));
		return;
	}
	d->stage = DESIGN_DRILL;
	d->drill = (int)(strlen(text) % 5);
	strbuf_puts(out, message((enum message)(MSG_DESIGN_INCIDENT_1 + d->drill)));
	strbuf_putc(out, ' ');
	strbuf_puts(out, message(MSG_DESIGN_DRILL_ASK));
}

static void drill(struct design *d, const char *text, struct strbuf *out)
{
	d->drill_parts |= design_drill_parts(text);
	for (int part = 0; part < 3; part++) {
		if (!(d->drill_parts >> part & 1)) {
			strbuf_puts(out, message((enum message)(MSG_DESIGN_DRILL_DETECT + part)));
			return;
		}
	}
	d->stage = DESIGN_CLOSED;
	strbuf_puts(out, message(MSG_DESIGN_CLOSED_WORDS));
}

enum status design_answer(struct design *d, const char *text, struct strbuf *out, struct error *err)
{
	d->turns++;
	switch (d->stage) {
	case DESIGN_REQUIREMENTS:
		requirements(d, text, out);
		break;
	case DESIGN_THINKING_STAGE:
		thinking(d, text, out);
		break;
	case DESIGN_DRILL:
		drill(d, text, out);
		break;
	case DESIGN_CLOSED:
		strbuf_puts(out, message(MSG_DESIGN_CLOSED_WORDS));
		break;
	}
	return finish(out, err);
}

char *design_save(const struct design *d)
{
	json_t *answers = json_array(), *thoughts = json_array();
	for (int i = 0; i < DESIGN_SLOTS; i++) {
		json_array_append_new(answers,
				      d->answers[i] ? json_string(d->answers[i]) : json_null());
	}
	for (int i = 0; i < DESIGN_THINKING; i++) {
		json_array_append_new(thoughts,
				      d->thoughts[i] ? json_string(d->thoughts[i]) : json_null());
	}
	json_t *root = json_pack("{s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:o,s:o}", "version", 1, "kind",
				 (int)d->kind, "stage", (int)d->stage, "asking", d->asking,
				 "contradictions", (int)d->contradictions, "drill", d->drill,
				 "drill_parts", (int)d->drill_parts, "turns", d->turns, "answers",
				 answers, "thoughts", thoughts);
	char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}

static int within(const json_t *root, const char *name, int low, int high)
{
	json_int_t value = json_integer_value(json_object_get(root, name));
	return value < low ? low : value > high ? high : (int)value;
}

enum status design_load(struct design *d, const char *json, struct error *err)
{
	json_t *root = json_loads(json, 0, NULL);
	design_init(d, DESIGN_SERVING);
	if (json_integer_value(json_object_get(root, "version")) != 1) {
		json_decref(root);
		return error_set(err, STATUS_CORRUPT, "design", "not a saved design");
	}
	d->kind = (enum design_kind)within(root, "kind", 0, 1);
	d->stage = (enum design_stage)within(root, "stage", 0, DESIGN_CLOSED);
	d->asking = within(root, "asking", -1, DESIGN_SLOTS - 1);
	d->contradictions = (unsigned)within(root, "contradictions", 0, 255);
	d->drill = within(root, "drill", 0, 4);
	d->drill_parts = (unsigned)within(root, "drill_parts", 0, 7);
	d->turns = within(root, "turns", 0, 1000000);
	for (size_t i = 0; i < DESIGN_SLOTS; i++) {
		const char *text =
			json_string_value(json_array_get(json_object_get(root, "answers"), i));
		d->answers[i] = text ? strdup(text) : NULL;
	}
	for (size_t i = 0; i < DESIGN_THINKING; i++) {
		const char *text =
			json_string_value(json_array_get(json_object_get(root, "thoughts"), i));
		d->thoughts[i] = text ? strdup(text) : NULL;
	}
	json_decref(root);
	return STATUS_OK;
}
