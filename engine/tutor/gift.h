#ifndef MUNDAP_TUTOR_GIFT_H
#define MUNDAP_TUTOR_GIFT_H

#include "engine/base/arena.h"
#include "engine/base/strbuf.h"
#include "engine/lua/lesson.h"

/* Questions in Moodle's GIFT text format. Kinds that GIFT lacks travel as their nearest relative with a comment line
 * "// mundap: kind=order" above, which the importer reads back: order as matching, predict and fill as short answer. */

/** Appends one question. */
void gift_write(struct strbuf *out, const struct question *question);

/**
 * Reads every question of a text; essays and descriptions, which cannot be graded here, are left out and counted in
 * skipped (may be NULL). Memory comes from the arena.
 * Errors: STATUS_PARSE with the line of the question; STATUS_NOMEM.
 */
enum status gift_read(struct question **out, size_t *count, size_t *skipped, struct arena *arena,
		      const char *text, struct error *err);

#endif
