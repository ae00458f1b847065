#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/store/store.h"
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

/* What an earlier sitting left, with --resume. Owns: caller frees; NULL when there is nothing. */
static char *saved_state(struct store *store, const char *checkpoint)
{
	struct arena arena;
	arena_init(&arena);
	struct dialogue_record record;
	char *state = NULL;
	if (store && store_dialogue(store, &arena, checkpoint, &record, NULL) == STATUS_OK) {
		state = strdup(record.state);
	}
	arena_release(&arena);
	return state;
}

static enum status save_state(struct store *store, const struct tutor_session *session,
			      const struct dialogue *dialogue, struct error *err)
{
	char *state = dialogue_save(dialogue);
	if (!state) {
		return error_set(err, STATUS_NOMEM, "talk", "out of memory");
	}
	struct dialogue_record record = {.checkpoint = session->checkpoint->id,
					 .state = state,
					 .passed = dialogue_passed(dialogue)};
	enum status status = store_set_dialogue(store, &record, err);
	free(state);
	return status;
}

static int run(struct tutor_session *session, struct dialogue *dialogue, struct store *store,
	       bool junior, const struct cli_options *options)
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
		if (!status && store) {
			status = save_state(store, session, dialogue, &err);
		}
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
	bool junior = false, resume = false;
	long variant = 0;
	const struct cli_option wanted[] = {
		{"--teach-back", CLI_FLAG, &junior, 0, 0},
		{"--variant", CLI_INTEGER, &variant, 0, 100},
		{"--resume", CLI_FLAG, &resume, 0, 0},
	};
	int code = cli_take_options(&argc, argv, wanted, 3, options);
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
	struct store *store = NULL;
	char *saved = NULL;
	enum status status = resume ? store_open(&store, NULL, &err) : STATUS_OK;
	if (!status) {
		saved = saved_state(store, session.checkpoint->id);
		status = tutor_session_dialogue(&dialogue, &session, saved, (int)variant, &err);
	}
	code = status ? cli_fail_error(options, &err)
		      : run(&session, dialogue, store, junior, options);
	dialogue_free(dialogue);
	free(saved);
	store_close(store);
	tutor_session_close(&session);
	return code;
}
