#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/rng.h"
#include "engine/store/store.h"
#include "tests/support/fail_alloc.h"

/* What must not happen to a learner's records: kills, damage, newer files, full disks, two programs, no memory. */

static char folder[64];
static char path[128];

static void remove_files(void)
{
	static const char *const names[] = {"", "-wal", "-shm", "-journal"};
	for (size_t i = 0; i < 4; i++) {
		char name[160];
		snprintf(name, sizeof name, "%s%s", path, names[i]);
		unlink(name);
	}
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/mundap-safety-XXXXXX");
	assert_non_null(mkdtemp(folder));
	chmod(folder, 0755);
	snprintf(path, sizeof path, "%s/mundap.db", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	remove_files();
	return rmdir(folder);
}

static struct store *open_store(void)
{
	struct store *store = NULL;
	struct error err = ERROR_INIT;
	if (store_open(&store, path, &err) != STATUS_OK) {
		fail_msg("%s", err.message);
	}
	return store;
}

static enum status try_open(struct error *err)
{
	struct store *store = NULL;
	enum status status = store_open(&store, path, err);
	store_close(store);
	return status;
}

static enum status add_answer(struct store *store, int turn, const char *text)
{
	const struct answer_record answer = {.checkpoint = "CP-B1",
					     .turn = turn,
					     .answer = text,
					     .verdict = "partial",
					     .score = 0.5};
	return store_add_answer(store, &answer, NULL);
}

static size_t count_answers(struct store *store)
{
	struct arena arena;
	struct answer_record *answers = NULL;
	size_t count = 0;
	arena_init(&arena);
	assert_int_equal(store_answers(store, &arena, NULL, &answers, &count, NULL), STATUS_OK);
	arena_release(&arena);
	return count;
}

/* ---- kill -9 ---- */

/* Writes answers and says after each that it is saved, until it is killed. */
static void write_until_killed(int told)
{
	struct store *store = NULL;
	if (store_open(&store, path, NULL) != STATUS_OK) {
		_exit(1);
	}
	for (int i = 0;; i++) {
		if (add_answer(store, i, "저장되었나요?") != STATUS_OK ||
		    write(told, "s", 1) != 1) {
			_exit(1);
		}
	}
}

static void what_was_saved_survives_a_kill_at_any_moment(void **state)
{
	(void)state;
	struct rng rng;
	size_t before = 0;
	rng_init(&rng, 20260302, 0);
	for (int round = 0; round < 25; round++) {
		int told[2];
		assert_int_equal(pipe(told), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			close(told[0]);
			write_until_killed(told[1]);
		}
		close(told[1]);
		usleep((useconds_t)(1000 + rng_below(&rng, 40000)));
		kill(child, SIGKILL);
		int ended = 0;
		assert_int_equal(waitpid(child, &ended, 0), child);
		assert_true(WIFSIGNALED(ended));
		size_t saved = 0;
		char bytes[4096];
		for (ssize_t n; (n = read(told[0], bytes, sizeof bytes)) > 0;) {
			saved += (size_t)n;
		}
		close(told[0]);
		struct store *store = open_store();
		struct error err = ERROR_INIT;
		assert_int_equal(store_check(store, &err), STATUS_OK);
		size_t found = count_answers(store) - before;
		assert_true(found == saved || found == saved + 1);
		before += found;
		store_close(store);
	}
	assert_true(before > 0);
}

/* ---- two programs ---- */

static void two_programs_write_at_once(void **state)
{
	(void)state;
	enum { PROGRAMS = 3, EACH = 60 };
	pid_t children[PROGRAMS];
	for (int i = 0; i < PROGRAMS; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			struct store *store = NULL;
			int failed = store_open(&store, path, NULL) != STATUS_OK;
			for (int k = 0; k < EACH && !failed; k++) {
				failed = add_answer(store, k, "함께") != STATUS_OK;
			}
			store_close(store);
			_exit(failed);
		}
	}
	for (int i = 0; i < PROGRAMS; i++) {
		int ended = 0;
		assert_int_equal(waitpid(children[i], &ended, 0), children[i]);
		assert_true(WIFEXITED(ended));
		assert_int_equal(WEXITSTATUS(ended), 0);
	}
	struct store *store = open_store();
	assert_int_equal(count_answers(store), PROGRAMS * EACH);
	store_close(store);
}

/* ---- files that are refused ---- */

