#ifndef MUNDAP_LUA_CATALOG_H
#define MUNDAP_LUA_CATALOG_H

#include "engine/base/error.h"
#include "engine/lua/lesson.h"

/* Every course and lesson of the lesson folders. Listing reads an index kept in the data folder (keyed by the files'
 * times), so that only changed lessons are opened; a lesson's content is read when it is asked for. */
struct catalog;

struct step_entry {
	enum step_kind kind;
	const char *id;
	const char *title;
};

/* The light part of a lesson: enough for lists, trees and roadmaps. */
struct lesson_entry {
	const char *id; /* "foundations/05-cnn-1" */
	const char *course;
	const char *folder;
	const char *title;
	const char *summary;
	int number; /* NN of the folder */
	int minutes;
	bool ready; /* false: only its checkpoint is written ("준비 중") */
	const char *problem; /* the first problem that keeps it from opening, else NULL */
	struct string_list spec;
	struct string_list prerequisites;
	struct string_list checkpoints; /* "CP-AI-05" */
	struct string_list labs;
	const struct step_entry *steps;
	size_t step_count;
	int quizzes; /* steps of the kind */
	int figures;
};

struct course {
	const char *id;
	const char *title;
	const char *summary;
	int order;
	const struct lesson_entry *const *lessons; /* by number */
	size_t lesson_count;
};

/**
 * Loads the catalog of the program's lessons and of the folders in MUNDAP_LESSONS (each holds course folders; a later
 * folder's lesson replaces one of the same id). Lessons with mistakes are listed with their problem.
 * Errors: STATUS_NOT_FOUND when no folder is there; STATUS_NOMEM.
 */
enum status catalog_load(struct catalog **out, struct error *err);

/** The same for the folders given; index_path is where to keep the index (NULL: none). */
enum status catalog_load_folders(struct catalog **out, const char *const *folders, size_t count,
				 const char *index_path, struct error *err);
void catalog_free(struct catalog *catalog);

const struct course *catalog_courses(const struct catalog *catalog, size_t *count);

/**
 * Finds a lesson by lesson id, folder slug, unit id ("AI-05"), checkpoint id ("CP-AI-05"), lab id ("Lab-AI-06b") or
 * concept id ("AI-05.k3"), in any case. NULL when there is none.
 */
const struct lesson_entry *catalog_find(const struct catalog *catalog, const char *name);

/** The lesson id, unit, checkpoint or lab nearest in spelling to name, for "혹시 …?"; NULL when nothing is near. */
const char *catalog_nearest(const struct catalog *catalog, const char *name);

/**
 * Reads the lesson's content; read once, then kept until catalog_free. Errors: STATUS_SCRIPT, STATUS_PARSE (message
 * carries file and line of the first problem), STATUS_UNSUPPORTED when it is not ready.
 */
enum status catalog_open(struct catalog *catalog, const struct lesson_entry *entry,
			 const struct lesson **out, struct error *err);

/** The checkpoint named "CP-B1" (or its unit "B1"), in any case, also of a lesson that is not ready. entry may be NULL. */
enum status catalog_checkpoint(struct catalog *catalog, const char *name,
			       const struct checkpoint **out, const struct lesson_entry **entry,
			       struct error *err);

/** The lab named "Lab-B1", in any case. entry may be NULL. */
enum status catalog_lab(struct catalog *catalog, const char *name, const struct step **out,
			const struct lesson_entry **entry, struct error *err);

/**
 * Forgets one lesson's content, so that the next catalog_open reads it again (preview). What was handed out stays valid
 * until catalog_free.
 */
void catalog_forget(struct catalog *catalog, const struct lesson_entry *entry);

#endif
