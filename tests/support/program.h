#ifndef MUNDAP_TESTS_PROGRAM_H
#define MUNDAP_TESTS_PROGRAM_H

#include <jansson.h>
#include <stdbool.h>

#include "engine/base/strbuf.h"

/* Runs the program under test ($MUNDAP, else build/release/mundap) as a shell user would, and looks at what it said. */

struct program {
	int status; /* exit status, 128 + signal when it was killed */
	struct strbuf out, err;
};

/** Runs a shell command line in which "mundap" stands for the program; input goes to its standard input (NULL: none). */
void program_run(struct program *program, const char *input, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void program_release(struct program *program);

/** The one JSON document on standard output; fails the test when it is none. New reference. */
json_t *program_json(const struct program *program);

/**
 * Whether a document has a shape: s text, n number, i whole number, b boolean, z null, * anything, ?T T or null,
 * [T] a list of T, {key:T,…} an object with at least these keys, {*:T} an object whose every member is T.
 * why gets where it differs.
 */
bool json_has_shape(const json_t *json, const char *shape, char *why, size_t size);

#endif
