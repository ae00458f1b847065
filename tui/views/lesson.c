#include <stdlib.h>
#include <string.h>

#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/views/lesson.h"
#include "tui/views/lesson_state.h"
#include "tui/views/views.h"

/* The reader: one step of a lesson at a time. Texts scroll, figures move, the other kinds of step say what they are
 * and open their own view. */

static struct reader_view *self(struct view *view)
{
	return (struct reader_view *)view;
}

const struct step *reader_step_at(const struct reader_view *reader)
{
	return reader->at < reader->lesson->step_count ? &reader->lesson->steps[reader->at] : NULL;
}

static bool is_question(const struct step *step)
{
	return step->kind == STEP_CHECKPOINT || step->kind == STEP_QUIZ;
}

bool reader_step_done(const struct reader_view *reader, const struct step *step)
{
	return progress_step(&reader->progress, reader->lesson->id, step->id) >= STEP_STATE_DONE;
}

static void save_position(struct reader_view *reader)
{
	const struct step *step = reader_step_at(reader);
	struct app *app = reader->base.app;
	if (step && app->store && !reader->visit) {
		struct position position = {
			.lesson = reader->lesson->id, .step = step->id, .line = reader->top};
		struct error err = ERROR_INIT;
		app_told(app, store_set_position(app->store, &position, &err), &err);
	}
}

static void set_step(struct reader_view *reader, enum step_state state)
{
	const struct step *step = reader_step_at(reader);
	struct app *app = reader->base.app;
	if (step && app->store && !reader->visit) {
		struct error err = ERROR_INIT;
		app_told(app, store_set_step(app->store, reader->lesson->id, step->id, state, &err),
			 &err);
	}
}

static void forget_page(struct reader_view *reader)
{
	reader_marks_forget(reader);
	if (reader->laid_out) {
		rich_text_release(&reader->text);
		reader->laid_out = 0;
	}
	figure_pane_free(reader->figure);
	reader->figure = NULL;
	reader->top = 0;
	reader->link = 0;
}

static void go_to(struct reader_view *reader, size_t at)
{
	forget_page(reader);
	reader->at = at;
	set_step(reader, STEP_STATE_OPENED);
	save_position(reader);
	progress_release(&reader->progress);
	progress_load(&reader->progress, reader->base.app);
	app_changed(reader->base.app);
}

static void go_next(struct reader_view *reader)
{
	const struct step *step = reader_step_at(reader);
	size_t at = reader->at;
	if (!step) {
		return;
	}
	if (step->kind == STEP_TEXT || step->kind == STEP_FIGURE) {
		set_step(reader, STEP_STATE_DONE);
	}
	do {
		at++;
	} while (reader->base.app->settings.read_only && at < reader->lesson->step_count &&
		 is_question(&reader->lesson->steps[at]));
	go_to(reader, at);
}

static void go_previous(struct reader_view *reader)
{
	if (reader->at > 0) {
		go_to(reader, reader->at - 1);
	} else {
		app_notice(reader->base.app, STYLE_DIM, "%s", message(MSG_TUI_FIRST_STEP));
	}
}

bool view_lesson_go_to(struct view *view, const char *step)
{
	struct reader_view *reader = self(view);
	for (size_t i = 0; i < reader->lesson->step_count; i++) {
		if (!strcmp(reader->lesson->steps[i].id, step)) {
			go_to(reader, i);
			return true;
		}
	}
	return false;
}

void view_lesson_go_on(struct view *view)
{
	go_next(self(view));
}

const struct lesson *view_lesson_of(struct view *view)
{
	return self(view)->lesson;
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct reader_view *reader = self(view);
	const struct step *step = reader_step_at(reader);
	const struct lesson *lesson = reader->lesson;
	strbuf_printf(left, "%s%s%s", lesson->spec.count ? lesson->spec.items[0] : "",
		      lesson->spec.count ? " " : "", lesson->title);
	if (step) {
		strbuf_printf(right, "%zu/%zu %s", reader->at + 1, lesson->step_count, step->title);
	} else {
		strbuf_puts(right, message(MSG_TUI_END));
	}
}

static void open_link(struct reader_view *reader, const char *target)
{
	struct app *app = reader->base.app;
	if (!strncmp(target, "lesson:", 7)) {
		app_open_lesson(app, target + 7, NULL);
	} else if (!strncmp(target, "term:", 5)) {
		app_push(app, view_glossary_new(app, target + 5));
	} else if (catalog_find(app->catalog, target)) {
		app_open_lesson(app, target, NULL);
	} else {
		app_notice(app, STYLE_DIM, message(MSG_TUI_LINK_OUTSIDE), target);
	}
}

