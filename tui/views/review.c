#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "tui/key.h"
#include "tui/views/review_state.h"
#include "tui/views/views.h"

static struct review_view *self(struct view *view)
{
	return (struct review_view *)view;
}

static void forget(struct review_view *review)
{
	review_free(review->review);
	review->review = NULL;
	for (int i = 0; i < review->item_count; i++) {
		free(review->items[i].extra);
	}
	free(review->items);
	review->items = NULL;
	review->item_count = 0;
	review->talking = false;
	strbuf_reset(&review->said);
}

static void add_item(struct review_view *review, struct review_item item)
{
	struct review_item *items =
		realloc(review->items, (size_t)(review->item_count + 1) * sizeof *items);
	if (items) {
		review->items = items;
		items[review->item_count++] = item;
	} else {
		free(item.extra);
	}
}

/* In the order of the teacher: praise, then the four headings, each question at its line. */
static void make_items(struct review_view *review)
{
	struct review *data = review->review;
	for (size_t f = 0; f < data->file_count; f++) {
		for (size_t i = 0; i < data->files[f].strength_count; i++) {
			add_item(review,
				 (struct review_item){.kind = ITEM_STRENGTH,
						      .file = &data->files[f],
						      .strength = &data->files[f].strengths[i]});
		}
	}
	for (int category = 0; category < REVIEW_CATEGORY_COUNT; category++) {
		bool titled = false;
		for (size_t f = 0; f < data->file_count; f++) {
			for (size_t i = 0; i < data->files[f].finding_count; i++) {
				struct review_finding *finding = &data->files[f].findings[i];
				if (finding->suppressed || (int)finding->category != category) {
					continue;
				}
				if (!titled) {
					add_item(review,
						 (struct review_item){.kind = ITEM_HEADING,
								      .category = category});
					titled = true;
				}
				add_item(review, (struct review_item){.kind = ITEM_FINDING,
								      .file = &data->files[f],
								      .finding = finding});
			}
		}
		for (size_t i = 0; i < data->question_count; i++) {
			if ((int)data->questions[i].category != category) {
				continue;
			}
			if (!titled) {
				add_item(review, (struct review_item){.kind = ITEM_HEADING,
								      .category = category});
				titled = true;
			}
			add_item(review, (struct review_item){.kind = ITEM_QUESTION,
							      .question = &data->questions[i]});
		}
	}
	review->list = (struct list_cursor){.count = review->item_count};
	while (review->list.at + 1 < review->item_count &&
	       review->items[review->list.at].kind != ITEM_FINDING) {
		review->list.at++;
	}
	if (review->item_count && review->items[review->list.at].kind != ITEM_FINDING) {
		review->list.at = 0;
	}
}

/* Keeps the submission; what changed since the last one becomes a page. */
static void keep(struct review_view *review)
{
	struct app *app = review->base.app;
	json_t *now = review_to_json(review->review);
	struct arena arena;
	struct submission *rows;
	size_t count = 0;
	arena_init(&arena);
	strbuf_reset(&review->comparison);
	review->submissions = 1;
	if (app->store && now &&
	    !store_submissions(app->store, &arena, review->name, &rows, &count, NULL)) {
		review->submissions = (int)count + 1;
		json_t *before = count ? json_loads(rows[count - 1].findings, 0, NULL) : NULL;
		struct review_change *changes;
		size_t change_count;
		if (before && !review_compare(before, now, &changes, &change_count, NULL)) {
			review_compare_text(changes, change_count, &review->comparison);
			free(changes);
		}
		char *text = json_dumps(now, JSON_COMPACT);
		/* The same code twice is one submission. */
		if (text && (!count || strcmp(text, rows[count - 1].findings))) {
			struct submission row = {
				.name = review->name, .files = "{}", .findings = text};
			struct error err = ERROR_INIT;
			app_told(app, store_add_submission(app->store, &row, NULL, &err), &err);
		} else {
			review->submissions = (int)count;
		}
		free(text);
		json_decref(before);
	}
	json_decref(now);
	arena_release(&arena);
}

enum { ENTRIES_MOST = 3000 /* of a folder: reading more would keep the screen waiting */ };

static int entries_seen;

static int count_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)path;
	(void)info;
	(void)kind;
	(void)place;
	return ++entries_seen > ENTRIES_MOST;
}

/* Whether a folder holds more than a service does: "/", a home, a tree of packages. */
static bool too_large(const char *path)
{
	entries_seen = 0;
	return nftw(path, count_entry, 16, FTW_PHYS) > 0;
}

