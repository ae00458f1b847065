#ifndef MUNDAP_TUI_APP_H
#define MUNDAP_TUI_APP_H

#include <stdbool.h>

/* The terminal interface: what `mundap` without a command opens. */

struct app_options {
	bool plain; /* line by line, for pipes and screen readers */
	bool no_colour;
	const char *
		start; /* where to begin: a lesson or checkpoint ("AI-05", "CP-AI-05"); NULL: where one left off */
	const char
		*preview; /* a lesson's folder: start is read again whenever a file in it changes */
};

/**
 * Opens the tutor and returns when the learner leaves; the exit status of the program (0, or 3 with a word of
 * explanation on stderr). Where the terminal cannot show it, falls back to the plain mode and says so.
 */
int app_main(const struct app_options *options);

#endif
