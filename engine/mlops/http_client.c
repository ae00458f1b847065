#include "engine/mlops/http_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum http_reading http_answer_read(struct http_answer *out, const char *text, size_t length,
				   size_t most)
{
	const char *end = strstr(text, "\r\n\r\n");
	if (!end) {
		return length > most ? HTTP_BROKEN : HTTP_MORE;
	}
	int minor;
	char first[16]; /* sscanf measures all it is given first */
	snprintf(first, sizeof first, "%.15s", text);
	if (sscanf(first, "HTTP/1.%1d %d", &minor, &out->status) != 2) {
		return HTTP_BROKEN;
	}
	long body = -1;
	out->head = (size_t)(end + 4 - text);
	out->keep = minor == 1;
	for (const char *line = strstr(text, "\r\n") + 2; line < end + 2;
	     line = strstr(line, "\r\n") + 2) {
		if (strncasecmp(line, "Content-Length:", 15) == 0) {
			body = strtol(line + 15, NULL, 10);
		} else if (strncasecmp(line, "Connection:", 11) == 0) {
			const char *close = strcasestr(line, "close");
			out->keep = !close || close > strstr(line, "\r\n");
		} else if (strncasecmp(line, "Transfer-Encoding:", 18) == 0 &&
			   strstr(end, "\r\n0\r\n\r\n")) {
			body = (long)(length - out->head);
		}
	}
	if (body < 0 || (size_t)body > most) {
		return body < 0 && length < most && !out->keep ? HTTP_MORE : HTTP_BROKEN;
	}
	out->length = out->head + (size_t)body;
	return length >= out->length ? HTTP_WHOLE : HTTP_MORE;
}

void http_request_write(struct strbuf *out, const char *method, const char *path,
			const char *headers, const char *body, size_t body_length)
{
	strbuf_printf(out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s", method, path, headers);
	if (body) {
		strbuf_printf(out, "Content-Length: %zu\r\n", body_length);
	}
	strbuf_puts(out, "\r\n");
	strbuf_add(out, body ? body : "", body ? body_length : 0);
}
