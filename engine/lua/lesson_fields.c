#include "engine/lua/lesson_fields.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/file.h"
#include "engine/base/korean.h"
#include "engine/base/spelling.h"
#include "engine/base/utf8.h"

enum { MARKDOWN_LIMIT = 1 << 20, LIST_LIMIT = 1000, PROBLEM_LIMIT = 200 };

struct problem_node {
	struct lesson_problem problem;
	struct problem_node *next;
};

static void *take(struct lesson_reader *reader, size_t size)
{
	size_t cost = size + 64;
	void *memory = cost <= reader->memory_left ? arena_alloc(reader->arena, size) : NULL;
	if (memory) {
		reader->memory_left -= cost;
	} else {
		reader->out_of_memory = true;
	}
	return memory;
}

void lesson_problem(struct lesson_reader *reader, int line, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	utf8_trim_partial(text);
	struct problem_node *node =
		reader->problem_count < PROBLEM_LIMIT ? take(reader, sizeof *node) : NULL;
	if (!node) {
		return;
	}
	const char *copy = lesson_text(reader, text, strlen(text));
	node->problem = (struct lesson_problem){reader->file, line, copy};
	if (reader->last_problem) {
		reader->last_problem->next = node;
	} else {
		reader->problems = node;
	}
	reader->last_problem = node;
	reader->problem_count++;
}

size_t lesson_problems_copy(const struct lesson_reader *reader, struct lesson_problem *out)
{
	size_t count = 0;
	for (const struct problem_node *node = reader->problems; node; node = node->next) {
		out[count++] = node->problem;
	}
	return count;
}

const char *lesson_text(struct lesson_reader *reader, const char *text, size_t length)
{
	char *composed = utf8_normalise(text, length);
	reader->out_of_memory |= !composed;
	size_t size = composed ? strlen(composed) + 1 : 0;
	char *copy = composed ? take(reader, size) : NULL;
	if (copy) {
		memcpy(copy, composed, size);
	}
	free(composed);
	return copy ? copy : "";
}

const char *lesson_printf(struct lesson_reader *reader, const char *format, ...)
{
	char text[4096];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	utf8_trim_partial(text);
	char *copy = take(reader, strlen(text) + 1);
	return copy ? strcpy(copy, text) : "";
}

void *lesson_array(struct lesson_reader *reader, size_t count, size_t size)
{
	void *array = take(reader, (count ? count : 1) * size);
	if (!array) {
		reader->state->explained = true;
		luaL_error(reader->lua, "%s", message(MSG_LESSON_NO_MEMORY));
	}
	return array;
}

static const char *line_start(const char *source, int line)
{
	for (int at = 1; source && at < line; at++) {
		source = strchr(source, '\n');
		source = source ? source + 1 : NULL;
	}
	return source;
}

