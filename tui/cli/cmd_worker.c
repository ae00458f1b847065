#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "engine/worker/worker.h"
#include "tui/cli/commands.h"

/* mundap worker: the other side of a run; only the program itself starts it, with a socket as descriptor 3. */

int cmd_worker(int argc, char **argv, const struct cli_options *options)
{
	(void)argv;
	struct stat info;
	if (argc > 1 || fstat(3, &info) != 0 || !S_ISSOCK(info.st_mode)) {
		return cli_fail(options, CLI_WRONG_USE, "usage", "%s",
				message(MSG_WORKER_INTERNAL));
	}
	return worker_main();
}
