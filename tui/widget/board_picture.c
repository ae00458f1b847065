#include "tui/widget/board_picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/base/utf8.h"
#include "tui/text/layout.h"
#include "tui/text/markdown.h"
#include "tui/widget/picture.h"
#include "tui/widget/plot.h"

struct picture {
	enum frame_type type;
	json_t *json; /* what came with the numbers */
	float *values;
	size_t count;
};

static const char *text_of(const struct picture *picture, const char *key)
{
	const char *text = json_string_value(json_object_get(picture->json, key));
	return text ? text : "";
}

static int number_of(const struct picture *picture, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(picture->json, key));
	return value < 0 || value > 1 << 20 ? 0 : (int)value;
}

static double real_of(const struct picture *picture, const char *key)
{
	return json_number_value(json_object_get(picture->json, key));
}

/* How many numbers the head promises. */
static size_t promised(const struct picture *picture)
{
	size_t rows = (size_t)number_of(picture, "rows");
	switch (picture->type) {
	case FRAME_IMAGE:
		return (size_t)number_of(picture, "height") * (size_t)number_of(picture, "width");
	case FRAME_IMAGES:
		return (size_t)number_of(picture, "count") * (size_t)number_of(picture, "height") *
		       (size_t)number_of(picture, "width");
	case FRAME_HEATMAP:
		return rows * (size_t)number_of(picture, "columns");
	case FRAME_CONFUSION:
		return rows * rows;
	case FRAME_HISTOGRAM:
		return (size_t)number_of(picture, "bins");
	case FRAME_SCATTER:
		return (size_t)number_of(picture, "count") * 3;
	default:
		return 0;
	}
}

struct picture *picture_new(const struct frame *frame, const json_t *json)
{
	switch (frame->type) {
	case FRAME_SERIES:
	case FRAME_IMAGE:
	case FRAME_IMAGES:
	case FRAME_HEATMAP:
	case FRAME_CONFUSION:
	case FRAME_HISTOGRAM:
	case FRAME_SCATTER:
	case FRAME_TEXT:
	case FRAME_TENSOR:
		break;
	default:
		return NULL;
	}
	struct picture *picture = calloc(1, sizeof *picture);
	if (!picture) {
		return NULL;
	}
	picture->type = frame->type;
	picture->json = json_deep_copy(json);
	picture->count = frame->bytes_length / sizeof(float);
	picture->values = malloc(picture->count * sizeof(float) + 1);
	if (!picture->json || !picture->values || picture->count < promised(picture)) {
		picture_free(picture);
		return NULL;
	}
	if (picture->count) {
		memcpy(picture->values, frame->bytes, picture->count * sizeof(float));
	}
	return picture;
}

void picture_free(struct picture *picture)
{
	if (picture) {
		json_decref(picture->json);
		free(picture->values);
		free(picture);
	}
}

const char *picture_name(const struct picture *picture)
{
	return text_of(picture, "name");
}

bool picture_is_text(const struct picture *picture)
{
	return picture->type == FRAME_TEXT;
}

const char *picture_title(const struct picture *picture)
{
	const char *title = text_of(picture, "title");
	return *title ? title : picture_name(picture);
}

static struct picture_style style_of(const struct picture *picture, bool letters)
{
	struct picture_style style = {PALETTE_GRAY, letters, (float)real_of(picture, "min"),
				      (float)real_of(picture, "max")};
	if (!(style.high > style.low)) {
		style.low = INFINITY;
		style.high = -INFINITY;
		for (size_t i = 0; i < picture->count; i++) {
			style.low = fminf(style.low, picture->values[i]);
			style.high = fmaxf(style.high, picture->values[i]);
		}
	}
	/* Values on both sides of zero, as of learned filters. */
	if (style.low < 0 && style.high > 0) {
		float most = fmaxf(-style.low, style.high);
		style.palette = PALETTE_DIVERGING;
		style.low = -most;
		style.high = most;
	} else if (picture->type == FRAME_HEATMAP) {
		style.palette = PALETTE_HEAT;
	}
	return style;
}

static const char *caption_of(const struct picture *picture, int index)
{
	const json_t *captions = json_object_get(picture->json, "captions");
	const char *text = json_string_value(json_array_get(captions, (size_t)index));
	return text ? text : "";
}

/* Rows that a caption takes at a width, at most two; drawn when the area has a grid. */
static int caption_rows(struct area area, int x, int y, int width, const char *caption)
{
	size_t length = strlen(caption);
	int rows = 0;
	for (size_t at = 0; at < length && rows < 2; rows++) {
		size_t next, end = text_break(caption + at, length - at, width, &next);
		if (area.grid) {
			area_textn(area, x, y + rows, caption + at, end, STYLE_DIM);
		}
		at += next;
	}
	return rows;
}

/* Many small images side by side, each with its caption below it. Where not all find room at a size at which they can
 * be told, the first ones are shown. */
