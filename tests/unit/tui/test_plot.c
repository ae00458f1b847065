#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/key.h"
#include "tui/widget/board.h"
#include "tui/widget/plot.h"

/* Charts: what they show for given numbers, and what is said about them. */

static struct grid grid;
static struct strbuf screen;

static const char *draw(const struct plot_series *series, int count, const struct plot_look *look)
{
	grid_clear(&grid);
	plot_lines(grid_area(&grid), series, count, look, true);
	strbuf_reset(&screen);
	grid_dump(&grid, &screen);
	return screen.text;
}

/* The row of the first mark in a column of the field, from the top. */
static int height_at(int x)
{
	for (int y = 0; y < grid.height; y++) {
		uint32_t c = grid_at(&grid, x, y)->code_point;
		if (c == '*') {
			return y;
		}
	}
	return -1;
}

static void a_log_scale_makes_powers_a_line(void **state)
{
	(void)state;
	double x[61], y[61];
	for (int i = 0; i <= 60; i++) {
		x[i] = i;
		y[i] = pow(10, -i / 10.0); /* 1 … 1e-6 */
	}
	struct plot_series series = {"loss", x, y, 61};
	struct plot_look look = {.log = true};
	const char *text = draw(&series, 1, &look);
	assert_non_null(strstr(text, "1.0e-06"));
	/* Halfway across it is halfway down; without the scale it lies at the bottom. */
	int left = 9, middle = left + (grid.width - left) / 2;
	assert_in_range(height_at(middle), 8, 10);
	draw(&series, 1, NULL);
	assert_true(height_at(middle) > 14);
	/* What is not above zero is left out; when nothing is, the scale stays as it was. */
	y[30] = 0;
	draw(&series, 1, &look);
	for (int i = 0; i <= 60; i++) {
		y[i] = -1;
	}
	assert_non_null(strstr(draw(&series, 1, &look), "-1"));
}

static void a_cursor_tells_exact_values(void **state)
{
	(void)state;
	double x[3] = {10, 20, 30}, y[3] = {0.5, 0.25, 0.125}, z[3] = {1, 2, 3.0625};
	struct plot_series series[2] = {{"loss", x, y, 3}, {"other", x, z, 3}};
	struct plot_look look = {.smooth = 2};
	assert_null(strstr(draw(series, 2, &look), "0.125"));
	assert_true(plot_look_key(&look, INPUT_LEFT, 3));
	const char *text = draw(series, 2, &look);
	assert_non_null(strstr(text, "30"));
	assert_non_null(
		strstr(text, "loss 0.125")); /* as it came, though what is drawn is smoothed */
	assert_non_null(strstr(text, "other 3.0625"));
	assert_true(plot_look_key(&look, INPUT_LEFT, 3));
	assert_non_null(strstr(draw(series, 2, &look), "loss 0.25"));
	assert_true(plot_look_key(&look, INPUT_SHIFT | INPUT_LEFT, 3));
	assert_true(plot_look_key(&look, INPUT_LEFT, 3));
	assert_non_null(strstr(draw(series, 2, &look), "loss 0.5"));
	assert_false(plot_look_key(&look, 'x', 3));
	assert_false(plot_look_key(&look, INPUT_LEFT, 0));
}

static int marks(void)
{
	int count = 0;
	for (int y = 0; y < grid.height; y++) {
		for (int x = 0; x < grid.width; x++) {
			count += grid_at(&grid, x, y)->code_point == '*';
		}
	}
	return count;
}

static void smoothing_calms_a_line(void **state)
{
	(void)state;
	double x[200], y[200];
	for (int i = 0; i < 200; i++) {
		x[i] = i;
		y[i] = i % 4 < 2 ? 1 : 0;
	}
	y[0] = 2; /* keeps the range wide */
	struct plot_series series = {"noise", x, y, 200};
	struct plot_look look = {.smooth = 0};
	draw(&series, 1, &look);
	int rough = marks();
	look.smooth = PLOT_SMOOTH_MOST;
	draw(&series, 1, &look);
	assert_true(marks() < rough / 2);
}

