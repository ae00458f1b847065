#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <string.h>
#include <cmocka.h>

#include "engine/base/utf8.h"
#include "engine/lua/canvas.h"

static int use_utf8(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}

/* The text of a row, read back through the encoding. */
static void row_text(const struct canvas *canvas, int row, char *out, size_t size)
{
	struct strbuf bytes;
	strbuf_init(&bytes);
	canvas_encode(canvas, &bytes);
	struct canvas_reader reader;
	struct canvas_run run;
	canvas_reader_init(&reader, bytes.text, bytes.length);
	out[0] = '\0';
	while (canvas_reader_next(&reader, &run) == STATUS_OK) {
		if (run.row == row) {
			size_t used = strlen(out);
			assert_true(used + run.length < size);
			memcpy(out + used, run.text, run.length);
			out[used + run.length] = '\0';
		}
	}
	strbuf_release(&bytes);
}

static void rows_keep_their_width(void **state)
{
	(void)state;
	static const char *const texts[] = {"한글과 ASCII", "a한b글c",  "가나다라마바사아자차",
					    "e\xCC\x81",    "\xff\xfe", "\t제어\x01"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (int x = -5; x < 12; x++) {
			struct canvas *canvas = canvas_new(9, 2);
			assert_non_null(canvas);
			canvas_text(canvas, x, 1, texts[i], strlen(texts[i]), CANVAS_BOLD);
			char row[256];
			row_text(canvas, 1, row, sizeof(row));
			assert_true(utf8_valid(row, strlen(row)));
			assert_int_equal(utf8_width(row, strlen(row)), 9);
			canvas_free(canvas);
		}
	}
}

static void a_wide_character_is_never_cut(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_new(6, 1);
	char row[64];
	canvas_text(canvas, 0, 0, "가나다", 9, CANVAS_NORMAL);
	canvas_text(canvas, 1, 0, "x", 1, CANVAS_NORMAL); /* onto the right half of 가 */
	row_text(canvas, 0, row, sizeof(row));
	assert_string_equal(row, " x나다");
	canvas_text(canvas, 3, 0, "라", 3, CANVAS_NORMAL); /* over halves of two */
	row_text(canvas, 0, row, sizeof(row));
	assert_string_equal(row, " x 라 ");
	canvas_text(canvas, 5, 0, "마", 3, CANVAS_NORMAL); /* does not fit at the edge */
	row_text(canvas, 0, row, sizeof(row));
	assert_string_equal(row, " x 라 ");
	canvas_free(canvas);
}

static void pixels_carry_their_levels(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_new(3, 1);
	canvas_pixels(canvas, 1, 0, CANVAS_GRAY, 10, 200);
	canvas_pixels(canvas, 99, 0, CANVAS_GRAY, 1, 2); /* outside: ignored */
	struct strbuf bytes;
	strbuf_init(&bytes);
	canvas_encode(canvas, &bytes);
	struct canvas_reader reader;
	struct canvas_run run;
	canvas_reader_init(&reader, bytes.text, bytes.length);
	bool seen = false;
	while (canvas_reader_next(&reader, &run) == STATUS_OK) {
		if (run.style == CANVAS_GRAY) {
			seen = true;
			assert_int_equal(run.upper, 10);
			assert_int_equal(run.lower, 200);
		}
	}
	assert_true(seen);
	strbuf_release(&bytes);
	canvas_free(canvas);
}

static void broken_bytes_are_refused(void **state)
{
	(void)state;
	static const unsigned char cases[][6] = {
		{CANVAS_STYLE_COUNT, 0, 0, 1, 0, 'a'}, /* no such style */
		{0, 0, 0, 2, 0, 'a'}, /* longer than what is there */
		{0, 0, 0, 1, 0, 0xFF}, /* no UTF-8 */
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct canvas_reader reader;
		struct canvas_run run;
		canvas_reader_init(&reader, cases[i], 6);
		assert_int_equal(canvas_reader_next(&reader, &run), STATUS_CORRUPT);
	}
}

static void styles_are_found_by_word(void **state)
{
	(void)state;
	enum canvas_style style;
	assert_true(canvas_style_find("s3", &style));
	assert_int_equal(style, CANVAS_S3);
	assert_false(canvas_style_find("S3", &style));
	assert_null(canvas_style_word(CANVAS_GRAY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_keep_their_width),
		cmocka_unit_test(a_wide_character_is_never_cut),
		cmocka_unit_test(pixels_carry_their_levels),
		cmocka_unit_test(broken_bytes_are_refused),
		cmocka_unit_test(styles_are_found_by_word),
	};
	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
