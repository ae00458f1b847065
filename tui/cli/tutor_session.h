#ifndef MUNDAP_CLI_TUTOR_SESSION_H
#define MUNDAP_CLI_TUTOR_SESSION_H

#include "engine/base/strbuf.h"
#include "engine/lua/catalog.h"
#include "engine/tutor/dialogue.h"
#include "tui/cli/cli.h"

/* What the commands that talk need: the catalog, one checkpoint of it, and the grader. */
struct tutor_session {
	struct catalog *catalog;
	const struct checkpoint *checkpoint;
	const struct lesson_entry *entry; /* lesson that holds it, or NULL */
	struct grader *grader;
	struct strbuf lesson_text; /* its prose, for telling copies */
	const struct lesson_entry *prerequisite; /* NULL: none */
};

/** Returns 0, or an exit status after saying what is wrong. Owns: tutor_session_close when 0. */
int tutor_session_open(struct tutor_session *out, const char *checkpoint,
		       const struct cli_options *options);
void tutor_session_close(struct tutor_session *session);

/** A dialogue on the session's checkpoint; saved may be NULL. Owns: dialogue_free. */
enum status tutor_session_dialogue(struct dialogue **out, struct tutor_session *session,
				   const char *saved, int variant, struct error *err);

/** All of standard input. */
enum status tutor_session_read_stdin(struct strbuf *out, struct error *err);

#endif
