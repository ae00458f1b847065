#ifndef MUNDAP_TUI_LAB_FILES_H
#define MUNDAP_TUI_LAB_FILES_H

#include <stdbool.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"
#include "engine/lua/lesson.h"
#include "engine/worker/worker.h"

/* The learner's own copy of a lab's starter, and a check over it: shared by the command line and the screen. */

/** Appends the path of the learner's file: <data folder>/work/<lab>/<lab>.lua. */
enum status lab_file_path(struct strbuf *out, const struct lab *lab, struct error *err);
/** Copies the starter there unless a file is there already (*fresh tells). Appends the path to out. */
enum status lab_file_open(struct strbuf *out, const struct lab *lab, bool *fresh,
			  struct error *err);

/** Sources of a check run; they back the request. */
struct lab_check {
	struct strbuf source, check;
	char file[96];
	struct worker_request request;
};

/** Reads the learner's file at path and the lab's check. Owns: lab_check_release, also after a failure. */
enum status lab_check_prepare(struct lab_check *out, const struct lab *lab, const char *path,
			      uint64_t seed, struct error *err);
void lab_check_release(struct lab_check *check);

#endif
