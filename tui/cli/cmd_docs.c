#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/lua/reference.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap docs lua: the reference of what scripts may call, from the tables that register it. */

static json_t *entries_json(void)
{
	json_t *entries = json_array();
	struct reference_entry e;
	for (int i = 0; reference_entry(i, &e); i++) {
		json_array_append_new(entries, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "owner",
							 e.owner, "kind",
							 e.field    ? "field"
							 : e.method ? "method"
								    : "function",
							 "name", e.name, "parameters", e.parameters,
							 "returns", e.returns, "doc", e.doc));
	}
	return json_pack("{s:o}", "entries", entries);
}

static enum status write_annotations(const char *folder, struct error *err)
{
	enum status status = file_make_folder(folder, err);
	for (int m = 0; status == STATUS_OK && reference_module(m); m++) {
		struct strbuf text;
		char path[4096];
		strbuf_init(&text);
		reference_annotations(&text, m);
		snprintf(path, sizeof(path), "%s/%s.lua", folder, reference_module(m));
		status = strbuf_ok(&text) ? file_write(path, text.text, text.length, err)
					  : error_set(err, STATUS_NOMEM, path, "out of memory");
		strbuf_release(&text);
		if (status == STATUS_OK) {
			puts(path);
		}
	}
	return status;
}

int cmd_docs(int argc, char **argv, const struct cli_options *options)
{
	const char *meta = NULL;
	const struct cli_option own[] = {{"--meta", CLI_TEXT, &meta, 0, 0}};
	int wrong = cli_take_options(&argc, argv, own, 1, options);
	if (wrong) {
		return wrong;
	}
	if (argc != 2 || strcmp(argv[1], "lua") != 0) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD), "lua",
				"mundap docs lua");
	}
	if (options->json) {
		cli_print_json(entries_json());
		return CLI_PASSED;
	}
	if (meta) {
		struct error err = ERROR_INIT;
		return write_annotations(meta, &err) == STATUS_OK ? CLI_PASSED
								  : cli_fail_error(options, &err);
	}
	struct strbuf text;
	strbuf_init(&text);
	reference_markdown(&text);
	fputs(text.text, stdout);
	strbuf_release(&text);
	return CLI_PASSED;
}
