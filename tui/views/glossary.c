#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/match.h"
#include "tui/program.h"
#include "tui/text/layout.h"
#include "tui/views/views.h"
#include "tui/widget/field.h"
#include "tui/widget/list.h"

/* Terms as the lessons introduce them: **용어(English)**, with the sentence in which they stand there first. */

struct term {
	char *name; /* "국소 특징(Local Feature)" */
	char *sentence;
	const char *lesson, *step;
};

struct glossary {
	struct view base;
	struct field field;
	struct list_cursor list;
	struct term *terms;
	int count, room;
	int *found;
	int found_count, page;
};

static struct glossary *self(struct view *view)
{
	return (struct glossary *)view;
}

static bool known(const struct glossary *glossary, const char *name, size_t length)
{
	for (int i = 0; i < glossary->count; i++) {
		if (strlen(glossary->terms[i].name) == length &&
		    !memcmp(glossary->terms[i].name, name, length)) {
			return true;
		}
	}
	return false;
}

/* The sentence around text[at], without Markdown's signs. */
static char *sentence_around(const char *text, size_t at)
{
	size_t start = at, end = at;
	while (start > 0 && text[start - 1] != '\n' &&
	       !(start > 1 && text[start - 1] == ' ' && text[start - 2] == '.')) {
		start--;
	}
	while (text[end] && text[end] != '\n' &&
	       !(text[end] == '.' &&
		 (text[end + 1] == ' ' || text[end + 1] == '\n' || !text[end + 1]))) {
		end++;
	}
	end += text[end] == '.';
	struct strbuf out;
	strbuf_init(&out);
	for (size_t i = start; i < end; i++) {
		if (!strchr("*`#>", text[i])) {
			strbuf_putc(&out, text[i]);
		}
	}
	return strbuf_detach(&out);
}

static void add_term(struct glossary *glossary, const char *text, size_t start, size_t end,
		     const char *lesson, const char *step)
{
	if (end - start > 120 || known(glossary, text + start, end - start)) {
		return;
	}
	if (glossary->count == glossary->room) {
		int room = glossary->room ? glossary->room * 2 : 64;
		struct term *terms = realloc(glossary->terms, (size_t)room * sizeof *terms);
		if (!terms) {
			return;
		}
		glossary->terms = terms;
		glossary->room = room;
	}
	struct term term = {strndup(text + start, end - start), sentence_around(text, start),
			    lesson, step};
	if (!term.name || !term.sentence) {
		free(term.name);
		free(term.sentence);
		return;
	}
	glossary->terms[glossary->count++] = term;
}

static void collect(struct glossary *glossary, const struct lesson *lesson, const struct step *step)
{
	if (step->kind != STEP_TEXT) {
		return;
	}
	const char *text = step->text;
	for (const char *at = text; (at = strstr(at, "**")) != NULL;) {
		const char *end = strstr(at + 2, "**");
		const char *newline = strchr(at, '\n');
		if (!end) {
			break;
		}
		if (newline && newline < end) {
			at = newline;
			continue;
		}
		const char *open = memchr(at + 2, '(', (size_t)(end - at - 2));
		if (open && end[-1] == ')' && open > at + 2) {
			add_term(glossary, text, (size_t)(at + 2 - text), (size_t)(end - text),
				 lesson->id, step->id);
		}
		at = end + 2;
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct term *)a)->name, ((const struct term *)b)->name);
}

static void load(struct glossary *glossary)
{
	struct catalog *catalog = glossary->base.app->catalog;
	size_t count;
	const struct course *courses = catalog_courses(catalog, &count);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < courses[i].lesson_count; k++) {
			const struct lesson *lesson;
			if (!courses[i].lessons[k]->ready ||
			    catalog_open(catalog, courses[i].lessons[k], &lesson, NULL)) {
				continue;
			}
			for (size_t s = 0; s < lesson->step_count; s++) {
				collect(glossary, lesson, &lesson->steps[s]);
			}
		}
	}
	if (glossary->count) {
		qsort(glossary->terms, (size_t)glossary->count, sizeof *glossary->terms, by_name);
	}
	glossary->found = calloc((size_t)glossary->count + 1, sizeof *glossary->found);
}

static void find(struct glossary *glossary)
{
	glossary->found_count = 0;
	for (int i = 0; glossary->found && i < glossary->count; i++) {
		if (match_text(glossary->terms[i].name, glossary->field.text.text)) {
			glossary->found[glossary->found_count++] = i;
		}
	}
}

