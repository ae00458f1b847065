#include "engine/lua/lesson.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/utf8.h"
#include "engine/lua/lesson_fields.h"
#include "engine/lua/lesson_load.h"

enum { SOURCE_LIMIT = 1 << 20, ARENA_LIMIT = 16 << 20 };
static const long instruction_limit = 20 * 1000 * 1000;
static const size_t memory_limit = (size_t)64 << 20;

static const char *const lesson_names[] = {"title",         "spec",  "minutes", "summary",
					   "prerequisites", "steps", "further", NULL};
static const char *const further_names[] = {"title", "note", NULL};

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {"pass", "partial", "fail", "redirect"};
	return names[verdict];
}

/* Splits "lesson.lua:12: what" and adds it as a problem. */
static void add_lua_error(struct lesson_reader *reader, bool explained)
{
	const char *text = lua_tostring(reader->lua, -1);
	text = text ? text : "?";
	int line = 0;
	const char *colon = strchr(text, ':');
	if (colon && isdigit((unsigned char)colon[1])) {
		line = atoi(colon + 1);
		const char *rest = colon + 1 + strspn(colon + 1, "0123456789");
		text = *rest == ':' ? rest + 1 + strspn(rest + 1, " ") : text;
	}
	if (strcmp(text, "not enough memory") == 0) {
		lesson_problem(reader, line, "%s", message(MSG_LESSON_NO_MEMORY));
	} else if (explained) {
		lesson_problem(reader, line, "%s", text);
	} else {
		lesson_problem(reader, line, message(MSG_LESSON_RUNTIME), text);
	}
	lua_pop(reader->lua, 1);
}

bool lesson_run_file(struct lesson_reader *reader, const char *path)
{
	struct strbuf bytes;
	struct error err = ERROR_INIT;
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	strbuf_init(&bytes);
	reader->file = path;
	reader->source = NULL;
	enum status status = file_read(&bytes, path, SOURCE_LIMIT, &err);
	if (status != STATUS_OK) {
		lesson_problem(reader, 0, "%s", err.message);
	} else if (!utf8_valid(bytes.text, bytes.length)) {
		lesson_problem(reader, 0, message(MSG_LESSON_NOT_UTF8), name);
		status = STATUS_PARSE;
	} else {
		char *copy = arena_strndup(reader->arena, bytes.text, bytes.length);
		reader->out_of_memory |= !copy;
		reader->source = copy;
	}
	size_t length = bytes.length;
	strbuf_release(&bytes);
	if (status != STATUS_OK || !reader->source) {
		return false;
	}
	if (!lesson_state_run(reader->state, reader->source, length, name)) {
		add_lua_error(reader, reader->state->explained);
		return false;
	}
	if (lua_type(reader->lua, -1) != LUA_TTABLE) {
		lua_pop(reader->lua, 1);
		lesson_problem(reader, 0, "%s", message(MSG_LESSON_NOT_TABLE));
		return false;
	}
	return true;
}

static bool unit_id(const char *id)
{
	if (!isupper((unsigned char)id[0])) {
		return false;
	}
	return id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.")] ==
	       '\0';
}

static bool step_kind_of(lua_State *lua, enum step_kind *kind)
{
	lua_pushliteral(lua, LESSON_FIELD_KIND);
	lua_rawget(lua, -2);
	const char *word = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
	bool found = false;
	for (int i = STEP_TEXT; i <= STEP_REVIEW && !found; i++) {
		if (strcmp(word, step_kind_name((enum step_kind)i)) == 0) {
			*kind = (enum step_kind)i;
			found = true;
		}
	}
	lua_pop(lua, 1);
	return found;
}

static int step_line(lua_State *lua)
{
	lua_pushliteral(lua, LESSON_FIELD_LINE);
	lua_rawget(lua, -2);
	int line = (int)lua_tointeger(lua, -1);
	lua_pop(lua, 1);
	return line;
}

