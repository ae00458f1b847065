#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/lua/catalog.h"
#include "engine/tutor/endpoint.h"

/* A server that answers each connection as the test says. */
enum manner {
	GOOD,
	SILENT,
	CUT,
	NOT_JSON,
	NO_CHOICES,
	STATUS_500,
	ENDLESS,
	GIVES_AWAY,
	CODE,
	ENGLISH,
	REFUSES
};

struct server {
	int socket, port;
	enum manner manner;
	char seen[8192];
	const char *statement;
	pthread_t thread;
};

static void send_all(int to, const char *text)
{
	size_t n = strlen(text);
	while (n > 0) {
		ssize_t sent = send(to, text, n, MSG_NOSIGNAL);
		if (sent <= 0) {
			return;
		}
		text += sent;
		n -= (size_t)sent;
	}
}

static void send_words(int to, const char *words)
{
	json_t *body = json_pack("{s:[{s:{s:s,s:s}}]}", "choices", "message", "role", "assistant",
				 "content", words);
	char *text = json_dumps(body, JSON_COMPACT);
	char head[200];
	snprintf(head, sizeof head,
		 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
		 "%zu\r\nConnection: close\r\n\r\n",
		 strlen(text));
	send_all(to, head);
	send_all(to, text);
	free(text);
	json_decref(body);
}

static void answer(struct server *s, int to)
{
	switch (s->manner) {
	case GOOD:
		send_words(to, "천천히 생각해 봐도 좋아요. 창을 옮기면 어떤 일이 벌어질까요?");
		break;
	case SILENT:
		usleep(1500000);
		break;
	case CUT:
		send_all(to, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"choices\":");
		break;
	case NOT_JSON:
		send_all(to, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n<html>hello");
		break;
	case NO_CHOICES:
		send_all(to, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"choices\":[]}");
		break;
	case STATUS_500:
		send_all(to, "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}");
		break;
	case ENDLESS:
		send_all(to, "HTTP/1.1 200 OK\r\n\r\n");
		for (int i = 0; i < 4000; i++) {
			send_all(to, "{\"choices\":[{\"message\":{\"content\":\"");
		}
		break;
	case GIVES_AWAY: {
		char words[2000];
		snprintf(words, sizeof words, "좋아요. %s 이해되시나요?", s->statement);
		send_words(to, words);
		break;
	}
	case CODE:
		send_words(to, "이번에는 제가 먼저 조금만 적어 볼 테니, 아래에 있는 것을 그대로 "
			       "옮겨서 돌려 보세요.\n```lua\nlocal x = 1\n```\n어떤가요?");
		break;
	case ENGLISH:
		send_words(to, "What do you think happens when the window moves?");
		break;
	case REFUSES:
		send_words(to, "");
		break;
	}
}

static void *serve(void *user)
{
	struct server *s = user;
	int to = accept(s->socket, NULL, NULL);
	if (to >= 0) {
		ssize_t n = recv(to, s->seen, sizeof s->seen - 1, 0);
		s->seen[n > 0 ? n : 0] = '\0';
		answer(s, to);
		close(to);
	}
	return NULL;
}

static void start(struct server *s, enum manner manner, const char *statement)
{
	memset(s, 0, sizeof *s);
	s->manner = manner;
	s->statement = statement;
	s->socket = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	assert_int_equal(bind(s->socket, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(s->socket, 4), 0);
	getsockname(s->socket, (struct sockaddr *)&address, &length);
	s->port = ntohs(address.sin_port);
	pthread_create(&s->thread, NULL, serve, s);
}

static void stop(struct server *s)
{
	pthread_join(s->thread, NULL);
	close(s->socket);
}

static void only_good_words_are_used(void **state)
{
	(void)state;
	struct strbuf share;
	strbuf_init(&share);
	struct catalog *catalog;
	struct grader *grader;
	const struct checkpoint *checkpoint;
	assert_int_equal(file_share_folder(&share, NULL), STATUS_OK);
	assert_int_equal(catalog_load(&catalog, NULL), STATUS_OK);
	assert_int_equal(grader_open(&grader, share.text, NULL), STATUS_OK);
	assert_int_equal(catalog_checkpoint(catalog, "CP-AI-05", &checkpoint, NULL, NULL),
			 STATUS_OK);
	static const enum endpoint_outcome expected[] = {[GOOD] = ENDPOINT_USED,
							 [SILENT] = ENDPOINT_UNREACHABLE,
							 [CUT] = ENDPOINT_UNREACHABLE,
							 [NOT_JSON] = ENDPOINT_BAD_REPLY,
							 [NO_CHOICES] = ENDPOINT_BAD_REPLY,
							 [STATUS_500] = ENDPOINT_BAD_REPLY,
							 [ENDLESS] = ENDPOINT_BAD_REPLY,
							 [GIVES_AWAY] = ENDPOINT_GIVES_AWAY,
							 [CODE] = ENDPOINT_GIVES_AWAY,
							 [ENGLISH] = ENDPOINT_BAD_REPLY,
							 [REFUSES] = ENDPOINT_BAD_REPLY};
	struct dialogue *dialogue;
	assert_int_equal(dialogue_open(&dialogue, grader, checkpoint, NULL, NULL), STATUS_OK);
	const char *local = "이번에는 다른 쪽을 볼까요?";
	for (int manner = GOOD; manner <= REFUSES; manner++) {
		struct server server;
		start(&server, (enum manner)manner, checkpoint->expectations[1].statement);
		char url[80];
		snprintf(url, sizeof url, "http://127.0.0.1:%d/v1/chat/completions", server.port);
		struct endpoint_settings settings = {url, "small", "secret-key", 0.6};
		struct strbuf out;
		strbuf_init(&out);
		enum endpoint_outcome outcome;
		int64_t begin = clock_now_ns();
		assert_int_equal(
			endpoint_phrase(&out, &outcome, &settings, grader, dialogue, local, NULL),
			STATUS_OK);
		assert_true(clock_now_ns() - begin < 2000000000);
		stop(&server);
		if (outcome != expected[manner]) {
			fail_msg("manner %d: outcome %d", manner, outcome);
		}
		assert_int_equal(strcmp(out.text, local) == 0, outcome != ENDPOINT_USED);
		assert_non_null(strstr(server.seen, "Bearer secret-key"));
		assert_null(strstr(out.text, "secret-key"));
		char *saved = dialogue_save(dialogue);
		assert_null(strstr(saved, "secret-key"));
		free(saved);
		strbuf_release(&out);
	}
	/* Nobody listens; no URL at all. */
	struct strbuf out;
	strbuf_init(&out);
	enum endpoint_outcome outcome;
	struct endpoint_settings nobody = {"http://127.0.0.1:1/x", "m", NULL, 0.5};
	endpoint_phrase(&out, &outcome, &nobody, grader, dialogue, local, NULL);
	assert_int_equal(outcome, ENDPOINT_UNREACHABLE);
	struct endpoint_settings off = {NULL, NULL, NULL, 0};
	strbuf_reset(&out);
	endpoint_phrase(&out, &outcome, &off, grader, dialogue, local, NULL);
	assert_int_equal(outcome, ENDPOINT_OFF);
	assert_string_equal(out.text, local);
	strbuf_release(&out);
	dialogue_free(dialogue);
	grader_free(grader);
	catalog_free(catalog);
	strbuf_release(&share);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(only_good_words_are_used)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
