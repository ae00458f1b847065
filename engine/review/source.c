#include "engine/review/private.h"

#include <ctype.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/message.h"
#include "engine/base/utf8.h"

const char *source_kind_name(enum source_kind kind)
{
	static const char *const names[] = {
		[SOURCE_UNKNOWN] = "unknown",
		[SOURCE_PYTHON] = "python",
		[SOURCE_LUA] = "lua",
		[SOURCE_DOCKERFILE] = "dockerfile",
		[SOURCE_YAML] = "yaml",
		[SOURCE_KUBERNETES] = "kubernetes",
		[SOURCE_COMPOSE] = "compose",
		[SOURCE_WORKFLOW] = "workflow",
		[SOURCE_PROMETHEUS] = "prometheus",
		[SOURCE_REQUIREMENTS] = "requirements",
		[SOURCE_PYPROJECT] = "pyproject",
		[SOURCE_DOCKERIGNORE] = "dockerignore",
		[SOURCE_LOCK] = "lock",
		[SOURCE_PROXY] = "proxy",
		[SOURCE_BINARY] = "binary",
	};
	return names[kind];
}

const char *source_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);
	return length >= tail && strcasecmp(text + length - tail, end) == 0;
}

static bool starts_with(const char *text, const char *start)
{
	return strncasecmp(text, start, strlen(start)) == 0;
}

/* What a file is, by its name first and by its content where the name says nothing ("-", "snippet"). */
static enum source_kind kind_by_name(const char *path)
{
	const char *base = source_base_name(path);
	switch (syntax_language_of(base)) {
	case SYNTAX_PYTHON:
		return SOURCE_PYTHON;
	case SYNTAX_LUA:
		return SOURCE_LUA;
	case SYNTAX_YAML:
		return ends_with(base, "pnpm-lock.yaml") ? SOURCE_LOCK : SOURCE_YAML;
	default:
		break;
	}
	if (strcasecmp(base, ".dockerignore") == 0 || ends_with(base, ".dockerignore")) {
		return SOURCE_DOCKERIGNORE;
	}
	if (starts_with(base, "dockerfile") || ends_with(base, ".dockerfile") ||
	    ends_with(base, "dockerfile") || starts_with(base, "containerfile")) {
		return SOURCE_DOCKERFILE;
	}
	if (ends_with(base, ".lock") || strcasecmp(base, "pipfile.lock") == 0) {
		return SOURCE_LOCK;
	}
	if (ends_with(base, ".txt") &&
	    (starts_with(base, "requirements") || starts_with(base, "constraints") ||
	     strstr(path, "requirements/") || strstr(base, "requirements"))) {
		return SOURCE_REQUIREMENTS;
	}
	if (strcasecmp(base, "pyproject.toml") == 0) {
		return SOURCE_PYPROJECT;
	}
	if (strcasecmp(base, "procfile") == 0 || strstr(base, "nginx") ||
	    ends_with(base, ".conf") || ends_with(base, ".sh") || ends_with(base, ".ini")) {
		return SOURCE_PROXY;
	}
	return SOURCE_UNKNOWN;
}

static bool line_starts(const char *text, size_t length, const char *word)
{
	size_t n = strlen(word);
	const char *limit = text + length;
	for (const char *at = text; at + n <= limit;) {
		if (strncmp(at, word, n) == 0) {
			return true;
		}
		const char *newline = memchr(at, '\n', (size_t)(limit - at));
		if (!newline) {
			return false;
		}
		at = newline + 1;
	}
	return false;
}

static enum source_kind kind_by_content(const char *text, size_t length)
{
	if (starts_with(text, "#!") && memmem(text, length < 100 ? length : 100, "python", 6)) {
		return SOURCE_PYTHON;
	}
	if (line_starts(text, length, "import ") || line_starts(text, length, "from flask") ||
	    line_starts(text, length, "def ") || line_starts(text, length, "class ") ||
	    (line_starts(text, length, "from ") && memmem(text, length, " import ", 8))) {
		return SOURCE_PYTHON;
	}
	if (line_starts(text, length, "FROM ")) {
		return SOURCE_DOCKERFILE;
	}
	if (line_starts(text, length, "apiVersion:") || line_starts(text, length, "services:") ||
	    line_starts(text, length, "jobs:") || line_starts(text, length, "groups:")) {
		return SOURCE_YAML;
	}
	if (line_starts(text, length, "local ") || line_starts(text, length, "return {")) {
		return SOURCE_LUA;
	}
	return SOURCE_UNKNOWN;
}

static enum source_kind yaml_kind(const char *path, const char *text, size_t length)
{
	const char *base = source_base_name(path);
	if (strstr(path, ".github/workflows/") ||
	    (line_starts(text, length, "jobs:") &&
	     (line_starts(text, length, "on:") || line_starts(text, length, "\"on\":") ||
	      line_starts(text, length, "'on':") || line_starts(text, length, "true:")))) {
		return SOURCE_WORKFLOW;
	}
	if (line_starts(text, length, "apiVersion:") || line_starts(text, length, "kind:") ||
	    line_starts(text, length, "- apiVersion:")) {
		return SOURCE_KUBERNETES;
	}
	if (line_starts(text, length, "services:") || starts_with(base, "docker-compose") ||
	    starts_with(base, "compose.")) {
		return SOURCE_COMPOSE;
	}
	if (line_starts(text, length, "groups:") && memmem(text, length, "expr:", 5)) {
		return SOURCE_PROMETHEUS;
	}
	return SOURCE_YAML;
}

