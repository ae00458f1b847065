#ifndef MUNDAP_TUI_PLAIN_IO_H
#define MUNDAP_TUI_PLAIN_IO_H

#include <stdbool.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"
#include "engine/lua/catalog.h"
#include "engine/store/store.h"
#include "engine/tutor/grade.h"
#include "engine/worker/worker.h"

/* What the parts of the plain mode share. */
struct plain {
	struct catalog *catalog;
	struct store *store; /* NULL: nothing is kept */
	struct grader *grader; /* opened at first use */
	int width;
	bool listed; /* the choices of the home were read out already */
	bool ended; /* standard input is at its end */
};

/** Reads a line without its newline; false at the end of input. */
bool plain_read(struct plain *plain, struct strbuf *line);
/** Prints a prompt and reads a line. */
bool plain_ask(struct plain *plain, const char *prompt, struct strbuf *line);
/** Prints Markdown laid out for the width. */
void plain_markdown(const struct plain *plain, const char *markdown);
/** Prints a message and its end of line. */
void plain_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Says what went wrong; returns whether status is STATUS_OK. */
bool plain_told(enum status status, const struct error *err);
const struct grader *plain_grader(struct plain *plain);

/** A number within 1…count; 0 when the line is none. */
int plain_chosen(const struct strbuf *line, int count);
/** Opens a lesson, unit or checkpoint by name. False: the learner wants to leave the program. */
bool plain_open(struct plain *plain, const char *name, const char *step);
/** Where the learner was last; "" when nothing was begun. */
void plain_last_place(struct plain *plain, char *lesson, size_t lesson_size, char *step,
		      size_t step_size);

/** The rest of the program: reviews, search, notes … Rows are numbered from first on. */
void plain_menu_print(struct plain *plain, int first);
int plain_menu_count(void);
/** Does the row-th of them (0-based). False: the learner wants to leave the program. */
bool plain_menu_do(struct plain *plain, int row);

/** A lesson, step by step, from where it was left (or step). False: the learner wants to leave the program. */
bool plain_lesson(struct plain *plain, const struct lesson *lesson, const char *step);
/** The dialogue on a checkpoint until it is passed or left; revisit: asked anew, as a review. */
void plain_dialogue(struct plain *plain, const struct checkpoint *checkpoint, bool revisit);
void plain_quiz(struct plain *plain, const struct lesson *lesson, const struct step *step);
void plain_lab(struct plain *plain, const struct lesson *lesson, const struct step *step);
void plain_figure(struct plain *plain, const struct step *step);
/** What the reviewer asks about the code at a path. */
void plain_review_path(struct plain *plain, const char *path);

#endif
