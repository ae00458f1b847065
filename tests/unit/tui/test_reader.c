#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/game.h"
#include "tui/text/page_map.h"

/* Finding in a page, bookmarks and underlined sentences: first the text they are found in, then as a learner does it. */

static const char page[] =
	"# 합성곱\n\n"
	"필터는 **작은 창**입니다. 이미지 위를 한 칸씩 지나가며 창 안의 값과 자기 값을 "
	"곱해 모두 더합니다! 그래서 Filter라고도 합니다.\n\n"
	"- 첫째 항목\n- 둘째 항목\n";

static void layout(struct rich_text *text, struct page_map *map, int width)
{
	assert_int_equal(markdown_layout(text, page, strlen(page), width, NULL), STATUS_OK);
	assert_true(page_map_build(map, text));
}

static void words_are_found_over_line_breaks(void **state)
{
	(void)state;
	for (int width = 12; width < 90; width += 7) {
		struct rich_text text;
		struct page_map map;
		size_t begin, end;
		layout(&text, &map, width);
		assert_true(page_map_find(&map, 0, "한 칸씩 지나가며", &begin, &end));
		assert_true(map.places[begin].line <= map.places[end - 1].line);
		assert_true(page_map_find(&map, 0, "ㅎㅅㄱ", &begin, &end));
		assert_memory_equal(map.text.text + begin, "합성곱", end - begin);
		assert_true(page_map_find(&map, 0, "FILTER", &begin, &end));
		assert_memory_equal(map.text.text + begin, "Filter", end - begin);
		assert_false(page_map_find(&map, end, "filter", &begin, &end));
		assert_false(page_map_find(&map, 0, "없는 말", &begin, &end));
		assert_false(page_map_find(&map, 0, "  ", &begin, &end));
		page_map_release(&map);
		rich_text_release(&text);
	}
}

static void sentences_follow_one_another(void **state)
{
	(void)state;
	struct rich_text text;
	struct page_map map;
	size_t begin = 0, end = 0;
	static const char *const starts[] = {"합성곱", "필터는", "이미지",
					     "그래서", "• 첫째", "• 둘째"};
	layout(&text, &map, 30);
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		assert_true(page_map_sentence(&map, end, &begin, &end));
		assert_memory_equal(map.text.text + begin, starts[i], strlen(starts[i]));
	}
	assert_false(page_map_sentence(&map, end, &begin, &end));
	page_map_release(&map);
	rich_text_release(&text);
}

static void marks_are_kept_and_found_again(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	game_press(&game, "\r", "왜 더할까요");
	/* Find: the first of some, the next, and stop. */
	game_press(&game, "f", "글에서 찾기:");
	game_press(&game, "더", "1/");
	game_press(&game, "\r", "2/");
	game_press(&game, "\177ㅅㅅ", "1/"); /* initials of 순서 */
	game_press(&game, "\033", "Space 다음");
	/* A sentence further down, underlined; a note at another; a bookmark. */
	game_press(&game, "v", "Space 이어서");
	game_press(&game, "\033[B\r", "밑줄을 그었어요");
	game_expect(&game, "✎");
	game_press(&game, "v\033[B\033[Bn", "메모 ·");
	game_press(&game, "여기가 중요\r", "여기가 중요");
	game_expect(&game, "“");
	pty_settle(game.pty, 100, 1000);
	pty_send(game.pty, "\033");
	pty_settle(game.pty, 100, 1000);
	pty_send(game.pty, "\033");
	game_expect(&game, "Space 다음");
	game_press(&game, "x", "책갈피를 꽂았어요");
	game_expect(&game, "⚑");
	/* All there after a restart, and listed among the notes. */
	game_restart(&game);
	game_expect(&game, "왜 더할까요");
	game_expect(&game, "⚑");
	game_expect(&game, "✎");
	game_press(&game, "n", "메모 ·");
	game_expect(&game, "⚑ “");
	game_expect(&game, "여기가 중요  “");
	pty_send(game.pty, "\033"); /* out of the line to write in */
	pty_settle(game.pty, 100, 1000);
	game_press(&game, "\r", "Space 다음"); /* to the place */
	game_press(&game, "x", "책갈피를 뺐어요");
	pty_settle(game.pty, 100, 1000);
	assert_false(pty_holds(game.pty, "⚑"));
	game_close(&game);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found_over_line_breaks),
		cmocka_unit_test(sentences_follow_one_another),
		cmocka_unit_test(marks_are_kept_and_found_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