static void metric(struct board *board, const char *name, double step, double value)
{
	char json[128];
	int length = snprintf(json, sizeof json, "{\"name\":\"%s\",\"step\":%g,\"value\":%g}", name,
			      step, value);
	struct frame frame = {.type = FRAME_METRIC, .json = json, .json_length = (size_t)length};
	assert_true(board_take(board, &frame));
}

static void the_run_before_can_be_laid_under(void **state)
{
	(void)state;
	struct board *board = board_new();
	for (int i = 0; i < 5; i++) {
		metric(board, "loss", i, 5 - i);
	}
	board_clear(board);
	for (int i = 0; i < 5; i++) {
		metric(board, "loss", i, 4 - i);
	}
	assert_int_equal(board_pictures(board), 1);
	assert_int_equal(board_points(board, 0), 5);
	struct plot_look look = {.past = false};
	for (int past = 0; past < 2; past++) {
		look.past = past;
		grid_clear(&grid);
		board_draw_picture(board, 0, grid_area(&grid), &look, true);
		strbuf_reset(&screen);
		grid_dump(&grid, &screen);
		assert_int_equal(strstr(screen.text, "이전/loss") != NULL, past);
	}
	board_free(board);
}

static void sentences_tell_the_numbers(void **state)
{
	(void)state;
	struct strbuf said;
	const float counts[4] = {1, 2, 6, 1};
	const float points[6] = {0, 1, 0, 2, 3, 1};
	const float image[6] = {0, 1, 2, 9, 4, 5};
	strbuf_init(&said);
	plot_say_histogram(&said, counts, 4, 0, 8);
	assert_non_null(strstr(said.text, "4에서 6 사이"));
	assert_non_null(strstr(said.text, "60%"));
	strbuf_reset(&said);
	plot_say_scatter(&said, points, 2);
	assert_non_null(strstr(said.text, "점 2개가 가로 0–2, 세로 1–3"));
	assert_non_null(strstr(said.text, "2가지"));
	strbuf_reset(&said);
	plot_say_peak(&said, image, 2, 3);
	assert_non_null(strstr(said.text, "2행 1열의 9"));
	strbuf_release(&said);
}

static void attention_is_shown_over_its_tokens(void **state)
{
	(void)state;
	static const char *const rows[] = {"나는", "학교에", "갔다"};
	const float values[9] = {0.75f, 0.25f, 0, 0.125f, 0.5f, 0.375f, 0, 0, 1};
	struct picture_style style = {PALETTE_HEAT, false, 0, 1};
	grid_clear(&grid);
	assert_true(plot_named_heatmap(grid_area(&grid), values, 3, 3, rows, rows, &style));
	strbuf_reset(&screen);
	grid_dump(&grid, &screen);
	assert_non_null(strstr(screen.text, "학교에    0.12    0.50    0.38"));
	/* Each cell has its colour, the largest another than the least. */
	const struct cell *least = grid_at(&grid, 8, 3), *most = grid_at(&grid, 8 + 16, 3);
	assert_true(least->background && most->background);
	assert_int_not_equal(least->background, most->background);
	/* In letters the numbers stay; without room nothing is drawn. */
	style.letters = true;
	grid_clear(&grid);
	assert_true(plot_named_heatmap(grid_area(&grid), values, 3, 3, rows, rows, &style));
	assert_int_equal(grid_at(&grid, 8, 3)->background, 0);
	assert_false(plot_named_heatmap(area_part(grid_area(&grid), 0, 0, 12, 10), values, 3, 3,
					rows, rows, &style));
	assert_false(plot_named_heatmap(area_part(grid_area(&grid), 0, 0, 60, 3), values, 3, 3,
					rows, rows, &style));
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	grid_init(&grid);
	grid_resize(&grid, 60, 20);
	strbuf_init(&screen);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_scale_makes_powers_a_line),
		cmocka_unit_test(a_cursor_tells_exact_values),
		cmocka_unit_test(smoothing_calms_a_line),
		cmocka_unit_test(the_run_before_can_be_laid_under),
		cmocka_unit_test(sentences_tell_the_numbers),
		cmocka_unit_test(attention_is_shown_over_its_tokens),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	grid_release(&grid);
	strbuf_release(&screen);
	return failed;
}
