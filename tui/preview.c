#include "tui/preview.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/message.h"
#include "tui/lab_session.h"

/* An author's preview. Folders of lessons are small: asking every file twice a second costs nothing, and works on
 * file systems that tell no one of changes. */

enum { EVERY_MS = 500, DEPTH = 6 };

struct preview {
	const char *lesson, *folder;
	struct app *app;
	uint64_t stamp;
};

static uint64_t stamp_below(const char *folder, int depth)
{
	uint64_t stamp = 1469598103934665603u;
	DIR *dir = depth > 0 ? opendir(folder) : NULL;
	for (struct dirent *item; dir && (item = readdir(dir)) != NULL;) {
		char path[PATH_MAX];
		struct stat info;
		if (item->d_name[0] == '.' ||
		    snprintf(path, sizeof path, "%s/%s", folder, item->d_name) >= PATH_MAX ||
		    stat(path, &info) < 0) {
			continue;
		}
		/* A sum, for the order of a folder's entries is nobody's promise. */
		if (S_ISDIR(info.st_mode)) {
			stamp += stamp_below(path, depth - 1);
		} else {
			stamp += ((uint64_t)info.st_mtim.tv_sec * 1000000007u ^
				  (uint64_t)info.st_mtim.tv_nsec) +
				 (uint64_t)info.st_ino * 31 + (uint64_t)info.st_size;
		}
	}
	if (dir) {
		closedir(dir);
	}
	return stamp;
}

uint64_t preview_stamp(const char *folder)
{
	return stamp_below(folder, DEPTH);
}

static void tell_problems(struct app *app, const char *folder, const char *course)
{
	struct lesson_file file;
	if (lesson_read(&file, folder, course, NULL) != STATUS_OK) {
		return;
	}
	if (file.problem_count > 0) {
		const struct lesson_problem *first = &file.problems[0];
		const char *slash = strrchr(first->file, '/');
		app_notice(app, STYLE_WARN, message(MSG_TUI_PREVIEW_PROBLEM), file.problem_count,
			   slash ? slash + 1 : first->file, first->line, first->message);
	} else {
		app_notice(app, STYLE_GOOD, "%s", message(MSG_TUI_PREVIEW_READ));
	}
	lesson_file_release(&file);
}

static void look(void *context)
{
	struct preview *preview = context;
	struct app *app = preview->app;
	uint64_t stamp = preview_stamp(preview->folder);
	if (stamp == preview->stamp) {
		return;
	}
	preview->stamp = stamp;
	const struct lesson_entry *entry = catalog_find(app->catalog, preview->lesson);
	if (!entry) {
		return;
	}
	while (app->depth > 1) {
		app_pop(app, false);
	}
	lab_sessions_free(app); /* they hold steps of the lesson as it was */
	catalog_forget(app->catalog, entry);
	app_open_lesson(app, preview->lesson, NULL);
	tell_problems(app, preview->folder, entry->course);
	app_changed(app);
}

void preview_watch(struct app *app, const char *lesson, const char *folder)
{
	static struct preview preview;
	preview = (struct preview){lesson, folder, app, preview_stamp(folder)};
	loop_timer(app->loop, EVERY_MS, false, look, &preview);
}
