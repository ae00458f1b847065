#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "tui/cli/bundle.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"
#include "tui/cli/export_screen.h"

/* mundap export: the learner's own record, to keep or to hand in. */

static void write_json(struct strbuf *out, json_t *document)
{
	char *text = json_dumps(document, JSON_INDENT(1));
	strbuf_puts(out, text ? text : "");
	strbuf_putc(out, '\n');
	out->failed |= !text;
	free(text);
}

static void write_format(struct strbuf *out, const json_t *bundle, const char *format)
{
	if (strcmp(format, "csv") == 0) {
		bundle_csv(out, bundle);
	} else if (strcmp(format, "html") == 0) {
		bundle_html(out, bundle);
	} else if (strcmp(format, "markdown") == 0) {
		bundle_markdown(out, bundle);
	} else if (strcmp(format, "xapi") == 0) {
		json_t *statements = bundle_xapi(bundle);
		write_json(out, statements);
		json_decref(statements);
	} else if (strcmp(format, "json") == 0) {
		write_json(out, (json_t *)bundle);
	} else {
		bundle_summary(out, bundle);
	}
}

static int deliver(const struct strbuf *text, const char *path, const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	if (!strbuf_ok(text)) {
		return cli_fail(options, CLI_FAULT, "memory", "%s", message(MSG_CLI_NO_MEMORY));
	}
	if (!path) {
		return fwrite(text->text, 1, text->length, stdout) == text->length ? CLI_PASSED
										   : CLI_FAULT;
	}
	if (file_write(path, text->text, text->length, &err) != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	fprintf(stderr, message(MSG_CLI_EXPORT_WRITTEN), path);
	return CLI_PASSED;
}

static int screen(const struct screen_wish *wish, const char *path,
		  const struct cli_options *options)
{
	struct strbuf text;
	strbuf_init(&text);
	int status = export_screen(wish, &text, options);
	if (status == CLI_PASSED) {
		status = deliver(&text, path, options);
	}
	strbuf_release(&text);
	return status;
}

int cmd_export(int argc, char **argv, const struct cli_options *options)
{
	const char *path = NULL;
	const char *name = NULL;
	struct screen_wish wish = {NULL};
	const struct cli_option own[] = {
		{"--output", CLI_TEXT, &path, 0, 0},
		{"--name", CLI_TEXT, &name, 0, 0},
		{"--screen", CLI_TEXT, &wish.what, 0, 0},
		{"--size", CLI_TEXT, &wish.size, 0, 0},
		{"--keys", CLI_TEXT, &wish.keys, 0, 0},
		{"--theme", CLI_TEXT, &wish.theme, 0, 0},
		{"--seconds", CLI_NUMBER, &wish.seconds, 0, 60},
	};
	int status = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (status != 0) {
		return status;
	}
	if (argc > 1) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_TOO_MANY_WORDS),
				argv[1], "export");
	}
	bool picture = !strcmp(options->format, "svg") || !strcmp(options->format, "asciicast");
	if (wish.what && (picture || !strcmp(options->format, "text"))) {
		return screen(&wish, path, options);
	}
	if (wish.what || picture) {
		return cli_fail(
			options, CLI_WRONG_USE, "usage", "%s",
			message(wish.what ? MSG_EXPORT_SCREEN_FORMAT : MSG_EXPORT_SCREEN_NEEDED));
	}
	struct error err = ERROR_INIT;
	struct store *store = NULL;
	struct catalog *catalog = NULL;
	struct strbuf text;
	strbuf_init(&text);
	enum status got = store_open(&store, NULL, &err);
	if (got == STATUS_OK && name) {
		got = store_set_setting(store, "learner.name", name, &err);
	}
	if (got == STATUS_OK) {
		got = catalog_load(&catalog, &err);
	}
	json_t *bundle = got == STATUS_OK ? bundle_make(store, catalog, &err) : NULL;
	if (bundle) {
		write_format(&text, bundle, options->format);
		status = deliver(&text, path, options);
	} else {
		status = cli_fail_error(options, &err);
	}
	json_decref(bundle);
	strbuf_release(&text);
	catalog_free(catalog);
	store_close(store);
	return status;
}
