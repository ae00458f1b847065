#ifndef MUNDAP_TUI_PLAIN_H
#define MUNDAP_TUI_PLAIN_H

#include "tui/app.h"

/** The same tutor line by line: numbered choices on standard input, text on standard output. Exit status. */
int plain_main(const struct app_options *options);

#endif
