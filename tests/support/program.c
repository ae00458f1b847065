#include "tests/support/program.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file without a name: outputs of any length, and no pipe to be emptied in time. */
static int scratch_file(void)
{
	char path[] = "/tmp/mundap-program-XXXXXX";
	int fd = mkstemp(path);
	if (fd < 0) {
		perror(path);
		abort();
	}
	unlink(path);
	return fd;
}

static void read_all(int fd, struct strbuf *out)
{
	char bytes[65536];
	lseek(fd, 0, SEEK_SET);
	for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;) {
		strbuf_add(out, bytes, (size_t)n);
	}
	close(fd);
}

void program_run(struct program *program, const char *input, const char *format, ...)
{
	static char here[4096]; /* commands may change the folder */
	const char *wish = getenv("MUNDAP");
	if (!*here && !realpath(wish ? wish : "build/release/mundap", here)) {
		perror("mundap");
		abort();
	}
	char command[4096], script[9000];
	va_list args;
	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	snprintf(script, sizeof script, "mundap() { '%s' \"$@\"; }; %s", here, command);
	int files[3] = {scratch_file(), scratch_file(), scratch_file()};
	if (input && write(files[0], input, strlen(input)) < 0) {
		abort();
	}
	lseek(files[0], 0, SEEK_SET);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 3; i++) {
			dup2(files[i], i);
		}
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	int ended = 0;
	while (waitpid(child, &ended, 0) < 0 && errno == EINTR) {
	}
	program->status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
	strbuf_init(&program->out);
	strbuf_init(&program->err);
	close(files[0]);
	read_all(files[1], &program->out);
	read_all(files[2], &program->err);
}

void program_release(struct program *program)
{
	strbuf_release(&program->out);
	strbuf_release(&program->err);
}

json_t *program_json(const struct program *program)
{
	json_error_t error;
	json_t *json = json_loads(program->out.text, 0, &error);
	if (!json) {
		fail_msg("no JSON document (%s): %.300s", error.text, program->out.text);
	}
	return json;
}

struct shape {
	const char *at;
	char *why;
	size_t size;
	char path[256];
};

static bool check(struct shape *shape, const json_t *json);

/* Moves past one type without looking at anything. */
static void skip_type(struct shape *shape)
{
	int depth = 0;
	do {
		depth += *shape->at == '{' || *shape->at == '[';
		depth -= *shape->at == '}' || *shape->at == ']';
		shape->at++;
	} while (*shape->at && (depth > 0 || shape->at[-1] == '?'));
}

static bool differ(const struct shape *shape, const char *what)
{
	snprintf(shape->why, shape->size, "%s: %s", *shape->path ? shape->path : "document", what);
	return false;
}

static bool check_inside(struct shape *shape, const json_t *json, const char *name)
{
	size_t length = strlen(shape->path);
	snprintf(shape->path + length, sizeof shape->path - length, "/%s", name);
	bool ok = check(shape, json);
	if (ok) {
		shape->path[length] = '\0';
	}
	return ok;
}

static bool check_list(struct shape *shape, const json_t *json)
{
	if (!json_is_array(json)) {
		return differ(shape, "not a list");
	}
	const char *type = ++shape->at;
	skip_type(shape);
	const char *after = shape->at + 1;
	size_t i;
	json_t *item;
	json_array_foreach(json, i, item)
	{
		char name[32];
		snprintf(name, sizeof name, "%zu", i);
		shape->at = type;
		if (!check_inside(shape, item, name)) {
			return false;
		}
	}
	shape->at = after;
	return true;
}

static bool check_map(struct shape *shape, const json_t *json)
{
	const char *type = shape->at;
	const char *key;
	json_t *item;
	json_object_foreach((json_t *)json, key, item)
	{
		shape->at = type;
		if (!check_inside(shape, item, key)) {
			return false;
		}
	}
	shape->at = type;
	skip_type(shape);
	shape->at++;
	return true;
}

static bool check_object(struct shape *shape, const json_t *json)
{
	if (!json_is_object(json)) {
		return differ(shape, "not an object");
	}
	shape->at++;
	if (strncmp(shape->at, "*:", 2) == 0) {
		shape->at += 2;
		return check_map(shape, json);
	}
	while (*shape->at != '}') {
		char key[64];
		size_t length = strcspn(shape->at, ":");
		snprintf(key, sizeof key, "%.*s", (int)length, shape->at);
		shape->at += length + 1;
		const json_t *member = json_object_get(json, key);
		if (!member) {
			snprintf(shape->why, shape->size, "%s: no key %s", shape->path, key);
			return false;
		}
		if (!check_inside(shape, member, key)) {
			return false;
		}
		shape->at += *shape->at == ',';
	}
	shape->at++;
	return true;
}

static bool check(struct shape *shape, const json_t *json)
{
	switch (*shape->at) {
	case '{':
		return check_object(shape, json);
	case '[':
		return check_list(shape, json);
	case '?':
		shape->at++;
		if (json_is_null(json)) {
			skip_type(shape);
			return true;
		}
		return check(shape, json);
	case 's':
		shape->at++;
		return json_is_string(json) || differ(shape, "not a text");
	case 'n':
		shape->at++;
		return json_is_number(json) || differ(shape, "not a number");
	case 'i':
		shape->at++;
		return json_is_integer(json) || differ(shape, "not a whole number");
	case 'b':
		shape->at++;
		return json_is_boolean(json) || differ(shape, "not a boolean");
	case 'z':
		shape->at++;
		return json_is_null(json) || differ(shape, "not null");
	default:
		shape->at++;
		return true;
	}
}

bool json_has_shape(const json_t *json, const char *text, char *why, size_t size)
{
	struct shape shape = {.at = text, .why = why, .size = size};
	return check(&shape, json);
}
