#ifndef MUNDAP_CLI_BUNDLE_H
#define MUNDAP_CLI_BUNDLE_H

#include <jansson.h>

#include "engine/base/strbuf.h"
#include "engine/lua/catalog.h"
#include "engine/store/store.h"

/* A learner's whole record as one JSON document: what `mundap export --format json` prints and `mundap class import`
 * reads. Every other form of export is written from it. */

#define BUNDLE_VERSION 1

/** Makes the bundle; catalog may be NULL (then without lessons' titles). NULL after an error. New reference. */
json_t *bundle_make(struct store *store, struct catalog *catalog, struct error *err);

/** Whether a document is a bundle that this program can read; else false with a message. */
bool bundle_valid(const json_t *bundle, struct error *err);

/** Seconds since 1970 as "2026-03-02T09:00:00Z". */
void bundle_time(char out[32], int64_t when);

/** A text member, "" when it is missing or no text. */
const char *bundle_text(const json_t *object, const char *key);

/* Writers, each appending to out. */
void bundle_csv(struct strbuf *out, const json_t *bundle);
void bundle_html(struct strbuf *out, const json_t *bundle);
void bundle_markdown(struct strbuf *out, const json_t *bundle);
void bundle_summary(struct strbuf *out, const json_t *bundle);
/** xAPI 1.0.3 statements as one JSON array. New reference, NULL without memory. */
json_t *bundle_xapi(const json_t *bundle);

/** A field of a CSV row (RFC 4180); one that a spreadsheet would take for a formula is defused. */
void csv_field(struct strbuf *out, const char *text, bool first);
/** Text for a terminal: control characters, which could steer it, are left out. */
void add_printable(struct strbuf *out, const char *text);

#endif