static void write_bytes(const void *bytes, size_t length, long at, bool truncate_first)
{
	FILE *file = fopen(path, truncate_first ? "wb" : "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static void refused_untouched(enum status expected)
{
	struct strbuf before, after;
	struct error err = ERROR_INIT;
	strbuf_init(&before);
	strbuf_init(&after);
	assert_int_equal(file_read(&before, path, 0, NULL), STATUS_OK);
	assert_int_equal(try_open(&err), expected);
	assert_true(strlen(err.message) > 20);
	assert_int_equal(file_read(&after, path, 0, NULL), STATUS_OK);
	assert_int_equal(before.length, after.length);
	assert_memory_equal(before.text, after.text, before.length);
	strbuf_release(&before);
	strbuf_release(&after);
}

static void fill(void)
{
	struct store *store = open_store();
	char text[4000];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	for (int i = 0; i < 50; i++) {
		assert_int_equal(add_answer(store, i, text), STATUS_OK);
	}
	store_close(store);
}

static void a_damaged_file_is_refused_and_left_alone(void **state)
{
	(void)state;
	static const char text[] = "이것은 자료 파일이 아닙니다. 그냥 글입니다.";
	write_bytes(text, sizeof text, 0, true);
	refused_untouched(STATUS_CORRUPT);

	remove_files();
	fill();
	char garbage[8192];
	memset(garbage, 0xA5, sizeof garbage);
	write_bytes(garbage, sizeof garbage, 4096 * 3, false);
	refused_untouched(STATUS_CORRUPT);

	remove_files();
	fill();
	assert_int_equal(truncate(path, 4096 * 5), 0);
	refused_untouched(STATUS_CORRUPT);

	remove_files();
	fill();
	write_bytes(garbage, 16, 0, false);
	refused_untouched(STATUS_CORRUPT);
}

static void run_sql(const char *sql)
{
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void another_programs_database_is_refused(void **state)
{
	(void)state;
	run_sql("CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1);");
	refused_untouched(STATUS_CORRUPT);
}

static void a_newer_file_is_refused_and_left_alone(void **state)
{
	(void)state;
	fill();
	run_sql("PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE);");
	refused_untouched(STATUS_NEWER);
}

/* The newer version may still stand in the write-ahead log only, as a killed program leaves it. */
static void a_newer_version_in_the_log_is_seen(void **state)
{
	(void)state;
	fill();
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		sqlite3 *db = NULL;
		sqlite3_open(path, &db);
		sqlite3_exec(db, "PRAGMA user_version = 999", NULL, NULL, NULL);
		kill(getpid(), SIGKILL);
	}
	int ended = 0;
	waitpid(child, &ended, 0);
	refused_untouched(STATUS_NEWER);
}

static void a_file_that_cannot_be_written_is_refused(void **state)
{
	(void)state;
	fill();
	chmod(path, 0444);
	chmod(folder, 0555);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
			_exit(2);
		}
		struct error err = ERROR_INIT;
		_exit(try_open(&err) == STATUS_DENIED && strlen(err.message) > 20 ? 0 : 1);
	}
	int ended = 0;
	assert_int_equal(waitpid(child, &ended, 0), child);
	chmod(folder, 0755);
	chmod(path, 0644);
	assert_true(WIFEXITED(ended));
	assert_int_equal(WEXITSTATUS(ended), 0);
	struct store *store = open_store();
	assert_int_equal(count_answers(store), 50);
	store_close(store);
}

static void a_full_disk_loses_nothing_that_was_saved(void **state)
{
	(void)state;
	fill();
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct store *store = NULL;
		struct stat info;
		signal(SIGXFSZ, SIG_IGN);
		if (store_open(&store, path, NULL) != STATUS_OK || stat(path, &info) != 0) {
			_exit(100);
		}
		struct rlimit limit = {(rlim_t)info.st_size, (rlim_t)info.st_size};
		setrlimit(RLIMIT_FSIZE, &limit);
		char text[4000];
		memset(text, 'y', sizeof text - 1);
		text[sizeof text - 1] = '\0';
		enum status status = STATUS_OK;
		int saved = 0;
		for (; saved < 99 && status == STATUS_OK; saved++) {
			status = add_answer(store, saved, text);
		}
		_exit(status == STATUS_IO ? saved - 1 : 101);
	}
	int ended = 0;
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFEXITED(ended));
	int saved = WEXITSTATUS(ended);
	assert_true(saved < 99);
	struct store *store = open_store();
	assert_int_equal(store_check(store, NULL), STATUS_OK);
	assert_int_equal(count_answers(store), 50 + saved);
	assert_int_equal(add_answer(store, 0, "자리가 생겼어요"), STATUS_OK);
	store_close(store);
}

/* ---- older versions ---- */

static void load_saved(int version)
{
	char name[64];
	struct strbuf sql;
	strbuf_init(&sql);
	snprintf(name, sizeof name, "tests/unit/store/saved/v%d.sql", version);
	assert_int_equal(file_read(&sql, name, 0, NULL), STATUS_OK);
	run_sql(sql.text);
	strbuf_release(&sql);
}

