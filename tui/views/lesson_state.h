#ifndef MUNDAP_TUI_VIEWS_LESSON_STATE_H
#define MUNDAP_TUI_VIEWS_LESSON_STATE_H

#include "tui/program.h"
#include "tui/progress.h"
#include "tui/text/markdown.h"
#include "tui/widget/figure_pane.h"

/* The reader's state, shared by the file that acts (lesson.c) and the one that draws (lesson_draw.c). */

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
};

/** The step in view; NULL on the page after the last. */
const struct step *reader_step_at(const struct reader_view *reader);
bool reader_step_done(const struct reader_view *reader, const struct step *step);
/** The question that waits behind a text or figure, when it is next; NULL otherwise. */
const struct step *reader_waiting_question(const struct reader_view *reader);
/** Whether Enter opens something on this page. */
bool reader_has_action(const struct reader_view *reader);
bool reader_more_below(const struct reader_view *reader);
void reader_draw(struct view *view, struct area area);

#endif
