#ifndef MUNDAP_TUI_VIEWS_H
#define MUNDAP_TUI_VIEWS_H

#include "engine/base/strbuf.h"
#include "engine/lua/lesson.h"
#include "tui/view.h"

/* The views of the program. Each maker returns NULL when memory ran out. */

struct app;

struct view *view_home_new(struct app *app);
/** The first meeting, or the road that came of it. */
struct view *view_meeting_new(struct app *app);
struct view *view_map_new(struct app *app);
/** The reader on a lesson, at a step (NULL: where it was left). The lesson is the catalog's. */
struct view *view_lesson_new(struct app *app, const struct lesson *lesson, const char *step);
/** The dialogue on a checkpoint; lesson NULL when it is asked outside of one. */
struct view *view_dialogue_new(struct app *app, const struct checkpoint *checkpoint,
			       const struct lesson *lesson);
/** The dialogue as a review: asked anew, its card graded by the first answer. */
struct view *view_revisit_new(struct app *app, const struct checkpoint *checkpoint);
struct view *view_quiz_new(struct app *app, const struct lesson *lesson, const struct step *step);
struct view *view_lab_new(struct app *app, const struct lesson *lesson, const struct step *step);
/** The review of a lesson's code, or of a path of the learner's. */
struct view *view_review_new(struct app *app, const struct lesson *lesson, const struct step *step,
			     const char *path);
struct view *view_reviews_new(struct app *app);
struct view *view_notes_new(struct app *app, const char *lesson, const char *step);
/** A note to be written at words of a step. */
struct view *view_notes_at_new(struct app *app, const char *lesson, const char *step,
			       const char *quote);
struct view *view_glossary_new(struct app *app, const char *term);
struct view *view_statistics_new(struct app *app);
struct view *view_settings_new(struct app *app);
struct view *view_help_new(struct app *app, enum view_kind kind);
struct view *view_palette_new(struct app *app);
struct view *view_search_new(struct app *app);
struct view *view_experiments_new(struct app *app);
/** A recorded run on a timeline; NULL also when there is none of that number. */
struct view *view_replay_new(struct app *app, int64_t run);
/** A page of Markdown with a title. */
struct view *view_page_new(struct app *app, const char *title, const char *markdown);

/* What some views show, as Markdown: for the plain mode. Only the catalog and the store of app are used. */
void statistics_text(struct app *app, struct strbuf *out);
void glossary_text(struct app *app, const char *wanted, struct strbuf *out);

#endif
