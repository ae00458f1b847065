#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/text/builder.h"
#include "tui/text/layout.h"
#include "tui/views/review_state.h"

/* Rows a wrapped text takes, drawn when the area has a grid. */
static int wrapped(struct area area, int x, int y, const char *text, enum style style)
{
	size_t length = strlen(text);
	int rows = 0;
	for (size_t at = 0; at < length; rows++) {
		size_t next, end = text_break(text + at, length - at, area.width - x, &next);
		if (area.grid) {
			area_textn(area, x, y + rows, text + at, end, style);
		}
		at += next;
	}
	return rows;
}

/* ---- code ---- */

static const struct review_file *file_in_view(const struct review_view *review)
{
	const struct review_item *item = review_chosen(review);
	if (item && item->file) {
		return item->file;
	}
	return review->review->file_count ? &review->review->files[0] : NULL;
}

/* One dot for a small matter, two for a grave one. */
static const char *marks_of(const struct review_file *file, int line, enum style *style)
{
	int worst = -1;
	for (size_t i = 0; i < file->finding_count; i++) {
		const struct review_finding *finding = &file->findings[i];
		if (!finding->suppressed && !finding->whole_file && finding->line == line &&
		    (int)finding->severity > worst) {
			worst = (int)finding->severity;
		}
	}
	*style = worst >= REVIEW_HIGH ? STYLE_BAD : STYLE_WARN;
	return worst < 0 ? "" : worst >= REVIEW_HIGH ? "●●" : "●";
}

static void draw_code(struct review_view *review, struct area area)
{
	const struct review_file *file = file_in_view(review);
	const struct review_item *item = review_chosen(review);
	if (!file || !file->text) {
		area_text_cut(area, 1, 0, area.width - 2,
			      file && file->problem ? file->problem : "", STYLE_DIM);
		return;
	}
	unsigned char *styles = malloc(file->length + 1);
	if (!styles) {
		return;
	}
	highlight_code(file->text, file->length, file->language, styles);
	int here = item && item->finding    ? item->finding->line
		   : item && item->strength ? item->strength->line
					    : 0;
	int top = here > area.height / 2 ? here - area.height / 2 : 1;
	int line = 1;
	for (size_t at = 0; at <= file->length && line < top + area.height; line++) {
		const char *newline = memchr(file->text + at, '\n', file->length - at);
		size_t end = newline ? (size_t)(newline - file->text) : file->length;
		if (line >= top) {
			int y = line - top, x = 6;
			char number[16];
			enum style mark_style;
			const char *marks = marks_of(file, line, &mark_style);
			int edge = area.width - 1 - (*marks ? 3 : 0);
			snprintf(number, sizeof number, "%4d", line);
			area_text(area, 0, y, line == here ? "▸" : " ", STYLE_ACCENT);
			area_text(area, 1, y, number,
				  line == here ? STYLE_ACCENT : STYLE_LINE_NUMBER);
			struct area code = area_part(area, 0, y, edge, 1);
			for (size_t i = at; i < end && x < edge;) {
				size_t start = i;
				uint32_t c = utf8_next(file->text, end, &i);
				if (c == '\t') {
					x += 4;
					continue;
				}
				int cells = area_put(code, x, 0, c, (enum style)styles[start]);
				x += cells;
			}
			if (end > at && x >= edge && edge > 1) {
				area_text(code, edge - 1, 0, "…", STYLE_DIM);
			}
			area_text_right(area, 1, y, marks, mark_style);
		}
		if (!newline) {
			break;
		}
		at = end + 1;
	}
	free(styles);
}

/* ---- what a real run showed ---- */

static int live_rows(const struct review_view *review)
{
	if (review->probe_fd >= 0) {
		return 2;
	}
	size_t count = json_array_size(json_object_get(review->live, "probes"));
	return review->live ? (count ? (int)count + 1 : 3) : 0;
}

