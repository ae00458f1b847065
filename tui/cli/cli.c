#include "tui/cli/cli.h"

#include <stdio.h>

#include "engine/base/message.h"

int cli_main(int argc, char **argv)
{
	fprintf(stderr, message(MSG_CLI_UNKNOWN_COMMAND), argc > 1 ? argv[1] : "");
	fputc('\n', stderr);
	return CLI_WRONG_USE;
}
