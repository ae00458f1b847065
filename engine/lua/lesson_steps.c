#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/lua/lesson_fields.h"

/* The steps of a lesson, each by its constructor. */

static const char *const step_names[] = {
	[STEP_TEXT] = "text", [STEP_FIGURE] = "figure", [STEP_CHECKPOINT] = "checkpoint",
	[STEP_QUIZ] = "quiz", [STEP_LAB] = "lab",       [STEP_REVIEW] = "review",
};

static const char *const text_fields[] = {"id", "title", "body", NULL};
static const char *const figure_fields[] = {"id", "title", "script", "caption", NULL};
static const char *const quiz_fields[] = {"id", "title", "questions", NULL};
static const char *const lab_fields[] = {"id",      "title",     "goal",    "folder",
					 "seconds", "memory_mb", "network", "pass",
					 "predict", "explain",   NULL};
static const char *const predict_fields[] = {"question", "unit", NULL};
static const char *const review_fields[] = {"id", "title", "file", "body", NULL};

const char *step_kind_name(enum step_kind kind)
{
	return step_names[kind];
}

static void require_lab_file(struct lesson_reader *reader, int line, const struct lab *lab,
			     const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", lab->folder, name);
	if (access(path, R_OK) < 0) {
		lesson_problem(reader, line, message(MSG_LESSON_LAB_FILE), lab->id, name);
	}
}

static size_t count_mutants(const char *folder)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/mutants", folder);
	DIR *dir = opendir(path);
	size_t count = 0;
	for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
		size_t length = strlen(entry->d_name);
		count += length > 4 && strcmp(entry->d_name + length - 4, ".lua") == 0;
	}
	if (dir) {
		closedir(dir);
	}
	return count;
}

static void read_lab(struct lesson_reader *reader, const struct place *place, struct step *step)
{
	struct lab *lab = &step->lab;
	lesson_check_names(reader, place, lab_fields);
	lab->id = step->id;
	lab->title = step->title;
	if (*lab->id && strncasecmp(lab->id, "Lab-", 4) != 0) {
		lesson_problem(reader, lesson_field_line(reader, place, "id"),
			       message(MSG_LESSON_LAB_ID), lab->id);
	}
	lab->goal = lesson_markdown(reader, place, "goal", REQUIRED);
	lab->folder = lesson_path(reader, place, "folder", REQUIRED);
	lab->seconds = lesson_number(reader, place, "seconds", 60, 1, 3600);
	lab->memory_mb = (int)lesson_number(reader, place, "memory_mb", 1024, 16, 65536);
	const char *network = lesson_string(reader, place, "network", OPTIONAL);
	lab->local_services = strcmp(network, "local") == 0;
	if (*network && !lab->local_services) {
		lesson_problem(reader, lesson_field_line(reader, place, "network"),
			       message(MSG_LESSON_LAB_NETWORK), network);
	}
	lab->pass = lesson_string(reader, place, "pass", REQUIRED);
	lab->explain = lesson_string(reader, place, "explain", OPTIONAL);
	lab->predict_question = lab->predict_unit = "";
	lua_pushliteral(reader->lua, "predict");
	if (lua_rawget(reader->lua, place->table) == LUA_TTABLE) {
		struct place predict = {lua_gettop(reader->lua),
					lesson_field_line(reader, place, "predict"), "predict"};
		lesson_check_names(reader, &predict, predict_fields);
		lab->predict_question = lesson_string(reader, &predict, "question", REQUIRED);
		lab->predict_unit = lesson_string(reader, &predict, "unit", OPTIONAL);
		lua_pop(reader->lua, 1);
	} else {
		lua_pop(reader->lua, 1);
		lab->predict_question = lesson_string(reader, place, "predict", OPTIONAL);
	}
	if (!*lab->folder || reader->light) {
		return;
	}
	int line = lesson_field_line(reader, place, "folder");
	require_lab_file(reader, line, lab, "starter.lua");
	require_lab_file(reader, line, lab, "check.lua");
	require_lab_file(reader, line, lab, "solution.lua");
	size_t mutants = count_mutants(lab->folder);
	if (mutants < 3) {
		lesson_problem(reader, line, message(MSG_LESSON_LAB_MUTANTS), lab->id, mutants);
	}
}

/* checkpoint { id = "CP-B1", file = "checkpoint.lua" }, or its fields right there. */
static const struct checkpoint *read_checkpoint_step(struct lesson_reader *reader,
						     const struct place *place, struct step *step)
{
	lua_pushliteral(reader->lua, "question");
	bool inline_fields = lua_rawget(reader->lua, place->table) != LUA_TNIL;
	lua_pop(reader->lua, 1);
	if (inline_fields) {
		return lesson_read_checkpoint(reader, place);
	}
	static const char *const names[] = {"id", "title", "file", NULL};
	lesson_check_names(reader, place, names);
	const char *path = lesson_path(reader, place, "file", REQUIRED);
	struct checkpoint *none = lesson_array(reader, 1, sizeof *none);
	*none = (struct checkpoint){.id = step->id,
				    .unit = strlen(step->id) > 3 ? step->id + 3 : "",
				    .course = reader->course,
				    .title = step->title,
				    .question = "",
				    .after = "",
				    .next = "",
				    .path = path};
	if (!*path || reader->light || access(path, R_OK) < 0) {
		return none;
	}
	const char *file = reader->file;
	const char *source = reader->source;
	const struct checkpoint *checkpoint = none;
	if (lesson_run_file(reader, path)) {
		struct place inner = {lua_gettop(reader->lua), 0,
				      message(MSG_LESSON_WHAT_CHECKPOINT)};
		checkpoint = lesson_read_checkpoint(reader, &inner);
		lua_pop(reader->lua, 1);
	}
	reader->file = file;
	reader->source = source;
	if (checkpoint != none && strcasecmp(checkpoint->id, step->id) != 0) {
		lesson_problem(reader, place->line, message(MSG_LESSON_OTHER_ID), place->name,
			       step->id, checkpoint->id);
	}
	return checkpoint;
}

void lesson_read_step(struct lesson_reader *reader, const struct place *place, struct step *step)
{
	step->id = lesson_string(reader, place, "id", REQUIRED);
	bool titled = step->kind != STEP_CHECKPOINT;
	step->title = lesson_string(reader, place, "title", titled ? REQUIRED : OPTIONAL);
	switch (step->kind) {
	case STEP_TEXT:
		lesson_check_names(reader, place, text_fields);
		step->text = lesson_markdown(reader, place, "body", REQUIRED);
		break;
	case STEP_FIGURE:
		lesson_check_names(reader, place, figure_fields);
		step->figure.path = lesson_path(reader, place, "script", REQUIRED);
		step->figure.caption = lesson_markdown(reader, place, "caption", OPTIONAL);
		break;
	case STEP_CHECKPOINT:
		step->checkpoint = read_checkpoint_step(reader, place, step);
		if (!*step->title) {
			step->title = step->checkpoint->title;
		}
		break;
	case STEP_QUIZ:
		lesson_check_names(reader, place, quiz_fields);
		lesson_read_quiz(reader, place, &step->quiz);
		break;
	case STEP_LAB:
		read_lab(reader, place, step);
		break;
	case STEP_REVIEW:
		lesson_check_names(reader, place, review_fields);
		step->review.path = lesson_path(reader, place, "file", REQUIRED);
		step->review.body = lesson_markdown(reader, place, "body", OPTIONAL);
		break;
	}
}
