#ifndef MUNDAP_TESTS_SCRATCH_H
#define MUNDAP_TESTS_SCRATCH_H

/* A folder of one test's own under /tmp. */

struct scratch {
	char folder[128];
};

/** Makes it; fails the test when it cannot. */
void scratch_init(struct scratch *scratch);
/** Removes it with all that is in it. */
void scratch_release(struct scratch *scratch);
/** Writes a file (its folders are made) at a path below the folder. */
void scratch_write(const struct scratch *scratch, const char *path, const char *text);

#endif
