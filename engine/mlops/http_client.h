#ifndef MUNDAP_MLOPS_HTTP_CLIENT_H
#define MUNDAP_MLOPS_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/strbuf.h"

/* The client's half of HTTP/1.1 (RFC 9112), as far as our own services speak it: bytes of a request, and what has come of
 * an answer. No input or output here. */

struct http_answer {
	int status;
	bool keep; /* the connection may carry another request */
	size_t head; /* bytes before the body, the empty line included */
	size_t length; /* of the whole answer */
};

enum http_reading { HTTP_MORE, HTTP_WHOLE, HTTP_BROKEN };

/** Looks at what has come so far (NUL-terminated); answers over most bytes are broken. */
enum http_reading http_answer_read(struct http_answer *out, const char *text, size_t length,
				   size_t most);

/**
 * Appends a request. headers: whole lines, each with its line end ("X-A: 1\r\n"). body NULL: none.
 * Host and Content-Length are added.
 */
void http_request_write(struct strbuf *out, const char *method, const char *path,
			const char *headers, const char *body, size_t body_length);

#endif