static void scroll(struct reader_view *reader, int lines)
{
	reader->top += lines;
	if (reader->top > reader->text.count - reader->page) {
		reader->top = reader->text.count - reader->page;
	}
	if (reader->top < 0) {
		reader->top = 0;
	}
	save_position(reader);
}

static void open_step(struct reader_view *reader)
{
	struct app *app = reader->base.app;
	const struct step *step = reader_step_at(reader);
	if (reader->link) {
		open_link(reader, reader->text.links[reader->link - 1]);
		return;
	}
	if (!step) {
		app_do(app, REQUEST_HOME);
		return;
	}
	switch (step->kind) {
	case STEP_CHECKPOINT:
		app_push(app, view_dialogue_new(app, step->checkpoint, reader->lesson));
		break;
	case STEP_QUIZ:
		app_push(app, view_quiz_new(app, reader->lesson, step));
		break;
	case STEP_LAB:
		app_push(app, view_lab_new(app, reader->lesson, step));
		break;
	case STEP_REVIEW:
		app_push(app, view_review_new(app, reader->lesson, step, NULL));
		break;
	default: {
		const struct step *question = reader_waiting_question(reader);
		if (step->kind == STEP_TEXT && reader_more_below(reader)) {
			scroll(reader, reader->page > 2 ? reader->page - 1 : 1);
			return;
		}
		go_next(reader);
		if (question) {
			app_push(app, view_dialogue_new(app, question->checkpoint, reader->lesson));
		}
	}
	}
}

static bool request(struct view *view, enum request request)
{
	struct reader_view *reader = self(view);
	struct app *app = view->app;
	const struct step *step = reader_step_at(reader);
	if (reader->visit &&
	    (request == REQUEST_NEXT || request == REQUEST_PREVIOUS ||
	     ((request == REQUEST_GO_ON || request == REQUEST_OPEN) && reader->figure))) {
		app_pop(app, false);
		return true;
	}
	if (reader_marks_request(reader, request)) {
		return true;
	}
	switch (request) {
	case REQUEST_OPEN:
	case REQUEST_GO_ON:
		open_step(reader);
		return true;
	case REQUEST_NEXT:
		if (step && reader_more_below(reader) && step->kind != STEP_FIGURE) {
			scroll(reader, reader->page > 2 ? reader->page - 1 : 1);
		} else {
			go_next(reader);
		}
		return true;
	case REQUEST_PREVIOUS:
		if (reader->top > 0) {
			scroll(reader, reader->page > 2 ? 1 - reader->page : -1);
		} else {
			go_previous(reader);
		}
		return true;
	case REQUEST_UP:
		scroll(reader, -1);
		return true;
	case REQUEST_DOWN:
		scroll(reader, 1);
		return true;
	case REQUEST_PAGE_UP:
		scroll(reader, 1 - reader->page);
		return true;
	case REQUEST_PAGE_DOWN:
		scroll(reader, reader->page - 1);
		return true;
	case REQUEST_TOP:
		scroll(reader, -reader->text.count);
		return true;
	case REQUEST_BOTTOM:
		scroll(reader, reader->text.count);
		return true;
	case REQUEST_READ_ONLY:
		app->settings.read_only = !app->settings.read_only;
		app_save_settings(app);
		app_notice(app, STYLE_DIM, "%s",
			   message(app->settings.read_only ? MSG_TUI_READ_ONLY_ON
							   : MSG_TUI_READ_ONLY_OFF));
		return true;
	case REQUEST_NOTES:
		app_push(app, view_notes_new(app, reader->lesson->id, step ? step->id : ""));
		return true;
	default:
		return false;
	}
}

static bool key(struct view *view, uint32_t key)
{
	struct reader_view *reader = self(view);
	if (reader->finding) {
		return reader_marks_key(reader, key);
	}
	if (key == INPUT_TAB && reader->laid_out && reader->text.link_count) {
		reader->link = reader->link % reader->text.link_count + 1;
		return true;
	}
	return false;
}

static bool raw_key(struct view *view, uint32_t key)
{
	struct reader_view *reader = self(view);
	if (reader_marks_key(reader, key)) {
		return true;
	}
	return reader->figure && figure_pane_key(reader->figure, key);
}

static bool wants_text(struct view *view)
{
	return self(view)->finding;
}

static bool paste(struct view *view, const char *text)
{
	if (self(view)->finding) {
		field_insert(&self(view)->find, text, false);
	}
	return self(view)->finding;
}

static bool takes(struct view *view, uint32_t key)
{
	struct reader_view *reader = self(view);
	return reader->figure && figure_pane_uses(reader->figure, key);
}

