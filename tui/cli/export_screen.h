#ifndef MUNDAP_CLI_EXPORT_SCREEN_H
#define MUNDAP_CLI_EXPORT_SCREEN_H

#include "engine/base/strbuf.h"
#include "tui/cli/cli.h"

/* A screen of the program as a file: a step of a lesson ("AI-05", "AI-05/slide"), a recorded run ("#12"), "home" or
 * "map"; as it stands after the keys given, or (asciicast) as a recording of them. */

struct screen_wish {
	const char *what;
	const char *size; /* "80x24"; NULL for that */
	const char *keys; /* names divided by spaces; NULL for none */
	const char *theme; /* NULL: dark */
	double seconds; /* to go on after the last key, for what moves by itself */
};

/** Appends the file; returns the exit status, after telling what went wrong. */
int export_screen(const struct screen_wish *wish, struct strbuf *out,
		  const struct cli_options *options);

#endif
