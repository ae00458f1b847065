#ifndef MUNDAP_LUA_LESSON_FIELDS_H
#define MUNDAP_LUA_LESSON_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/arena.h"
#include "engine/base/message.h"
#include "engine/base/strbuf.h"
#include "engine/lua/lesson.h"
#include "engine/lua/lesson_state.h"

/* Reading the tables of a lesson field by field. Every mistake becomes a problem with file and line; reading goes on
 * with an empty value. All functions run inside one protected Lua call and keep their memory in the arena. */

struct problem_node;

struct lesson_reader {
	struct lesson_state *state;
	lua_State *lua;
	struct arena *arena;
	const char *folder;
	const char *course;
	const char *file; /* being read: path as opened */
	const char *source; /* its text, for finding lines */
	struct problem_node *problems, *last_problem;
	size_t problem_count;
	size_t memory_left; /* of the arena; a file that repeats one table a million times ends here */
	bool light; /* only what lists show: Markdown files, checks and labs' folders are left alone */
	bool out_of_memory;
};

/* Where a table stands: what its problems call it and the line it begins on. */
struct place {
	int table; /* absolute stack index */
	int line;
	const char *name; /* "text 단계", "문제 q1", … */
};

/** Adds a problem; nothing when memory ran out (out_of_memory says so). */
void lesson_problem(struct lesson_reader *reader, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** Copies the problems into an array with room for problem_count; returns how many there are. */
size_t lesson_problems_copy(const struct lesson_reader *reader, struct lesson_problem *out);

/** Copies a text into the arena in NFC, "" when memory ran out. */
const char *lesson_text(struct lesson_reader *reader, const char *text, size_t length);
const char *lesson_printf(struct lesson_reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void *lesson_array(struct lesson_reader *reader, size_t count, size_t size);

/** The line that holds word = …, looked for from the place's line on; the place's own line when it is not found. */
int lesson_field_line(const struct lesson_reader *reader, const struct place *place,
		      const char *field);
/** The line that holds "text" in quotes, from the line given on; that line when it is not found. */
int lesson_quoted_line(const struct lesson_reader *reader, int from, const char *text);

/** Reports every field that is not in names (NULL-ended), with the nearest of them. */
void lesson_check_names(struct lesson_reader *reader, const struct place *place,
			const char *const *names);

enum need { OPTIONAL, REQUIRED };

/** A text field in NFC; "" when it is missing. */
const char *lesson_string(struct lesson_reader *reader, const struct place *place,
			  const char *field, enum need need);
/** A text field that is Markdown itself or, when it ends in ".md", the file of that name beside the lesson. */
const char *lesson_markdown(struct lesson_reader *reader, const struct place *place,
			    const char *field, enum need need);
/** The absolute path a field names inside the lesson's folder; "" when it is missing or outside. */
const char *lesson_path(struct lesson_reader *reader, const struct place *place, const char *field,
			enum need need);
double lesson_number(struct lesson_reader *reader, const struct place *place, const char *field,
		     double otherwise, double low, double high);
/** A list of texts; one text alone counts as a list of one. */
struct string_list lesson_strings(struct lesson_reader *reader, const struct place *place,
				  const char *field, enum need need);
/** The length of the list in a field (left on the stack at the returned index), 0 with index 0 when it is missing. */
size_t lesson_list(struct lesson_reader *reader, const struct place *place, const char *field,
		   enum need need, int *index);
/** Pushes item i (0-based) of a list; reports and pops it when it is not a table. */
bool lesson_item(struct lesson_reader *reader, const struct place *place, const char *field,
		 int list, size_t i);

/** Reads a checkpoint from the table at place. */
const struct checkpoint *lesson_read_checkpoint(struct lesson_reader *reader,
						const struct place *place);
/** Runs a file of the lesson's folder and leaves its table on the stack; false after a problem. */
bool lesson_run_file(struct lesson_reader *reader, const char *path);
/** Reads the step in the table at place into step. */
void lesson_read_step(struct lesson_reader *reader, const struct place *place, struct step *step);
void lesson_read_quiz(struct lesson_reader *reader, const struct place *place, struct quiz *quiz);

#endif
