#include "tests/support/scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"

static void give_up(const char *what)
{
	perror(what);
	abort();
}

void scratch_init(struct scratch *scratch)
{
	snprintf(scratch->folder, sizeof scratch->folder, "/tmp/mundap-test-XXXXXX");
	if (!mkdtemp(scratch->folder)) {
		give_up(scratch->folder);
	}
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
	(void)info;
	(void)kind;
	(void)walk;
	return remove(path);
}

void scratch_release(struct scratch *scratch)
{
	nftw(scratch->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void scratch_write(const struct scratch *scratch, const char *path, const char *text)
{
	char full[512];
	snprintf(full, sizeof full, "%s/%s", scratch->folder, path);
	char *slash = strrchr(full, '/');
	*slash = '\0';
	if (file_make_folder(full, NULL) != STATUS_OK) {
		give_up(full);
	}
	*slash = '/';
	if (file_write(full, text, strlen(text), NULL) != STATUS_OK) {
		give_up(full);
	}
}
