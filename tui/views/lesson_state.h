#ifndef MUNDAP_TUI_VIEWS_LESSON_STATE_H
#define MUNDAP_TUI_VIEWS_LESSON_STATE_H

#include "tui/program.h"
#include "tui/progress.h"
#include "tui/text/markdown.h"
#include "tui/text/page_map.h"
#include "tui/widget/field.h"
#include "tui/widget/figure_pane.h"

/* The reader's state, shared by the file that acts (lesson.c) and the one that draws (lesson_draw.c). */

/* A note, highlight or bookmark at its place in the page. */
struct reader_mark {
	int64_t id;
	const char *kind;
	size_t begin, end; /* in the map's text */
};

struct reader_view {
	struct view base;
	const struct lesson *lesson;
	const struct lesson_entry *entry;
	size_t at; /* step; step_count: the page after the last */
	int top; /* first line shown */
	int page; /* lines in sight */
	int link; /* chosen link, 0 none */
	bool visit; /* only this step is looked at; where the learner is stays as it was */
	struct rich_text text;
	int laid_out; /* width of text, 0 when it is not made yet */
	struct figure_pane *figure;
	struct progress progress;
	/* What lesson_marks.c keeps of the page. */
	struct page_map map;
	bool mapped;
	struct arena marks_arena;
	struct reader_mark *marks;
	int mark_count;
	bool finding, choosing;
	struct field find;
	size_t found; /* where the match in question begins */
	size_t chosen_begin, chosen_end;
	char wanted_quote[512]; /* to be shown once the page is laid out */
};

/** The step in view; NULL on the page after the last. */
const struct step *reader_step_at(const struct reader_view *reader);
bool reader_step_done(const struct reader_view *reader, const struct step *step);
/** The question that waits behind a text or figure, when it is next; NULL otherwise. */
const struct step *reader_waiting_question(const struct reader_view *reader);
/** Whether Enter opens something on this page. */
bool reader_has_action(const struct reader_view *reader);
bool reader_more_below(const struct reader_view *reader);

/** The page is laid out anew, or its notes changed. */
void reader_marks_unmap(struct reader_view *reader);
/** Another page. */
void reader_marks_forget(struct reader_view *reader);
void reader_marks_release(struct reader_view *reader);
/** After the page was laid out. */
void reader_marks_prepare(struct reader_view *reader);
/** Keys while something is looked for or chosen; false: nothing is, or it is not their key. */
bool reader_marks_key(struct reader_view *reader, uint32_t key);
bool reader_marks_request(struct reader_view *reader, enum request request);
/** Paints marks over the text, and their signs into the margin beside it. */
void reader_marks_draw(struct reader_view *reader, struct area text, struct area margin);
/** Draws the row that says what is looked for or chosen; false when nothing is. */
bool reader_marks_foot(struct reader_view *reader, struct area row);
void reader_draw(struct view *view, struct area area);

#endif
