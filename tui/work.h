#ifndef MUNDAP_TUI_WORK_H
#define MUNDAP_TUI_WORK_H

#include "engine/base/error.h"
#include "engine/base/strbuf.h"
#include "engine/lua/lesson.h"

/* The learner's file of a lab: <data folder>/work/<lab>/lab.lua. */

/** Appends the path; the file need not be there. */
enum status work_path(struct strbuf *out, const struct lab *lab, struct error *err);
/** Appends the file's text, made from the lab's starter when there is none yet. path gets where it is. */
enum status work_open(struct strbuf *text, struct strbuf *path, const struct lab *lab,
		      struct error *err);
/** Writes the file in one step. */
enum status work_save(const struct lab *lab, const char *text, size_t length, struct error *err);
/** Back to the starter; the present text is kept beside it as lab.lua.<n>. Appends the starter to text. */
enum status work_reset(struct strbuf *text, const struct lab *lab, struct error *err);

#endif