static void draw_live(const struct review_view *review, struct area area)
{
	area_rule(area_part(area, 0, 0, area.width, 1), 0, message(MSG_TUI_REVIEW_LIVE));
	if (review->probe_fd >= 0) {
		area_text(area, 1, 1, message(MSG_TUI_REVIEW_PROBING), STYLE_DIM);
		return;
	}
	const char *problem = json_string_value(json_object_get(review->live, "problem"));
	const json_t *probes = json_object_get(review->live, "probes");
	if (problem && !json_array_size(probes)) {
		wrapped(area_part(area, 1, 1, area.width - 2, area.height - 1), 0, 0, problem,
			STYLE_DIM);
	}
	for (size_t i = 0; i < json_array_size(probes); i++) {
		const json_t *probe = json_array_get(probes, i);
		bool passed = json_is_true(json_object_get(probe, "passed"));
		const char *name = json_string_value(json_object_get(probe, "name"));
		const char *detail = json_string_value(json_object_get(probe, "detail"));
		int y = (int)i + 1;
		area_text(area, 1, y, passed ? "✔" : "✘", passed ? STYLE_GOOD : STYLE_BAD);
		int x = area_text_cut(area, 3, y, 16, name ? name : "", STYLE_NORMAL);
		x = x < 20 ? 20 : x + 1;
		area_text_cut(area, x, y, area.width - x - 1, detail ? detail : "", STYLE_DIM);
	}
}

/* ---- the teacher's side ---- */

static int draw_item(const struct review_view *review, int index, struct area area, int y)
{
	const struct review_item *item = &review->items[index];
	bool here = index == review->list.at;
	char text[1024];
	int rows = 0;
	switch (item->kind) {
	case ITEM_HEADING:
		if (area.grid) {
			area_text(area, 0, y + 1,
				  review_category_title((enum review_category)item->category),
				  STYLE_SUBHEADING);
		}
		return 2;
	case ITEM_STRENGTH:
		snprintf(text, sizeof text, message(MSG_TUI_REVIEW_STRENGTH), item->strength->text,
			 item->strength->line);
		utf8_trim_partial(text);
		return wrapped(area, 0, y, text, here ? STYLE_ACCENT : STYLE_GOOD);
	case ITEM_QUESTION:
		if (area.grid) {
			area_text(area, 0, y, "🤔", STYLE_DIM);
		}
		return wrapped(area, 3, y, item->question->text,
			       here ? STYLE_ACCENT : STYLE_NORMAL);
	case ITEM_FINDING:
		snprintf(text, sizeof text, message(MSG_TUI_REVIEW_AT), item->finding->line,
			 review_severity_title(item->finding->severity));
		if (area.grid) {
			area_text(area, 0, y, here ? "▸" : " ", STYLE_ACCENT);
			area_text(area, 2, y, text,
				  item->finding->severity == REVIEW_HIGH ? STYLE_BAD : STYLE_WARN);
		}
		rows = 1 + wrapped(area, 2, y + 1, item->finding->question,
				   here ? STYLE_BOLD : STYLE_NORMAL);
		if (item->finding->evidence) {
			rows += wrapped(area, 2, y + rows, item->finding->evidence, STYLE_DIM);
		}
		return rows;
	}
	return rows;
}

static void draw_items(struct review_view *review, struct area area)
{
	/* The chosen row is wholly in sight. */
	struct area probe = {.width = area.width};
	int top = review->list.top > review->list.at ? review->list.at : review->list.top;
	for (;;) {
		int y = 0;
		for (int i = top; i <= review->list.at && i < review->item_count; i++) {
			y += draw_item(review, i, probe, 0);
		}
		if (y <= area.height || top >= review->list.at) {
			break;
		}
		top++;
	}
	review->list.top = top;
	int y = 0;
	for (int i = top; i < review->item_count && y < area.height; i++) {
		y += draw_item(review, i, area, y);
	}
	if (!review->item_count) {
		wrapped(area, 0, 0, message(MSG_TUI_REVIEW_NOTHING), STYLE_GOOD);
	}
}