static void show_images(const struct picture *picture, struct area area, bool letters)
{
	int count = number_of(picture, "count");
	int height = number_of(picture, "height"), width = number_of(picture, "width");
	struct picture_style style = style_of(picture, letters);
	bool captions = json_array_size(json_object_get(picture->json, "captions")) > 0;
	if (!count || !height || !width) {
		return;
	}
	int widest = 3;
	for (int i = 0; captions && i < count; i++) {
		int cells = (int)utf8_width(caption_of(picture, i), strlen(caption_of(picture, i)));
		widest = (cells + 1) / 2 + 2 > widest ? (cells + 1) / 2 + 2 : widest;
	}
	int below = captions ? 2 : 0;
	/* The number of columns at which most images are shown, then at which they are largest. */
	int best_columns = 1, best_shown = 0;
	double best_scale = 0;
	for (int columns = 1; columns <= count; columns++) {
		int cell_width = area.width / columns - 1;
		if (cell_width < widest) {
			break;
		}
		double scale = (double)cell_width / width;
		int cell_height = (int)ceil(height * scale / 2) + below;
		if (cell_height > area.height) {
			scale = (area.height - below) * 2.0 / height;
			cell_height = area.height;
		}
		int shown = columns * (area.height / (cell_height > 0 ? cell_height : 1));
		shown = shown > count ? count : shown;
		if (scale * width >= 3 &&
		    (shown > best_shown || (shown == best_shown && scale > best_scale))) {
			best_columns = columns;
			best_shown = shown;
			best_scale = scale;
		}
	}
	int cell_width = area.width / best_columns - 1;
	int cell_height = (int)ceil(height * best_scale / 2) + below;
	int rows = (best_shown + best_columns - 1) / best_columns;
	if (rows && area.height / rows > cell_height) {
		cell_height = area.height / rows;
	}
	for (int i = 0; i < best_shown; i++) {
		int x = i % best_columns * (cell_width + 1), y = i / best_columns * cell_height;
		int used = 0;
		picture_draw(area_part(area, x, y, cell_width, cell_height - below),
			     picture->values + (size_t)i * (size_t)(height * width), height, width,
			     &style, NULL, &used);
		caption_rows(area, x, y + used, cell_width, caption_of(picture, i));
	}
}

static void show_series(const struct picture *picture, struct area area, bool letters)
{
	double *x = malloc((picture->count * 2 + 1) * sizeof *x);
	if (!x) {
		return;
	}
	double *y = x + picture->count;
	for (size_t i = 0; i < picture->count; i++) {
		x[i] = (double)i + 1;
		y[i] = picture->values[i];
	}
	struct plot_series series = {picture_name(picture), x, y, picture->count};
	plot_lines(area, &series, 1, NULL, letters);
	free(x);
}

static const char **classes_of(const struct picture *picture, int rows)
{
	const json_t *list = json_object_get(picture->json, "classes");
	const char **classes = calloc((size_t)rows + 1, sizeof *classes);
	for (int i = 0; classes && i < rows; i++) {
		const char *name = json_string_value(json_array_get(list, (size_t)i));
		classes[i] = name ? name : "";
	}
	return classes;
}

static void show_text(const struct picture *picture, struct area area)
{
	struct rich_text rich;
	const char *text = text_of(picture, "markdown");
	if (!markdown_layout(&rich, text, strlen(text), area.width, NULL)) {
		rich_text_draw(&rich, area, 0);
		rich_text_release(&rich);
	}
}

/* A heat map whose rows or columns have names; false when it has none, or there is no room for them. */
static bool show_named(const struct picture *picture, struct area area,
		       const struct picture_style *style)
{
	enum { MOST = 64 };
	const json_t *lists[2] = {json_object_get(picture->json, "row_labels"),
				  json_object_get(picture->json, "column_labels")};
	int sizes[2] = {number_of(picture, "rows"), number_of(picture, "columns")};
	const char *names[2][MOST];
	char numbers[2][MOST][8];
	if (!lists[0] && !lists[1]) {
		return false;
	}
	for (int k = 0; k < 2; k++) {
		if (sizes[k] < 1 || sizes[k] > MOST) {
			return false;
		}
		for (int i = 0; i < sizes[k]; i++) {
			const char *name = json_string_value(json_array_get(lists[k], (size_t)i));
			snprintf(numbers[k][i], sizeof numbers[k][i], "%d", i + 1);
			names[k][i] = name ? name : numbers[k][i];
		}
	}
	return plot_named_heatmap(area, picture->values, sizes[0], sizes[1], names[0], names[1],
				  style);
}

