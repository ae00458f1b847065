#ifndef MUNDAP_CLI_LESSON_TEXT_H
#define MUNDAP_CLI_LESSON_TEXT_H

#include "engine/base/strbuf.h"
#include "engine/lua/lesson.h"

/* A lesson told as one Markdown text: for `mundap read`, the preview and search. */

enum { MOST_COLUMNS = 100 /* longer lines are hard to read */ };

/** Appends one step with its heading. Answers of quizzes and explanations that follow a passed checkpoint stay out. */
void lesson_text_step(struct strbuf *out, const struct step *step);

/** Appends the whole lesson. */
void lesson_text_all(struct strbuf *out, const struct lesson *lesson);

/** Lays Markdown out for a width and prints it on stdout, coloured or plain. Returns 0 or STATUS_NOMEM. */
enum status lesson_text_print(const struct strbuf *markdown, int width, bool color,
			      struct error *err);

#endif
