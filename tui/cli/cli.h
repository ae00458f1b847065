#ifndef MUNDAP_CLI_CLI_H
#define MUNDAP_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/error.h"
#include "engine/base/message.h"

/* The commands of the program. A command is
 *   - a file cmd_<name>.c with  int cmd_<name>(int argc, char **argv, const struct cli_options *options)
 *   - a row in commands.def (name, topic, formats)
 *   - two messages in engine/base/messages/help.def: HELP_<NAME> (one line) and USAGE_<NAME> (what --help prints).
 * argv[0] is the command's name; the common options are already taken out of argv. */

enum cli_exit {
	CLI_PASSED = 0,
	CLI_NOT_PASSED = 1, /* done, but the learner's work or the checked thing does not pass */
	CLI_WRONG_USE = 2,
	CLI_FAULT = 3
};

struct cli_options {
	const char *command;
	const char *format; /* "text", "json" or another word of the command's row */
	bool json; /* errors go to stdout as {"error":{"kind","message"}} (format json, jsonl or sarif) */
	bool color; /* stdout may be coloured */
	enum language language;
};

/** Runs the command named in argv; returns the exit status. */
int cli_main(int argc, char **argv);

/* ---- for commands ---- */

enum cli_option_kind {
	CLI_FLAG, /* bool *target */
	CLI_TEXT, /* const char **target, points into argv */
	CLI_INTEGER, /* long *target, within minimum … maximum */
	CLI_NUMBER /* double *target */
};

struct cli_option {
	const char *name; /* "--width" */
	enum cli_option_kind kind;
	void *target;
	double minimum, maximum; /* of numbers; both 0: any */
};

/**
 * Takes the options out of argv ("--name value" and "--name=value"; "--" ends them), leaving argv[1…argc-1] the other
 * words. A wrong one is reported with the nearest right name. Returns 0, or CLI_WRONG_USE.
 */
int cli_take_options(int *argc, char **argv, const struct cli_option *options, size_t count,
		     const struct cli_options *common);

/** Reports a failure in one line: on stderr, or as the JSON error document on stdout. Returns exit_status. */
int cli_fail(const struct cli_options *options, int exit_status, const char *kind,
	     const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The same from a struct error; exit status 2 for what the user can mend (missing file, wrong name), else 3. */
int cli_fail_error(const struct cli_options *options, const struct error *err);

/** Reports "no such …" with the nearest name when nearest is not NULL. Returns CLI_WRONG_USE. */
int cli_fail_unknown(const struct cli_options *options, enum message what, const char *name,
		     const char *nearest);

/** Terminal columns: $COLUMNS, the terminal's width, else 80. */
int cli_columns(void);

#endif
