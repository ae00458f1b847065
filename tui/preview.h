#ifndef MUNDAP_TUI_PREVIEW_H
#define MUNDAP_TUI_PREVIEW_H

#include "tui/program.h"

/** Reads the lesson again and shows it at the step where it was, whenever a file below folder changes. */
void preview_watch(struct app *app, const char *lesson, const char *folder);

/** The newest change of any file below a folder: nanoseconds and number mixed, so that removals count too. */
uint64_t preview_stamp(const char *folder);

#endif
