#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/grid.h"
#include "tui/key.h"
#include "tui/text/builder.h"
#include "tui/text/layout.h"
#include "tui/text/markdown.h"

static void wide_characters_are_never_halved(void **state)
{
	(void)state;
	struct grid grid;
	grid_init(&grid);
	assert_true(grid_resize(&grid, 6, 2));
	struct area area = grid_area(&grid);
	assert_int_equal(area_text(area, 0, 0, "가나다라", STYLE_NORMAL), 6);
	area_put(area, 1, 0, 'x', STYLE_NORMAL); /* on the right half of 가 */
	area_text(area, 5, 1, "한", STYLE_NORMAL); /* half would be outside */
	area_put(area, 4, 0, 'y', STYLE_NORMAL); /* on the left half of 다 */
	struct strbuf out;
	strbuf_init(&out);
	grid_dump(&grid, &out);
	assert_string_equal(out.text, " x나y\n\n");
	strbuf_release(&out);
	struct area part = area_part(area, 4, 0, 1, 1);
	area_text(part, 0, 0, "가", STYLE_NORMAL);
	assert_int_equal(grid_at(&grid, 4, 0)->code_point, ' ');
	grid_release(&grid);
}

static void combining_marks_stay_with_their_letter(void **state)
{
	(void)state;
	struct grid grid;
	grid_init(&grid);
	assert_true(grid_resize(&grid, 8, 1));
	area_text(grid_area(&grid), 0, 0, "x\u0302 = 1", STYLE_NORMAL);
	struct strbuf out;
	strbuf_init(&out);
	grid_dump(&grid, &out);
	assert_string_equal(out.text, "x\u0302 = 1\n");
	strbuf_release(&out);
	grid_release(&grid);
}

static void check_lines(const char *text, int width, const char *const *lines)
{
	size_t length = strlen(text), at = 0;
	int i = 0;
	for (; at < length; i++) {
		size_t next;
		size_t end = text_break(text + at, length - at, width, &next);
		assert_non_null(lines[i]);
		assert_int_equal(end, strlen(lines[i]));
		assert_memory_equal(text + at, lines[i], end);
		at += next;
	}
	assert_null(lines[i]);
}

static void lines_break_as_korean_is_set(void **state)
{
	(void)state;
	check_lines("필터는 작은 창입니다. 이미지 위를", 16,
		    (const char *[]){"필터는 작은", "창입니다. 이미지", "위를", NULL});
	/* A word longer than the line is broken between syllables, not before the full stop. */
	check_lines("가나다라마바사.", 8, (const char *[]){"가나다라", "마바사.", NULL});
	check_lines("가나다라.", 8, (const char *[]){"가나다", "라.", NULL});
	check_lines("a (가나다)", 6, (const char *[]){"a (가", "나다)", NULL});
	check_lines("하나\n\n둘", 10, (const char *[]){"하나", "", "둘", NULL});
	check_lines("한", 1, (const char *[]){"한", NULL});
}

static void every_width_keeps_every_character(void **state)
{
	(void)state;
	static const char text[] =
		"같은 필터(filter)를 이미지 전체에 반복해서 쓰면 무엇을 얻고, 무엇을 잃을까요? "
		"28×28 이미지라면 가중치가 몇 개인가요? — https://example.org/very/long/path";
	for (int width = 2; width < 90; width++) {
		char joined[512];
		size_t count = 0;
		for (size_t at = 0; at < sizeof text - 1;) {
			size_t next;
			size_t end = text_break(text + at, sizeof text - 1 - at, width, &next);
			assert_true(next > 0);
			assert_true(utf8_valid(text + at, end));
			assert_true((int)utf8_width(text + at, end) <= width);
			for (size_t i = 0; i < end; i++) {
				if (text[at + i] != ' ') {
					joined[count++] = text[at + i];
				}
			}
			at += next;
		}
		char expected[512];
		size_t wanted = 0;
		for (size_t i = 0; i < sizeof text - 1; i++) {
			if (text[i] != ' ') {
				expected[wanted++] = text[i];
			}
		}
		assert_int_equal(count, wanted);
		assert_memory_equal(joined, expected, count);
	}
}

static void check_markdown(const char *markdown, int width, const char *expected)
{
	struct rich_text rich;
	assert_int_equal(markdown_layout(&rich, markdown, strlen(markdown), width, NULL), 0);
	struct strbuf out;
	strbuf_init(&out);
	rich_text_print(&rich, &out);
	assert_string_equal(out.text, expected);
	strbuf_release(&out);
	rich_text_release(&rich);
}

