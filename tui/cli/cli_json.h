#ifndef MUNDAP_CLI_CLI_JSON_H
#define MUNDAP_CLI_CLI_JSON_H

#include <jansson.h>
#include <stdbool.h>

/** Prints one document and a newline on stdout and gives it back to jansson. False when stdout failed or it is NULL. */
bool cli_print_json(json_t *document);

/** The same on one line, flushed: for jsonl. */
bool cli_print_json_line(json_t *document);

#endif
