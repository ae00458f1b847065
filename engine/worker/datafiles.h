#ifndef MUNDAP_WORKER_DATAFILES_H
#define MUNDAP_WORKER_DATAFILES_H

#include "engine/base/error.h"

/* Files of data sets, opened for reading before a worker locks itself in. Named "fashion-mnist/NAME" (where the package
 * puts it), "NAME" (assets/data of ours), "course/NAME" (lessons/<course>/shared, also of the folders in MUNDAP_LESSONS)
 * and "files/NAME" (what scripts saved before). */

#define DATAFILES_MAX 128
/* The Markdown of all lessons that come with the program, in one: each file after a line "\fCOURSE/LESSON/FILE". */
#define DATAFILES_PROSE "lessons.md"

struct datafiles {
	struct datafile {
		char name[96];
		int descriptor;
	} files[DATAFILES_MAX];
	int count;
};

/** Opens what is there; what is missing is simply not found later. */
void datafiles_open(struct datafiles *files);
/** The descriptor, positioned at 0. Errors: STATUS_NOT_FOUND. */
enum status datafiles_find(struct datafiles *files, const char *name, int *descriptor,
			   struct error *err);

#endif
