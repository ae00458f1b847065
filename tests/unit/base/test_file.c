#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/rng.h"
#include "tests/support/scratch.h"

/* Files: read whole, written in one step, found where the user said. */

static struct scratch scratch;

static int set_up(void **state)
{
	(void)state;
	scratch_init(&scratch);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_release(&scratch);
	return 0;
}

static void what_cannot_be_read_is_told_apart(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t limit;
		enum status status;
	} rows[] = {
		{"there", 0, STATUS_OK},         {"there", 3, STATUS_RANGE},
		{"absent", 0, STATUS_NOT_FOUND}, {"there/below", 0, STATUS_NOT_FOUND},
		{"folder", 0, STATUS_INVALID},   {"pipe", 0, STATUS_INVALID},
	};
	char path[256];
	scratch_write(&scratch, "there", "안녕\n");
	scratch_write(&scratch, "folder/x", "");
	snprintf(path, sizeof path, "%s/pipe", scratch.folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct strbuf text;
		struct error err = ERROR_INIT;
		strbuf_init(&text);
		snprintf(path, sizeof path, "%s/%s", scratch.folder, rows[i].name);
		assert_int_equal(file_read(&text, path, rows[i].limit, &err), rows[i].status);
		if (rows[i].status == STATUS_OK) {
			assert_string_equal(text.text, "안녕\n");
		} else {
			assert_non_null(strstr(err.message, rows[i].name));
		}
		strbuf_release(&text);
	}
}

/* Writes one of two texts again and again until it is killed. */
static void write_for_ever(const char *path, const char *const texts[2], size_t length)
{
	for (int i = 0;; i = !i) {
		if (file_write(path, texts[i], length, NULL) != STATUS_OK) {
			_exit(1);
		}
	}
}

static void a_kill_leaves_the_old_or_the_new_file(void **state)
{
	(void)state;
	enum { SIZE = 200000 };
	char path[256];
	char *texts[2] = {malloc(SIZE), malloc(SIZE)};
	struct rng rng;
	rng_init(&rng, 7, 0);
	memset(texts[0], 'a', SIZE);
	memset(texts[1], 'b', SIZE);
	snprintf(path, sizeof path, "%s/file", scratch.folder);
	assert_int_equal(file_write(path, texts[0], SIZE, NULL), STATUS_OK);
	for (int round = 0; round < 20; round++) {
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			write_for_ever(path, (const char *const *)texts, SIZE);
		}
		usleep((useconds_t)rng_below(&rng, 10000));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		struct strbuf found;
		strbuf_init(&found);
		assert_int_equal(file_read(&found, path, 0, NULL), STATUS_OK);
		assert_int_equal(found.length, SIZE);
		assert_true(memcmp(found.text, texts[0], SIZE) == 0 ||
			    memcmp(found.text, texts[1], SIZE) == 0);
		strbuf_release(&found);
	}
	free(texts[0]);
	free(texts[1]);
}

static void folders_are_made_with_their_parents(void **state)
{
	(void)state;
	char path[256];
	struct error err = ERROR_INIT;
	snprintf(path, sizeof path, "%s/a/b/c", scratch.folder);
	assert_int_equal(file_make_folder(path, NULL), STATUS_OK);
	assert_int_equal(file_make_folder(path, NULL), STATUS_OK);
	scratch_write(&scratch, "file", "x");
	snprintf(path, sizeof path, "%s/file", scratch.folder);
	assert_int_equal(file_make_folder(path, &err), STATUS_EXISTS);
}

static void folders_are_where_the_user_said(void **state)
{
	(void)state;
	static const struct {
		const char *mundap, *xdg, *home;
		enum status status;
		const char *folder;
	} rows[] = {
		{"/x/data", "/y", "/h", STATUS_OK, "/x/data"},
		{NULL, "/y", "/h", STATUS_OK, "/y/mundap"},
		{NULL, "relative", "/h", STATUS_OK, "/h/.local/share/mundap"},
		{"", "", "/h", STATUS_OK, "/h/.local/share/mundap"},
		{NULL, NULL, NULL, STATUS_NOT_FOUND, NULL},
	};
	static const char *const names[] = {"MUNDAP_HOME", "XDG_DATA_HOME", "HOME"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *values[] = {rows[i].mundap, rows[i].xdg, rows[i].home};
		for (size_t k = 0; k < 3; k++) {
			if (values[k]) {
				setenv(names[k], values[k], 1);
			} else {
				unsetenv(names[k]);
			}
		}
		struct strbuf folder;
		strbuf_init(&folder);
		assert_int_equal(file_data_folder(&folder, NULL), rows[i].status);
		if (rows[i].folder) {
			assert_string_equal(folder.text, rows[i].folder);
		}
		strbuf_release(&folder);
	}
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_TEST(what_cannot_be_read_is_told_apart),
		FILE_TEST(a_kill_leaves_the_old_or_the_new_file),
		FILE_TEST(folders_are_made_with_their_parents),
		FILE_TEST(folders_are_where_the_user_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
