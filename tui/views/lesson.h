#ifndef MUNDAP_TUI_VIEWS_LESSON_H
#define MUNDAP_TUI_VIEWS_LESSON_H

#include <stdbool.h>

#include "engine/lua/lesson.h"
#include "tui/view.h"

/* What other views may ask of a reader below them. */

/** Goes to a step of the lesson; false when it has none of that id. */
bool view_lesson_go_to(struct view *view, const char *step);
/** A reader on the figure or lab that would settle a checkpoint's question; NULL when the lesson has none. */
struct view *view_lesson_experiment_new(struct app *app, const struct lesson *lesson,
					const struct checkpoint *checkpoint);
/** Scrolls to these words of the step, when they are there. */
void view_lesson_go_to_quote(struct view *view, const char *quote);
void view_lesson_go_on(struct view *view);
const struct lesson *view_lesson_of(struct view *view);

#endif
