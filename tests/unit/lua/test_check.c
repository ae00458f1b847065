#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/lua/state.h"

struct seen {
	char text[8192];
	int tests;
};

static void note(void *context, enum host_event event, const char *json, const void *bytes,
		 size_t length)
{
	(void)bytes, (void)length;
	struct seen *seen = context;
	size_t used = strlen(seen->text);
	snprintf(seen->text + used, sizeof(seen->text) - used, "%s %s\n", host_event_word(event),
		 json);
	seen->tests += event == HOST_TEST;
}

struct outcome {
	bool ok, passed;
	struct script_error error;
	struct seen seen;
};

static void check_seeded(struct outcome *o, const char *learner, const char *check, uint64_t seed)
{
	memset(o, 0, sizeof(*o));
	struct host host = {.context = &o->seen, .emit = note};
	struct script_options options = {
		.memory = 64 << 20, .instructions = 50000000, .compute = true, .host = &host};
	struct script *script;
	assert_int_equal(script_new(&script, &options, NULL), STATUS_OK);
	o->ok = script_check(script, "mine.lua", learner, strlen(learner), "labs/check.lua", check,
			     strlen(check), seed, &o->passed, &o->error);
	script_free(script);
}

static void check(struct outcome *o, const char *learner, const char *source)
{
	check_seeded(o, learner, source, 1);
}

#define ADD_CHECK \
	"return function(t, learner)\n" \
	"  t:test('더하기', function() t:near(learner.add(1, 2), 3, 1e-9, '더한 값이 달라요') " \
	"end)\n" \
	"  t:test('빼기', function() t:equal(learner.sub(5, 2), 3, '뺀 값이 달라요') end)\n" \
	"  t:metric('점수', 0.5)\n" \
	"end"

static void right_work_passes(void **state)
{
	(void)state;
	struct outcome o;
	check(&o,
	      "return { add = function(a, b) return a + b end, sub = function(a, b) return a - b "
	      "end }",
	      ADD_CHECK);
	assert_true(o.ok);
	assert_true(o.passed);
	assert_int_equal(o.seen.tests, 2);
	assert_non_null(strstr(o.seen.text, "metric {\"name\":\"점수\",\"step\":0,\"value\":0.5}"));
}

static void each_test_stands_alone(void **state)
{
	(void)state;
	struct outcome o;
	check(&o,
	      "return { add = function(a, b) return a - b end, sub = function(a, b) return a - b "
	      "end }",
	      ADD_CHECK);
	assert_true(o.ok);
	assert_false(o.passed);
	assert_int_equal(o.seen.tests, 2);
	assert_non_null(strstr(o.seen.text,
			       "{\"name\":\"더하기\",\"passed\":false,\"message\":\"더한 값이 "
			       "달라요 (나온 값: -1)\"}"));
	assert_non_null(
		strstr(o.seen.text, "{\"name\":\"빼기\",\"passed\":true,\"message\":\"\"}"));
}

static void the_learners_error_is_told_as_theirs(void **state)
{
	(void)state;
	struct outcome o;
	check(&o,
	      "local M = {}\nfunction M.add(a, b)\n  return a + c\nend\nM.sub = M.add\nreturn M",
	      ADD_CHECK);
	assert_true(o.ok);
	assert_false(o.passed);
	assert_non_null(strstr(o.seen.text, "여러분 코드 3번째 줄"));
	assert_non_null(strstr(o.seen.text, "\"line\":3"));
}

static void a_missing_function_is_explained(void **state)
{
	(void)state;
	struct outcome o;
	check(&o, "return {}", ADD_CHECK);
	assert_true(o.ok);
	assert_false(o.passed);
	assert_non_null(strstr(o.seen.text, "돌려준 값을 확인하다가"));
	assert_null(strstr(o.seen.text, "check:"));
}

static void a_file_that_does_not_run_fails(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		int line;
	} rows[] = {{"return {", 1}, {"\nerror('x')", 2}, {"return 5", 0}, {"", 0}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct outcome o;
		check(&o, rows[i].source, ADD_CHECK);
		assert_false(o.ok);
		assert_false(o.passed);
		assert_int_equal(o.error.fault, SCRIPT_FAULT_LUA);
		assert_int_equal(o.error.line, rows[i].line);
		assert_int_equal(o.seen.tests, 0);
	}
}

