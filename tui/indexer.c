#include "tui/indexer.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tui/text/markdown.h"

enum { PAUSE_MS = 15, INDEX_VERSION = 1 };

struct indexer {
	struct app *app;
	size_t course, lesson;
};

static struct indexer indexer;

/* Newest time and number of the files of a lesson folder, one level deep. */
static void look(const char *folder, int depth, long long *newest, int *files)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir && (entry = readdir(dir)) != NULL) {
		char path[4096];
		struct stat info;
		if (entry->d_name[0] == '.' ||
		    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >=
			    (int)sizeof path ||
		    stat(path, &info)) {
			continue;
		}
		if (S_ISDIR(info.st_mode)) {
			if (depth) {
				look(path, depth - 1, newest, files);
			}
			continue;
		}
		*files += 1;
		long long time =
			(long long)info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000;
		*newest = time > *newest ? time : *newest;
	}
	if (dir) {
		closedir(dir);
	}
}

static char *plain_text(const char *markdown)
{
	struct rich_text rich;
	struct strbuf out;
	if (markdown_layout(&rich, markdown, strlen(markdown), 500, NULL)) {
		return NULL;
	}
	strbuf_init(&out);
	rich_text_print(&rich, &out);
	rich_text_release(&rich);
	return strbuf_detach(&out);
}

static const char *markdown_of(const struct step *step)
{
	switch (step->kind) {
	case STEP_TEXT:
		return step->text;
	case STEP_FIGURE:
		return step->figure.caption;
	case STEP_CHECKPOINT:
		return step->checkpoint->question;
	case STEP_LAB:
		return step->lab.goal;
	case STEP_REVIEW:
		return step->review.body;
	default:
		return "";
	}
}

static void index_lesson(struct app *app, const struct lesson_entry *entry)
{
	char fingerprint[64];
	long long newest = 0;
	int files = 0;
	look(entry->folder, 2, &newest, &files);
	snprintf(fingerprint, sizeof fingerprint, "%d:%lld:%d", INDEX_VERSION, newest, files);
	if (store_search_current(app->store, entry->id, fingerprint)) {
		return;
	}
	const struct lesson *lesson = NULL;
	if (!entry->ready || catalog_open(app->catalog, entry, &lesson, NULL)) {
		struct search_document document = {.lesson = entry->id,
						   .step = "",
						   .title = entry->title,
						   .text = entry->summary};
		store_search_put(app->store, entry->id, fingerprint, &document, 1, NULL);
		return;
	}
	struct search_document *documents = calloc(lesson->step_count + 1, sizeof *documents);
	char **texts = calloc(lesson->step_count + 1, sizeof *texts);
	for (size_t i = 0; documents && texts && i < lesson->step_count; i++) {
		texts[i] = plain_text(markdown_of(&lesson->steps[i]));
		documents[i] = (struct search_document){.lesson = entry->id,
							.step = lesson->steps[i].id,
							.title = lesson->steps[i].title,
							.text = texts[i] ? texts[i] : ""};
	}
	if (documents && texts) {
		store_search_put(app->store, entry->id, fingerprint, documents, lesson->step_count,
				 NULL);
	}
	for (size_t i = 0; texts && i < lesson->step_count; i++) {
		free(texts[i]);
	}
	free(texts);
	free(documents);
}

static void work(void *context)
{
	struct indexer *state = context;
	size_t count;
	const struct course *courses = catalog_courses(state->app->catalog, &count);
	while (state->course < count && state->lesson >= courses[state->course].lesson_count) {
		state->course++;
		state->lesson = 0;
	}
	if (state->course >= count) {
		return;
	}
	index_lesson(state->app, courses[state->course].lessons[state->lesson++]);
	loop_timer(state->app->loop, PAUSE_MS, true, work, state);
}

void indexer_start(struct app *app)
{
	if (app->store) {
		indexer = (struct indexer){.app = app};
		loop_timer(app->loop, 300, true, work, &indexer);
	}
}

void indexer_all(struct app *app)
{
	size_t count;
	const struct course *courses = catalog_courses(app->catalog, &count);
	for (size_t i = 0; app->store && i < count; i++) {
		for (size_t k = 0; k < courses[i].lesson_count; k++) {
			index_lesson(app, courses[i].lessons[k]);
		}
	}
}
