#include "engine/tutor/endpoint.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/utf8.h"
#include "engine/tutor/dialogue_state.h"
#include "engine/tutor/reply.h"

enum { MOST_BYTES = 64 * 1024, MOST_CHARACTERS = 1200 };

static const char instruction[] = "당신은 한국어로 가르치는 선생님의 말투를 다듬는 도우미입니다. "
				  "주어진 말을 같은 뜻의 따뜻한 해요체로 바꾸어 "
				  "쓰세요. 질문은 질문으로 남기고, 정답이나 설명, 코드, 새로운 "
				  "사실을 더하지 마세요. 바꾼 말만 출력하세요.";

struct received {
	struct strbuf text;
	bool too_long;
};

static size_t receive(char *bytes, size_t size, size_t count, void *user)
{
	struct received *received = user;
	size_t n = size * count;
	if (received->text.length + n > MOST_BYTES) {
		received->too_long = true;
		return 0; /* ends the transfer */
	}
	strbuf_add(&received->text, bytes, n);
	return n;
}

static char *request_body(const struct endpoint_settings *settings, const char *reply)
{
	json_t *root = json_pack("{s:s,s:f,s:[{s:s,s:s},{s:s,s:s}]}", "model",
				 settings->model ? settings->model : "", "temperature", 0.3,
				 "messages", "role", "system", "content", instruction, "role",
				 "user", "content", reply);
	char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}

static struct curl_slist *headers_of(const struct endpoint_settings *settings)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (headers && settings->key && *settings->key) {
		struct strbuf line;
		strbuf_init(&line);
		strbuf_printf(&line, "Authorization: Bearer %s", settings->key);
		struct curl_slist *longer =
			strbuf_ok(&line) ? curl_slist_append(headers, line.text) : NULL;
		if (!longer) {
			curl_slist_free_all(headers);
		}
		headers = longer;
		strbuf_release(&line);
	}
	return headers;
}

static enum endpoint_outcome exchange(const struct endpoint_settings *settings, const char *body,
				      struct received *received)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = headers_of(settings);
	enum endpoint_outcome outcome = ENDPOINT_UNREACHABLE;
	if (curl && headers) {
		double seconds = settings->seconds > 0 ? settings->seconds : 8;
		curl_easy_setopt(curl, CURLOPT_URL, settings->url);
		curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(seconds * 1000));
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, received);
		CURLcode code = curl_easy_perform(curl);
		long http = 0;
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http);
		if (code == CURLE_OK) {
			outcome = http == 200 ? ENDPOINT_USED : ENDPOINT_BAD_REPLY;
		} else if (received->too_long) {
			outcome = ENDPOINT_BAD_REPLY;
		}
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return outcome;
}

/* The text of the first choice, normalised; NULL when there is none. */
static char *reply_words(const struct received *received)
{
	json_t *root = json_loadb(received->text.text, received->text.length, 0, NULL);
	json_t *choice = json_array_get(json_object_get(root, "choices"), 0);
	const char *content =
		json_string_value(json_object_get(json_object_get(choice, "message"), "content"));
	char *words = content ? utf8_normalise(content, strlen(content)) : NULL;
	json_decref(root);
	return words;
}

static bool looks_right(const char *words)
{
	size_t characters = 0, hangul = 0, length = strlen(words);
	for (size_t at = 0; at < length; characters++) {
		hangul += korean_is_syllable(utf8_next(words, length, &at));
	}
	return characters > 0 && characters <= MOST_CHARACTERS && hangul * 3 >= characters;
}

static bool holds_code(const char *words)
{
	return strstr(words, "```") || strstr(words, "def ") || strstr(words, "import ") ||
	       strstr(words, "local ") || strstr(words, "function(");
}

bool endpoint_allowed(const struct grader *grader, const struct dialogue *d, const char *words)
{
	if (!looks_right(words) || holds_code(words) || !reply_invites(words) ||
	    reply_gives_away(d, words)) {
		return false;
	}
	/* Graded as if a learner had said it: it must not cover what the learner has yet to find. */
	struct grade grade;
	if (grade_answer(&grade, grader, d->checkpoint, NULL, words, strlen(words), NULL)) {
		return false;
	}
	bool fine = true;
	for (int i = 0; i < grade.concept_count && !d->passed; i++) {
		bool open = !d->concepts[i].covered && d->concepts[i].level < LADDER_TOP;
		fine = fine && !(open && grade.concepts[i].met && grade.concepts[i].score > 0.9);
	}
	grade_release(&grade);
	return fine;
}

enum status endpoint_phrase(struct strbuf *out, enum endpoint_outcome *outcome,
			    const struct endpoint_settings *settings, const struct grader *grader,
			    const struct dialogue *dialogue, const char *reply, struct error *err)
{
	enum endpoint_outcome result = ENDPOINT_OFF;
	char *words = NULL;
	if (settings && settings->url && *settings->url) {
		struct received received = {.too_long = false};
		strbuf_init(&received.text);
		char *body = request_body(settings, reply);
		result = body ? exchange(settings, body, &received) : ENDPOINT_UNREACHABLE;
		free(body);
		if (result == ENDPOINT_USED) {
			words = reply_words(&received);
			result = words && looks_right(words) ? ENDPOINT_USED : ENDPOINT_BAD_REPLY;
		}
		if (result == ENDPOINT_USED && !endpoint_allowed(grader, dialogue, words)) {
			result = ENDPOINT_GIVES_AWAY;
		}
		strbuf_release(&received.text);
	}
	strbuf_puts(out, result == ENDPOINT_USED ? words : reply);
	free(words);
	if (outcome) {
		*outcome = result;
	}
	return strbuf_ok(out) ? STATUS_OK
			      : error_set(err, STATUS_NOMEM, "endpoint", "out of memory");
}
