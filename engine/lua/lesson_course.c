#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/utf8.h"
#include "engine/lua/lesson_fields.h"
#include "engine/lua/lesson_load.h"

/* course.lua: return { id = "…", title = "…", order = 1, summary = "…" } */

static const char *const course_names[] = {"id", "title", "order", "summary", NULL};

static void copy(char *out, size_t size, const char *text)
{
	if (*text) {
		snprintf(out, size, "%s", text);
		utf8_trim_partial(out);
	}
}

struct work {
	struct lesson_reader *reader;
	const char *path;
	struct course_file *out;
};

static int read_protected(lua_State *lua)
{
	struct work *work = lua_touserdata(lua, 1);
	struct lesson_reader *reader = work->reader;
	if (!lesson_run_file(reader, work->path)) {
		return 0;
	}
	struct place place = {lua_gettop(lua), 0, message(MSG_LESSON_WHAT_COURSE)};
	lesson_check_names(reader, &place, course_names);
	copy(work->out->id, sizeof work->out->id, lesson_string(reader, &place, "id", OPTIONAL));
	copy(work->out->title, sizeof work->out->title,
	     lesson_string(reader, &place, "title", REQUIRED));
	copy(work->out->summary, sizeof work->out->summary,
	     lesson_string(reader, &place, "summary", OPTIONAL));
	work->out->order = (int)lesson_number(reader, &place, "order", 100, -1e6, 1e6);
	return 0;
}

static void name_after_folder(struct course_file *out, const char *folder)
{
	const char *slash = strrchr(folder, '/');
	const char *name = slash ? slash + 1 : folder;
	memset(out, 0, sizeof *out);
	copy(out->id, sizeof out->id, name);
	copy(out->title, sizeof out->title, name);
	out->order = 100;
}

enum status course_read(struct course_file *out, const char *folder, struct error *err)
{
	name_after_folder(out, folder);
	char path[4096];
	snprintf(path, sizeof path, "%s/course.lua", folder);
	if (access(path, F_OK) != 0) {
		return STATUS_OK;
	}
	struct arena arena;
	struct lesson_state state;
	arena_init(&arena);
	struct lesson_reader reader = {.arena = &arena, .memory_left = 1 << 20, .file = path};
	struct work work = {&reader, path, out};
	reader.folder = folder;
	reader.course = out->id;
	if (!lesson_state_init(&state, 1000 * 1000, (size_t)4 << 20)) {
		arena_release(&arena);
		return error_set(err, STATUS_NOMEM, path, "out of memory");
	}
	reader.state = &state;
	reader.lua = state.lua;
	lua_pushcfunction(state.lua, read_protected);
	lua_pushlightuserdata(state.lua, &work);
	enum status status = STATUS_OK;
	if (lua_pcall(state.lua, 1, 0, 0) != LUA_OK) {
		const char *text = lua_tostring(state.lua, -1);
		status = error_set(err, STATUS_SCRIPT, path, "%s", text ? text : "?");
	} else if (reader.problem_count > 0) {
		struct lesson_problem *problems =
			arena_alloc(&arena, reader.problem_count * sizeof *problems);
		if (problems && lesson_problems_copy(&reader, problems) > 0) {
			status = error_set(err, STATUS_PARSE, path, "course.lua:%d: %s",
					   problems[0].line, problems[0].message);
		}
	}
	lesson_state_release(&state);
	arena_release(&arena);
	return status;
}
