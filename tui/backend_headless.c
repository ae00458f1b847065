#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/backend.h"

enum { QUEUE = 4096 };

struct headless {
	struct backend base;
	struct grid frame;
	int width, height;
	struct event queue[QUEUE];
	int first, count;
};

static struct headless *self(struct backend *backend)
{
	return (struct headless *)backend;
}

static void size(struct backend *backend, int *width, int *height)
{
	*width = self(backend)->width;
	*height = self(backend)->height;
}

static void present(struct backend *backend, const struct grid *grid)
{
	struct headless *headless = self(backend);
	if (grid_resize(&headless->frame, grid->width, grid->height)) {
		memcpy(headless->frame.cells, grid->cells,
		       (size_t)grid->width * (size_t)grid->height * sizeof *grid->cells);
		headless->frame.cursor_x = grid->cursor_x;
		headless->frame.cursor_y = grid->cursor_y;
	}
}

static void next(struct backend *backend, struct event *event)
{
	struct headless *headless = self(backend);
	*event = (struct event){EVENT_NONE};
	if (headless->count) {
		*event = headless->queue[headless->first];
		headless->first = (headless->first + 1) % QUEUE;
		headless->count--;
	}
}

static int descriptor(struct backend *backend)
{
	(void)backend;
	return -1;
}

static void nothing(struct backend *backend)
{
	(void)backend;
}

static void set_theme(struct backend *backend, const struct theme *theme)
{
	(void)backend;
	(void)theme;
}

static void copy(struct backend *backend, const char *text)
{
	(void)backend;
	(void)text;
}

static int colours(struct backend *backend)
{
	(void)backend;
	return 256;
}

static void free_backend(struct backend *backend)
{
	struct headless *headless = self(backend);
	for (struct event event; next(backend, &event), event.kind != EVENT_NONE;) {
		free(event.paste);
	}
	grid_release(&headless->frame);
	free(headless);
}

static const struct backend_ops ops = {size,    present,   next, descriptor, nothing,     nothing,
				       nothing, set_theme, copy, colours,    free_backend};

struct backend *backend_headless_new(int width, int height)
{
	struct headless *headless = calloc(1, sizeof *headless);
	if (!headless) {
		return NULL;
	}
	headless->base.ops = &ops;
	headless->width = width;
	headless->height = height;
	grid_init(&headless->frame);
	return &headless->base;
}

void backend_headless_resize(struct backend *backend, int width, int height)
{
	self(backend)->width = width;
	self(backend)->height = height;
}

static void enqueue(struct headless *headless, struct event event)
{
	if (headless->count < QUEUE) {
		headless->queue[(headless->first + headless->count++) % QUEUE] = event;
	} else {
		free(event.paste);
	}
}

void backend_headless_key(struct backend *backend, uint32_t key)
{
	enqueue(self(backend), (struct event){.kind = EVENT_KEY, .key = key});
}

void backend_headless_paste(struct backend *backend, const char *text)
{
	enqueue(self(backend),
		(struct event){.kind = EVENT_PASTE, .paste = utf8_normalise(text, strlen(text))});
}

const struct grid *backend_headless_frame(struct backend *backend)
{
	return &self(backend)->frame;
}