static const char *step_name(struct lesson_reader *reader, enum step_kind kind)
{
	lua_pushliteral(reader->lua, "id");
	lua_rawget(reader->lua, -2);
	const char *id =
		lua_type(reader->lua, -1) == LUA_TSTRING ? lua_tostring(reader->lua, -1) : "";
	const char *name =
		lesson_printf(reader, message(*id ? MSG_LESSON_WHAT_STEP_ID : MSG_LESSON_WHAT_STEP),
			      step_kind_name(kind), id);
	lua_pop(reader->lua, 1);
	return name;
}

static void read_steps(struct lesson_reader *reader, const struct place *place,
		       struct lesson *lesson)
{
	int list = 0;
	size_t count = lesson_list(reader, place, "steps", REQUIRED, &list);
	struct step *steps = lesson_array(reader, count, sizeof *steps);
	for (size_t i = 0; i < count; i++) {
		if (!lesson_item(reader, place, "steps", list, i)) {
			continue;
		}
		struct step *step = &steps[lesson->step_count];
		if (!step_kind_of(reader->lua, &step->kind)) {
			lesson_problem(reader, lesson_field_line(reader, place, "steps"),
				       message(MSG_LESSON_STEP_KIND), i + 1);
			lua_pop(reader->lua, 1);
			continue;
		}
		struct place inner = {lua_gettop(reader->lua), step_line(reader->lua),
				      step_name(reader, step->kind)};
		lesson_read_step(reader, &inner, step);
		for (size_t k = 0; k < lesson->step_count && *step->id; k++) {
			if (strcmp(steps[k].id, step->id) == 0) {
				lesson_problem(reader, inner.line, message(MSG_LESSON_SAME_ID),
					       step->id);
			}
		}
		lesson->step_count++;
		lua_pop(reader->lua, 1);
	}
	lesson->steps = steps;
	lua_pop(reader->lua, list ? 1 : 0);
}

static void read_further(struct lesson_reader *reader, const struct place *place,
			 struct lesson *lesson)
{
	int list = 0;
	size_t count = lesson_list(reader, place, "further", OPTIONAL, &list);
	struct further *further = lesson_array(reader, count, sizeof *further);
	for (size_t i = 0; i < count; i++) {
		if (!lesson_item(reader, place, "further", list, i)) {
			continue;
		}
		struct place inner = {lua_gettop(reader->lua),
				      lesson_field_line(reader, place, "further"),
				      message(MSG_LESSON_WHAT_FURTHER)};
		struct further *item = &further[lesson->further_count++];
		lesson_check_names(reader, &inner, further_names);
		item->title = lesson_string(reader, &inner, "title", REQUIRED);
		item->note = lesson_string(reader, &inner, "note", OPTIONAL);
		lua_pop(reader->lua, 1);
	}
	lesson->further = further;
	lua_pop(reader->lua, list ? 1 : 0);
}

static void read_lesson(struct lesson_reader *reader, struct lesson *lesson)
{
	struct place place = {lua_gettop(reader->lua), 0, message(MSG_LESSON_WHAT_LESSON)};
	const char *slug = strrchr(reader->folder, '/');
	slug = slug ? slug + 1 : reader->folder;
	lesson->id = lesson_printf(reader, "%s/%s", reader->course, slug);
	lesson->course = reader->course;
	lesson->folder = reader->folder;
	lesson_check_names(reader, &place, lesson_names);
	lesson->title = lesson_string(reader, &place, "title", REQUIRED);
	lesson->summary = lesson_string(reader, &place, "summary", REQUIRED);
	lesson->minutes = (int)lesson_number(reader, &place, "minutes", 15, 1, 600);
	lesson->spec = lesson_strings(reader, &place, "spec", REQUIRED);
	lesson->prerequisites = lesson_strings(reader, &place, "prerequisites", OPTIONAL);
	for (size_t i = 0; i < lesson->spec.count; i++) {
		if (!unit_id(lesson->spec.items[i])) {
			lesson_problem(reader, lesson_field_line(reader, &place, "spec"),
				       message(MSG_LESSON_SPEC_ID), lesson->spec.items[i]);
		}
	}
	read_steps(reader, &place, lesson);
	read_further(reader, &place, lesson);
}

/* What the protected call works on. */
struct work {
	struct lesson_reader *reader;
	const char *lesson_path; /* NULL: a lone checkpoint */
	const char *checkpoint_path;
	struct lesson *lesson;
	struct checkpoint *checkpoint;
};

