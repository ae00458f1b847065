#ifndef MUNDAP_TUI_WIDGET_BOARD_H
#define MUNDAP_TUI_WIDGET_BOARD_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/strbuf.h"
#include "engine/worker/frame.h"
#include "tui/grid.h"
#include "tui/widget/plot.h"

/* What a run shows, as it comes in: log, metrics, pictures, test results. */

struct board;

struct board_test {
	char *name, *message;
	bool passed;
};

struct board *board_new(void);
void board_free(struct board *board);
/** Forgets all but the metrics, which become those of the run before. */
void board_clear(struct board *board);
/** Takes a frame of a run. False when memory ran out (what was there stays). */
bool board_take(struct board *board, const struct frame *frame);
/** A point of a metric, as a frame would bring it. */
bool board_point(struct board *board, const char *name, double step, double value);
/** A line of our own in the log. */
void board_log(struct board *board, const char *text);

/** Pictures: charts of metrics first, then what plot.… sent, each under its name. */
int board_pictures(const struct board *board);
const char *board_picture_title(const struct board *board, int picture);
void board_draw_picture(const struct board *board, int picture, struct area area,
			const struct plot_look *look, bool letters);
/** Points of the first line of a picture; 0 when it is none of lines. */
size_t board_points(const struct board *board, int picture);
/** A sentence on each line of a picture, or on the picture. */
void board_say(const struct board *board, int picture, struct strbuf *out);
/** The exact numbers of a picture and its sentence, as Markdown. */
void board_values(const struct board *board, int picture, struct strbuf *out);

/** The last lines of the log, scrolled back by back lines, wrapped. */
void board_draw_log(const struct board *board, struct area area, int back);
/** Progress as last told: fraction < 0 none. */
double board_progress(const struct board *board, const char **text);

int board_tests(const struct board *board, const struct board_test **tests);
/** Series of metrics, for keeping: NULL past the last. Points [from…count) by step and value. */
const char *board_metric(const struct board *board, int index, const double **steps,
			 const double **values, size_t *count);

#endif
