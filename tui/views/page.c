#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/program.h"
#include "tui/text/markdown.h"
#include "tui/views/views.h"

/* A page of Markdown to scroll through: help, and whatever else is only read. */

struct page {
	struct view base;
	const struct view_ops *ops;
	char *title;
	char *markdown;
	struct rich_text text;
	int laid_out, top, rows;
};

static struct page *self(struct view *view)
{
	return (struct page *)view;
}

static void draw(struct view *view, struct area area)
{
	struct page *page = self(view);
	int width = area.width - 4 > 92 ? 92 : area.width - 4;
	if (page->laid_out != width) {
		if (page->laid_out) {
			rich_text_release(&page->text);
			page->laid_out = 0;
		}
		if (!markdown_layout(&page->text, page->markdown, strlen(page->markdown), width,
				     NULL)) {
			page->laid_out = width;
		}
	}
	page->rows = area.height;
	int most = page->laid_out ? page->text.count - area.height : 0;
	page->top = page->top > most ? most : page->top;
	page->top = page->top < 0 ? 0 : page->top;
	if (page->laid_out) {
		rich_text_draw(&page->text, area_part(area, 2, 0, area.width - 2, area.height),
			       page->top);
	}
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	(void)right;
	strbuf_puts(left, self(view)->title);
}

static bool request(struct view *view, enum request request)
{
	struct page *page = self(view);
	switch (request) {
	case REQUEST_UP:
		page->top--;
		return true;
	case REQUEST_DOWN:
		page->top++;
		return true;
	case REQUEST_PAGE_UP:
		page->top -= page->rows - 1;
		return true;
	case REQUEST_PAGE_DOWN:
		page->top += page->rows - 1;
		return true;
	case REQUEST_TOP:
		page->top = 0;
		return true;
	case REQUEST_BOTTOM:
		page->top = page->text.count;
		return true;
	case REQUEST_OPEN:
		app_pop(view->app, false);
		return true;
	default:
		return false;
	}
}

static bool key(struct view *view, uint32_t key)
{
	if (key == ' ') {
		return request(view, REQUEST_PAGE_DOWN);
	}
	return false;
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_BACK, REQUEST_DOWN, REQUEST_PAGE_DOWN,
					    REQUEST_NONE};
	return list;
}

static void status(struct view *view, struct strbuf *out)
{
	struct page *page = self(view);
	if (page->laid_out && page->top + page->rows < page->text.count) {
		strbuf_puts(out, message(MSG_TUI_MORE));
	}
}

static void free_view(struct view *view)
{
	struct page *page = self(view);
	if (page->laid_out) {
		rich_text_release(&page->text);
	}
	free(page->title);
	free(page->markdown);
	free(page);
}

static const struct view_ops ops = {
	.kind = VIEW_HELP,
	.name = "help",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.hints = hints,
	.status = status,
	.free = free_view,
};

struct view *view_page_new(struct app *app, const char *page_title, const char *markdown)
{
	struct page *page = calloc(1, sizeof *page);
	if (!page) {
		return NULL;
	}
	page->base = (struct view){&ops, app};
	page->title = strdup(page_title);
	page->markdown = strdup(markdown);
	if (!page->title || !page->markdown) {
		free_view(&page->base);
		return NULL;
	}
	return &page->base;
}

/* All keys of a request in a view, as they are read: "Enter, Ctrl-P". */
static void key_names(struct strbuf *out, enum view_kind kind, enum request request)
{
	size_t count;
	const struct binding *rows = keymap_all(&count);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].view == kind && rows[i].request == request) {
			char name[32];
			key_label(rows[i].key, name, sizeof name);
			strbuf_printf(out, "%s%s", out->length ? "  " : "", name);
		}
	}
}

static void help_table(struct strbuf *out, enum view_kind kind)
{
	for (int request = 1; request < REQUEST_COUNT; request++) {
		struct strbuf keys;
		strbuf_init(&keys);
		key_names(&keys, kind, (enum request)request);
		if (keys.length) {
			strbuf_printf(out, "| `%s` | **%s** | %s |\n",
				      !strcmp(keys.text, "|") ? "\\|" : keys.text,
				      request_label((enum request)request),
				      request_help((enum request)request));
		}
		strbuf_release(&keys);
	}
}

struct view *view_help_new(struct app *app, enum view_kind kind)
{
	static const enum message words[VIEW_KINDS] = {
		[VIEW_GENERAL] = MSG_TUI_HELP_HOME,    [VIEW_HOME] = MSG_TUI_HELP_HOME,
		[VIEW_MAP] = MSG_TUI_HELP_MAP,         [VIEW_LESSON] = MSG_TUI_HELP_LESSON,
		[VIEW_DIALOGUE] = MSG_TUI_HELP_TALK,   [VIEW_QUIZ] = MSG_TUI_HELP_QUIZ,
		[VIEW_LAB] = MSG_TUI_HELP_LAB,         [VIEW_REVIEW] = MSG_TUI_HELP_REVIEW,
		[VIEW_NOTES] = MSG_TUI_HELP_NOTES,     [VIEW_GLOSSARY] = MSG_TUI_HELP_GLOSSARY,
		[VIEW_STATISTICS] = MSG_TUI_HELP_HOME, [VIEW_SETTINGS] = MSG_TUI_HELP_SETTINGS,
		[VIEW_HELP] = MSG_TUI_HELP_HOME,       [VIEW_PALETTE] = MSG_TUI_HELP_HOME,
		[VIEW_SEARCH] = MSG_TUI_HELP_SEARCH,   [VIEW_EXPERIMENTS] = MSG_TUI_HELP_RUNS,
		[VIEW_REPLAY] = MSG_TUI_HELP_RUNS,     [VIEW_INSPECTOR] = MSG_TUI_HELP_RUNS,
	};
	struct strbuf text;
	strbuf_init(&text);
	strbuf_printf(&text, "%s\n\n", message(words[kind]));
	struct strbuf own;
	strbuf_init(&own);
	help_table(&own, kind);
	if (own.length && kind != VIEW_GENERAL) {
		strbuf_printf(&text, "## %s\n\n| %s | %s | %s |\n|---|---|---|\n%s\n",
			      message(MSG_TUI_HELP_HERE), message(MSG_TUI_HELP_KEY),
			      message(MSG_TUI_HELP_NAME), message(MSG_TUI_HELP_WHAT), own.text);
	}
	strbuf_release(&own);
	strbuf_printf(&text, "## %s\n\n| %s | %s | %s |\n|---|---|---|\n",
		      message(MSG_TUI_HELP_EVERYWHERE), message(MSG_TUI_HELP_KEY),
		      message(MSG_TUI_HELP_NAME), message(MSG_TUI_HELP_WHAT));
	help_table(&text, VIEW_GENERAL);
	strbuf_printf(&text, "\n%s\n", message(MSG_TUI_HELP_HANGUL));
	struct view *view = view_page_new(app, message(MSG_TUI_HELP_TITLE), text.text);
	strbuf_release(&text);
	return view;
}
