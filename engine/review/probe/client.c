#include "engine/review/probe/probe.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#define ANSWER_LIMIT ((size_t)1 << 20)

void http_answer_init(struct http_answer *answer)
{
	memset(answer, 0, sizeof *answer);
	strbuf_init(&answer->body);
	strbuf_init(&answer->type);
}

void http_answer_release(struct http_answer *answer)
{
	strbuf_release(&answer->body);
	strbuf_release(&answer->type);
}

static size_t keep(char *bytes, size_t size, size_t count, void *context)
{
	struct strbuf *body = context;
	/* an answer that never ends is cut off */
	if (body->length >= ANSWER_LIMIT) {
		return 0;
	}
	strbuf_add(body, bytes, size * count);
	return size * count;
}

static char shown_token[64], shown_header[64];

void http_show_token(const char *token, const char *header)
{
	snprintf(shown_token, sizeof shown_token, "%s", token ? token : "");
	snprintf(shown_header, sizeof shown_header, "%s", header ? header : "");
}

static struct curl_slist *with_token(struct curl_slist *headers)
{
	char line[160];
	if (!*shown_token) {
		return headers;
	}
	snprintf(line, sizeof line, "Authorization: Bearer %s", shown_token);
	headers = curl_slist_append(headers, line);
	snprintf(line, sizeof line, "X-API-Key: %s", shown_token);
	headers = curl_slist_append(headers, line);
	if (*shown_header && strcasecmp(shown_header, "Authorization") != 0 &&
	    strcasecmp(shown_header, "X-API-Key") != 0) {
		snprintf(line, sizeof line, "%s: %s", shown_header, shown_token);
		headers = curl_slist_append(headers, line);
	}
	return headers;
}

void http_request(struct http_answer *answer, const char *method, const char *path,
		  const char *type, const char *body, size_t length, double seconds)
{
	char url[512], header[128];
	struct curl_slist *headers = NULL;
	strbuf_reset(&answer->body);
	strbuf_reset(&answer->type);
	answer->status = 0;
	answer->problem[0] = '\0';
	CURL *curl = curl_easy_init();
	if (!curl) {
		snprintf(answer->problem, sizeof answer->problem, "out of memory");
		return;
	}
	snprintf(url, sizeof url, "http://127.0.0.1:%d%s", PROBE_PORT, path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(seconds * 1000));
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer->body);
	/* no "Expect: 100-continue": what a service does with the body is the question */
	headers = curl_slist_append(headers, "Expect:");
	headers = with_token(headers);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
		snprintf(header, sizeof header, "Content-Type:%s%s", type ? " " : "",
			 type ? type : "");
		headers = curl_slist_append(headers, header);
	}
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	CURLcode code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME, &answer->seconds);
	char *got = NULL;
	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &got);
	strbuf_puts(&answer->type, got ? got : "");
	/* a server that refuses a large body may close while it is still being sent: its answer counts */
	if (code != CURLE_OK && answer->status == 0) {
		snprintf(answer->problem, sizeof answer->problem, "%s", curl_easy_strerror(code));
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
}