static void tampering_does_not_help(void **state)
{
	(void)state;
	static const char *const learners[] = {
		/* patches what both share */
		"pcall(function() string.format = nil end) pcall(rawset, math, 'abs', function() "
		"return 0 end)\n"
		"local T = require 'tensor' pcall(rawset, T, 'randn', print) pcall(function() "
		"T.allclose = print end)\n"
		"return { add = function() return 0 end, sub = function() return 0 end }",
		/* values that claim to be equal */
		"local liar = setmetatable({}, { __eq = function() return true end, __sub = "
		"function() return 0 end,\n"
		"  __lt = function() return true end, __index = function() return 0 end })\n"
		"return { add = function() return liar end, sub = function() return liar end }",
		/* looks for the check */
		"print = function() end _G.t = nil\n"
		"local function look() return debug.traceback() .. select(2, pcall(error, '', 3)) "
		".. select(2, pcall(error, '', 4)) end\n"
		"return { add = function() if look():find('check') then return 3 end return 0 end, "
		"sub = function() if look():find('check') then return 3 end return 0 end }",
		/* leaves by the side door */
		"return { add = function() coroutine.yield() end, sub = function() error({}) end }",
		"return setmetatable({}, { __index = function() error('x') end })",
	};
	for (size_t i = 0; i < sizeof(learners) / sizeof(learners[0]); i++) {
		struct outcome o;
		check(&o, learners[i], ADD_CHECK);
		assert_false(o.passed);
		if (o.ok) {
			assert_int_equal(o.seen.tests, 2);
			assert_null(strstr(o.seen.text, "\"passed\":true"));
		}
	}
}

static void a_learner_that_loops_runs_out(void **state)
{
	(void)state;
	struct outcome o;
	check(&o,
	      "return { add = function() while true do pcall(function() while true do end end) end "
	      "end }",
	      ADD_CHECK);
	assert_false(o.ok);
	assert_false(o.passed);
	assert_int_equal(o.error.fault, SCRIPT_FAULT_TIMEOUT);
}

#define DRAW_CHECK \
	"local T = require 'tensor'\n" \
	"return function(t, learner)\n" \
	"  t:test('a', function() print(T.rand(1):item(), math.random()) learner.f() end)\n" \
	"  t:test('b', function() print(T.rand(1):item(), math.random()) learner.f() end)\n" \
	"end"

static void inputs_change_with_the_seed_only(void **state)
{
	(void)state;
	struct outcome a, b, c;
	const char *plain = "return { f = function() end }";
	const char *reseeding =
		"require('tensor').seed(1) math.randomseed(1)\n"
		"return { f = function() require('tensor').seed(1) math.randomseed(1) end }";
	check_seeded(&a, plain, DRAW_CHECK, 5);
	check_seeded(&b, reseeding, DRAW_CHECK, 5);
	check_seeded(&c, plain, DRAW_CHECK, 6);
	assert_true(a.passed && b.passed && c.passed);
	assert_string_equal(a.seen.text, b.seen.text);
	assert_string_not_equal(a.seen.text, c.seen.text);
}

static void tensors_are_compared_by_shape_and_value(void **state)
{
	(void)state;
	const char *learner =
		"local T = require 'tensor'\n"
		"return { flat = T.ones(6), table = {{1,1,1},{1,1,1}}, two = T.full({2,3}, 1.5) }";
	const char *source = "local T = require 'tensor'\n"
			     "return function(t, l)\n"
			     " local want = T.ones(2, 3)\n"
			     " t:test('shape', function() t:near(l.flat, want, 1e-6, '모양') end)\n"
			     " t:test('table', function() t:near(l.table, want, 1e-6, '표') end)\n"
			     " t:test('value', function() t:near(l.two, want, 0.1, '값') end)\n"
			     " t:test('nan', function() t:near(0/0, 1, 10, '값') end)\n"
			     " t:test('kind', function() t:near('x', want, 10, '종류') end)\n"
			     " t:test('equal', function() t:equal({1, {2, x = 'y'}}, {1, {2, x = "
			     "'y'}}, '같음') end)\n"
			     " t:test('more', function() t:equal({1, 2}, {1}, '개수') end)\n"
			     "end";
	struct outcome o;
	check(&o, learner, source);
	assert_true(o.ok);
	assert_non_null(strstr(o.seen.text, "모양이 달라요(나온 모양 [6], 기대한 모양 [2, 3])"));
	assert_non_null(strstr(o.seen.text, "{\"name\":\"table\",\"passed\":true"));
	assert_non_null(strstr(o.seen.text, "가장 큰 차이 0.5"));
	assert_non_null(strstr(o.seen.text, "{\"name\":\"nan\",\"passed\":false"));
	assert_non_null(strstr(o.seen.text, "{\"name\":\"kind\",\"passed\":false"));
	assert_non_null(strstr(o.seen.text, "{\"name\":\"equal\",\"passed\":true"));
	assert_non_null(strstr(o.seen.text, "{\"name\":\"more\",\"passed\":false"));
}

static void a_check_without_tests_passes_nobody(void **state)
{
	(void)state;
	struct outcome o;
	check(&o, "return {}", "return function() end");
	assert_true(o.ok);
	assert_false(o.passed);
	check(&o, "return {}", "return 5");
	assert_false(o.ok);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_work_passes),
		cmocka_unit_test(each_test_stands_alone),
		cmocka_unit_test(the_learners_error_is_told_as_theirs),
		cmocka_unit_test(a_missing_function_is_explained),
		cmocka_unit_test(a_file_that_does_not_run_fails),
		cmocka_unit_test(tampering_does_not_help),
		cmocka_unit_test(a_learner_that_loops_runs_out),
		cmocka_unit_test(inputs_change_with_the_seed_only),
		cmocka_unit_test(tensors_are_compared_by_shape_and_value),
		cmocka_unit_test(a_check_without_tests_passes_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
