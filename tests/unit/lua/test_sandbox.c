#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/lua/state.h"

struct log {
	char text[4096];
	size_t length;
	int events;
};

static void note(void *context, enum host_event event, const char *json, const void *bytes,
		 size_t length)
{
	(void)bytes, (void)length;
	struct log *log = context;
	log->events++;
	if (event == HOST_LOG) {
		int n = snprintf(log->text + log->length, sizeof(log->text) - log->length, "%s\n",
				 json);
		log->length += n > 0 ? (size_t)n : 0;
	}
}

struct outcome {
	bool ok;
	struct script_error error;
	struct log log;
};

static void run_with(struct outcome *out, const char *source, struct script_options options)
{
	memset(out, 0, sizeof(*out));
	struct host host = {.context = &out->log, .emit = note};
	struct script *script;
	options.host = &host;
	assert_int_equal(script_new(&script, &options, NULL), STATUS_OK);
	out->ok = script_run(script, "dir/test.lua", source, strlen(source), &out->error);
	script_free(script);
}

static void run(struct outcome *out, const char *source)
{
	run_with(out, source,
		 (struct script_options){.memory = 256 << 20, .instructions = 20000000});
}

static void libraries_that_are_there(void **state)
{
	(void)state;
	struct outcome o;
	run(&o,
	    "assert(('x'):rep(3) == 'xxx' and string.format('%d', 3) == '3' and math.floor(2.5) == "
	    "2)\n"
	    "local t = {3, 1, 2} table.sort(t) assert(table.concat(t) == '123')\n"
	    "assert(utf8.len('한글') == 2 and select('#', 1, 2) == 2 and os.clock() >= 0)\n"
	    "local co = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b end)\n"
	    "assert(co(1) == 2 and co('x') == 'x')\n"
	    "for k, v in pairs(math) do assert(math[k] == v) end\n"
	    "print('끝')");
	assert_string_equal(o.error.message, "");
	assert_true(o.ok);
	assert_string_equal(o.log.text, "{\"text\":\"끝\"}\n");
}

static void what_is_denied_says_so(void **state)
{
	(void)state;
	static const char *const sources[] = {
		"os.execute('true')",  "io.open('/etc/passwd')",
		"load('return 1')",    "loadfile('x.lua')",
		"dofile('x.lua')",     "debug.sethook()",
		"debug.getregistry()", "package.loadlib('x', 'y')",
		"string.dump(print)",  "setmetatable({}, {__gc = function() end})",
		"\033Lua binary",
	};
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct outcome o;
		run(&o, sources[i]);
		assert_false(o.ok);
		assert_int_equal(o.error.fault, SCRIPT_FAULT_DENIED);
	}
}

static void shared_tables_cannot_be_changed(void **state)
{
	(void)state;
	static const char *const sources[] = {
		"string.format = print",
		"rawset(string, 'format', print)",
		"setmetatable(string, {})",
		"getmetatable('').__index = nil",
		"setmetatable('', {})",
		("local f, t = pairs(string); t.format = nil; assert(string.format ~= nil); "
		 "error('kept')"),
		"table.insert(string, 1)",
	};
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct outcome o;
		run(&o, sources[i]);
		assert_false(o.ok);
		assert_int_equal(o.error.fault, SCRIPT_FAULT_LUA);
	}
	struct outcome o;
	run(&o, "assert(getmetatable('') == false and getmetatable(string) == false)");
	assert_true(o.ok);
}

static void globals_do_not_leak_between_runs(void **state)
{
	(void)state;
	struct script *script;
	struct script_options options = {0};
	struct script_error fault;
	assert_int_equal(script_new(&script, &options, NULL), STATUS_OK);
	const char *first = "x = 1 _G.print = nil", *second = "assert(x == nil and print ~= nil)";
	assert_true(script_run(script, "a.lua", first, strlen(first), &fault));
	assert_true(script_run(script, "b.lua", second, strlen(second), &fault));
	script_free(script);
}