/* CP949 (what Korean Windows editors write) when the bytes are no UTF-8 but are that; else every bad byte becomes
 * U+FFFD. Carriage returns go, so that columns and lines are those of an editor. */
static char *decode(struct arena *arena, const char *bytes, size_t length, size_t *out_length)
{
	char *converted = NULL;
	if (!utf8_valid(bytes, length)) {
		iconv_t cd = iconv_open("UTF-8", "CP949");
		if (cd != (iconv_t)-1) {
			size_t room = length * 3 + 4;
			converted = malloc(room);
			char *in = (char *)(uintptr_t)bytes, *to = converted;
			size_t left = length, space = room;
			if (!converted || iconv(cd, &in, &left, &to, &space) == (size_t)-1) {
				free(converted);
				converted = NULL;
			} else {
				length = room - space;
				bytes = converted;
			}
			iconv_close(cd);
		}
	}
	bool valid = utf8_valid(bytes, length);
	char *out = arena_text(arena, valid ? length : length * 3);
	size_t n = 0;
	size_t at = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	while (out && at < length) {
		if (bytes[at] == '\r') {
			if (at + 1 >= length || bytes[at + 1] != '\n') {
				out[n++] = '\n';
			}
			at++;
		} else if (valid) {
			out[n++] = bytes[at++];
		} else {
			uint32_t c = utf8_next(bytes, length, &at);
			n += (size_t)utf8_encode(c, out + n);
		}
	}
	free(converted);
	if (out) {
		out[n] = '\0';
	}
	*out_length = n;
	return out;
}

static bool looks_binary(const char *bytes, size_t length)
{
	return length && memchr(bytes, '\0', length < 8192 ? length : 8192) != NULL;
}

static bool index_lines(struct source *source)
{
	uint32_t count = 1;
	for (size_t i = 0; i < source->length; i++) {
		count += source->text[i] == '\n';
	}
	source->lines = malloc(count * sizeof *source->lines);
	if (!source->lines) {
		return false;
	}
	source->line_count = 0;
	source->lines[source->line_count++] = 0;
	for (size_t i = 0; i < source->length; i++) {
		if (source->text[i] == '\n') {
			source->lines[source->line_count++] = (uint32_t)i + 1;
		}
	}
	return true;
}

enum status source_add(struct review_private *r, const char *path, const char *bytes, size_t length,
		       const char *problem, struct error *err)
{
	if (r->count == r->capacity) {
		size_t capacity = r->capacity ? r->capacity * 2 : 16;
		struct source *sources = realloc(r->sources, capacity * sizeof *sources);
		if (!sources) {
			return error_set(err, STATUS_NOMEM, "review", "out of memory");
		}
		r->sources = sources;
		r->capacity = capacity;
	}
	struct source *source = &r->sources[r->count];
	*source = (struct source){.kind = SOURCE_UNKNOWN};
	source->path = arena_strdup(&r->arena, path);
	if (!source->path) {
		return error_set(err, STATUS_NOMEM, "review", "out of memory");
	}
	if (problem || looks_binary(bytes, length)) {
		source->problem =
			problem ? arena_strdup(&r->arena, problem) : message(MSG_REVIEW_BINARY);
		source->kind = problem ? SOURCE_UNKNOWN : SOURCE_BINARY;
		r->count++;
		return STATUS_OK;
	}
	source->text = decode(&r->arena, bytes, length, &source->length);
	if (!source->text || !index_lines(source)) {
		return error_set(err, STATUS_NOMEM, "review", "out of memory");
	}
	source->kind = kind_by_name(path);
	if (source->kind == SOURCE_UNKNOWN) {
		source->kind = kind_by_content(source->text, source->length);
	}
	if (source->kind == SOURCE_YAML) {
		source->kind = yaml_kind(path, source->text, source->length);
	}
	r->count++;
	return STATUS_OK;
}

void source_position(const struct source *source, uint32_t at, int *line, int *column)
{
	if (at > source->length) {
		at = (uint32_t)source->length;
	}
	uint32_t low = 0, high = source->line_count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (source->lines[middle] <= at) {
			low = middle;
		} else {
			high = middle;
		}
	}
	uint32_t start = source->lines[low];
	*line = (int)low + 1;
	*column = (int)utf8_length(source->text + start, at - start) + 1;
}

bool review_has(const struct review_private *r, enum source_kind kind)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->sources[i].kind == kind) {
			return true;
		}
	}
	return false;
}

bool source_mentions(const struct source *source, const char *word)
{
	size_t n = strlen(word);
	bool in_comment = false;
	for (size_t i = 0; source->text && i + n <= source->length; i++) {
		char c = source->text[i];
		if (c == '\n') {
			in_comment = false;
		} else if (c == '#' && (i == 0 || isspace((unsigned char)source->text[i - 1]))) {
			in_comment = true;
		}
		if (!in_comment && tolower((unsigned char)c) == tolower((unsigned char)*word) &&
		    strncasecmp(source->text + i, word, n) == 0) {
			return true;
		}
	}
	return false;
}

bool review_mentions(const struct review_private *r, enum source_kind kind, const char *word)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->sources[i].kind == kind && source_mentions(&r->sources[i], word)) {
			return true;
		}
	}
	return false;
}
