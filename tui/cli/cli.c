#include "tui/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/spelling.h"
#include "tui/app.h"
#include "tui/cli/commands.h"

enum topic { LEARN, WORKBENCH, RECORDS, AUTHOR, CARE, HIDDEN };

static const enum message topic_titles[] = {
	[LEARN] = MSG_CLI_TOPIC_LEARN,     [WORKBENCH] = MSG_CLI_TOPIC_WORKBENCH,
	[RECORDS] = MSG_CLI_TOPIC_RECORDS, [AUTHOR] = MSG_CLI_TOPIC_AUTHOR,
	[CARE] = MSG_CLI_TOPIC_CARE,
};

static const struct command {
	const char *name;
	cli_function *run;
	enum topic topic;
	const char *formats; /* words besides text, divided by spaces */
	enum message help, usage;
} commands[] = {
#define COMMAND(name, NAME, topic, formats) \
	{#name, cmd_##name, topic, formats, MSG_HELP_##NAME, MSG_USAGE_##NAME},
#include "tui/cli/commands.def"
#undef COMMAND
};
static const size_t command_count = sizeof commands / sizeof *commands;

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < command_count; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			return &commands[i];
		}
	}
	return NULL;
}

static const char *nearest_command(const char *name)
{
	const char *names[sizeof commands / sizeof *commands + 1];
	size_t count = 0;
	for (size_t i = 0; i < command_count; i++) {
		if (commands[i].topic != HIDDEN) {
			names[count++] = commands[i].name;
		}
	}
	return spelling_nearest(name, names, count);
}

static void print_help(void)
{
	printf(message(MSG_CLI_INTRO), MUNDAP_VERSION);
	for (enum topic topic = LEARN; topic < HIDDEN; topic++) {
		bool titled = false;
		for (size_t i = 0; i < command_count; i++) {
			if (commands[i].topic != topic) {
				continue;
			}
			if (!titled) {
				printf("\n%s\n", message(topic_titles[topic]));
				titled = true;
			}
			printf("  %-10s %s\n", commands[i].name, message(commands[i].help));
		}
	}
	printf("\n%s", message(MSG_CLI_COMMON_HELP));
}

/* The common options as they stand on the command line, before they are understood. */
struct common {
	const char *format, *language, *color;
	bool help, version;
};

/* Matches "--name value" and "--name=value" at argv[*at]; moves *at to the last word used. */
static bool take_value(int argc, char **argv, int *at, const char *name, const char **value)
{
	size_t length = strlen(name);
	if (strncmp(argv[*at], name, length) != 0) {
		return false;
	}
	if (argv[*at][length] == '=') {
		*value = argv[*at] + length + 1;
		return true;
	}
	if (argv[*at][length] != '\0') {
		return false;
	}
	*value = *at + 1 < argc ? argv[++*at] : NULL;
	return true;
}

static int missing_value(const struct cli_options *options, const char *name)
{
	return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_OPTION_NEEDS_VALUE), name);
}

static int take_common(int *argc, char **argv, struct common *common,
		       const struct cli_options *options)
{
	int kept = 1;
	int i = 1;
	for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		int first = i;
		const char *value = "";
		if (take_value(*argc, argv, &i, "--format", &value)) {
			common->format = value;
		} else if (take_value(*argc, argv, &i, "--lang", &value)) {
			common->language = value;
		} else if (strcmp(argv[i], "--color") == 0) {
			common->color = "always";
		} else if (strncmp(argv[i], "--color=", 8) == 0) {
			common->color = argv[i] + 8;
		} else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			common->help = true;
		} else if (strcmp(argv[i], "--version") == 0) {
			common->version = true;
		} else {
			argv[kept++] = argv[i];
		}
		if (!value) {
			return missing_value(options, argv[first]);
		}
	}
	for (; i < *argc; i++) {
		argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	*argc = kept;
	return 0;
}

static int choose_language(const char *word, struct cli_options *options)
{
	if (!word) {
		const char *wish = getenv("MUNDAP_LANG");
		word = wish && strncmp(wish, "en", 2) == 0 ? "en" : "ko";
	}
	if (strcmp(word, "ko") != 0 && strcmp(word, "en") != 0) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_WRONG_LANGUAGE),
				word);
	}
	options->language = strcmp(word, "en") == 0 ? LANGUAGE_EN : LANGUAGE_KO;
	message_set_language(options->language);
	return 0;
}

