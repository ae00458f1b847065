#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "engine/base/utf8.h"
#include "engine/lua/canvas.h"
#include "engine/lua/figure.h"

struct picture {
	char rows[32][512];
	char json[2048];
	int height, frames;
};

static void note(void *context, enum host_event event, const char *json, const void *bytes,
		 size_t length)
{
	struct picture *picture = context;
	if (event != HOST_CANVAS) {
		return;
	}
	picture->frames++;
	memset(picture->rows, 0, sizeof(picture->rows));
	strncpy(picture->json, json, sizeof(picture->json) - 1);
	struct canvas_reader reader;
	struct canvas_run run;
	canvas_reader_init(&reader, bytes, length);
	while (canvas_reader_next(&reader, &run) == STATUS_OK) {
		assert_true(run.row < 32);
		strncat(picture->rows[run.row], run.text, run.length);
		picture->height = run.row + 1;
	}
}

static int use_utf8(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}

static struct script *new_script(struct host *host, struct picture *picture)
{
	memset(picture, 0, sizeof(*picture));
	*host = (struct host){.context = picture, .emit = note};
	struct script_options options = {
		.memory = 64 << 20, .instructions = 50000000, .compute = true, .host = host};
	struct script *script;
	assert_int_equal(script_new(&script, &options, NULL), STATUS_OK);
	return script;
}

static const char everything[] =
	"local state_of_canvas\n"
	"return {\n"
	" keys = {{'left/right', '옮기기'}, {'f', '바꾸기'}}, interval = 100,\n"
	" init = function(seed) return {at = seed, ms = 0} end,\n"
	" key = function(s, k) if k == 'right' then s.at = s.at + 1 elseif k == 'boom' then "
	"error('펑') end end,\n"
	" tick = function(s, ms) s.ms = s.ms + ms end,\n"
	" draw = function(s, c)\n"
	"  kept = c\n"
	"  c:text(1, 1, '자리 ' .. s.at .. ' ' .. s.ms .. ' ' .. c.width .. '×' .. c.height, "
	"'bold')\n"
	"  c:box(1, 2, 20, 4, '아주 긴 제목이 상자를 넘어갑니다')\n"
	"  c:bars(22, 2, 20, 3, {0, 0.5, 1}, {labels = {'가나다라', '마', '바사'}, highlight = "
	"2})\n"
	"  c:line(1, 6, 30, 5, {{1, 2, 0/0, 4}, {4, 3, 2, 1}}, {labels = {'손실', '정확도'}})\n"
	"  c:scatter(32, 6, 20, 5, {{0, 0, 0}, {1, 1, 1}})\n"
	"  c:image(60, 1, 10, 5, {{0, 1}, {1, 0}})\n"
	"  c:image(-3, 9, 8, 4, {{-1, 1}}, {diverging = true})\n"
	"  c:text(c.width, 12, '가', 'accent')\n"
	" end,\n"
	" say = function(s) return '자리는 ' .. s.at end }\n";

static void a_figure_draws_moves_and_speaks(void **state)
{
	(void)state;
	struct host host;
	struct picture picture;
	struct script *script = new_script(&host, &picture);
	struct figure_run *figure;
	struct script_error fault = {0};
	bool opened = figure_open(&figure, script, "f.lua", everything, strlen(everything), 5, 78,
				  12, &fault);
	assert_string_equal(fault.message, "");
	assert_true(opened);
	assert_int_equal(figure_interval(figure), 100);
	assert_int_equal(picture.frames, 1);
	assert_int_equal(picture.height, 12);
	for (int row = 0; row < 12; row++) {
		assert_true(utf8_valid(picture.rows[row], strlen(picture.rows[row])));
		assert_int_equal(utf8_width(picture.rows[row], strlen(picture.rows[row])), 78);
	}
	assert_non_null(strstr(picture.rows[0], "자리 5 0 78×12"));
	assert_non_null(strstr(picture.rows[1], "┌ 아주"));
	assert_non_null(strstr(picture.rows[1], "가나다라"));
	assert_non_null(strstr(picture.rows[3], "█"));
	assert_non_null(strstr(picture.json, "\"say\":\"자리는 5\""));
	assert_non_null(strstr(picture.json, "[\"left/right\",\"옮기기\"]"));
	assert_true(figure_key(figure, "right", &fault));
	assert_true(figure_tick(figure, 30, &fault));
	assert_non_null(strstr(picture.rows[0], "자리 6 30"));
	assert_true(figure_resize(figure, 40, 12, &fault));
	assert_non_null(strstr(picture.rows[0], "40×12"));
	assert_int_equal(utf8_width(picture.rows[5], strlen(picture.rows[5])), 40);
	assert_int_equal(picture.frames, 4);
	assert_false(figure_key(figure, "boom", &fault));
	assert_int_equal(fault.line, 5);
	assert_non_null(strstr(fault.message, "펑"));
	figure_free(figure);
	script_free(script);
}

static void what_is_no_figure_says_why(void **state)
{
	(void)state;
	static const char *const sources[] = {
		"return 5",
		"return {}",
		"return { draw = 5 }",
		"return { init = function() error('x') end, draw = function() end }",
		"return { draw = function(s, c) c:text(1, 1, 'x', 'purple') end }",
		"return { draw = function(s, c) c:image(1, 1, 0, 5, {{1}}) end }",
		"return { draw = function(s, c) c:image(1, 1, 5, 5, {{1}, {1, 2}}) end }",
		("return { draw = function(s, c) while true do pcall(c.text, c, 1, 1, 'x') end end "
		 "}"),
	};
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct host host;
		struct picture picture;
		struct script *script = new_script(&host, &picture);
		struct figure_run *figure;
		struct script_error fault = {0};
		assert_false(figure_open(&figure, script, "f.lua", sources[i], strlen(sources[i]),
					 0, 20, 5, &fault));
		assert_null(figure);
		assert_int_not_equal(fault.fault, SCRIPT_FAULT_NONE);
		assert_true(strlen(fault.message) > 0);
		script_free(script);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_figure_draws_moves_and_speaks),
		cmocka_unit_test(what_is_no_figure_says_why),
	};
	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
