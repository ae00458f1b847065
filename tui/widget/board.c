#include "tui/widget/board.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "engine/base/message.h"
#include "engine/base/utf8.h"
#include "tui/text/layout.h"
#include "tui/text/markdown.h"
#include "tui/widget/board_picture.h"
#include "tui/widget/plot.h"

enum { LOG_LIMIT = 5000, PICTURE_LIMIT = 64 };

struct metric {
	char *name;
	double *steps, *values;
	size_t count, room;
};

struct board {
	char **log;
	size_t log_count, log_room;
	struct metric *metrics;
	int metric_count;
	struct metric *past; /* of the run before, named as such */
	int past_count;
	struct picture *pictures[PICTURE_LIMIT];
	int picture_count;
	struct board_test *tests;
	int test_count;
	double fraction;
	char progress[256];
};

struct board *board_new(void)
{
	struct board *board = calloc(1, sizeof *board);
	if (board) {
		board->fraction = -1;
	}
	return board;
}

static void free_metrics(struct metric *metrics, int count)
{
	for (int i = 0; i < count; i++) {
		free(metrics[i].name);
		free(metrics[i].steps);
		free(metrics[i].values);
	}
	free(metrics);
}

/* "loss" → "이전/loss", which still is a loss. */
static void name_past(struct metric *metric)
{
	struct strbuf name;
	strbuf_init(&name);
	strbuf_printf(&name, "%s/%s", message(MSG_TUI_METRIC_PAST), metric->name);
	char *copy = strbuf_ok(&name) ? strdup(name.text) : NULL;
	if (copy) {
		free(metric->name);
		metric->name = copy;
	}
	strbuf_release(&name);
}

void board_clear(struct board *board)
{
	struct metric *past = board->past;
	int past_count = board->past_count;
	for (size_t i = 0; i < board->log_count; i++) {
		free(board->log[i]);
	}
	free(board->log);
	if (board->metric_count) {
		free_metrics(past, past_count);
		past = board->metrics;
		past_count = board->metric_count;
		for (int i = 0; i < past_count; i++) {
			name_past(&past[i]);
		}
	}
	for (int i = 0; i < board->picture_count; i++) {
		picture_free(board->pictures[i]);
	}
	for (int i = 0; i < board->test_count; i++) {
		free(board->tests[i].name);
		free(board->tests[i].message);
	}
	free(board->tests);
	memset(board, 0, sizeof *board);
	board->fraction = -1;
	board->past = past;
	board->past_count = past_count;
}

void board_free(struct board *board)
{
	if (board) {
		board_clear(board);
		free_metrics(board->past, board->past_count);
		free(board);
	}
}

/* ---- taking ---- */

static bool add_line(struct board *board, const char *text, size_t length)
{
	if (board->log_count == LOG_LIMIT) {
		/* The oldest fifth goes. */
		size_t drop = LOG_LIMIT / 5;
		for (size_t i = 0; i < drop; i++) {
			free(board->log[i]);
		}
		memmove(board->log, board->log + drop, (LOG_LIMIT - drop) * sizeof *board->log);
		board->log_count -= drop;
	}
	if (board->log_count == board->log_room) {
		size_t room = board->log_room ? board->log_room * 2 : 64;
		char **log = realloc(board->log, room * sizeof *log);
		if (!log) {
			return false;
		}
		board->log = log;
		board->log_room = room;
	}
	char *line = utf8_normalise(text, length > 4000 ? 4000 : length);
	if (!line) {
		return false;
	}
	board->log[board->log_count++] = line;
	return true;
}

static bool add_lines(struct board *board, const char *text)
{
	bool ok = true;
	for (;;) {
		const char *newline = strchr(text, '\n');
		ok = add_line(board, text, newline ? (size_t)(newline - text) : strlen(text)) && ok;
		if (!newline) {
			return ok;
		}
		text = newline + 1;
	}
}

void board_log(struct board *board, const char *text)
{
	add_lines(board, text);
}

static struct metric *metric_named(struct board *board, const char *name)
{
	for (int i = 0; i < board->metric_count; i++) {
		if (!strcmp(board->metrics[i].name, name)) {
			return &board->metrics[i];
		}
	}
	struct metric *metrics =
		realloc(board->metrics, (size_t)(board->metric_count + 1) * sizeof *metrics);
	if (!metrics) {
		return NULL;
	}
	board->metrics = metrics;
	char *copy = strdup(name);
	if (!copy) {
		return NULL;
	}
	metrics[board->metric_count] = (struct metric){.name = copy};
	return &metrics[board->metric_count++];
}

