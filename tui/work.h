#ifndef MUNDAP_TUI_WORK_H
#define MUNDAP_TUI_WORK_H

#include "engine/base/error.h"
#include "engine/base/strbuf.h"
#include "engine/lua/lesson.h"

/* The learner's file of a lab: lab_file_path() of tui/lab_files.h, the one `mundap lab` makes. */

/** Appends the file's text, made from the lab's starter when there is none yet. path gets where it is. */
enum status work_open(struct strbuf *text, struct strbuf *path, const struct lab *lab,
		      struct error *err);
/** Writes the file in one step. */
enum status work_save(const struct lab *lab, const char *text, size_t length, struct error *err);
/** Back to the starter; the present text is kept beside it as <file>.<n>. Appends the starter to text. */
enum status work_reset(struct strbuf *text, const struct lab *lab, struct error *err);

#endif
