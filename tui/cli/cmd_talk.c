#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/cli/ask_json.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"
#include "tui/cli/tutor_session.h"

/* mundap talk CHECKPOINT: the dialogue on stdin and stdout, a turn a line (paragraphs on a terminal). Lines that begin
 * with '/' are commands: /hint asks for a hint, /quit ends. In JSON each line read gives one object. */

static void print_reply(const char *reply)
{
	if (isatty(STDOUT_FILENO)) {
		printf("%s\n\n", reply);
		return;
	}
	for (const char *at = reply; *at; at++) {
		if (*at != '\n') {
			putchar(*at);
		} else if (at[1] != '\n') {
			putchar(' ');
		}
	}
	putchar('\n');
}

static bool print_turn(const struct tutor_session *session, const struct dialogue *dialogue,
		       const struct turn *turn, const char *answer,
		       const struct cli_options *options)
{
	if (options->json) {
		return cli_print_json_line(ask_turn_json(
			session->checkpoint, dialogue_question(dialogue), turn, answer));
	}
	print_reply(turn->reply);
	return fflush(stdout) == 0;
}

static int run(struct tutor_session *session, struct dialogue *dialogue, bool junior,
	       const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	struct turn turn;
	enum status status = junior ? dialogue_teach_back(dialogue, &turn, &err)
				    : dialogue_greet(dialogue, &turn, &err);
	/* The opening is for people; each object carries the question anyway. */
	bool printed =
		!status && (options->json || print_turn(session, dialogue, &turn, NULL, options));
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	while (!status && printed && (n = getline(&line, &room, stdin)) >= 0) {
		while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r')) {
			line[--n] = '\0';
		}
		if (strcmp(line, "/quit") == 0) {
			break;
		}
		bool hint = strcmp(line, "/hint") == 0;
		status = hint ? dialogue_hint(dialogue, &turn, &err)
			      : dialogue_answer(dialogue, line, (size_t)n, &turn, &err);
		printed = !status &&
			  print_turn(session, dialogue, &turn, hint ? NULL : line, options);
	}
	free(line);
	if (status) {
		return cli_fail_error(options, &err);
	}
	if (!printed) {
		return CLI_FAULT;
	}
	return dialogue_passed(dialogue) ? CLI_PASSED : CLI_NOT_PASSED;
}

int cmd_talk(int argc, char **argv, const struct cli_options *options)
{
	bool junior = false;
	long variant = 0;
	const struct cli_option wanted[] = {
		{"--teach-back", CLI_FLAG, &junior, 0, 0},
		{"--variant", CLI_INTEGER, &variant, 0, 100},
	};
	int code = cli_take_options(&argc, argv, wanted, 2, options);
	if (code) {
		return code;
	}
	if (argc != 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", "%s", message(MSG_ASK_NEEDS_NAME));
	}
	struct tutor_session session;
	code = tutor_session_open(&session, argv[1], options);
	if (code) {
		return code;
	}
	struct error err = ERROR_INIT;
	struct dialogue *dialogue = NULL;
	if (tutor_session_dialogue(&dialogue, &session, NULL, (int)variant, &err) != STATUS_OK) {
		code = cli_fail_error(options, &err);
	} else {
		code = run(&session, dialogue, junior, options);
	}
	dialogue_free(dialogue);
	tutor_session_close(&session);
	return code;
}
