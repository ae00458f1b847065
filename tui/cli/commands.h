#ifndef MUNDAP_CLI_COMMANDS_H
#define MUNDAP_CLI_COMMANDS_H

#include "tui/cli/cli.h"

typedef int cli_function(int argc, char **argv, const struct cli_options *options);

#define COMMAND(name, NAME, topic, formats) cli_function cmd_##name;
#include "tui/cli/commands.def"
#undef COMMAND

#endif