static const enum request *hints(struct view *view)
{
	static const enum request visiting[] = {REQUEST_BACK, REQUEST_DOWN, REQUEST_NONE};
	static const enum request reading[] = {REQUEST_NEXT,     REQUEST_PREVIOUS, REQUEST_GLOSSARY,
					       REQUEST_NOTES,    REQUEST_FIND,     REQUEST_MARK,
					       REQUEST_BOOKMARK, REQUEST_NONE};
	/* The figure may have uses of its own for Space and letters. */
	static const enum request moving[] = {REQUEST_GO_ON, REQUEST_PREVIOUS, REQUEST_GLOSSARY,
					      REQUEST_NOTES, REQUEST_NONE};
	struct reader_view *reader = self(view);
	return reader->visit ? visiting : reader->figure ? moving : reading;
}

static void status(struct view *view, struct strbuf *out)
{
	struct reader_view *reader = self(view);
	const struct lesson *lesson = reader->lesson;
	if (reader_more_below(reader)) {
		strbuf_puts(out, message(MSG_TUI_MORE));
	}
	if (lesson->step_count && lesson->minutes && reader->at < lesson->step_count) {
		int left = (int)((size_t)lesson->minutes * (lesson->step_count - reader->at) /
				 lesson->step_count);
		strbuf_printf(out, message(MSG_TUI_MINUTES_LEFT), left ? left : 1);
	}
}

static void shown(struct view *view)
{
	struct reader_view *reader = self(view);
	progress_release(&reader->progress);
	progress_load(&reader->progress, view->app);
	if (reader_has_action(reader) && reader->laid_out) {
		rich_text_release(&reader->text);
		reader->laid_out = 0;
	}
	reader_marks_unmap(reader); /* notes may have come or gone */
	save_position(reader);
}

static void place(struct view *view, struct strbuf *out)
{
	struct reader_view *reader = self(view);
	const struct step *step = reader_step_at(reader);
	strbuf_printf(out, "lesson:%s#%s", reader->lesson->id, step ? step->id : "");
}

static void free_view(struct view *view)
{
	struct reader_view *reader = self(view);
	forget_page(reader);
	reader_marks_release(reader);
	progress_release(&reader->progress);
	free(reader);
}

static const struct view_ops ops = {
	.kind = VIEW_LESSON,
	.name = "lesson",
	.draw = reader_draw,
	.title = title,
	.request = request,
	.key = key,
	.first_key = raw_key,
	.takes = takes,
	.paste = paste,
	.wants_text = wants_text,
	.hints = hints,
	.status = status,
	.shown = shown,
	.place = place,
	.free = free_view,
};

/* The nearest figure before the checkpoint, else the nearest figure or lab after it. */
static const struct step *experiment_of(const struct lesson *lesson,
					const struct checkpoint *checkpoint)
{
	const struct step *found = NULL;
	bool behind = false;
	for (size_t i = 0; i < lesson->step_count; i++) {
		const struct step *step = &lesson->steps[i];
		if (step->kind == STEP_CHECKPOINT && step->checkpoint == checkpoint) {
			behind = true;
			if (found) {
				return found;
			}
		} else if (step->kind == STEP_FIGURE || (behind && step->kind == STEP_LAB)) {
			found = step;
			if (behind) {
				return found;
			}
		}
	}
	return found;
}

struct view *view_lesson_experiment_new(struct app *app, const struct lesson *lesson,
					const struct checkpoint *checkpoint)
{
	const struct step *step = experiment_of(lesson, checkpoint);
	struct reader_view *reader = step ? calloc(1, sizeof *reader) : NULL;
	if (!reader) {
		return NULL;
	}
	reader->base = (struct view){&ops, app};
	reader->lesson = lesson;
	reader->entry = catalog_find(app->catalog, lesson->id);
	reader->visit = true;
	arena_init(&reader->progress.arena);
	arena_init(&reader->marks_arena);
	field_init(&reader->find);
	go_to(reader, (size_t)(step - lesson->steps));
	return &reader->base;
}

struct view *view_lesson_new(struct app *app, const struct lesson *lesson, const char *step)
{
	struct reader_view *reader = calloc(1, sizeof *reader);
	if (!reader) {
		return NULL;
	}
	reader->base = (struct view){&ops, app};
	reader->lesson = lesson;
	reader->entry = catalog_find(app->catalog, lesson->id);
	arena_init(&reader->progress.arena);
	arena_init(&reader->marks_arena);
	field_init(&reader->find);
	struct arena arena;
	struct position position;
	arena_init(&arena);
	int top = 0;
	if (app->store &&
	    store_position(app->store, &arena, lesson->id, &position, NULL) == STATUS_OK &&
	    (!step || !*step || !strcmp(step, position.step))) {
		step = position.step;
		top = position.line;
	}
	size_t at = 0;
	for (size_t i = 0; step && i < lesson->step_count; i++) {
		if (!strcmp(lesson->steps[i].id, step)) {
			at = i;
		}
	}
	arena_release(&arena);
	go_to(reader, at);
	reader->top = top;
	return &reader->base;
}
