/* Lua's own messages, retold for a learner. The message formats are those of Lua 5.4 (ldebug.c, lauxlib.c, llex.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/lua/binding.h"

struct piece {
	char text[128];
};

/* Copies what stands between start and end (either may be NULL: none). */
static struct piece piece_of(const char *start, const char *end)
{
	struct piece piece = {""};
	if (start && end && end > start) {
		size_t length = (size_t)(end - start);
		if (length >= sizeof(piece.text)) {
			length = sizeof(piece.text) - 1;
		}
		memcpy(piece.text, start, length);
	}
	return piece;
}

static bool begins(const char *text, const char *head, const char **rest)
{
	size_t length = strlen(head);
	if (strncmp(text, head, length) != 0) {
		return false;
	}
	*rest = text + length;
	return true;
}

/* "nil value (local 'x')" → type "nil", name "'x'"; without a name "이" (this). */
static void type_and_name(const char *text, struct piece *type, struct piece *name)
{
	*type = piece_of(text, strstr(text, " value"));
	const char *quote = strchr(text, '\'');
	const char *close = quote ? strrchr(quote, '\'') : NULL;
	*name = piece_of(quote, close ? close + 1 : NULL);
	if (!name->text[0]) {
		snprintf(name->text, sizeof(name->text), "%s", message(MSG_LUA_THE_VALUE));
	}
}

struct operation {
	const char *head; /* of Lua's message */
	enum message of_nil, of_other; /* of_nil takes the name only when the two differ */
};

static const struct operation operations[] = {
	{"attempt to index a ", MSG_LUA_INDEX_NIL, MSG_LUA_INDEX_OTHER},
	{"attempt to call a ", MSG_LUA_CALL_NIL, MSG_LUA_CALL_OTHER},
	{"attempt to perform arithmetic on a ", MSG_LUA_ARITHMETIC, MSG_LUA_ARITHMETIC},
	{"attempt to perform bitwise operation on a ", MSG_LUA_ARITHMETIC, MSG_LUA_ARITHMETIC},
	{"attempt to concatenate a ", MSG_LUA_CONCATENATE, MSG_LUA_CONCATENATE},
	{"attempt to get length of a ", MSG_LUA_LENGTH, MSG_LUA_LENGTH},
};

static bool explain_operation(const char *text, char *out, size_t size)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		const struct operation *operation = &operations[i];
		const char *rest;
		if (!begins(text, operation->head, &rest)) {
			continue;
		}
		struct piece type, name;
		type_and_name(rest, &type, &name);
		if (strcmp(type.text, "nil") == 0 && operation->of_nil != operation->of_other) {
			snprintf(out, size, message(operation->of_nil), name.text);
		} else {
			snprintf(out, size, message(operation->of_other), name.text, type.text);
		}
		return true;
	}
	return false;
}

/* "bad argument #1 to 'sqrt' (number expected, got nil)" */
static bool explain_argument(const char *text, char *out, size_t size)
{
	const char *rest;
	if (begins(text, "calling '", &rest) && strstr(rest, "on bad self")) {
		snprintf(out, size, message(MSG_LUA_SELF_ARGUMENT),
			 piece_of(rest, strchr(rest, '\'')).text);
		return true;
	}
	if (!begins(text, "bad argument #", &rest)) {
		return false;
	}
	char *after;
	int number = (int)strtol(rest, &after, 10);
	const char *quote = strchr(after, '\'');
	const char *close = quote ? strchr(quote + 1, '\'') : NULL;
	const char *open = close ? strchr(close, '(') : NULL;
	if (!open) {
		return false;
	}
	struct piece function = piece_of(quote + 1, close);
	const char *expected = strstr(open, " expected, got ");
	if (!expected) {
		snprintf(out, size, message(MSG_LUA_ARGUMENT), number, function.text,
			 piece_of(open + 1, strrchr(open, ')')).text);
		return true;
	}
	struct piece wanted = piece_of(open + 1, expected);
	struct piece got = piece_of(expected + strlen(" expected, got "), strrchr(expected, ')'));
	enum message text_of = strcmp(got.text, "no value") == 0 ? MSG_LUA_ARGUMENT_MISSING
								 : MSG_LUA_ARGUMENT_TYPE;
	snprintf(out, size, message(text_of), number, function.text, wanted.text, got.text);
	return true;
}

/* "'end' expected (to close 'for' at line 3) near <eof>", "unexpected symbol near 'x'", "unfinished string near '…'" */
static bool explain_syntax(const char *text, char *out, size_t size)
{
	const char *near = strstr(text, " near ");
	if (!near || strchr(text, '\n')) {
		return false;
	}
	const char *token = near + 6;
	const char *rest, *expected = strstr(text, " expected");
	const char *opened = strstr(text, "(to close ");
	if (begins(text, "unfinished string", &rest)) {
		snprintf(out, size, message(MSG_LUA_UNFINISHED_STRING), token);
	} else if (expected && opened) {
		opened += strlen("(to close ");
		const char *at = strstr(opened, " at line ");
		struct piece missing = piece_of(text, expected);
		struct piece opener = piece_of(opened, at);
		struct piece line = piece_of(at ? at + 9 : NULL, at ? strchr(at, ')') : NULL);
		snprintf(out, size, message(MSG_LUA_SYNTAX_CLOSE), missing.text, line.text,
			 opener.text);
	} else if (expected && expected < near) {
		snprintf(out, size, message(MSG_LUA_SYNTAX_END), piece_of(text, expected).text,
			 token);
	} else {
		snprintf(out, size, message(MSG_LUA_SYNTAX_NEAR), token);
	}
	return true;
}

static const struct {
	const char *part; /* stands somewhere in Lua's message */
	enum message explanation; /* takes Lua's message, or nothing */
} others[] = {
	{"stack overflow", MSG_LUA_STACK_OVERFLOW},
	{"attempt to compare", MSG_LUA_COMPARE},
	{"attempt to perform 'n//0'", MSG_LUA_DIVIDE_ZERO},
	{"attempt to perform 'n%%0'", MSG_LUA_DIVIDE_ZERO},
	{"number has no integer representation", MSG_LUA_NO_INTEGER},
	{"'for' initial value must be", MSG_LUA_FOR_NUMBER},
	{"'for' limit must be", MSG_LUA_FOR_NUMBER},
	{"'for' step must be", MSG_LUA_FOR_NUMBER},
	{"index is nil", MSG_LUA_INDEX_IS_NIL},
	{"index is NaN", MSG_LUA_INDEX_IS_NIL},
	{"attempt to load a binary chunk", MSG_LUA_BINARY},
	{"resulting string too large", MSG_LUA_TOO_LARGE},
	{"malformed pattern", MSG_LUA_PATTERN},
};

bool explain_lua_message(const char *text, char *out, size_t size)
{
	char korean[768];
	bool known = explain_operation(text, korean, sizeof(korean)) ||
		     explain_argument(text, korean, sizeof(korean)) ||
		     explain_syntax(text, korean, sizeof(korean));
	for (size_t i = 0; !known && i < sizeof(others) / sizeof(others[0]); i++) {
		if (strstr(text, others[i].part)) {
			/* the argument goes unused where the message takes none */
			snprintf(korean, sizeof(korean), message(others[i].explanation), text);
			known = true;
		}
	}
	if (!known) {
		return false;
	}
	const char *newline = strchr(text, '\n');
	snprintf(out, size, "%s (%.*s)", korean,
		 (int)(newline ? newline - text : (long)strlen(text)), text);
	return true;
}
