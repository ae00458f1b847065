#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/rng.h"
#include "engine/base/utf8.h"
#include "tui/key.h"
#include "tui/widget/buffer.h"
#include "tui/widget/editor.h"

static const char *text_of(struct editor *editor)
{
	size_t length;
	return editor_text(editor, &length);
}

static void type(struct editor *editor, const char *text)
{
	for (size_t at = 0, length = strlen(text); at < length;) {
		uint32_t c = utf8_next(text, length, &at);
		assert_true(editor_key(editor, c == '\n' ? INPUT_ENTER : c));
	}
}

static void typing_undo_and_redo(void **state)
{
	(void)state;
	struct editor *editor = editor_new("lua");
	type(editor, "local 값 = 1");
	assert_string_equal(text_of(editor), "local 값 = 1");
	editor_request(editor, REQUEST_UNDO);
	assert_string_equal(text_of(editor), "");
	editor_request(editor, REQUEST_REDO);
	assert_string_equal(text_of(editor), "local 값 = 1");
	/* A Hangul syllable goes as a whole. */
	editor_key(editor, INPUT_HOME);
	for (int i = 0; i < 7; i++) {
		editor_key(editor, INPUT_RIGHT);
	}
	editor_key(editor, INPUT_BACKSPACE);
	assert_string_equal(text_of(editor), "local  = 1");
	editor_request(editor, REQUEST_UNDO);
	assert_string_equal(text_of(editor), "local 값 = 1");
	editor_free(editor);
}

static void blocks_are_indented(void **state)
{
	(void)state;
	struct editor *editor = editor_new("lua");
	editor_load(editor, "\tx = 1\n", 7); /* the file indents by tabs */
	editor_request(editor, REQUEST_SELECT_ALL);
	editor_key(editor, INPUT_BACKSPACE);
	type(editor, "if a then\nb = 1\nelse\nc = 2\nend\nd = 3");
	assert_string_equal(text_of(editor), "if a then\n  b = 1\nelse\n  c = 2\nend\nd = 3");
	editor_request(editor, REQUEST_SELECT_ALL);
	editor_key(editor, INPUT_TAB);
	assert_string_equal(text_of(editor),
			    "  if a then\n    b = 1\n  else\n    c = 2\n  end\n  d = 3");
	editor_key(editor, INPUT_SHIFT | INPUT_TAB);
	assert_string_equal(text_of(editor), "if a then\n  b = 1\nelse\n  c = 2\nend\nd = 3");
	editor_request(editor, REQUEST_UNDO);
	editor_request(editor, REQUEST_UNDO);
	assert_string_equal(text_of(editor), "if a then\n  b = 1\nelse\n  c = 2\nend\nd = 3");
	editor_free(editor);
}

static void selection_is_cut_and_pasted(void **state)
{
	(void)state;
	struct editor *editor = editor_new("lua");
	type(editor, "하나 둘 셋");
	editor_key(editor, INPUT_SHIFT | INPUT_LEFT);
	editor_key(editor, INPUT_SHIFT | INPUT_LEFT);
	editor_request(editor, REQUEST_CUT);
	assert_string_equal(text_of(editor), "하나 둘");
	editor_key(editor, INPUT_HOME);
	editor_request(editor, REQUEST_PASTE);
	assert_string_equal(text_of(editor), " 셋하나 둘");
	editor_paste(editor, "여러\n줄");
	assert_string_equal(text_of(editor), " 셋여러\n줄하나 둘");
	editor_request(editor, REQUEST_UNDO);
	assert_string_equal(text_of(editor), " 셋하나 둘");
	editor_free(editor);
}

static void wide_letters_stay_whole_on_the_screen(void **state)
{
	(void)state;
	struct editor *editor = editor_new("lua");
	struct grid grid;
	grid_init(&grid);
	grid_resize(&grid, 20, 3);
	type(editor, "-- 가나다라마바사아자차");
	editor_draw(editor, grid_area(&grid), "", true);
	assert_true(grid.cursor_x >= 0 && grid.cursor_x < 20);
	for (int x = 0; x < 20; x++) {
		const struct cell *cell = grid_at(&grid, x, 0);
		if (cell->code_point == 0) {
			assert_int_equal(utf8_cells(grid_at(&grid, x - 1, 0)->code_point), 2);
		} else if (utf8_cells(cell->code_point) == 2) {
			assert_int_equal(grid_at(&grid, x + 1, 0)->code_point, 0);
		}
	}
	editor_key(editor, INPUT_HOME);
	grid_clear(&grid);
	editor_draw(editor, grid_area(&grid), "", true);
	assert_int_equal(grid_at(&grid, 5, 0)->code_point, '-');
	grid_release(&grid);
	editor_free(editor);
}

