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

/** A lesson, step by step, from where it was left (or step). False: the learner wants to leave the program. */
bool plain_lesson(struct plain *plain, const struct lesson *lesson, const char *step);
/** The dialogue on a checkpoint until it is passed or left. */
void plain_dialogue(struct plain *plain, const struct checkpoint *checkpoint);
void plain_quiz(struct plain *plain, const struct lesson *lesson, const struct step *step);
void plain_lab(struct plain *plain, const struct lesson *lesson, const struct step *step);
void plain_figure(struct plain *plain, const struct step *step);
void plain_review(struct plain *plain, const struct step *step);

#endif