static bool word_byte(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static int line_at(const char *start, const char *at, int line)
{
	for (; start < at; start++) {
		line += *start == '\n';
	}
	return line;
}

int lesson_field_line(const struct lesson_reader *reader, const struct place *place,
		      const char *field)
{
	const char *start = line_start(reader->source, place->line ? place->line : 1);
	size_t length = strlen(field);
	for (const char *at = start; at && length && (at = strstr(at, field)); at += length) {
		const char *after = at + length;
		after += strspn(after, " \t");
		bool whole = at == reader->source || !word_byte(at[-1]);
		if (whole && after[0] == '=' && after[1] != '=') {
			return line_at(start, at, place->line ? place->line : 1);
		}
	}
	return place->line;
}

int lesson_quoted_line(const struct lesson_reader *reader, int from, const char *text)
{
	int line = from ? from : 1;
	const char *start = line_start(reader->source, line);
	size_t length = strlen(text);
	for (const char *at = start; at && length && (at = strstr(at, text)); at += length) {
		char before = at == reader->source ? ' ' : at[-1];
		if ((before == '"' || before == '\'') && at[length] == before) {
			return line_at(start, at, line);
		}
	}
	return from;
}

void lesson_check_names(struct lesson_reader *reader, const struct place *place,
			const char *const *names)
{
	size_t count = 0;
	while (names[count]) {
		count++;
	}
	lua_State *lua = reader->lua;
	lua_pushnil(lua);
	while (lua_next(lua, place->table)) {
		lua_pop(lua, 1);
		if (lua_type(lua, -1) != LUA_TSTRING) {
			lesson_problem(reader, place->line, message(MSG_LESSON_NUMBERED_FIELD),
				       place->name);
			continue;
		}
		const char *field = lua_tostring(lua, -1);
		bool known = strncmp(field, "__", 2) == 0;
		for (size_t i = 0; i < count && !known; i++) {
			known = strcmp(names[i], field) == 0;
		}
		if (known) {
			continue;
		}
		int line = lesson_field_line(reader, place, field);
		const char *near = spelling_nearest(field, names, count);
		if (near) {
			lesson_problem(reader, line, message(MSG_LESSON_UNKNOWN_FIELD_NEAR),
				       place->name, field, near);
		} else {
			lesson_problem(reader, line, message(MSG_LESSON_UNKNOWN_FIELD), place->name,
				       field);
		}
	}
}

static const char *type_word(int type)
{
	switch (type) {
	case LUA_TSTRING:
		return message(MSG_LESSON_TYPE_TEXT);
	case LUA_TNUMBER:
		return message(MSG_LESSON_TYPE_NUMBER);
	case LUA_TTABLE:
		return message(MSG_LESSON_TYPE_TABLE);
	case LUA_TBOOLEAN:
		return message(MSG_LESSON_TYPE_BOOLEAN);
	case LUA_TFUNCTION:
		return message(MSG_LESSON_TYPE_FUNCTION);
	default:
		return message(MSG_LESSON_TYPE_NOTHING);
	}
}

/* Pushes a field; false (nothing pushed) when it is missing or of another type, after the problem. */
static bool get(struct lesson_reader *reader, const struct place *place, const char *field,
		int type, enum need need)
{
	lua_pushstring(reader->lua, field);
	int found = lua_rawget(reader->lua, place->table);
	if (found == type) {
		return true;
	}
	lua_pop(reader->lua, 1);
	if (found == LUA_TNIL && need == REQUIRED) {
		lesson_problem(reader, place->line, message(MSG_LESSON_MISSING_FIELD), place->name,
			       field, type_word(type));
	} else if (found != LUA_TNIL) {
		lesson_problem(reader, lesson_field_line(reader, place, field),
			       message(MSG_LESSON_WRONG_TYPE), place->name, field, type_word(type),
			       type_word(found));
	}
	return false;
}

const char *lesson_string(struct lesson_reader *reader, const struct place *place,
			  const char *field, enum need need)
{
	if (!get(reader, place, field, LUA_TSTRING, need)) {
		return "";
	}
	size_t length = 0;
	const char *raw = lua_tolstring(reader->lua, -1, &length);
	const char *text = lesson_text(reader, raw, length);
	if (need == REQUIRED && text[strspn(text, " \t\r\n")] == '\0') {
		lesson_problem(reader, lesson_field_line(reader, place, field),
			       message(MSG_LESSON_EMPTY_FIELD), place->name, field);
	}
	lua_pop(reader->lua, 1);
	return text;
}

static bool inside_folder(const char *path)
{
	if (path[0] == '\0' || path[0] == '/') {
		return false;
	}
	for (const char *at = path; at; at = strchr(at, '/')) {
		at += *at == '/';
		if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0')) {
			return false;
		}
	}
	return true;
}

static const char *absolute(struct lesson_reader *reader, int line, const char *path)
{
	if (!inside_folder(path)) {
		lesson_problem(reader, line, message(MSG_LESSON_OUTSIDE), path);
		return "";
	}
	return lesson_printf(reader, "%s/%s", reader->folder, path);
}

const char *lesson_path(struct lesson_reader *reader, const struct place *place, const char *field,
			enum need need)
{
	const char *path = lesson_string(reader, place, field, need);
	if (!*path) {
		return "";
	}
	int line = lesson_field_line(reader, place, field);
	const char *full = absolute(reader, line, path);
	struct stat info;
	if (*full && !reader->light && stat(full, &info) < 0) {
		lesson_problem(reader, line, message(MSG_LESSON_NO_FILE), path);
	}
	return full;
}

const char *lesson_markdown(struct lesson_reader *reader, const struct place *place,
			    const char *field, enum need need)
{
	const char *text = lesson_string(reader, place, field, need);
	size_t length = strlen(text);
	if (reader->light || length < 4 || strcmp(text + length - 3, ".md") != 0 ||
	    strpbrk(text, " \n")) {
		return text;
	}
	int line = lesson_field_line(reader, place, field);
	const char *path = absolute(reader, line, text);
	if (!*path) {
		return "";
	}
	struct strbuf bytes;
	strbuf_init(&bytes);
	const char *result = "";
	struct error err = ERROR_INIT;
	if (file_read(&bytes, path, MARKDOWN_LIMIT, &err) != STATUS_OK) {
		lesson_problem(reader, line, message(MSG_LESSON_NO_FILE), text);
	} else if (!utf8_valid(bytes.text, bytes.length)) {
		lesson_problem(reader, line, message(MSG_LESSON_NOT_UTF8), text);
	} else {
		result = lesson_text(reader, bytes.text, bytes.length);
		if (result[strspn(result, " \t\r\n")] == '\0') {
			lesson_problem(reader, line, message(MSG_LESSON_EMPTY_FILE), text);
		}
	}
	strbuf_release(&bytes);
	return result;
}