static enum style style_of(const char *markdown, const char *word)
{
	struct rich_text rich;
	enum style style = STYLE_COUNT;
	assert_int_equal(markdown_layout(&rich, markdown, strlen(markdown), 70, NULL), 0);
	for (int i = 0; i < rich.count; i++) {
		for (int k = 0; k < rich.lines[i].count; k++) {
			if (strstr(rich.lines[i].spans[k].text, word)) {
				style = rich.lines[i].spans[k].style;
			}
		}
	}
	rich_text_release(&rich);
	return style;
}

static void korean_emphasis_is_read_as_written(void **state)
{
	(void)state;
	static const char *const samples[] = {
		"이것은 **국소 특징(Local Feature)**을 찾습니다.",
		"그는 **“가중치 공유”**라고 했다.",
		"값은**(3)**이다.",
		"**굵게(Bold)**를 쓰고 **국소 특징(Local Feature)**, **둘(2)**도",
	};
	assert_int_equal(style_of(samples[0], "국소 특징(Local Feature)"), STYLE_STRONG);
	assert_int_equal(style_of(samples[1], "“가중치 공유”"), STYLE_STRONG);
	assert_int_equal(style_of(samples[2], "(3)"), STYLE_STRONG);
	assert_int_equal(style_of(samples[3], "굵게(Bold)"), STYLE_STRONG);
	assert_int_equal(style_of(samples[3], "둘(2)"), STYLE_STRONG);
	check_markdown(samples[3], 70, "굵게(Bold)를 쓰고 국소 특징(Local Feature), 둘(2)도\n");
	check_markdown("`a ** b` 와 3 * 4 * 5", 70, "a ** b 와 3 * 4 * 5\n");
}

static void blocks_are_laid_out(void **state)
{
	(void)state;
	check_markdown(
		"# 제목\n\n글 하나.\n\n- 가\n- 나\n  1. 하나\n  2. 둘\n\n> 인용한 글\n> 둘째 줄",
		40, "제목\n\n글 하나.\n\n• 가\n• 나\n  1. 하나\n  2. 둘\n\n▎ 인용한 글 둘째 줄\n");
	check_markdown("```lua\nlocal x = 1\n\n\treturn x\n```", 40,
		       "  local x = 1\n\n      return x\n");
	check_markdown("| 이름 | 값 |\n|---|--:|\n| 필터 | 3 |\n| 특징 맵 | 27 |", 40,
		       "이름    │ 값\n────────┼───\n필터    │  3\n특징 맵 │ 27\n");
	check_markdown("값[^1]은 3\n\n[^1]: 설명", 20,
		       "값¹⁾은 3\n\n────────────────────\n\n¹⁾ 설명\n");
}

static void formulas_are_readable(void **state)
{
	(void)state;
	check_markdown("$x_i^2 + \\frac{a+b}{c} \\le \\sqrt{n}$", 60, "xᵢ² + (a+b)/c ≤ √n\n");
	check_markdown("$\\sum_{i=1}^{n} \\log p_i$", 60, "Σᵢ₌₁ⁿ log pᵢ\n");
	check_markdown("$\\hat{y} = W^{out}$", 60, "y\u0302 = W^(out)\n");
}

static void hangul_keys_are_commands(void **state)
{
	(void)state;
	uint32_t keys[5];
	assert_int_equal(key_unhangul(0x3142, keys), 1); /* ㅂ */
	assert_int_equal(keys[0], 'q');
	assert_int_equal(key_unhangul(0xBC14, keys), 2); /* 바 */
	assert_int_equal(keys[0], 'q');
	assert_int_equal(keys[1], 'k');
	assert_int_equal(key_unhangul(0xAD18, keys), 3); /* 괘 → ㄱ ㅗ ㅐ */
	assert_int_equal(keys[1], 'h');
	assert_int_equal(keys[2], 'o');
	assert_int_equal(key_unhangul('q', keys), 0);
	char name[32];
	assert_string_equal(key_label(key_from_name("ctrl-h"), name, sizeof name), "Ctrl-H");
	assert_string_equal(key_label(key_from_name("f5"), name, sizeof name), "F5");
	assert_int_equal(key_from_name("shift-tab"), INPUT_SHIFT | INPUT_TAB);
	assert_int_equal(key_from_name("nonsense"), INPUT_NONE);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wide_characters_are_never_halved),
		cmocka_unit_test(combining_marks_stay_with_their_letter),
		cmocka_unit_test(lines_break_as_korean_is_set),
		cmocka_unit_test(every_width_keeps_every_character),
		cmocka_unit_test(korean_emphasis_is_read_as_written),
		cmocka_unit_test(blocks_are_laid_out),
		cmocka_unit_test(formulas_are_readable),
		cmocka_unit_test(hangul_keys_are_commands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
