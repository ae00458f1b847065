#include <string.h>

#include "engine/base/spelling.h"
#include "tui/cli/commands.h"
#include "tui/cli/lesson_targets.h"

/* mundap lesson …: the author's loop, one file a subcommand. */

static const struct {
	const char *name;
	cli_function *run;
} parts[] = {
	{"new", lesson_new},         {"lint", lesson_lint}, {"test", lesson_test},
	{"preview", lesson_preview}, {"pack", lesson_pack},
};

int cmd_lesson(int argc, char **argv, const struct cli_options *options)
{
	const char *names[sizeof parts / sizeof *parts];
	const size_t count = sizeof parts / sizeof *parts;
	if (argc < 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"new|lint|test|preview|pack", "mundap lesson lint AI-05");
	}
	for (size_t i = 0; i < count; i++) {
		names[i] = parts[i].name;
		if (strcmp(argv[1], parts[i].name) == 0) {
			return parts[i].run(argc - 1, argv + 1, options);
		}
	}
	const char *near = spelling_nearest(argv[1], names, count);
	return cli_fail(options, CLI_WRONG_USE, "usage",
			message(near ? MSG_CLI_UNKNOWN_COMMAND_NEAR : MSG_CLI_UNKNOWN_COMMAND),
			argv[1], near);
}