double lesson_number(struct lesson_reader *reader, const struct place *place, const char *field,
		     double otherwise, double low, double high)
{
	if (!get(reader, place, field, LUA_TNUMBER, OPTIONAL)) {
		return otherwise;
	}
	double number = lua_tonumber(reader->lua, -1);
	lua_pop(reader->lua, 1);
	if (!(number >= low && number <= high)) {
		lesson_problem(reader, lesson_field_line(reader, place, field),
			       message(MSG_LESSON_OUT_OF_RANGE), place->name, field, low, high,
			       number);
		return otherwise;
	}
	return number;
}

/* The length of a list; what is over the limit is reported and left unread. */
static size_t length_of(struct lesson_reader *reader, const struct place *place, const char *field,
			int list)
{
	size_t count = lua_rawlen(reader->lua, list);
	if (count > LIST_LIMIT) {
		lesson_problem(reader, lesson_field_line(reader, place, field),
			       message(MSG_LESSON_LIST_LENGTH), place->name, field, LIST_LIMIT);
		count = LIST_LIMIT;
	}
	return count;
}

struct string_list lesson_strings(struct lesson_reader *reader, const struct place *place,
				  const char *field, enum need need)
{
	lua_State *lua = reader->lua;
	struct string_list list = {NULL, 0};
	lua_pushstring(lua, field);
	int found = lua_rawget(lua, place->table);
	if (found == LUA_TSTRING) {
		lua_createtable(lua, 1, 0);
		lua_insert(lua, -2);
		lua_rawseti(lua, -2, 1);
		found = LUA_TTABLE;
	} else if (found != LUA_TTABLE) {
		lua_pop(lua, 1);
		get(reader, place, field, LUA_TTABLE, need); /* words the problem */
		return list;
	}
	int table = lua_gettop(lua);
	size_t count = length_of(reader, place, field, table);
	if (count == 0 && need == REQUIRED) {
		lesson_problem(reader, lesson_field_line(reader, place, field),
			       message(MSG_LESSON_EMPTY_FIELD), place->name, field);
	}
	const char **items = lesson_array(reader, count, sizeof *items);
	for (size_t i = 0; i < count; i++) {
		int type = lua_rawgeti(lua, table, (lua_Integer)i + 1);
		size_t length = 0;
		if (type == LUA_TSTRING || type == LUA_TNUMBER) {
			const char *raw = lua_tolstring(lua, -1, &length);
			items[list.count++] = lesson_text(reader, raw, length);
		} else {
			lesson_problem(reader, lesson_field_line(reader, place, field),
				       message(MSG_LESSON_ITEM_TYPE), place->name, field, i + 1,
				       message(MSG_LESSON_TYPE_TEXT), type_word(type));
		}
		lua_pop(lua, 1);
	}
	lua_pop(lua, 1);
	list.items = items;
	return list;
}

size_t lesson_list(struct lesson_reader *reader, const struct place *place, const char *field,
		   enum need need, int *index)
{
	*index = 0;
	if (!get(reader, place, field, LUA_TTABLE, need)) {
		return 0;
	}
	*index = lua_gettop(reader->lua);
	size_t count = length_of(reader, place, field, *index);
	if (count == 0 && need == REQUIRED) {
		lesson_problem(reader, lesson_field_line(reader, place, field),
			       message(MSG_LESSON_EMPTY_FIELD), place->name, field);
	}
	return count;
}

bool lesson_item(struct lesson_reader *reader, const struct place *place, const char *field,
		 int list, size_t i)
{
	luaL_checkstack(reader->lua, 20, "lesson");
	if (reader->out_of_memory) {
		reader->state->explained = true;
		luaL_error(reader->lua, "%s", message(MSG_LESSON_NO_MEMORY));
	}
	int type = lua_rawgeti(reader->lua, list, (lua_Integer)i + 1);
	if (type == LUA_TTABLE) {
		return true;
	}
	lua_pop(reader->lua, 1);
	lesson_problem(reader, lesson_field_line(reader, place, field),
		       message(MSG_LESSON_ITEM_TYPE), place->name, field, i + 1,
		       message(MSG_LESSON_TYPE_TABLE), type_word(type));
	return false;
}
