#include "tui/cli/tutor_session.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"

static void gather_prose(struct tutor_session *session)
{
	const struct lesson *lesson = NULL;
	if (!session->entry || !session->entry->ready ||
	    catalog_open(session->catalog, session->entry, &lesson, NULL) != STATUS_OK) {
		return;
	}
	for (size_t i = 0; i < lesson->step_count; i++) {
		if (lesson->steps[i].kind == STEP_TEXT) {
			strbuf_puts(&session->lesson_text, lesson->steps[i].text);
			strbuf_putc(&session->lesson_text, '\n');
		}
	}
}

int tutor_session_open(struct tutor_session *out, const char *checkpoint,
		       const struct cli_options *options)
{
	memset(out, 0, sizeof *out);
	strbuf_init(&out->lesson_text);
	struct error err = ERROR_INIT;
	struct strbuf share;
	strbuf_init(&share);
	int code = 0;
	if (catalog_load(&out->catalog, &err) != STATUS_OK ||
	    file_share_folder(&share, &err) != STATUS_OK ||
	    grader_open(&out->grader, share.text, &err) != STATUS_OK) {
		code = cli_fail_error(options, &err);
	} else if (catalog_checkpoint(out->catalog, checkpoint, &out->checkpoint, &out->entry,
				      &err) != STATUS_OK) {
		code = err.status == STATUS_NOT_FOUND
			       ? cli_fail_unknown(options, MSG_ASK_UNKNOWN, checkpoint,
						  catalog_nearest(out->catalog, checkpoint))
			       : cli_fail_error(options, &err);
	}
	strbuf_release(&share);
	if (code) {
		tutor_session_close(out);
		return code;
	}
	gather_prose(out);
	if (out->entry && out->entry->prerequisites.count > 0) {
		out->prerequisite = catalog_find(out->catalog, out->entry->prerequisites.items[0]);
	}
	return 0;
}

void tutor_session_close(struct tutor_session *session)
{
	grader_free(session->grader);
	catalog_free(session->catalog);
	strbuf_release(&session->lesson_text);
	memset(session, 0, sizeof *session);
}

enum status tutor_session_dialogue(struct dialogue **out, struct tutor_session *session,
				   const char *saved, int variant, struct error *err)
{
	enum status status = dialogue_open(out, session->grader, session->checkpoint, saved, err);
	if (!status) {
		const char *prose =
			session->lesson_text.length > 0 ? session->lesson_text.text : NULL;
		dialogue_set_context(*out, prose, variant);
		if (session->prerequisite) {
			dialogue_set_prerequisite(*out, session->prerequisite->id,
						  session->prerequisite->title);
		}
	}
	return status;
}

enum status tutor_session_read_stdin(struct strbuf *out, struct error *err)
{
	char bytes[8192];
	size_t n;
	while ((n = fread(bytes, 1, sizeof bytes, stdin)) > 0 && out->length < (16u << 20)) {
		strbuf_add(out, bytes, n);
	}
	if (ferror(stdin)) {
		return error_set(err, STATUS_IO, "stdin", "cannot read");
	}
	return strbuf_ok(out) ? STATUS_OK : error_set(err, STATUS_NOMEM, "stdin", "out of memory");
}