static int read_protected(lua_State *lua)
{
	struct work *work = lua_touserdata(lua, 1);
	struct lesson_reader *reader = work->reader;
	if (work->lesson_path) {
		if (lesson_run_file(reader, work->lesson_path)) {
			struct lesson *lesson = lesson_array(reader, 1, sizeof *lesson);
			read_lesson(reader, lesson);
			work->lesson = lesson;
		}
	} else if (lesson_run_file(reader, work->checkpoint_path)) {
		struct place place = {lua_gettop(lua), 0, message(MSG_LESSON_WHAT_CHECKPOINT)};
		work->checkpoint = (struct checkpoint *)lesson_read_checkpoint(reader, &place);
	}
	return 0;
}

static void collect_problems(struct lesson_reader *reader, struct lesson_file *out)
{
	struct lesson_problem *problems =
		arena_alloc(reader->arena, (reader->problem_count + 1) * sizeof *problems);
	if (!problems) {
		return;
	}
	out->problem_count = lesson_problems_copy(reader, problems);
	out->problems = problems;
}

static enum status read_in_arena(struct lesson_file *out, struct arena *arena, const char *folder,
				 const char *course, bool light, struct error *err)
{
	struct lesson_state state;
	struct lesson_reader reader = {.arena = arena, .light = light, .memory_left = ARENA_LIMIT};
	reader.folder = arena_strdup(arena, folder);
	reader.course = arena_strdup(arena, course);
	struct work work = {.reader = &reader};
	char path[4096];
	snprintf(path, sizeof path, "%s/lesson.lua", folder);
	if (access(path, F_OK) == 0) {
		work.lesson_path = arena_strdup(arena, path);
	} else {
		snprintf(path, sizeof path, "%s/checkpoint.lua", folder);
		work.checkpoint_path = access(path, F_OK) == 0 ? arena_strdup(arena, path) : NULL;
		if (access(path, F_OK) != 0) {
			return error_set(err, STATUS_NOT_FOUND, folder,
					 message(MSG_LESSON_NEITHER_FILE), folder);
		}
	}
	bool copied = reader.folder && reader.course && (work.lesson_path || work.checkpoint_path);
	if (!copied || !lesson_state_init(&state, instruction_limit, memory_limit)) {
		return error_set(err, STATUS_NOMEM, folder, "out of memory");
	}
	reader.state = &state;
	reader.lua = state.lua;
	reader.file = work.lesson_path ? work.lesson_path : work.checkpoint_path;
	lua_pushcfunction(state.lua, read_protected);
	lua_pushlightuserdata(state.lua, &work);
	if (lua_pcall(state.lua, 1, 0, 0) != LUA_OK) {
		add_lua_error(&reader, state.explained);
	}
	lesson_state_release(&state);
	out->lesson = work.lesson;
	out->checkpoint = work.checkpoint;
	collect_problems(&reader, out);
	if (!out->problems || (reader.out_of_memory && out->problem_count == 0)) {
		return error_set(err, STATUS_NOMEM, folder, "out of memory");
	}
	return STATUS_OK;
}

static enum status read_folder(struct lesson_file *out, const char *folder, const char *course,
			       bool light, struct error *err)
{
	memset(out, 0, sizeof *out);
	struct arena *arena = malloc(sizeof *arena);
	if (!arena) {
		return error_set(err, STATUS_NOMEM, folder, "out of memory");
	}
	arena_init(arena);
	out->memory = arena;
	enum status status = read_in_arena(out, arena, folder, course, light, err);
	if (status != STATUS_OK) {
		lesson_file_release(out);
	}
	return status;
}

enum status lesson_read(struct lesson_file *out, const char *folder, const char *course,
			struct error *err)
{
	return read_folder(out, folder, course, false, err);
}

enum status lesson_read_light(struct lesson_file *out, const char *folder, const char *course,
			      struct error *err)
{
	return read_folder(out, folder, course, true, err);
}

void lesson_file_release(struct lesson_file *file)
{
	if (file->memory) {
		arena_release(file->memory);
		free(file->memory);
	}
	memset(file, 0, sizeof *file);
}