void picture_show(const struct picture *picture, struct area area, bool letters)
{
	struct picture_style style;
	int rows = number_of(picture, "rows");
	const char **classes;
	switch (picture->type) {
	case FRAME_SERIES:
		show_series(picture, area, letters);
		break;
	case FRAME_IMAGE:
		style = style_of(picture, letters);
		picture_draw(area, picture->values, number_of(picture, "height"),
			     number_of(picture, "width"), &style, NULL, NULL);
		break;
	case FRAME_IMAGES:
		show_images(picture, area, letters);
		break;
	case FRAME_HEATMAP:
		style = style_of(picture, letters);
		if (show_named(picture, area, &style)) {
			break;
		}
		picture_draw(area, picture->values, rows, number_of(picture, "columns"), &style,
			     NULL, NULL);
		break;
	case FRAME_CONFUSION:
		classes = classes_of(picture, rows);
		if (classes) {
			plot_confusion(area, picture->values, rows, classes);
		}
		free(classes);
		break;
	case FRAME_HISTOGRAM:
		plot_histogram(area, picture->values, number_of(picture, "bins"),
			       real_of(picture, "min"), real_of(picture, "max"));
		break;
	case FRAME_SCATTER:
		plot_scatter(area, picture->values, number_of(picture, "count"), letters);
		break;
	case FRAME_TEXT:
		show_text(picture, area);
		break;
	default: {
		struct strbuf values;
		strbuf_init(&values);
		picture_values(picture, &values);
		area_textn(area, 0, 0, values.text, strcspn(values.text, "\n"), STYLE_NORMAL);
		strbuf_release(&values);
	}
	}
}

static void add_table(const struct picture *picture, int rows, int columns, struct strbuf *out)
{
	char text[32];
	int shown_rows = rows > 64 ? 64 : rows, shown_columns = columns > 14 ? 14 : columns;
	strbuf_puts(out, "|  |");
	for (int x = 0; x < shown_columns; x++) {
		strbuf_printf(out, " %d |", x + 1);
	}
	strbuf_puts(out, "\n|--:|");
	for (int x = 0; x < shown_columns; x++) {
		strbuf_puts(out, "--:|");
	}
	strbuf_puts(out, "\n");
	for (int y = 0; y < shown_rows; y++) {
		strbuf_printf(out, "| %d |", y + 1);
		for (int x = 0; x < shown_columns; x++) {
			double value = picture->values[(size_t)y * (size_t)columns + (size_t)x];
			strbuf_printf(out, " %s |", plot_number(value, text, sizeof text));
		}
		strbuf_puts(out, "\n");
	}
	if (shown_rows < rows || shown_columns < columns) {
		strbuf_printf(out, message(MSG_TUI_VALUES_CUT), rows, columns, shown_rows,
			      shown_columns);
	}
}

static void say_range(const struct picture *picture, struct strbuf *out)
{
	char low[32], high[32], mean[32];
	double least = INFINITY, most = -INFINITY, sum = 0;
	for (size_t i = 0; i < picture->count; i++) {
		least = fmin(least, picture->values[i]);
		most = fmax(most, picture->values[i]);
		sum += picture->values[i];
	}
	if (picture->count) {
		strbuf_printf(out, message(MSG_TUI_SAY_RANGE), (int)picture->count,
			      plot_number(least, low, sizeof low),
			      plot_number(most, high, sizeof high),
			      plot_number(sum / (double)picture->count, mean, sizeof mean));
		strbuf_puts(out, "\n\n");
	}
}

void picture_values(const struct picture *picture, struct strbuf *out)
{
	int rows = number_of(picture, "rows");
	const char **classes;
	switch (picture->type) {
	case FRAME_CONFUSION:
		classes = classes_of(picture, rows);
		if (classes) {
			plot_say_confusion(out, picture->values, rows, classes);
			strbuf_puts(out, "\n\n");
			for (int i = 0; i < rows; i++) {
				strbuf_printf(out, "%d. %s\n", i + 1, classes[i]);
			}
			strbuf_puts(out, "\n");
		}
		free(classes);
		add_table(picture, rows, rows, out);
		return;
	case FRAME_TEXT:
		strbuf_puts(out, text_of(picture, "markdown"));
		return;
	default:
		break;
	}
	switch (picture->type) {
	case FRAME_HISTOGRAM:
		plot_say_histogram(out, picture->values, number_of(picture, "bins"),
				   real_of(picture, "min"), real_of(picture, "max"));
		break;
	case FRAME_SCATTER:
		plot_say_scatter(out, picture->values, number_of(picture, "count"));
		break;
	case FRAME_IMAGE:
		plot_say_peak(out, picture->values, number_of(picture, "height"),
			      number_of(picture, "width"));
		break;
	case FRAME_HEATMAP:
		plot_say_peak(out, picture->values, rows, number_of(picture, "columns"));
		break;
	default:
		break;
	}
	strbuf_puts(out, out->length ? " " : "");
	if (picture->type == FRAME_HISTOGRAM) {
		strbuf_puts(out, "\n\n"); /* its numbers are counts, not values */
	} else {
		say_range(picture, out);
	}
	switch (picture->type) {
	case FRAME_IMAGE:
		add_table(picture, number_of(picture, "height"), number_of(picture, "width"), out);
		break;
	case FRAME_IMAGES:
		for (int i = 0; i < number_of(picture, "count"); i++) {
			strbuf_printf(out, "- %d. %s\n", i + 1, caption_of(picture, i));
		}
		break;
	case FRAME_HEATMAP:
		add_table(picture, rows, number_of(picture, "columns"), out);
		break;
	case FRAME_SCATTER:
		add_table(picture, number_of(picture, "count"), 3, out);
		break;
	default:
		add_table(picture, (int)(picture->count > 64 ? 64 : picture->count), 1, out);
	}
}
