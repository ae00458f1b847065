#ifndef MUNDAP_TUI_VIEWS_INSPECTOR_H
#define MUNDAP_TUI_VIEWS_INSPECTOR_H

#include "tui/view.h"

struct lab;

/** The Lua that shows what a model holds, run behind the learner's file as checks are. */
extern const char inspector_script[];

/** The models that a lab's file returns; it is run once more for them. NULL without memory. */
struct view *view_inspector_new(struct app *app, const struct lab *lab, const char *source,
				size_t length);

#endif