static void submit(struct review_view *review, const char *path)
{
	struct app *app = review->base.app;
	struct error err = ERROR_INIT;
	char expanded[4096];
	const char *home = getenv("HOME");
	if (path[0] == '~' && path[1] == '/' && home) {
		snprintf(expanded, sizeof expanded, "%s%s", home, path + 1);
	} else {
		snprintf(expanded, sizeof expanded, "%s", path);
	}
	if (too_large(expanded)) {
		app_notice(app, STYLE_WARN, message(MSG_TUI_REVIEW_TOO_LARGE), expanded);
		return;
	}
	forget(review);
	snprintf(review->path, sizeof review->path, "%s", expanded);
	if (!review->step) {
		snprintf(review->name, sizeof review->name, "%s", expanded);
	}
	review->review = review_new();
	if (!review->review ||
	    !app_told(app, review_add_path(review->review, expanded, &err), &err) ||
	    !app_told(app, review_run(review->review, &err), &err)) {
		forget(review);
		return;
	}
	make_items(review);
	keep(review);
	if (app->store && review->lesson && review->step) {
		app_told(app,
			 store_set_step(app->store, review->lesson->id, review->step->id,
					STEP_STATE_DONE, &err),
			 &err);
	}
}

const struct review_item *review_chosen(const struct review_view *review)
{
	return review->item_count ? &review->items[review->list.at] : NULL;
}

/* ---- talk about one finding ---- */

static void begin_talk(struct review_view *review)
{
	const struct review_item *item = review_chosen(review);
	if (!item || item->kind != ITEM_FINDING) {
		return;
	}
	review->talking = true;
	strbuf_reset(&review->said);
	field_set(&review->field, "");
	review_dialogue_open(&review->dialogue, item->finding, &review->said);
}

static void answer(struct review_view *review)
{
	struct app *app = review->base.app;
	struct strbuf composing, reply;
	strbuf_init(&composing);
	hangul_flush(&app->hangul, &composing);
	field_insert(&review->field, composing.text, false);
	strbuf_release(&composing);
	if (!review->field.text.length) {
		return;
	}
	strbuf_init(&reply);
	review_dialogue_answer(&review->dialogue, review->field.text.text, &reply);
	strbuf_printf(&review->said, "\n\n%s: %s\n\n%s", message(MSG_TUI_LEARNER),
		      review->field.text.text, reply.text);
	strbuf_release(&reply);
	field_set(&review->field, "");
}

/* ---- the live probe, in a process of its own ---- */

static void probe_ready(void *context)
{
	struct review_view *review = context;
	char bytes[4096];
	ssize_t count = read(review->probe_fd, bytes, sizeof bytes);
	if (count > 0) {
		strbuf_add(&review->probe_text, bytes, (size_t)count);
		return;
	}
	loop_unwatch(review->base.app->loop, review->probe_fd);
	close(review->probe_fd);
	review->probe_fd = -1;
	waitpid(review->probe_child, NULL, 0);
	review->probe_child = 0;
	json_decref(review->live);
	review->live = json_loadb(review->probe_text.text, review->probe_text.length, 0, NULL);
	app_changed(review->base.app);
}

static void start_probe(struct review_view *review)
{
	struct app *app = review->base.app;
	int ends[2];
	if (review->probe_fd >= 0 || !review->review) {
		return;
	}
	if (pipe(ends)) {
		app_notice(app, STYLE_BAD, "%s", message(MSG_TUI_REVIEW_NO_PROBE));
		return;
	}
	strbuf_reset(&review->probe_text);
	pid_t child = fork();
	if (child == 0) {
		struct error err = ERROR_INIT;
		close(ends[0]);
		setsid();
		review_probe_live(review->review, NULL, NULL, &err);
		json_t *json = review_to_json(review->review);
		json_t *live = json_object_get(json, "live");
		if (!live && err.message[0]) {
			live = json_pack("{s:s}", "problem", err.message);
		}
		char *text = live ? json_dumps(live, JSON_COMPACT) : NULL;
		for (size_t at = 0, length = text ? strlen(text) : 0; at < length;) {
			ssize_t n = write(ends[1], text + at, length - at);
			if (n <= 0) {
				break;
			}
			at += (size_t)n;
		}
		_exit(0);
	}
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		app_notice(app, STYLE_BAD, "%s", message(MSG_TUI_REVIEW_NO_PROBE));
		return;
	}
	review->probe_child = child;
	review->probe_fd = ends[0];
	loop_watch(app->loop, ends[0], probe_ready, review);
}

