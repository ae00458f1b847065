#ifndef MUNDAP_TUI_LAB_SESSION_H
#define MUNDAP_TUI_LAB_SESSION_H

#include <stdbool.h>

#include "tui/program.h"
#include "tui/run.h"
#include "tui/widget/board.h"

/* A lab being worked at: its runs and checks, what they show, and what is kept of them. A session outlives the view that
 * shows it: a run goes on behind other screens, and coming back shows what it brought. */

struct lab_session {
	struct app *app;
	const struct lesson *lesson;
	const struct step *step;
	struct run *run;
	struct board *board;
	bool checking; /* the run is (or was) a check */
	bool ended; /* the last run is over; result and error tell how */
	bool passed; /* the last check passed, until the next run */
	bool ok;
	char error[1200];
	int error_line;
	double seconds;
	int64_t started; /* clock_now_ns */
	int64_t store_run; /* id of the run in the store, 0 none */
	size_t kept[64]; /* points of each metric already in the store */
	int keeper; /* timer */
	unsigned ticks;
	uint64_t seed;
	char *source; /* as it was run */
	bool external; /* the file on the disk was changed by another program: checked at each save */
	void (*changed)(void *context); /* a run ended */
	void *context; /* the view that shows it, NULL behind other screens */
};

/**
 * The session of a lab that no view shows, as it was left, or a new one. changed may be called until lab_session_leave.
 * NULL without memory.
 */
struct lab_session *lab_session_open(struct app *app, const struct lesson *lesson,
				     const struct step *step, void (*changed)(void *context),
				     void *context);
/** Its view goes away. A run that is under way goes on; NULL is fine. */
void lab_session_leave(struct lab_session *session);

/** Whether a run is under way in any lab. */
bool lab_sessions_running(const struct app *app);
/** Appends a word on each lab that runs, or has ended, behind the view (NULL: behind none). */
void lab_sessions_say(const struct app *app, const struct view *view, struct strbuf *out);
/** The lab to come back to: one that runs, else one that has ended unseen; NULL when there is none. */
struct lab_session *lab_sessions_latest(const struct app *app);
/** Ends and frees all of them. */
void lab_sessions_free(struct app *app);

/** Runs or checks the text. A run that is under way is ended first. */
enum status lab_session_start(struct lab_session *session, const char *text, size_t length,
			      bool check, struct error *err);
void lab_session_stop(struct lab_session *session);
void lab_session_pause(struct lab_session *session);
bool lab_session_paused(const struct lab_session *session);
/** Seconds since the start, or that the last run took. */
double lab_session_seconds(const struct lab_session *session);

#endif