bool board_point(struct board *board, const char *name, double step, double value)
{
	struct metric *metric = metric_named(board, name);
	if (!metric) {
		return false;
	}
	if (metric->count == metric->room) {
		size_t room = metric->room ? metric->room * 2 : 128;
		double *steps = realloc(metric->steps, room * sizeof *steps);
		if (!steps) {
			return false;
		}
		metric->steps = steps;
		double *values = realloc(metric->values, room * sizeof *values);
		if (!values) {
			return false;
		}
		metric->values = values;
		metric->room = room;
	}
	metric->steps[metric->count] = step;
	metric->values[metric->count++] = value;
	return true;
}

static bool add_test(struct board *board, const json_t *json)
{
	struct board_test *tests =
		realloc(board->tests, (size_t)(board->test_count + 1) * sizeof *tests);
	if (!tests) {
		return false;
	}
	board->tests = tests;
	const char *name = json_string_value(json_object_get(json, "name"));
	const char *text = json_string_value(json_object_get(json, "message"));
	struct board_test test = {strdup(name ? name : ""), strdup(text ? text : ""),
				  json_is_true(json_object_get(json, "passed"))};
	if (!test.name || !test.message) {
		free(test.name);
		free(test.message);
		return false;
	}
	tests[board->test_count++] = test;
	return true;
}

static bool add_picture(struct board *board, const struct frame *frame, const json_t *json)
{
	struct picture *picture = picture_new(frame, json);
	if (!picture) {
		return true; /* nothing that can be shown */
	}
	for (int i = 0; i < board->picture_count; i++) {
		if (!strcmp(picture_name(board->pictures[i]), picture_name(picture))) {
			picture_free(board->pictures[i]);
			board->pictures[i] = picture;
			return true;
		}
	}
	if (board->picture_count == PICTURE_LIMIT) {
		picture_free(board->pictures[0]);
		memmove(board->pictures, board->pictures + 1,
			(PICTURE_LIMIT - 1) * sizeof *board->pictures);
		board->picture_count--;
	}
	board->pictures[board->picture_count++] = picture;
	return true;
}

bool board_take(struct board *board, const struct frame *frame)
{
	json_t *json = json_loadb(frame->json, frame->json_length, 0, NULL);
	const char *text, *name;
	bool ok = true;
	if (!json) {
		return true;
	}
	switch (frame->type) {
	case FRAME_LOG:
		text = json_string_value(json_object_get(json, "text"));
		ok = !text || add_lines(board, text);
		break;
	case FRAME_METRIC:
		name = json_string_value(json_object_get(json, "name"));
		if (name) {
			ok = board_point(board, name,
					 json_number_value(json_object_get(json, "step")),
					 json_number_value(json_object_get(json, "value")));
		}
		break;
	case FRAME_PROGRESS:
		board->fraction = json_number_value(json_object_get(json, "fraction"));
		text = json_string_value(json_object_get(json, "text"));
		snprintf(board->progress, sizeof board->progress, "%s", text ? text : "");
		utf8_trim_partial(board->progress);
		break;
	case FRAME_TEST:
		ok = add_test(board, json);
		break;
	case FRAME_ARTIFACT:
	case FRAME_RECORD:
	case FRAME_PIPELINE:
		break; /* for whoever keeps them */
	default:
		ok = add_picture(board, frame, json);
	}
	json_decref(json);
	return ok;
}

/* ---- charts of metrics ---- */

/* Metrics of one kind share a chart: "validation_loss" and "loss". */
static const char *kind_of(const char *name)
{
	const char *last = name;
	for (const char *at = name; *at; at++) {
		if ((*at == '_' || *at == '/' || *at == ' ' || *at == '.') && at[1]) {
			last = at + 1;
		}
	}
	return last;
}

static bool begins_chart(const struct board *board, int metric)
{
	for (int i = 0; i < metric; i++) {
		if (!strcmp(kind_of(board->metrics[i].name),
			    kind_of(board->metrics[metric].name))) {
			return false;
		}
	}
	return true;
}

static int charts(const struct board *board)
{
	int count = 0;
	for (int i = 0; i < board->metric_count; i++) {
		count += begins_chart(board, i);
	}
	return count;
}

/* The first metric of a chart. */
static int chart_metric(const struct board *board, int chart)
{
	for (int i = 0; i < board->metric_count; i++) {
		if (begins_chart(board, i) && chart-- == 0) {
			return i;
		}
	}
	return -1;
}

/* One series for each time the metric's steps begin anew: a script that trains two models tells both as "loss". */
static const char *in_words(const char *name)
{
	static const struct {
		const char *name;
		enum message words;
	} rows[] = {{"loss", MSG_TUI_METRIC_LOSS},
		    {"accuracy", MSG_TUI_METRIC_ACCURACY},
		    {"validation_loss", MSG_TUI_METRIC_VALIDATION_LOSS},
		    {"validation_accuracy", MSG_TUI_METRIC_VALIDATION_ACCURACY}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!strcmp(name, rows[i].name)) {
			return message(rows[i].words);
		}
	}
	return name;
}

