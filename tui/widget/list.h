#ifndef MUNDAP_TUI_WIDGET_LIST_H
#define MUNDAP_TUI_WIDGET_LIST_H

#include <stdbool.h>

#include "tui/request.h"

/* The cursor of a list and which of its rows are in sight. */
struct list_cursor {
	int at, top, count;
};

/** Moves by UP, DOWN, PAGE_UP, PAGE_DOWN, TOP, BOTTOM; false for other requests. page: rows in sight. */
bool list_request(struct list_cursor *list, enum request request, int page);
/** Keeps the cursor within count and in sight of a window of rows. */
void list_fit(struct list_cursor *list, int count, int rows);

#endif