static int choose_color(const char *word, struct cli_options *options)
{
	const char *quiet = getenv("NO_COLOR");
	options->color = isatty(STDOUT_FILENO) && !(quiet && *quiet);
	if (!word || strcmp(word, "auto") == 0) {
		return 0;
	}
	if (strcmp(word, "always") != 0 && strcmp(word, "never") != 0) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_WRONG_COLOR),
				word);
	}
	options->color = strcmp(word, "always") == 0;
	return 0;
}

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = words; length && (at = strstr(at, word)) != NULL; at += length) {
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length])) {
			return true;
		}
	}
	return false;
}

static int choose_format(const char *word, const struct command *command,
			 struct cli_options *options)
{
	options->format = "text";
	if (!word || strcmp(word, "text") == 0) {
		return 0;
	}
	options->json = strcmp(word, "json") == 0 || strcmp(word, "jsonl") == 0 ||
			strcmp(word, "sarif") == 0;
	if (!has_word(command->formats, word)) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_WRONG_FORMAT),
				word, *command->formats ? " " : "", command->formats);
	}
	options->format = word;
	return 0;
}

static int run_command(const struct command *command, int argc, char **argv, struct common *common,
		       struct cli_options *options)
{
	options->command = command->name;
	if (common->help) {
		fputs(message(command->usage), stdout);
		return CLI_PASSED;
	}
	int status = choose_format(common->format, command, options);
	if (status != 0) {
		return status;
	}
	status = command->run(argc - 1, argv + 1, options);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		return cli_fail(options, CLI_FAULT, "io", message(MSG_CLI_WRITE_FAILED), "stdout");
	}
	return status;
}

static int unknown_command(const char *name, const struct cli_options *options)
{
	const char *near = nearest_command(name);
	if (near) {
		return cli_fail(options, CLI_WRONG_USE, "usage",
				message(MSG_CLI_UNKNOWN_COMMAND_NEAR), name, near);
	}
	return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_UNKNOWN_COMMAND), name);
}

/* No command: the interface itself, by screen or line by line. */
static int open_interface(int argc, char **argv, const struct common *common,
			  const struct cli_options *options)
{
	struct app_options app = {.plain = false};
	const struct cli_option rows[] = {
		{.name = "--plain", .kind = CLI_FLAG, .target = &app.plain},
		{.name = "--open", .kind = CLI_TEXT, .target = &app.start},
	};
	int status = cli_take_options(&argc, argv, rows, sizeof rows / sizeof *rows, options);
	if (status != 0) {
		return status;
	}
	if (argc > 1) {
		return unknown_command(argv[1], options);
	}
	if (common->format && strcmp(common->format, "text") != 0) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_WRONG_FORMAT),
				common->format, "", "");
	}
	const char *quiet = getenv("NO_COLOR");
	app.no_colour = (quiet && *quiet) || (common->color && strcmp(common->color, "never") == 0);
	return app_main(&app);
}

int cli_main(int argc, char **argv)
{
	struct cli_options options = {.command = "", .format = "text"};
	struct common common = {0};
	choose_language(NULL, &options);
	int status = take_common(&argc, argv, &common, &options);
	if (status == 0) {
		options.json = common.format && strcmp(common.format, "text") != 0;
		status = common.language ? choose_language(common.language, &options) : 0;
	}
	if (status == 0) {
		status = choose_color(common.color, &options);
	}
	if (status != 0) {
		return status;
	}
	if (common.version) {
		printf("mundap %s\n", MUNDAP_VERSION);
		return CLI_PASSED;
	}
	if (argc > 1 && argv[1][0] != '-') {
		const struct command *command = find_command(argv[1]);
		return command ? run_command(command, argc, argv, &common, &options)
			       : unknown_command(argv[1], &options);
	}
	if (common.help) {
		print_help();
		return CLI_PASSED;
	}
	return open_interface(argc, argv, &common, &options);
}