static void stop_probe(struct review_view *review)
{
	if (review->probe_fd >= 0) {
		loop_unwatch(review->base.app->loop, review->probe_fd);
		close(review->probe_fd);
		kill(-review->probe_child, SIGKILL);
		kill(review->probe_child, SIGKILL);
		waitpid(review->probe_child, NULL, 0);
		review->probe_fd = -1;
	}
}

/* ---- requests ---- */

static bool move(struct review_view *review, enum request request)
{
	int before = review->list.at;
	if (!list_request(&review->list, request, 5)) {
		return false;
	}
	/* Headings are passed over. */
	int step = review->list.at < before ? -1 : 1;
	while (review->list.at > 0 && review->list.at + 1 < review->item_count &&
	       review->items[review->list.at].kind == ITEM_HEADING) {
		review->list.at += step;
	}
	if (review->item_count && review->items[review->list.at].kind == ITEM_HEADING) {
		review->list.at = before;
	}
	return true;
}

static bool request(struct view *view, enum request request)
{
	struct review_view *review = self(view);
	struct app *app = view->app;
	switch (request) {
	case REQUEST_ANSWER:
	case REQUEST_OPEN:
		if (!review->review) {
			if (review->field.text.length) {
				char path[4096];
				snprintf(path, sizeof path, "%s", review->field.text.text);
				submit(review, path);
				field_set(&review->field, "");
			}
		} else if (review->talking) {
			answer(review);
		} else {
			begin_talk(review);
		}
		return true;
	case REQUEST_BACK:
		if (review->talking) {
			review->talking = false;
			return true;
		}
		app_pop(app, false);
		return true;
	case REQUEST_SKELETON:
		if (review->review && review->review->skeleton) {
			struct strbuf text;
			strbuf_init(&text);
			strbuf_printf(&text, "%s\n\n```python\n%s\n```\n",
				      message(MSG_TUI_REVIEW_SKELETON), review->review->skeleton);
			app_push(app,
				 view_page_new(app, request_label(REQUEST_SKELETON), text.text));
			strbuf_release(&text);
		}
		return true;
	case REQUEST_LIVE:
		start_probe(review);
		return true;
	case REQUEST_COMPARE:
		app_push(app,
			 view_page_new(app, message(MSG_TUI_REVIEW_COMPARED),
				       review->comparison.length ? review->comparison.text
								 : message(MSG_TUI_REVIEW_FIRST)));
		return true;
	case REQUEST_SUBMIT: {
		char path[4096];
		snprintf(path, sizeof path, "%s", review->path);
		submit(review, path);
		return true;
	}
	default:
		return !review->talking && review->review && move(review, request);
	}
}

static bool wants_text(struct view *view)
{
	return self(view)->talking || !self(view)->review;
}

static bool key(struct view *view, uint32_t key)
{
	return wants_text(view) && field_key(&self(view)->field, key);
}

static bool paste(struct view *view, const char *text)
{
	if (wants_text(view)) {
		field_insert(&self(view)->field, text, false);
	}
	return true;
}

static const enum request *hints(struct view *view)
{
	static const enum request asking[] = {REQUEST_ANSWER, REQUEST_BACK, REQUEST_NONE};
	static const enum request reading[] = {REQUEST_ANSWER,   REQUEST_DOWN,    REQUEST_LIVE,
					       REQUEST_SKELETON, REQUEST_COMPARE, REQUEST_SUBMIT,
					       REQUEST_NONE};
	return wants_text(view) ? asking : reading;
}

static void free_view(struct view *view)
{
	struct review_view *review = self(view);
	stop_probe(review);
	forget(review);
	json_decref(review->live);
	field_release(&review->field);
	strbuf_release(&review->said);
	strbuf_release(&review->comparison);
	strbuf_release(&review->probe_text);
	free(review);
}

static const struct view_ops ops = {
	.kind = VIEW_REVIEW,
	.name = "review",
	.whole = true,
	.draw = review_draw,
	.title = review_title,
	.request = request,
	.key = key,
	.paste = paste,
	.wants_text = wants_text,
	.hints = hints,
	.free = free_view,
};

struct view *view_review_new(struct app *app, const struct lesson *lesson, const struct step *step,
			     const char *path)
{
	struct review_view *review = calloc(1, sizeof *review);
	if (!review) {
		return NULL;
	}
	review->base = (struct view){&ops, app};
	review->lesson = lesson;
	review->step = step;
	review->probe_fd = -1;
	field_init(&review->field);
	strbuf_init(&review->said);
	strbuf_init(&review->comparison);
	strbuf_init(&review->probe_text);
	if (step) {
		snprintf(review->name, sizeof review->name, "%s#%s", lesson->id, step->id);
		path = step->review.path;
	}
	if (path) {
		submit(review, path);
	}
	return &review->base;
}
