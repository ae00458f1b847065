#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/store/registry.h"

static char folder[64], database[96], file[96];
static struct store *store;

static int open_registry(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/mundap-registry-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(database, sizeof database, "%s/mundap.db", folder);
	snprintf(file, sizeof file, "%s/model.bin", folder);
	struct error err = ERROR_INIT;
	if (store_open(&store, database, &err) != STATUS_OK) {
		fail_msg("%s", err.message);
	}
	return 0;
}

static int close_registry(void **state)
{
	(void)state;
	char command[128];
	store_close(store);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static int add(const char *content)
{
	int number = 0;
	struct model_version v = {.model = "fashion", .note = "", .metadata = "{}"};
	assert_int_equal(file_write(file, content, strlen(content), NULL), STATUS_OK);
	assert_int_equal(registry_add(store, file, &v, "kim", &number, NULL), STATUS_OK);
	return number;
}

static int in_production(void)
{
	struct arena arena;
	struct model_version v = {0};
	arena_init(&arena);
	enum status status = registry_find(store, &arena, "fashion", "production", &v, NULL);
	int version = status == STATUS_OK ? v.version : 0;
	arena_release(&arena);
	return version;
}

static void production_needs_approval_and_rolls_back_in_order(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	int now = 0;
	for (int i = 1; i <= 3; i++) {
		char content[32];
		snprintf(content, sizeof content, "weights %d", i);
		assert_int_equal(add(content), i);
	}
	assert_int_equal(registry_set_stage(store, "fashion", 1, "production", "kim", &err),
			 STATUS_DENIED);
	assert_int_equal(in_production(), 0);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(registry_approve(store, "fashion", i, "lee", "ok", NULL),
				 STATUS_OK);
		assert_int_equal(registry_set_stage(store, "fashion", i, "production", "kim", NULL),
				 STATUS_OK);
		assert_int_equal(in_production(), i);
	}
	assert_int_equal(registry_rollback(store, "fashion", "kim", "slow", &now, NULL), STATUS_OK);
	assert_int_equal(in_production(), 2);
	assert_int_equal(registry_rollback(store, "fashion", "kim", "slow", &now, NULL), STATUS_OK);
	assert_int_equal(in_production(), 1);
	error_clear(&err);
	assert_int_equal(registry_rollback(store, "fashion", "kim", "slow", &now, &err),
			 STATUS_NOT_FOUND);
	assert_int_equal(in_production(), 1);
	error_clear(&err);
	assert_int_equal(registry_set_stage(store, "fashion", 1, "live", "kim", &err),
			 STATUS_INVALID);
	error_clear(&err);
	assert_int_equal(registry_approve(store, "fashion", 9, "lee", "", &err), STATUS_NOT_FOUND);
}

static void a_changed_file_is_found(void **state)
{
	(void)state;
	struct arena arena;
	struct model_version v;
	struct strbuf path;
	struct error err = ERROR_INIT;
	arena_init(&arena);
	strbuf_init(&path);
	add("weights");
	assert_int_equal(registry_find(store, &arena, "fashion", "latest", &v, NULL), STATUS_OK);
	assert_int_equal(registry_verify(store, &v, NULL), STATUS_OK);
	assert_int_equal(registry_path(store, &path, v.digest, NULL), STATUS_OK);
	assert_int_equal(file_write(path.text, "weightz", 7, NULL), STATUS_OK);
	assert_int_equal(registry_verify(store, &v, &err), STATUS_CORRUPT);
	strbuf_release(&path);
	arena_release(&arena);
}

static void history_and_names(void **state)
{
	(void)state;
	struct arena arena;
	struct model_event *events;
	size_t count;
	int number;
	struct error err = ERROR_INIT;
	struct model_version bad = {.model = "../up", .note = "", .metadata = "{}"};
	arena_init(&arena);
	add("a");
	registry_approve(store, "fashion", 1, "lee", "tested", NULL);
	registry_set_stage(store, "fashion", 1, "staging", "kim", NULL);
	assert_int_equal(registry_events(store, &arena, "fashion", &events, &count, NULL),
			 STATUS_OK);
	assert_int_equal(count, 3);
	assert_string_equal(events[1].what, "approve");
	assert_string_equal(events[1].actor, "lee");
	assert_string_equal(events[2].detail, "staging");
	assert_int_equal(registry_add(store, file, &bad, "kim", &number, &err), STATUS_INVALID);
	error_clear(&err);
	bad.model = "good";
	assert_int_equal(registry_add(store, "/tmp/none", &bad, "kim", &number, &err),
			 STATUS_NOT_FOUND);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(production_needs_approval_and_rolls_back_in_order,
						open_registry, close_registry),
		cmocka_unit_test_setup_teardown(a_changed_file_is_found, open_registry,
						close_registry),
		cmocka_unit_test_setup_teardown(history_and_names, open_registry, close_registry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
