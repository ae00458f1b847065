/* data.korean: the lessons' own Korean prose as a text corpus, cut into paragraphs, with questions whose paragraph is known. */
#include <ctype.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "engine/lua/bind_data.h"
#include "engine/lua/values.h"

#define PROSE_FILE "lessons.md" /* as the worker names it: DATAFILES_PROSE */
#define QUESTIONS_FILE "korean-questions.tsv"
#define TEXT_LIMIT ((size_t)16 << 20)
#define SHORT_CHUNK 40 /* code points; what is shorter is joined to what follows */

/* Stack positions of one call. */
enum { AT_OPTIONS = 1, AT_RESULT, AT_CHUNKS, AT_WHOLE, AT_OWNER };

struct reader {
	struct strbuf block; /* the lines since the last blank one */
	struct strbuf chunk; /* the paragraph being put together */
	struct strbuf section; /* the last heading */
	struct strbuf whole; /* all chunks, a line each */
	char lesson[128]; /* "foundations/05-convolution" */
	bool wanted; /* of the course asked for */
	bool fenced;
	int count;
};

static void release_reader(void *memory)
{
	struct reader *reader = memory;
	strbuf_release(&reader->block);
	strbuf_release(&reader->chunk);
	strbuf_release(&reader->section);
	strbuf_release(&reader->whole);
}

/* Appends a line without its inline markup: emphasis, code, formulas, links. */
static void add_plain(struct strbuf *out, const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = line[i];
		if (c == '\\' && i + 1 < length && ispunct((unsigned char)line[i + 1])) {
			strbuf_add(out, &line[++i], 1);
		} else if (c == ']' && i + 1 < length && line[i + 1] == '(') {
			while (i < length && line[i] != ')') {
				i++;
			}
		} else if (c == '[' && memmem(line + i, length - i, "](", 2)) {
			continue;
		} else if (c != '*' && c != '`' && c != '$') {
			strbuf_add(out, &c, 1);
		}
	}
}

static void flush_chunk(lua_State *L, struct reader *reader)
{
	if (reader->chunk.length > 0) {
		lua_createtable(L, 0, 4);
		lua_pushinteger(L, ++reader->count);
		lua_setfield(L, -2, "id");
		lua_pushstring(L, reader->lesson);
		lua_setfield(L, -2, "lesson");
		lua_pushlstring(L, reader->section.text, reader->section.length);
		lua_setfield(L, -2, "section");
		lua_pushlstring(L, reader->chunk.text, reader->chunk.length);
		lua_setfield(L, -2, "text");
		lua_rawseti(L, AT_CHUNKS, reader->count);
		strbuf_add(&reader->whole, reader->chunk.text, reader->chunk.length);
		strbuf_puts(&reader->whole, "\n");
	}
	strbuf_truncate(&reader->chunk, 0);
}

/* A paragraph ends: it is a chunk of its own, unless the one before is only a lead-in to it. */
static void end_block(lua_State *L, struct reader *reader)
{
	if (reader->block.length == 0) {
		return;
	}
	struct strbuf *chunk = &reader->chunk;
	bool lead_in = chunk->length > 0 && (chunk->text[chunk->length - 1] == ':' ||
					     utf8_length(chunk->text, chunk->length) < SHORT_CHUNK);
	if (chunk->length > 0 && !lead_in) {
		flush_chunk(L, reader);
	}
	if (chunk->length > 0) {
		strbuf_puts(chunk, "\n");
	}
	strbuf_add(chunk, reader->block.text, reader->block.length);
	strbuf_truncate(&reader->block, 0);
}

/* Length of a list marker ("- ", "12. "), 0 when the line is none. */
static size_t list_marker(const char *line, size_t length)
{
	size_t digits = 0;
	while (digits < length && isdigit((unsigned char)line[digits])) {
		digits++;
	}
	if (digits > 0) {
		return digits + 1 < length && line[digits] == '.' && line[digits + 1] == ' '
			       ? digits + 2
			       : 0;
	}
	return length > 1 && strchr("-*+", line[0]) && line[1] == ' ' ? 2 : 0;
}

/* A row of a table: its cells with a dot between them; the rule under the head says nothing. */
static void add_row(struct strbuf *block, const char *line, size_t length)
{
	if (strspn(line, "|-: ") >= length) {
		return;
	}
	if (block->length > 0) {
		strbuf_puts(block, "\n");
	}
	for (size_t at = 1, cells = 0; at < length; cells++) {
		const char *bar = memchr(line + at, '|', length - at);
		size_t end = bar ? (size_t)(bar - line) : length;
		size_t first = at, last = end;
		while (first < last && line[first] == ' ') {
			first++;
		}
		while (last > first && line[last - 1] == ' ') {
			last--;
		}
		strbuf_puts(block, cells > 0 ? " · " : "");
		add_plain(block, line + first, last - first);
		at = end + 1;
	}
}

static void read_line(lua_State *L, struct reader *reader, const char *line, size_t length)
{
	size_t indent = 0;
	while (indent < length && line[indent] == ' ') {
		indent++;
	}
	const char *text = line + indent;
	size_t rest = length - indent;
	if (rest >= 3 && strncmp(text, "```", 3) == 0) {
		end_block(L, reader);
		reader->fenced = !reader->fenced;
	} else if (reader->fenced) {
		return;
	} else if (rest == 0) {
		end_block(L, reader);
	} else if (text[0] == '#') {
		end_block(L, reader);
		flush_chunk(L, reader);
		size_t marks = strspn(text, "# ");
		strbuf_truncate(&reader->section, 0);
		add_plain(&reader->section, text + marks, rest - marks);
	} else if (indent >= 4 && reader->block.length == 0) {
		return; /* code */
	} else if (text[0] == '|') {
		add_row(&reader->block, text, rest);
	} else {
		size_t quote = text[0] == '>' ? strspn(text, "> ") : 0;
		size_t marker = list_marker(text + quote, rest - quote);
		if (reader->block.length > 0) {
			strbuf_puts(&reader->block, marker > 0 ? "\n" : " ");
		}
		add_plain(&reader->block, text + quote + marker, rest - quote - marker);
	}
}