static void check_migrated(void)
{
	struct store *store = open_store();
	struct arena arena;
	struct strbuf theme;
	struct review_card card;
	struct lab_attempt *attempts = NULL;
	struct run_point *points = NULL;
	struct search_hit *hits = NULL;
	struct class_member *members = NULL;
	size_t count = 0;
	arena_init(&arena);
	strbuf_init(&theme);
	assert_int_equal(store_file_version(store), store_schema_version());
	assert_int_equal(store_setting(store, "theme", &theme, NULL), STATUS_OK);
	assert_string_equal(theme.text, "dark");
	assert_int_equal(count_answers(store), 1);
	assert_int_equal(store_card(store, &arena, "CP-B1", &card, NULL), STATUS_OK);
	assert_true(card.stability == 53.62691);
	assert_int_equal(store_lab_attempts(store, &arena, "Lab-B1", &attempts, &count, NULL),
			 STATUS_OK);
	assert_int_equal(count, 1);
	assert_int_equal(attempts[0].seed, 42);
	assert_int_equal(store_points(store, &arena, 1, "loss", &points, &count, NULL), STATUS_OK);
	assert_int_equal(count, 1);
	assert_int_equal(store_search(store, &arena, "모델", 5, &hits, &count, NULL), STATUS_OK);
	assert_int_equal(store_class_members(store, &arena, &members, &count, NULL), STATUS_OK);
	assert_int_equal(store_reset(store, RESET_ALL, NULL, NULL, NULL), STATUS_OK);
	assert_int_equal(store_undo(store, 0, NULL), STATUS_OK);
	assert_int_equal(count_answers(store), 1);
	assert_int_equal(store_check(store, NULL), STATUS_OK);
	strbuf_release(&theme);
	arena_release(&arena);
	store_close(store);
}

static void every_older_version_is_brought_up(void **state)
{
	(void)state;
	for (int version = 1; version < store_schema_version(); version++) {
		remove_files();
		load_saved(version);
		check_migrated();
	}
}

static void looking_only_never_migrates(void **state)
{
	(void)state;
	struct store *store = NULL;
	assert_int_equal(store_open_readonly(&store, path, NULL), STATUS_NOT_FOUND);
	assert_int_equal(access(path, F_OK), -1);
	load_saved(1);
	assert_int_equal(store_open_readonly(&store, path, NULL), STATUS_OK);
	assert_int_equal(store_file_version(store), 1);
	assert_int_equal(count_answers(store), 1);
	assert_int_not_equal(add_answer(store, 1, "x"), STATUS_OK);
	store_close(store);
}

/* ---- no memory ---- */

static enum status use_store(struct error *err)
{
	struct store *store = NULL;
	struct arena arena;
	struct search_hit *hits = NULL;
	struct answer_record *answers = NULL;
	size_t count = 0;
	const struct search_document document = {"l", "s", "제목", "모델이 늙습니다"};
	const struct answer_record answer = {.checkpoint = "CP-B1", .verdict = "pass"};
	arena_init(&arena);
	enum status status = store_open(&store, path, err);
	if (status == STATUS_OK) {
		status = store_add_answer(store, &answer, err);
	}
	if (status == STATUS_OK) {
		status = store_search_put(store, "l", "1", &document, 1, err);
	}
	if (status == STATUS_OK) {
		status = store_search(store, &arena, "모델", 5, &hits, &count, err);
	}
	if (status == STATUS_OK) {
		status = store_answers(store, &arena, NULL, &answers, &count, err);
	}
	if (status == STATUS_OK) {
		status = store_reset(store, RESET_CHECKPOINT, "CP-B1", NULL, err);
	}
	if (status == STATUS_OK) {
		status = store_undo(store, 0, err);
	}
	store_close(store);
	arena_release(&arena);
	return status;
}

static void running_out_of_memory_is_an_ordinary_error(void **state)
{
	(void)state;
	if (!fail_alloc_works()) {
		skip();
	}
	struct store *store = open_store();
	store_close(store);
	bool happened = true;
	for (long nth = 1; happened; nth += nth < 200 ? 1 : 23) {
		struct error err = ERROR_INIT;
		fail_alloc_at(nth);
		enum status status = use_store(&err);
		happened = fail_alloc_happened();
		fail_alloc_at(0);
		/* SQLite gets by without some of its caches, so that a failure need not show. */
		if (status != STATUS_OK && status != STATUS_NOMEM) {
			fail_msg("allocation %ld: %s: %s", nth, status_name(status), err.message);
		}
	}
	store = open_store();
	assert_int_equal(store_check(store, NULL), STATUS_OK);
	store_close(store);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_was_saved_survives_a_kill_at_any_moment),
		STORE_TEST(two_programs_write_at_once),
		STORE_TEST(a_damaged_file_is_refused_and_left_alone),
		STORE_TEST(another_programs_database_is_refused),
		STORE_TEST(a_newer_file_is_refused_and_left_alone),
		STORE_TEST(a_newer_version_in_the_log_is_seen),
		STORE_TEST(a_file_that_cannot_be_written_is_refused),
		STORE_TEST(a_full_disk_loses_nothing_that_was_saved),
		STORE_TEST(every_older_version_is_brought_up),
		STORE_TEST(looking_only_never_migrates),
		STORE_TEST(running_out_of_memory_is_an_ordinary_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
