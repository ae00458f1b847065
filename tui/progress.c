#include "tui/progress.h"

#include <stdlib.h>
#include <string.h>

static int compare_steps(const void *a, const void *b)
{
	const struct step_progress *left = a, *right = b;
	int order = strcmp(left->lesson, right->lesson);
	return order ? order : strcmp(left->step, right->step);
}

void progress_load(struct progress *progress, struct app *app)
{
	memset(progress, 0, sizeof *progress);
	arena_init(&progress->arena);
	if (!app->store) {
		return;
	}
	if (store_steps(app->store, &progress->arena, NULL, &progress->steps, &progress->step_count,
			NULL)) {
		progress->step_count = 0;
	}
	if (store_dialogues(app->store, &progress->arena, &progress->dialogues,
			    &progress->dialogue_count, NULL)) {
		progress->dialogue_count = 0;
	}
	if (progress->step_count) {
		qsort(progress->steps, progress->step_count, sizeof *progress->steps,
		      compare_steps);
	}
}

void progress_release(struct progress *progress)
{
	arena_release(&progress->arena);
	memset(progress, 0, sizeof *progress);
}

int progress_step(const struct progress *progress, const char *lesson, const char *step)
{
	if (!progress->step_count) {
		return 0;
	}
	struct step_progress key = {.lesson = lesson, .step = step};
	const struct step_progress *found =
		bsearch(&key, progress->steps, progress->step_count, sizeof key, compare_steps);
	return found ? (int)found->state : 0;
}

bool progress_passed(const struct progress *progress, const char *checkpoint)
{
	for (size_t i = 0; i < progress->dialogue_count; i++) {
		if (!strcmp(progress->dialogues[i].checkpoint, checkpoint)) {
			return progress->dialogues[i].passed;
		}
	}
	return false;
}

int progress_lesson(const struct progress *progress, const struct lesson_entry *entry, int *total)
{
	int done = 0;
	if (!entry->ready) {
		*total = (int)entry->checkpoints.count;
		for (size_t i = 0; i < entry->checkpoints.count; i++) {
			done += progress_passed(progress, entry->checkpoints.items[i]);
		}
		return done;
	}
	*total = (int)entry->step_count;
	for (size_t i = 0; i < entry->step_count; i++) {
		done += progress_step(progress, entry->id, entry->steps[i].id) >= STEP_STATE_DONE;
	}
	return done;
}

int progress_course(const struct progress *progress, const struct course *course)
{
	int count = 0;
	for (size_t i = 0; i < course->lesson_count; i++) {
		int total;
		int done = progress_lesson(progress, course->lessons[i], &total);
		count += total > 0 && done == total;
	}
	return count;
}

const struct lesson_entry *progress_next(const struct progress *progress,
					 const struct course *course)
{
	const struct lesson_entry *fallback = NULL;
	for (size_t i = 0; i < course->lesson_count; i++) {
		const struct lesson_entry *entry = course->lessons[i];
		int total;
		int done = progress_lesson(progress, entry, &total);
		if (total == 0 || done == total || entry->problem) {
			continue;
		}
		if (entry->ready) {
			return entry;
		}
		if (!fallback) {
			fallback = entry;
		}
	}
	return fallback;
}

const struct course *progress_find_course(const struct catalog *catalog, const char *id)
{
	size_t count;
	const struct course *courses = catalog_courses(catalog, &count);
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(courses[i].id, id)) {
			return &courses[i];
		}
	}
	return NULL;
}
