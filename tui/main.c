#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "tui/cli/cli.h"

/* Texts are UTF-8 whatever the environment says: a C or broken locale falls back to C.UTF-8. */
static void choose_locale(void)
{
	setlocale(LC_ALL, "");
	if (strcmp(setlocale(LC_CTYPE, NULL), "C") == 0 ||
	    strcmp(setlocale(LC_CTYPE, NULL), "POSIX") == 0) {
		setlocale(LC_CTYPE, "C.UTF-8");
	}
	setlocale(LC_NUMERIC, "C");
}

int main(int argc, char **argv)
{
	choose_locale();
	return cli_main(argc, argv);
}
