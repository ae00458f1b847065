#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/base/spelling.h"
#include "engine/base/utf8.h"
#include "tui/cli/cli.h"
#include "tui/cli/cli_json.h"

/* What the options of every command share: reading them, reporting failures, printing JSON. */

bool cli_print_json(json_t *document)
{
	bool ok = document &&
		  json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) == 0 &&
		  fputc('\n', stdout) != EOF;
	json_decref(document);
	return ok;
}

bool cli_print_json_line(json_t *document)
{
	bool ok = document &&
		  json_dumpf(document, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12)) == 0 &&
		  fputc('\n', stdout) != EOF && fflush(stdout) == 0;
	json_decref(document);
	return ok;
}

int cli_fail(const struct cli_options *options, int exit_status, const char *kind,
	     const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	utf8_trim_partial(text);
	if (options->json) {
		char *clean = utf8_normalise(text, strlen(text));
		cli_print_json_line(json_pack("{s:{s:s,s:s}}", "error", "kind", kind, "message",
					      clean ? clean : kind));
		free(clean);
	} else {
		fprintf(stderr, "mundap: %s\n", text);
	}
	return exit_status;
}

int cli_fail_error(const struct cli_options *options, const struct error *err)
{
	switch (err->status) {
	case STATUS_INVALID:
	case STATUS_NOT_FOUND:
	case STATUS_EXISTS:
	case STATUS_DENIED:
	case STATUS_PARSE:
	case STATUS_SCRIPT:
	case STATUS_RANGE:
		return cli_fail(options, CLI_WRONG_USE, status_name(err->status), "%s",
				err->message);
	default:
		return cli_fail(options, CLI_FAULT, status_name(err->status), "%s", err->message);
	}
}

int cli_fail_unknown(const struct cli_options *options, enum message what, const char *name,
		     const char *nearest)
{
	static const struct {
		enum message plain, near;
	} rows[] = {
		{MSG_CLI_NO_LESSON, MSG_CLI_NO_LESSON_NEAR},
		{MSG_CLI_NO_CHECKPOINT, MSG_CLI_NO_CHECKPOINT_NEAR},
		{MSG_CLI_NO_LAB, MSG_CLI_NO_LAB_NEAR},
	};
	for (size_t i = 0; nearest && i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].plain == what) {
			return cli_fail(options, CLI_WRONG_USE, "not-found", message(rows[i].near),
					name, nearest);
		}
	}
	return cli_fail(options, CLI_WRONG_USE, "not-found", message(what), name);
}

int cli_columns(void)
{
	const char *wish = getenv("COLUMNS");
	if (wish && atoi(wish) >= 20) {
		return atoi(wish);
	}
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) {
		return size.ws_col;
	}
	return 80;
}

static const struct cli_option *find_option(const struct cli_option *options, size_t count,
					    const char *word, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(options[i].name) == length &&
		    strncmp(options[i].name, word, length) == 0) {
			return &options[i];
		}
	}
	return NULL;
}

static int unknown_option(const struct cli_option *options, size_t count, const char *word,
			  const struct cli_options *common)
{
	char name[64];
	snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
	const char *names[32];
	size_t known = count < 32 ? count : 32;
	for (size_t i = 0; i < known; i++) {
		names[i] = options[i].name;
	}
	const char *best = spelling_nearest(name, names, known);
	if (best) {
		return cli_fail(common, CLI_WRONG_USE, "usage",
				message(MSG_CLI_UNKNOWN_OPTION_NEAR), name, best);
	}
	return cli_fail(common, CLI_WRONG_USE, "usage", message(MSG_CLI_UNKNOWN_OPTION), name,
			common->command);
}

static int set_number(const struct cli_option *option, const char *value,
		      const struct cli_options *common)
{
	char *end = NULL;
	errno = 0;
	bool whole = option->kind == CLI_INTEGER;
	long integer = whole ? strtol(value, &end, 10) : 0;
	double number = whole ? (double)integer : strtod(value, &end);
	if (end == value || *end != '\0' || errno != 0 || !isfinite(number)) {
		enum message text = whole ? MSG_CLI_OPTION_INTEGER : MSG_CLI_OPTION_NUMBER;
		return cli_fail(common, CLI_WRONG_USE, "usage", message(text), option->name, value);
	}
	bool bounded = option->minimum != 0 || option->maximum != 0;
	if (bounded && (number < option->minimum || number > option->maximum)) {
		return cli_fail(common, CLI_WRONG_USE, "usage", message(MSG_CLI_OPTION_RANGE),
				option->name, option->minimum, option->maximum, value);
	}
	if (whole) {
		*(long *)option->target = integer;
	} else {
		*(double *)option->target = number;
	}
	return 0;
}

int cli_take_options(int *argc, char **argv, const struct cli_option *options, size_t count,
		     const struct cli_options *common)
{
	int kept = 1;
	int i = 1;
	for (; i < *argc; i++) {
		const char *word = argv[i];
		if (strcmp(word, "--") == 0) {
			i++;
			break;
		}
		if (word[0] != '-' || word[1] == '\0') {
			argv[kept++] = argv[i];
			continue;
		}
		size_t length = strcspn(word, "=");
		const struct cli_option *option = find_option(options, count, word, length);
		if (!option) {
			return unknown_option(options, count, word, common);
		}
		if (option->kind == CLI_FLAG) {
			if (word[length] == '=') {
				return cli_fail(common, CLI_WRONG_USE, "usage",
						message(MSG_CLI_OPTION_TAKES_NO_VALUE),
						option->name);
			}
			*(bool *)option->target = true;
			continue;
		}
		const char *value = word[length] == '=' ? word + length + 1
				    : i + 1 < *argc     ? argv[++i]
							: NULL;
		if (!value) {
			return cli_fail(common, CLI_WRONG_USE, "usage",
					message(MSG_CLI_OPTION_NEEDS_VALUE), option->name);
		}
		if (option->kind == CLI_TEXT) {
			*(const char **)option->target = value;
		} else if (set_number(option, value, common) != 0) {
			return CLI_WRONG_USE;
		}
	}
	for (; i < *argc; i++) {
		argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	*argc = kept;
	return 0;
}