/* Random edits against a plain string, undone to the beginning and done again. */
static void buffer_agrees_with_a_plain_string(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct rng rng;
		rng_init(&rng, seed, 0);
		struct buffer *buffer = buffer_new();
		struct strbuf plain;
		strbuf_init(&plain);
		for (int i = 0; i < 400; i++) {
			size_t length = buffer_length(buffer);
			size_t at = (size_t)rng_below(&rng, length + 1);
			if (rng_below(&rng, 3)) {
				static const char *const pieces[] = {"a", "\n", "xyz", "b\nc",
								     "0123456789"};
				const char *piece = pieces[rng_below(&rng, 5)];
				assert_true(buffer_insert(buffer, at, piece, strlen(piece)));
				strbuf_insert(&plain, at, piece, strlen(piece));
			} else {
				size_t count = (size_t)rng_below(&rng, 8);
				count = at + count > length ? length - at : count;
				assert_true(buffer_delete(buffer, at, count));
				strbuf_remove(&plain, at, count);
			}
			size_t where = (size_t)rng_below(&rng, plain.length + 1), lines = 0;
			for (size_t k = 0; k < where; k++) {
				lines += plain.text[k] == '\n';
			}
			assert_int_equal(buffer_line_of(buffer, where), lines);
			assert_int_equal(buffer_line_offset(buffer, lines),
					 buffer_line_start(buffer, where));
		}
		assert_string_equal(buffer_text(buffer), plain.text);
		size_t caret;
		while (buffer_undo(buffer, &caret)) {
			assert_true(caret <= buffer_length(buffer));
		}
		assert_int_equal(buffer_length(buffer), 0);
		while (buffer_redo(buffer, &caret)) {
			continue;
		}
		assert_string_equal(buffer_text(buffer), plain.text);
		strbuf_release(&plain);
		buffer_free(buffer);
	}
}

static void ten_megabytes_stay_fluid(void **state)
{
	(void)state;
	struct strbuf text;
	strbuf_init(&text);
	while (text.length < 10u << 20) {
		strbuf_puts(&text, "local value = compute(1, 2, 3) -- 한 줄\n");
	}
	struct editor *editor = editor_new("lua");
	struct grid grid;
	grid_init(&grid);
	grid_resize(&grid, 80, 24);
	assert_true(editor_load(editor, text.text, text.length));
	/* At the end, then in the middle: letters, lines, pages, Tab, deleting, undo, each with its frame. */
	static const uint32_t keys[] = {
		'a',           '(',        'n', INPUT_ENTER, INPUT_TAB, ')', INPUT_BACKSPACE,
		INPUT_PAGE_UP, INPUT_DOWN, 'b'};
	for (int round = 0; round < 2; round++) {
		editor_key(editor, INPUT_CTRL | INPUT_END);
		if (round == 1) {
			editor_go_to(editor, 120000);
		}
		editor_draw(editor, grid_area(&grid), "", true);
		clock_t begin = clock(); /* of the processor: the machine may be busy */
		for (int i = 0; i < 100; i++) {
			editor_key(editor, keys[i % 10]);
			if (i % 20 == 19) {
				editor_request(editor, REQUEST_UNDO);
			}
			editor_draw(editor, grid_area(&grid), "", true);
		}
		double each = (double)(clock() - begin) * 10 / CLOCKS_PER_SEC;
		print_message("10 MB: %.2f ms a key\n", each);
		assert_true(each < 16);
	}
	grid_release(&grid);
	strbuf_release(&text);
	editor_free(editor);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typing_undo_and_redo),
		cmocka_unit_test(blocks_are_indented),
		cmocka_unit_test(selection_is_cut_and_pasted),
		cmocka_unit_test(wide_letters_stay_whole_on_the_screen),
		cmocka_unit_test(buffer_agrees_with_a_plain_string),
		cmocka_unit_test(ten_megabytes_stay_fluid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
