#ifndef MUNDAP_TUI_ROAD_H
#define MUNDAP_TUI_ROAD_H

#include "engine/store/store.h"
#include "engine/tutor/plan.h"

/** Keeps the answers of the first meeting, and the road once it is drawn. store NULL: nothing is kept. */
enum status road_keep(struct store *store, const struct plan *plan, struct error *err);

#endif
