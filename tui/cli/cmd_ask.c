#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/utf8.h"
#include "tui/cli/ask_json.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"
#include "tui/cli/tutor_session.h"

/* mundap ask CHECKPOINT: the question, and with --answer the grade of one answer as on the dialogue's first turn. */

static void print_question(const struct tutor_session *session, const char *question)
{
	const struct checkpoint *checkpoint = session->checkpoint;
	printf("%s · %s\n", checkpoint->id, checkpoint->title);
	if (session->entry) {
		printf(message(MSG_ASK_PLACE), session->entry->course, session->entry->title);
		putchar('\n');
	}
	printf("\n%s\n", question);
}

static json_t *question_json(const struct tutor_session *session, const char *question)
{
	const struct checkpoint *checkpoint = session->checkpoint;
	json_t *variants = json_array();
	for (size_t i = 0; i < checkpoint->variants.count; i++) {
		json_array_append_new(variants, json_string(checkpoint->variants.items[i]));
	}
	json_t *object = json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "checkpoint", checkpoint->id,
				   "unit", checkpoint->unit, "course", checkpoint->course, "title",
				   checkpoint->title, "question", question, "variants", variants);
	if (session->entry) {
		json_object_set_new(object, "lesson", json_string(session->entry->id));
	}
	return object;
}

static void print_grade(const struct checkpoint *checkpoint, const struct turn *turn)
{
	static const enum message words[] = {MSG_ASK_PASS, MSG_ASK_PARTIAL, MSG_ASK_FAIL,
					     MSG_ASK_REDIRECT};
	const struct grade *grade = turn->grade;
	printf(message(MSG_ASK_VERDICT), message(words[grade->verdict]), grade->met,
	       grade->concept_count, grade->needed);
	printf("\n\n%s\n", turn->reply);
	(void)checkpoint;
}

static int grade_file(struct tutor_session *session, const char *path, long variant,
		      const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	struct strbuf answer;
	strbuf_init(&answer);
	enum status status = strcmp(path, "-") == 0 ? tutor_session_read_stdin(&answer, &err)
						    : file_read(&answer, path, 16u << 20, &err);
	struct dialogue *dialogue = NULL;
	struct turn turn;
	if (!status) {
		status = tutor_session_dialogue(&dialogue, session, NULL, (int)variant, &err);
	}
	if (!status) {
		status = dialogue_answer(dialogue, answer.text, answer.length, &turn, &err);
	}
	int code = CLI_PASSED;
	if (status) {
		code = cli_fail_error(options, &err);
	} else if (options->json) {
		json_t *object = ask_turn_json(session->checkpoint, dialogue_question(dialogue),
					       &turn, answer.text);
		code = cli_print_json(object) ? CLI_PASSED : CLI_FAULT;
	} else {
		print_grade(session->checkpoint, &turn);
	}
	if (code == CLI_PASSED && turn.grade->verdict != VERDICT_PASS) {
		code = CLI_NOT_PASSED;
	}
	dialogue_free(dialogue);
	strbuf_release(&answer);
	return code;
}

int cmd_ask(int argc, char **argv, const struct cli_options *options)
{
	const char *path = NULL;
	long variant = 0;
	const struct cli_option wanted[] = {
		{"--answer", CLI_TEXT, &path, 0, 0},
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
	const char *question = session.checkpoint->question;
	if (variant > 0 && (size_t)variant <= session.checkpoint->variants.count) {
		question = session.checkpoint->variants.items[variant - 1];
	}
	if (path) {
		code = grade_file(&session, path, variant, options);
	} else if (options->json) {
		code = cli_print_json(question_json(&session, question)) ? CLI_PASSED : CLI_FAULT;
	} else {
		print_question(&session, question);
	}
	tutor_session_close(&session);
	return code;
}