static void draw(struct view *view, struct area area)
{
	struct glossary *glossary = self(view);
	find(glossary);
	area_text(area, 2, 0, "g", STYLE_ACCENT);
	field_draw(&glossary->field, area_part(area, 4, 0, area.width - 6, 1),
		   hangul_preedit(&view->app->hangul), true);
	area_rule(area_part(area, 0, 1, area.width, 1), 0, NULL);
	int rows = area.height - 2 - 4;
	glossary->page = rows;
	list_fit(&glossary->list, glossary->found_count, rows);
	for (int i = 0; i < rows && glossary->list.top + i < glossary->found_count; i++) {
		int index = glossary->list.top + i;
		const struct term *term = &glossary->terms[glossary->found[index]];
		bool here = index == glossary->list.at;
		const struct lesson_entry *entry = catalog_find(view->app->catalog, term->lesson);
		area_text(area, 2, 2 + i, here ? "▸" : " ", STYLE_ACCENT);
		area_text_cut(area, 4, 2 + i, 44, term->name, here ? STYLE_ACCENT : STYLE_NORMAL);
		area_text_cut(area, 50, 2 + i, area.width - 52, entry ? entry->title : "",
			      STYLE_DIM);
	}
	area_rule(area_part(area, 0, area.height - 4, area.width, 1), 0, NULL);
	if (!glossary->found_count) {
		area_text(area, 4, 3,
			  message(glossary->count ? MSG_TUI_NOTHING_FOUND : MSG_TUI_NO_TERMS),
			  STYLE_DIM);
		return;
	}
	const char *sentence = glossary->terms[glossary->found[glossary->list.at]].sentence;
	size_t length = strlen(sentence);
	int y = area.height - 3;
	for (size_t at = 0; at < length && y < area.height; y++) {
		size_t next, end = text_break(sentence + at, length - at, area.width - 6, &next);
		area_textn(area, 4, y, sentence + at, end, STYLE_NORMAL);
		at += next;
	}
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	strbuf_puts(left, message(MSG_TUI_GLOSSARY_TITLE));
	strbuf_printf(right, message(MSG_TUI_GLOSSARY_COUNT), self(view)->count);
}

static bool request(struct view *view, enum request request)
{
	struct glossary *glossary = self(view);
	if (request == REQUEST_OPEN) {
		find(glossary);
		if (glossary->found_count) {
			const struct term *term =
				&glossary->terms[glossary->found[glossary->list.at]];
			app_open_lesson(view->app, term->lesson, term->step);
		}
		return true;
	}
	if (request == REQUEST_BACK) {
		app_pop(view->app, false);
		return true;
	}
	return list_request(&glossary->list, request, glossary->page);
}

static bool key(struct view *view, uint32_t key)
{
	struct glossary *glossary = self(view);
	if (field_key(&glossary->field, key)) {
		glossary->list.at = 0;
		return true;
	}
	return false;
}

static bool wants_text(struct view *view)
{
	(void)view;
	return true;
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_OPEN, REQUEST_DOWN, REQUEST_BACK, REQUEST_NONE};
	return list;
}

static void release(struct glossary *glossary)
{
	for (int i = 0; i < glossary->count; i++) {
		free(glossary->terms[i].name);
		free(glossary->terms[i].sentence);
	}
	free(glossary->terms);
	free(glossary->found);
	field_release(&glossary->field);
}

static void free_view(struct view *view)
{
	release(self(view));
	free(view);
}

static const struct view_ops ops = {
	.kind = VIEW_GLOSSARY,
	.name = "glossary",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.wants_text = wants_text,
	.hints = hints,
	.free = free_view,
};

struct view *view_glossary_new(struct app *app, const char *term)
{
	struct glossary *glossary = calloc(1, sizeof *glossary);
	if (!glossary) {
		return NULL;
	}
	glossary->base = (struct view){&ops, app};
	field_init(&glossary->field);
	if (term) {
		field_set(&glossary->field, term);
	}
	load(glossary);
	return &glossary->base;
}

void glossary_text(struct app *app, const char *wanted, struct strbuf *out)
{
	enum { MOST = 30 };
	struct glossary glossary = {.base = {&ops, app}};
	field_init(&glossary.field);
	field_set(&glossary.field, wanted);
	load(&glossary);
	find(&glossary);
	for (int i = 0; i < glossary.found_count && i < MOST; i++) {
		const struct term *term = &glossary.terms[glossary.found[i]];
		strbuf_printf(out, "- **%s** %s\n", term->name, term->sentence);
	}
	if (!glossary.found_count) {
		strbuf_puts(out,
			    message(glossary.count ? MSG_TUI_NOTHING_FOUND : MSG_TUI_NO_TERMS));
	}
	release(&glossary);
}
