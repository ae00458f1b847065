#ifndef MUNDAP_WORKER_FILES_H
#define MUNDAP_WORKER_FILES_H

#include "engine/base/strbuf.h"
#include "engine/worker/frame.h"

/* Files a script saves: they come as frames, in parts, and are kept in one folder of the learner's data. A worker never
 * writes a file itself. */

#define FILES_LARGEST ((size_t)256 << 20) /* bytes of one file */
#define FILES_TOTAL ((size_t)1 << 30) /* of the folder */

struct files_taker {
	char name[96]; /* of the file whose parts come; "" when none */
	int64_t next; /* the part expected */
	struct strbuf bytes;
};

/** $MUNDAP_HOME/files (or where the learner's data lies). */
enum status files_folder(struct strbuf *out, struct error *err);

void files_taker_init(struct files_taker *taker);
void files_taker_release(struct files_taker *taker);
/**
 * Takes one FRAME_FILE. When it was the last part the file is written and its path appended to path.
 * Errors: STATUS_INVALID (name, order of parts), STATUS_RANGE (too large), STATUS_IO …
 */
enum status files_take(struct files_taker *taker, const struct frame *frame, struct strbuf *path,
		       struct error *err);

#endif
