#ifndef MUNDAP_LUA_CONFIG_H
#define MUNDAP_LUA_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/arena.h"
#include "engine/base/error.h"

/* The user's config.lua: a file that returns a table of settings, run in the state lesson files load in (no files, no
 * clock, a budget of instructions and memory). What it says is handed on as a flat list; what the names mean is known
 * to those who use them. */

enum { CONFIG_DEPTH = 4 };

enum config_kind { CONFIG_TEXT, CONFIG_NUMBER, CONFIG_FLAG };

struct config_value {
	const char *names
		[CONFIG_DEPTH]; /* {"keys", "lesson", "ctrl-g"}; an item of a list is named "1", "2", … */
	int depth; /* names used */
	int line; /* 1-based, as near as can be told */
	enum config_kind kind;
	const char *text; /* CONFIG_TEXT; "" for the others */
	double number;
	bool flag;
};

struct config {
	struct arena arena; /* holds everything below */
	struct config_value *values; /* in the order of their names */
	size_t count;
	int error_line; /* of what kept the file from being read, 0 unknown */
};

/**
 * Reads the file at path. out is to be given to config_release in every case.
 * Errors: STATUS_NOT_FOUND when there is none; STATUS_PARSE with the message (error_line tells where) when it is not
 * Lua, runs too long, or returns no table; STATUS_NOMEM.
 */
enum status config_read(struct config *out, const char *path, struct error *err);
void config_release(struct config *config);

#endif
