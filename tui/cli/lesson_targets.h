#ifndef MUNDAP_CLI_LESSON_TARGETS_H
#define MUNDAP_CLI_LESSON_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/lua/catalog.h"
#include "tui/cli/cli.h"

/* The lessons that the words of `mundap lesson lint|test|…` name: a lesson, unit, course or folder; none means all. */

struct lesson_target {
	const char *folder;
	const char *course;
	const char *id; /* "<course>/<NN>-<slug>" */
};

struct lesson_targets {
	struct catalog *catalog;
	struct lesson_target *items;
	size_t count, capacity;
	struct arena *arena;
};

/** Fills targets; returns 0 or the exit status after reporting what is wrong. */
int lesson_targets_init(struct lesson_targets *targets, int argc, char **argv,
			const struct cli_options *options);
void lesson_targets_release(struct lesson_targets *targets);

/** A path as an author would type it here: without the current folder in front. */
const char *lesson_short_path(const char *path);

/* The subcommands, each in lesson_<name>.c; argv[0] is their name. */
int lesson_lint(int argc, char **argv, const struct cli_options *options);
int lesson_test(int argc, char **argv, const struct cli_options *options);
int lesson_preview(int argc, char **argv, const struct cli_options *options);
int lesson_pack(int argc, char **argv, const struct cli_options *options);
int lesson_new(int argc, char **argv, const struct cli_options *options);

#endif