static void instructions_run_out_whatever_is_caught(void **state)
{
	(void)state;
	static const char *const sources[] = {
		"while true do end",
		"while true do pcall(function() while true do end end) end",
		"local function f() return pcall(f) end while true do f() end",
		"while true do coroutine.wrap(function() pcall(function() while true do end end) "
		"end)() end",
		"while true do xpcall(function() while true do end end, function() while true do "
		"end end) end",
		"local t = setmetatable({}, {__close = function() while true do end end})\n"
		"while true do pcall(function() local x <close> = t; while true do end end) end",
		"local t = setmetatable({}, {__index = function(t, k) while true do end end})\n"
		"while true do pcall(function() return t.x end) end",
		"while true do pcall(string.gsub, ('a'):rep(1000), 'a', function() while true do "
		"end end) end",
		"while true do pcall(table.sort, {3, 2, 1}, function() while true do end end) end",
		"repeat local ok = pcall(error) until false",
		"::a:: goto a",
		"local co = coroutine.wrap(function()\n"
		"  local x <close> = setmetatable({}, {__close = function() while true do end "
		"end})\n"
		"  while true do end end)\n"
		"while true do pcall(co) end",
		"local co co = coroutine.create(function() while true do coroutine.yield() end "
		"end)\n"
		"while true do coroutine.resume(co) end",
	};
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct outcome o;
		run_with(&o, sources[i],
			 (struct script_options){.memory = 16 << 20, .instructions = 300000});
		assert_false(o.ok);
		assert_int_equal(o.error.fault, SCRIPT_FAULT_TIMEOUT);
		assert_true(o.error.line > 0);
	}
}

static void memory_is_limited(void **state)
{
	(void)state;
	static const char *const sources[] = {
		"local t = {} for i = 1, 1e9 do t[i] = {} end",
		"local s = ('x'):rep(1e9)",
		"local s = 'x' while true do s = s .. s end",
		("local t = table.pack(string.byte(('x'):rep(1000), 1, -1)) while true do t[#t + "
		 "1] "
		 "= ('y'):rep(#t) end"),
	};
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct outcome o;
		run_with(&o, sources[i], (struct script_options){.memory = 8 << 20});
		assert_false(o.ok);
		assert_int_equal(o.error.fault, SCRIPT_FAULT_MEMORY);
	}
	struct outcome o;
	run_with(&o, "pcall(string.rep, 'x', 1e9) print('살아 있음')",
		 (struct script_options){.memory = 8 << 20});
	assert_true(o.ok);
}

static void errors_carry_their_line(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		int line;
		const char *part;
	} rows[] = {
		{"local a = {}\nlocal b = a.x.y", 2, "attempt to index a nil value (field 'x')"},
		{"\n\nfoo()", 3, "'foo'"},
		{"if x then\n", 2, "'end'"},
		{"x = = 1", 1, "="},
		{"local s = 'abc\n", 1, "따옴표"},
		{"\n\n\nerror('제 말')", 4, "제 말"},
		{"error({1})", 1, "table"},
		{"local function f() return 1 + f() end\nf()", 1, "stack overflow"},
		{"return 1 < 'x'", 1, "compare"},
		{"math.floor('x')", 1, "number"},
		{"math.flor(1)", 1, "flor"},
		{"#!/usr/bin/lua\nerror('둘')", 2, "둘"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct outcome o;
		run(&o, rows[i].source);
		assert_false(o.ok);
		if (o.error.fault != SCRIPT_FAULT_LUA) {
			fail_msg("%s: %s", rows[i].source, script_fault_word(o.error.fault));
		}
		assert_int_equal(o.error.line, rows[i].line);
		if (!strstr(o.error.message, rows[i].part)) {
			fail_msg("%s: %s", rows[i].source, o.error.message);
		}
	}
}

static void the_same_seed_draws_the_same(void **state)
{
	(void)state;
	struct outcome a, b, c;
	const char *source = "print(math.random(), math.random(1, 6), math.random(0))";
	run_with(&a, source, (struct script_options){.seed = 7});
	run_with(&b, source, (struct script_options){.seed = 7});
	run_with(&c, source, (struct script_options){.seed = 8});
	assert_string_equal(a.log.text, b.log.text);
	assert_string_not_equal(a.log.text, c.log.text);
}

static void log_lines_are_whole_and_clean(void **state)
{
	(void)state;
	struct outcome o;
	run(&o, "io.write('가', 1, '\\n나') print('다') print('\\xff\\0') io.write('라')");
	assert_true(o.ok);
	assert_non_null(strstr(o.log.text, "{\"text\":\"가1\"}\n{\"text\":\"나다\"}\n"));
	assert_non_null(strstr(o.log.text, "{\"text\":\"라\"}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libraries_that_are_there),
		cmocka_unit_test(what_is_denied_says_so),
		cmocka_unit_test(shared_tables_cannot_be_changed),
		cmocka_unit_test(globals_do_not_leak_between_runs),
		cmocka_unit_test(instructions_run_out_whatever_is_caught),
		cmocka_unit_test(memory_is_limited),
		cmocka_unit_test(errors_carry_their_line),
		cmocka_unit_test(the_same_seed_draws_the_same),
		cmocka_unit_test(log_lines_are_whole_and_clean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