static int split_metric(const struct metric *metric, struct plot_series *series, int count)
{
	size_t from = 0;
	for (size_t i = 1; i <= metric->count && count < PLOT_SERIES; i++) {
		if (i == metric->count || metric->steps[i] < metric->steps[i - 1]) {
			series[count++] =
				(struct plot_series){in_words(metric->name), metric->steps + from,
						     metric->values + from, i - from};
			from = i;
		}
	}
	return count;
}

static int chart_series(const struct board *board, int chart, bool past, struct plot_series *series)
{
	int first = chart_metric(board, chart), count = 0;
	for (int i = first; i >= 0 && i < board->metric_count && count < PLOT_SERIES; i++) {
		const struct metric *metric = &board->metrics[i];
		if (!strcmp(kind_of(metric->name), kind_of(board->metrics[first].name))) {
			count = split_metric(metric, series, count);
		}
	}
	for (int i = 0; past && first >= 0 && i < board->past_count && count < PLOT_SERIES; i++) {
		if (!strcmp(kind_of(board->past[i].name), kind_of(board->metrics[first].name))) {
			count = split_metric(&board->past[i], series, count);
		}
	}
	return count;
}

int board_pictures(const struct board *board)
{
	return charts(board) + board->picture_count;
}

const char *board_picture_title(const struct board *board, int picture)
{
	int count = charts(board);
	if (picture < count) {
		return in_words(kind_of(board->metrics[chart_metric(board, picture)].name));
	}
	return picture - count < board->picture_count
		       ? picture_title(board->pictures[picture - count])
		       : "";
}

size_t board_points(const struct board *board, int picture)
{
	struct plot_series series[PLOT_SERIES];
	return picture < charts(board) && chart_series(board, picture, false, series)
		       ? series[0].count
		       : 0;
}

void board_draw_picture(const struct board *board, int picture, struct area area,
			const struct plot_look *look, bool letters)
{
	int count = charts(board);
	if (picture < count) {
		struct plot_series series[PLOT_SERIES];
		bool past = look && look->past;
		plot_lines(area, series, chart_series(board, picture, past, series), look, letters);
	} else if (picture - count < board->picture_count) {
		picture_show(board->pictures[picture - count], area, letters);
	}
}

void board_values(const struct board *board, int picture, struct strbuf *out)
{
	int count = charts(board);
	if (picture < count) {
		struct plot_series series[PLOT_SERIES];
		plot_say_values(out, series, chart_series(board, picture, false, series));
	} else if (picture - count < board->picture_count) {
		picture_values(board->pictures[picture - count], out);
	}
}

void board_say(const struct board *board, int picture, struct strbuf *out)
{
	int count = charts(board);
	if (picture < count) {
		struct plot_series series[PLOT_SERIES];
		int lines = chart_series(board, picture, false, series);
		for (int i = 0; i < lines; i++) {
			strbuf_puts(out, i ? " " : "");
			plot_say_series(out, &series[i]);
		}
	} else if (picture - count < board->picture_count &&
		   !picture_is_text(board->pictures[picture - count])) {
		const struct picture *shown = board->pictures[picture - count];
		struct strbuf values;
		strbuf_init(&values);
		picture_values(shown, &values);
		size_t end = strcspn(values.text, "\n");
		if (end && values.text[0] != '|') {
			strbuf_printf(out, message(MSG_TUI_SAY_PICTURE), picture_title(shown));
			strbuf_add(out, values.text, end);
		}
		strbuf_release(&values);
	}
}

/* ---- the rest ---- */

void board_draw_log(const struct board *board, struct area area, int back)
{
	int y = area.height - 1 + back;
	for (size_t i = board->log_count; i-- > 0 && y >= 0;) {
		const char *line = board->log[i];
		size_t length = strlen(line);
		int rows = length ? text_line_count(line, length, area.width) : 1;
		int row = y - rows + 1;
		for (size_t at = 0; at < length; row++) {
			size_t next, end = text_break(line + at, length - at, area.width, &next);
			if (row >= 0 && row < area.height) {
				area_textn(area, 0, row, line + at, end, STYLE_NORMAL);
			}
			at += next;
		}
		y -= rows;
	}
}

double board_progress(const struct board *board, const char **text)
{
	*text = board->progress;
	return board->fraction;
}

int board_tests(const struct board *board, const struct board_test **tests)
{
	*tests = board->tests;
	return board->test_count;
}

const char *board_metric(const struct board *board, int index, const double **steps,
			 const double **values, size_t *count)
{
	if (index >= board->metric_count) {
		return NULL;
	}
	*steps = board->metrics[index].steps;
	*values = board->metrics[index].values;
	*count = board->metrics[index].count;
	return board->metrics[index].name;
}