static void draw_talk(struct review_view *review, struct area area)
{
	const char *preedit = hangul_preedit(&review->base.app->hangul);
	int rows = field_rows(&review->field, area.width - 4, preedit);
	rows = rows > 4 ? 4 : rows;
	struct area said = area_part(area, 0, 0, area.width, area.height - rows - 1);
	struct area probe = {.width = area.width};
	/* Blank lines in the text are lines too; the newest words are at the bottom. */
	int total = wrapped(probe, 0, 0, review->said.text, STYLE_NORMAL);
	int y = total > said.height ? said.height - total : 0;
	wrapped(said, 0, y, review->said.text, STYLE_NORMAL);
	area_rule(area_part(area, 0, said.height, area.width, 1), 0, NULL);
	area_text(area, 0, said.height + 1, message(MSG_TUI_LEARNER), STYLE_LEARNER);
	field_draw(&review->field, area_part(area, 4, said.height + 1, area.width - 4, rows),
		   preedit, true);
}

static void draw_asking(struct review_view *review, struct area area)
{
	area_rule(area_part(area, 0, 0, area.width, 1), 0, NULL);
	wrapped(area_part(area, 2, 2, area.width - 4, 6), 0, 0, message(MSG_TUI_REVIEW_ASK),
		STYLE_NORMAL);
	area_text(area, 2, 8, message(MSG_TUI_REVIEW_PATH), STYLE_LEARNER);
	int x = 4 +
		(int)utf8_width(message(MSG_TUI_REVIEW_PATH), strlen(message(MSG_TUI_REVIEW_PATH)));
	field_draw(&review->field, area_part(area, x, 8, area.width - x - 2, 2),
		   hangul_preedit(&review->base.app->hangul), true);
	area_rule(area_part(area, 0, area.height - 1, area.width, 1), 0, NULL);
}

void review_draw(struct view *view, struct area area)
{
	struct review_view *review = (struct review_view *)view;
	if (!review->review) {
		draw_asking(review, area);
		return;
	}
	int left = area.width / 2 + (area.width > 100 ? 4 : 0);
	const struct review_file *file = file_in_view(review);
	const char *name = file ? strrchr(file->path, '/') : NULL;
	int live = live_rows(review);
	live = live > area.height / 2 ? area.height / 2 : live;
	area_rule(area_part(area, 0, 0, left, 1), 0, file ? name ? name + 1 : file->path : "");
	area_rule(area_part(area, left, 0, area.width - left, 1), 0, message(MSG_TUI_TEACHER));
	area_rule(area_part(area, 0, area.height - 1, area.width, 1), 0, NULL);
	draw_code(review, area_part(area, 0, 1, left, area.height - 2 - live));
	if (live) {
		draw_live(review, area_part(area, 0, area.height - 1 - live, left, live));
	}
	area_vertical(area, left, 1, area.height - 2);
	area_put(area, left, 0, 0x252C, STYLE_BORDER);
	area_put(area, left, area.height - 1, 0x2534, STYLE_BORDER);
	struct area right = area_part(area, left + 2, 1, area.width - left - 3, area.height - 2);
	if (review->talking) {
		draw_talk(review, right);
	} else {
		draw_items(review, right);
	}
}

void review_title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct review_view *review = (struct review_view *)view;
	int counts[3] = {0, 0, 0};
	strbuf_puts(left, message(MSG_TUI_CODE_REVIEW));
	if (!review->review) {
		return;
	}
	for (int i = 0; i < review->item_count; i++) {
		if (review->items[i].kind == ITEM_FINDING) {
			counts[review->items[i].finding->severity]++;
		}
	}
	if (review->step) {
		strbuf_printf(left, " · %s", review->step->title);
	}
	if (review->review->framework) {
		strbuf_printf(left, " (%s)", review->review->framework);
	}
	strbuf_printf(right, message(MSG_TUI_REVIEW_COUNTS), counts[REVIEW_HIGH],
		      counts[REVIEW_MEDIUM], counts[REVIEW_LOW], review->submissions);
}
