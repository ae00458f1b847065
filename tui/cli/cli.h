#ifndef MUNDAP_CLI_CLI_H
#define MUNDAP_CLI_CLI_H

/* The commands of the program. Each command is a file cmd_<name>.c with one row in the table of cli.c. */

enum cli_exit {
	CLI_PASSED = 0,
	CLI_NOT_PASSED = 1, /* done, but the learner's work or the checked thing does not pass */
	CLI_WRONG_USE = 2,
	CLI_FAULT = 3
};

/** Runs the command named in argv; returns the exit status. */
int cli_main(int argc, char **argv);

#endif
