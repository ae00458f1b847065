#include "tui/widget/list.h"

void list_fit(struct list_cursor *list, int count, int rows)
{
	list->count = count;
	if (list->at >= count) {
		list->at = count - 1;
	}
	if (list->at < 0) {
		list->at = 0;
	}
	if (list->at < list->top) {
		list->top = list->at;
	}
	if (rows > 0 && list->at >= list->top + rows) {
		list->top = list->at - rows + 1;
	}
	if (list->top > count - rows) {
		list->top = count - rows;
	}
	if (list->top < 0) {
		list->top = 0;
	}
}

bool list_request(struct list_cursor *list, enum request request, int page)
{
	int at = list->at;
	switch (request) {
	case REQUEST_UP:
		at--;
		break;
	case REQUEST_DOWN:
		at++;
		break;
	case REQUEST_PAGE_UP:
		at -= page > 1 ? page - 1 : 1;
		break;
	case REQUEST_PAGE_DOWN:
		at += page > 1 ? page - 1 : 1;
		break;
	case REQUEST_TOP:
		at = 0;
		break;
	case REQUEST_BOTTOM:
		at = list->count - 1;
		break;
	default:
		return false;
	}
	if (at >= list->count) {
		at = list->count - 1;
	}
	list->at = at < 0 ? 0 : at;
	return true;
}
