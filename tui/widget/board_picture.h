#ifndef MUNDAP_TUI_WIDGET_BOARD_PICTURE_H
#define MUNDAP_TUI_WIDGET_BOARD_PICTURE_H

#include <jansson.h>

#include "engine/worker/frame.h"
#include "tui/grid.h"

/* One picture that a script sent by plot.image, plot.confusion and their kin. */

struct picture;

/** NULL when the frame is none of these, is broken, or memory ran out. */
struct picture *picture_new(const struct frame *frame, const json_t *json);
void picture_free(struct picture *picture);
const char *picture_name(const struct picture *picture);
/** Whether it says all there is in words. */
bool picture_is_text(const struct picture *picture);
const char *picture_title(const struct picture *picture);
void picture_show(const struct picture *picture, struct area area, bool letters);
/** The numbers and a sentence, as Markdown. */
void picture_values(const struct picture *picture, struct strbuf *out);

#endif
