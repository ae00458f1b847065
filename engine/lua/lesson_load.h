#ifndef MUNDAP_LUA_LESSON_LOAD_H
#define MUNDAP_LUA_LESSON_LOAD_H

#include "engine/lua/lesson.h"

/* What the catalog needs of the loader beyond lesson.h. */

/** As lesson_read, but leaves Markdown files, checkpoints' files and labs' folders alone. */
enum status lesson_read_light(struct lesson_file *out, const char *folder, const char *course,
			      struct error *err);

struct course_file {
	char id[64];
	char title[256];
	char summary[512];
	int order;
};
/** Reads <folder>/course.lua; what it lacks is filled from the folder's name. */
enum status course_read(struct course_file *out, const char *folder, struct error *err);

#endif
