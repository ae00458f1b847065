#include <string.h>

#include "engine/base/clock.h"
#include "tui/program.h"
#include "tui/views/views.h"

/* Reviews have no screen of their own: the card that is due first opens its dialogue or lesson. */

struct view *view_reviews_new(struct app *app)
{
	struct arena arena;
	struct review_card *cards;
	size_t count = 0;
	struct view *view = NULL;
	arena_init(&arena);
	if (app->store) {
		store_cards_due(app->store, &arena, clock_unix(), 20, &cards, &count, NULL);
	}
	for (size_t i = 0; i < count && !view; i++) {
		const struct checkpoint *checkpoint;
		if (!strncmp(cards[i].item, "CP-", 3) &&
		    !catalog_checkpoint(app->catalog, cards[i].item, &checkpoint, NULL, NULL)) {
			view = view_revisit_new(app, checkpoint);
		}
	}
	arena_release(&arena);
	if (!view) {
		view = view_page_new(app, message(MSG_TUI_REVIEWS),
				     message(MSG_TUI_NO_REVIEWS_PAGE));
	}
	return view;
}
