#ifndef MUNDAP_CLI_BANK_REPORT_H
#define MUNDAP_CLI_BANK_REPORT_H

#include "tui/cli/cli.h"

/** mundap bank report [--samples] [--verbose] FILE.tsv…; returns the exit status. */
int bank_report(int argc, char **argv, const struct cli_options *options);

#endif