/* "\fcourse/lesson/file": another file begins. */
static void start_file(lua_State *L, struct reader *reader, const char *name, size_t length,
		       const char *course)
{
	end_block(L, reader);
	flush_chunk(L, reader);
	const char *slash = memrchr(name, '/', length);
	size_t kept = slash ? (size_t)(slash - name) : length;
	kept = kept < sizeof(reader->lesson) ? kept : sizeof(reader->lesson) - 1;
	memcpy(reader->lesson, name, kept);
	reader->lesson[kept] = '\0';
	reader->fenced = false;
	size_t prefix = strlen(course);
	reader->wanted = prefix == 0 || (strncmp(reader->lesson, course, prefix) == 0 &&
					 reader->lesson[prefix] == '/');
	strbuf_truncate(&reader->section, 0);
}

static void read_prose(lua_State *L, struct reader *reader, const char *text, const char *course)
{
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");
		size_t shown = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
		if (line[0] == '\f') {
			start_file(L, reader, line + 1, shown - 1, course);
		} else if (reader->wanted) {
			read_line(L, reader, line, shown);
		}
		line += length + (line[length] == '\n');
	}
	end_block(L, reader);
	flush_chunk(L, reader);
}

/* The first chunk of the lesson ("foundations/05") that holds the phrase, 0 when none does. */
static int find_chunk(lua_State *L, int count, const char *lesson, const char *phrase)
{
	size_t prefix = strlen(lesson);
	int found = 0;
	for (int i = 1; i <= count && !found; i++) {
		lua_rawgeti(L, AT_CHUNKS, i);
		lua_getfield(L, -1, "lesson");
		lua_getfield(L, -2, "text");
		const char *name = lua_tostring(L, -2);
		if (strncmp(name, lesson, prefix) == 0 && name[prefix] == '-' &&
		    strstr(lua_tostring(L, -1), phrase)) {
			found = i;
		}
		lua_pop(L, 3);
	}
	return found;
}

/* Lines "lesson<TAB>phrase<TAB>question"; a lesson "-" marks a question that the lessons do not answer. */
static void read_questions(lua_State *L, char *text, int count, const char *course)
{
	lua_newtable(L);
	lua_newtable(L);
	lua_newtable(L);
	int lost = lua_gettop(L), unanswerable = lost - 1, questions = lost - 2;
	char *rest = text;
	for (char *line; (line = strsep(&rest, "\n"));) {
		char *lesson = strsep(&line, "\t");
		char *phrase = strsep(&line, "\t");
		if (!line || lesson[0] == '#') {
			continue;
		}
		if (strcmp(lesson, "-") == 0) {
			lua_pushstring(L, line);
			lua_rawseti(L, unanswerable, (lua_Integer)lua_rawlen(L, unanswerable) + 1);
			continue;
		}
		size_t prefix = strlen(course);
		if (prefix > 0 && (strncmp(lesson, course, prefix) != 0 || lesson[prefix] != '/')) {
			continue;
		}
		int chunk = find_chunk(L, count, lesson, phrase);
		if (chunk == 0) {
			lua_pushstring(L, line);
			lua_rawseti(L, lost, (lua_Integer)lua_rawlen(L, lost) + 1);
			continue;
		}
		lua_createtable(L, 0, 2);
		lua_pushstring(L, line);
		lua_setfield(L, -2, "text");
		lua_pushinteger(L, chunk);
		lua_setfield(L, -2, "chunk");
		lua_rawseti(L, questions, (lua_Integer)lua_rawlen(L, questions) + 1);
	}
	lua_setfield(L, AT_RESULT, "lost");
	lua_setfield(L, AT_RESULT, "unanswerable");
	lua_setfield(L, AT_RESULT, "questions");
}

/* data.korean{course = "foundations"} */
static int korean(lua_State *L)
{
	lua_settop(L, AT_OPTIONS);
	char course[64] = "";
	values_text_field(L, AT_OPTIONS, "course", course, sizeof(course));
	lua_newtable(L);
	lua_newtable(L);
	char *prose = bind_data_text(L, PROSE_FILE, TEXT_LIMIT);
	lua_replace(L, AT_WHOLE);
	lua_settop(L, AT_WHOLE);
	struct reader *reader = binding_owner(L, sizeof(*reader), release_reader);
	strbuf_init(&reader->block);
	strbuf_init(&reader->chunk);
	strbuf_init(&reader->section);
	strbuf_init(&reader->whole);
	read_prose(L, reader, prose, course);
	lua_pushlstring(L, reader->whole.text, reader->whole.length);
	lua_setfield(L, AT_RESULT, "text");
	read_questions(L, bind_data_text(L, QUESTIONS_FILE, TEXT_LIMIT), reader->count, course);
	lua_pushvalue(L, AT_CHUNKS);
	lua_setfield(L, AT_RESULT, "chunks");
	lua_settop(L, AT_RESULT);
	return 1;
}

const struct binding bind_korean[] = {
	{"korean", korean, "options?: {course?: string}",
	 "{chunks: {id: integer, lesson: string, section: string, text: string}[], questions: "
	 "{text: string, chunk: integer}[], "
	 "unanswerable: string[], text: string}",
	 "레슨의 한국어 글. 문단으로 나누고, 답이 있는 문단을 아는 질문과 답이 없는 질문을 "
	 "붙였습니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
