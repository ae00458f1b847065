#ifndef MUNDAP_TUI_INDEXER_H
#define MUNDAP_TUI_INDEXER_H

#include "tui/program.h"

/* Keeps the search index of the lessons fresh, a lesson at a time between keys, so that starting costs nothing. */

void indexer_start(struct app *app);
/** All lessons at once, for programs without a loop. Only the catalog and the store of app are used. */
void indexer_all(struct app *app);

#endif
