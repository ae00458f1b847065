#ifndef MUNDAP_TUI_VIEWS_REVIEW_STATE_H
#define MUNDAP_TUI_VIEWS_REVIEW_STATE_H

#include <signal.h>

#include <jansson.h>

#include "engine/lua/lesson.h"
#include "engine/review/review.h"
#include "tui/program.h"
#include "tui/widget/field.h"
#include "tui/widget/list.h"

/* The review view: its state, shared by the file that acts (review.c) and the one that draws (review_draw.c). */

enum review_item_kind { ITEM_STRENGTH, ITEM_HEADING, ITEM_FINDING, ITEM_QUESTION };

struct review_item {
	enum review_item_kind kind;
	int category;
	const struct review_file *file;
	const struct review_finding *finding;
	const struct review_strength *strength;
	const struct review_question *question;
	char *extra;
};

struct review_view {
	struct view base;
	const struct lesson *lesson; /* NULL: the learner's own code */
	const struct step *step;
	char path[4096];
	char name[4200]; /* of the submissions in the store */
	struct review *review; /* NULL: a path is asked for */
	struct review_item *items;
	int item_count;
	struct list_cursor list;
	bool talking; /* about the chosen finding */
	struct review_dialogue dialogue;
	struct strbuf said;
	struct field field;
	int submissions;
	struct strbuf comparison;
	pid_t probe_child;
	int probe_fd; /* -1: no probe runs */
	struct strbuf probe_text;
	json_t *live; /* what the last probe saw */
};

/** The chosen row on the teacher's side, NULL when there is none. */
const struct review_item *review_chosen(const struct review_view *review);
void review_draw(struct view *view, struct area area);
void review_title(struct view *view, struct strbuf *left, struct strbuf *right);

#endif
