#ifndef MUNDAP_TUI_PROGRESS_H
#define MUNDAP_TUI_PROGRESS_H

#include "engine/base/arena.h"
#include "tui/program.h"

/* How far the learner has come, read from the store at once and asked many times. */

struct progress {
	struct arena arena;
	struct step_progress *steps; /* by lesson, then step */
	size_t step_count;
	struct dialogue_record *dialogues;
	size_t dialogue_count;
};

void progress_load(struct progress *progress, struct app *app);
void progress_release(struct progress *progress);
/** 0 when the step was never opened. */
int progress_step(const struct progress *progress, const char *lesson, const char *step);
bool progress_passed(const struct progress *progress, const char *checkpoint);
/** Steps of the lesson that are done (for one that is not ready: its checkpoints). *total: how many there are. */
int progress_lesson(const struct progress *progress, const struct lesson_entry *entry, int *total);
/** Lessons of a course that are done. */
int progress_course(const struct progress *progress, const struct course *course);
/** The first lesson of the course that can be opened and is not done; NULL when there is none. */
const struct lesson_entry *progress_next(const struct progress *progress,
					 const struct course *course);

/** Course by id; NULL when there is none. */
const struct course *progress_find_course(const struct catalog *catalog, const char *id);

#endif
