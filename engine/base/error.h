#ifndef MUNDAP_BASE_ERROR_H
#define MUNDAP_BASE_ERROR_H

/* Errors are values: a fallible function returns a status and, when given one, fills a struct error.
 * Nothing here allocates; a message is one line without a trailing newline, cut at a UTF-8 boundary. */

enum status {
	STATUS_OK = 0,
	STATUS_NOMEM,
	STATUS_INVALID, /* wrong use: an argument or a field */
	STATUS_SHAPE, /* tensor shapes do not fit */
	STATUS_TYPE, /* wrong type of a value or a tensor */
	STATUS_RANGE, /* out of bounds, over a limit */
	STATUS_NOT_FOUND,
	STATUS_EXISTS,
	STATUS_IO,
	STATUS_PARSE,
	STATUS_UNSUPPORTED, /* not in this build or on this machine */
	STATUS_DENIED,
	STATUS_TIMEOUT,
	STATUS_CANCELLED,
	STATUS_CORRUPT, /* a file that does not hold what it should */
	STATUS_NEWER, /* written by a newer version */
	STATUS_BUSY,
	STATUS_SCRIPT, /* a Lua error: message carries file and line */
	STATUS_INTERNAL
};

struct error {
	enum status status;
	char where[96]; /* "matmul", "lesson.lua:12", … */
	char message[512];
};

#define ERROR_INIT \
	{ \
		STATUS_OK, "", "" \
	}

/**
 * Records an error and returns its status. The first (lowest) error is kept: a later call on a struct
 * that already holds one changes nothing and returns the status held. err and where may be NULL.
 */
enum status error_set(struct error *err, enum status status, const char *where, const char *format,
		      ...) __attribute__((format(printf, 4, 5)));

/** Forgets the error held. */
void error_clear(struct error *err);

/** The status as a stable lower-case word ("shape", "timeout", …), as in JSON's "kind". */
const char *status_name(enum status status);

#endif
