#include <stdio.h>
#include <unistd.h>

#include "engine/review/probe/probe.h"
#include "tui/cli/commands.h"

/* mundap probe PLAN: the prober of a live review, inside the sandbox. Started by the program itself. */

int cmd_probe(int argc, char **argv, const struct cli_options *options)
{
	json_error_t problem;
	if (argc != 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD), "PLAN",
				"mundap review --live");
	}
	json_t *plan = json_load_file(argv[1], 0, &problem);
	if (!plan) {
		return cli_fail(options, CLI_WRONG_USE, "parse", "%s", problem.text);
	}
	int status = probe_inside(plan, STDOUT_FILENO);
	json_decref(plan);
	return status == 0 ? CLI_PASSED : CLI_NOT_PASSED;
}
