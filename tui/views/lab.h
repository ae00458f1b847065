#ifndef MUNDAP_TUI_VIEWS_LAB_H
#define MUNDAP_TUI_VIEWS_LAB_H

#include "tui/lab_session.h"
#include "tui/text/markdown.h"
#include "tui/view.h"
#include "tui/widget/editor.h"
#include "tui/widget/field.h"

/* The workbench of a lab: its state, shared by the file that acts (lab.c) and the one that draws (lab_draw.c). */

enum lab_pane { PANE_GOAL, PANE_EDITOR, PANE_PICTURE, PANE_OUTPUT, LAB_PANES };

/* A question asked over the panes: what do you expect, and what did you see. */
enum lab_prompt { PROMPT_NONE, PROMPT_PREDICT, PROMPT_EXPLAIN };

struct lab_view {
	struct view base;
	const struct lesson *lesson;
	const struct step *step;
	struct lab_session *session;
	struct editor *editor;
	char *path;
	unsigned long saved; /* version of the text on the disk */
	bool editor_failed; /* the file could not be read; nothing is written */
	int save_timer, file_watch;
	enum lab_pane pane;
	bool zoomed;
	struct area
		places[LAB_PANES]; /* of the panes as drawn last, from the top row of the view */
	int picture;
	struct plot_look look; /* how its lines are shown */
	int goal_top, log_back;
	struct rich_text goal;
	int goal_width;
	enum lab_prompt prompt;
	bool run_after_prompt;
	struct field field;
	char *prediction;
	bool reset_asked;
	bool was_changed_outside;
};

void lab_draw(struct view *view, struct area area);
void lab_title(struct view *view, struct strbuf *left, struct strbuf *right);

#endif
