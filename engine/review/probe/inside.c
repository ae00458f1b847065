#include "engine/review/probe/probe.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <curl/curl.h>

#include "engine/base/clock.h"

#define JSON_TYPE "application/json"
#define SLOW_MARK "/tmp/mundap-slow"
#define LARGE ((size_t)32 << 20)
#define DEEP 20000

struct prober {
	const json_t *plan;
	int out;
	struct probe_service service;
	struct http_answer answer;
	const char *predict, *method;
	char *good; /* the body that was accepted; NULL while none was */
	const char *tried; /* the likeliest body */
};

static void say(struct prober *p, const char *id, bool passed, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void say(struct prober *p, const char *id, bool passed, const char *format, ...)
{
	char detail[400];
	va_list args;
	va_start(args, format);
	vsnprintf(detail, sizeof detail, format, args);
	va_end(args);
	json_t *line =
		json_pack("{s:s, s:b, s:s}", "name", id, "passed", (int)passed, "detail", detail);
	if (!line) { /* bytes of the service that are no UTF-8 */
		line = json_pack("{s:s, s:b, s:s}", "name", id, "passed", (int)passed, "detail",
				 "?");
	}
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	if (text && dprintf(p->out, "%s\n", text) < 0) {
		_exit(3);
	}
	free(text);
	json_decref(line);
}

static const char *planned(const struct prober *p, const char *key)
{
	const char *text = json_string_value(json_object_get(p->plan, key));
	return text ? text : "";
}

static void set_slow(bool slow)
{
	if (slow) {
		FILE *mark = fopen(SLOW_MARK, "we");
		if (mark) {
			fclose(mark);
		}
	} else {
		unlink(SLOW_MARK);
	}
}

static void post(struct prober *p, const char *type, const char *body, size_t length,
		 double seconds)
{
	http_request(&p->answer, p->method, p->predict, type, body, length, seconds);
}

/* The last line of what the service wrote: usually the exception. */
static const char *last_words(struct prober *p, char *line, size_t size)
{
	usleep(60 * 1000);
	probe_service_alive(&p->service);
	const char *text = p->service.said.text;
	size_t end = p->service.said.length;
	line[0] = '\0';
	for (int tries = 0; tries < 12 && end > 0; tries++) {
		while (end > 0 && isspace((unsigned char)text[end - 1])) {
			end--;
		}
		size_t start = end;
		while (start > 0 && text[start - 1] != '\n') {
			start--;
		}
		if (end - start > 5 && memmem(text + start, end - start, "Error", 5)) {
			snprintf(line, size, "%.*s", (int)(end - start < 160 ? end - start : 160),
				 text + start);
			return line;
		}
		end = start;
	}
	return line;
}

static bool has_number(const json_t *value, int depth)
{
	size_t i;
	const char *key;
	json_t *child;
	if (json_is_number(value)) {
		return isfinite(json_number_value(value));
	}
	if (json_is_boolean(value) || depth > 10) {
		return json_is_boolean(value);
	}
	json_array_foreach((json_t *)(uintptr_t)value, i, child)
	{
		if (has_number(child, depth + 1)) {
			return true;
		}
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, child)
	{
		if (has_number(child, depth + 1)) {
			return true;
		}
	}
	return false;
}

/* Tries the bodies that the code seems to expect until one is taken. */
static void valid_body(struct prober *p)
{
	char line[200] = "";
	size_t i;
	json_t *body;
	long first = 0;
	json_array_foreach(json_object_get(p->plan, "bodies"), i, body)
	{
		const char *text = json_string_value(body);
		if (!text) {
			continue;
		}
		post(p, JSON_TYPE, text, strlen(text), 10);
		if (p->answer.status == 200) {
			free(p->good);
			p->good = strdup(text);
			json_t *parsed = json_loadb(p->answer.body.text, p->answer.body.length,
						    JSON_DECODE_ANY, NULL);
			bool number = parsed && (has_number(parsed, 0) || json_is_object(parsed));
			json_decref(parsed);
			say(p, "valid", number, "200, %s",
			    number ? "JSON 답" : "JSON으로 읽을 수 있는 값이 없음");
			return;
		}
		if (p->answer.status == 401 || p->answer.status == 403) {
			say(p, "valid", true, "토큰을 몰라 확인하지 못함 (%ld)", p->answer.status);
			return;
		}
		/* the first is what the code asks for: its failure is the one to tell */
		if (i == 0) {
			first = p->answer.status;
			last_words(p, line, sizeof line);
			p->tried = text;
		}
	}
	say(p, "valid", false, "%ld %s", first, line);
}

/* Where the code asks for a token: a request without one and one with a wrong one have to be refused. */
static void tokens(struct prober *p)
{
	const char *body = p->good ? p->good : p->tried;
	if (!json_is_true(json_object_get(p->plan, "auth")) || !body) {
		return;
	}
	const char *header = planned(p, "token_header");
	http_show_token(NULL, NULL);
	post(p, JSON_TYPE, body, strlen(body), 10);
	/* FastAPI answers 422 for a header that is required and missing */
	bool refused =
		p->answer.status == 401 || p->answer.status == 403 || p->answer.status == 422;
	say(p, "auth", refused, "토큰 없이 %ld", p->answer.status);
	http_show_token("wrong-" PROBE_TOKEN, header);
	post(p, JSON_TYPE, body, strlen(body), 10);
	say(p, "wrong-token", p->answer.status == 401 || p->answer.status == 403, "틀린 토큰에 %ld",
	    p->answer.status);
	http_show_token(PROBE_TOKEN, header);
}

static bool looks_like_json(const struct http_answer *answer)
{
	json_t *parsed = json_loadb(answer->body.text, answer->body.length, JSON_DECODE_ANY, NULL);
	bool fine = parsed != NULL;
	json_decref(parsed);
	return fine;
}

static bool shows_inside(const struct http_answer *answer)
{
	return strstr(answer->body.text, "Traceback (most recent") ||
	       strstr(answer->body.text, "Werkzeug Debugger") ||
	       strstr(answer->body.text, "debugger.js") || strstr(answer->body.text, "File \"/");
}

struct bad {
	const char *id, *type;
	const char *body;
	size_t length;
};

static void bad_bodies(struct prober *p)
{
	char *deep = malloc(DEEP * 2 + 32);
	size_t deep_length = 0;
	if (deep) {
		memset(deep, '[', DEEP);
		memset(deep + DEEP, ']', DEEP);
		deep_length = DEEP * 2;
	}
	const struct bad rows[] = {
		{"malformed", JSON_TYPE, "{\"features\": [1, 2", 18},
		{"empty", JSON_TYPE, "", 0},
		{"content-type", "text/plain", "hello", 5},
		{"missing-key", JSON_TYPE, "{}", 2},
		{"wrong-type", JSON_TYPE, "{\"features\": \"abc\", \"data\": {}}", 31},
		{"null", JSON_TYPE, "null", 4},
		{"list-for-object", JSON_TYPE, "[1, 2, 3]", 9},
		{"nan", JSON_TYPE, "{\"features\": [NaN, NaN, NaN, NaN]}", 34},
		{"deep", JSON_TYPE, deep, deep_length},
	};
	bool inside_shown = false;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char line[200];
		if (!rows[i].body) {
			continue;
		}
		post(p, rows[i].type, rows[i].body, rows[i].length, 10);
		long status = p->answer.status;
		bool refused = status >= 400 && status < 500;
		bool json = looks_like_json(&p->answer);
		inside_shown = inside_shown || shows_inside(&p->answer);
		if (status == 0) {
			say(p, rows[i].id, false, "답이 없음: %s %s", p->answer.problem,
			    last_words(p, line, sizeof line));
		} else if (i < 3) {
			say(p, rows[i].id, refused && json, "%ld%s", status,
			    refused && !json ? ", JSON이 아님" : "");
		} else {
			say(p, rows[i].id, refused, "%ld %s", status,
			    status >= 500 ? last_words(p, line, sizeof line) : "");
		}
		if (!probe_service_alive(&p->service)) {
			say(p, "survives", false, "%s 뒤에 서비스가 끝남", rows[i].id);
			break;
		}
	}
	say(p, "error-bodies", !inside_shown, "%s",
	    inside_shown ? "응답에 트레이스백이나 디버거 화면이 보임" : "내부가 드러나지 않음");
	free(deep);
}

static void large_body(struct prober *p)
{
	char *body = malloc(LARGE);
	if (!body) {
		return;
	}
	const char *start = "{\"features\": [1, 2, 3, 4], \"pad\": \"";
	memset(body, 'a', LARGE);
	memcpy(body, start, strlen(start));
	memcpy(body + LARGE - 2, "\"}", 2);
	double before = probe_service_memory(&p->service);
	post(p, JSON_TYPE, body, LARGE, 20);
	double after = probe_service_memory(&p->service);
	/* a server that closes while we are still sending has refused as well */
	bool closed =
		p->answer.status == 0 && probe_service_alive(&p->service) && after - before < 24;
	say(p, "large-body", p->answer.status == 413 || closed,
	    "32 MB 본문에 %ld, 메모리 %.0f→%.0f MB", p->answer.status, before, after);
	free(body);
}

static void wrong_ways(struct prober *p)
{
	http_request(&p->answer, "DELETE", p->predict, NULL, NULL, 0, 5);
	say(p, "wrong-method",
	    p->answer.status == 405 || p->answer.status == 404 || p->answer.status == 501,
	    "DELETE에 %ld", p->answer.status);
	http_request(&p->answer, "GET", "/no-such-path-here", NULL, NULL, 0, 5);
	say(p, "wrong-path", p->answer.status == 404, "없는 경로에 %ld", p->answer.status);
}

static void watch_routes(struct prober *p)
{
	static const struct {
		const char *id, *key;
	} rows[] = {{"health", "health"}, {"ready", "ready"}, {"metrics", "metrics"}};
	for (size_t i = 0; i < 3; i++) {
		const char *path = planned(p, rows[i].key);
		if (!*path) {
			say(p, rows[i].id, false, "경로가 없음");
			continue;
		}
		http_request(&p->answer, "GET", path, NULL, NULL, 0, 5);
		say(p, rows[i].id, p->answer.status == 200, "%s에 %ld", path, p->answer.status);
	}
}

struct sender {
	struct prober *p;
	struct http_answer answer;
	pthread_t thread;
	bool running;
};

static void *send_one(void *context)
{
	struct sender *s = context;
	const char *body = s->p->good ? s->p->good : s->p->tried;
	http_request(&s->answer, s->p->method, s->p->predict, JSON_TYPE, body, strlen(body), 15);
	return NULL;
}

static void start_sender(struct sender *s, struct prober *p)
{
	s->p = p;
	http_answer_init(&s->answer);
	s->running = pthread_create(&s->thread, NULL, send_one, s) == 0;
}

static void finish_sender(struct sender *s)
{
	if (s->running) {
		pthread_join(s->thread, NULL);
	}
}

static void concurrency(struct prober *p)
{
	struct sender senders[4];
	const char *path = *planned(p, "health") ? planned(p, "health") : "/no-such-path-here";
	set_slow(true);
	for (int i = 0; i < 4; i++) {
		start_sender(&senders[i], p);
	}
	usleep(250 * 1000);
	http_request(&p->answer, "GET", path, NULL, NULL, 0, 10);
	double waited = p->answer.status ? p->answer.seconds : 10;
	for (int i = 0; i < 4; i++) {
		finish_sender(&senders[i]);
		http_answer_release(&senders[i].answer);
	}
	set_slow(false);
	say(p, "concurrency", waited < 0.5, "1초짜리 예측 네 개가 도는 동안 다른 경로의 답: %.2f초",
	    waited);
}

static void slow_client(struct prober *p)
{
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PROBE_PORT)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (s < 0 || connect(s, (struct sockaddr *)&address, sizeof address) != 0) {
		say(p, "slow-client", false, "연결하지 못함");
	} else {
		const char *drip = "POST";
		for (int i = 0; i < 2; i++) {
			if (write(s, drip + i, 1) < 0) {
				break;
			}
			usleep(300 * 1000);
		}
		http_request(&p->answer, "GET", "/no-such-path-here", NULL, NULL, 0, 3);
		say(p, "slow-client", p->answer.status != 0,
		    "느린 손님이 있는 동안 다른 요청에 %ld", p->answer.status);
	}
	if (s >= 0) {
		close(s);
	}
}

static void counters(struct prober *p)
{
	const char *path = planned(p, "metrics");
	if (!*path || !p->good) {
		return;
	}
	http_request(&p->answer, "GET", path, NULL, NULL, 0, 5);
	char *before = strdup(p->answer.body.text);
	for (int i = 0; i < 3; i++) {
		post(p, JSON_TYPE, p->good, strlen(p->good), 5);
	}
	http_request(&p->answer, "GET", path, NULL, NULL, 0, 5);
	bool moved = before && strcmp(before, p->answer.body.text) != 0;
	say(p, "counters", moved, "예측 세 번 뒤에 메트릭이 %s", moved ? "움직임" : "그대로임");
	free(before);
}

static void graceful_end(struct prober *p)
{
	struct sender sender;
	set_slow(true);
	start_sender(&sender, p);
	usleep(400 * 1000);
	int pid = p->service.pid;
	if (pid > 0) {
		kill(pid, SIGTERM);
	}
	bool ended = probe_service_wait(&p->service, 6);
	finish_sender(&sender);
	set_slow(false);
	int status = p->service.exit_status;
	bool clean = ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	bool answered = sender.answer.status != 0;
	bool orphan = pid > 0 && kill(-pid, 0) == 0;
	say(p, "sigterm", answered && clean && !orphan && !probe_port_open(),
	    "처리 중이던 요청은 %s, %s", answered ? "끝까지 답함" : "끊김",
	    !ended                ? "6초 안에 끝나지 않음"
	    : WIFSIGNALED(status) ? "신호에 바로 죽음"
	    : clean               ? "0으로 끝남"
				  : "0이 아닌 값으로 끝남");
	http_answer_release(&sender.answer);
}

static void missing_model(struct prober *p)
{
	if (!json_is_true(json_object_get(p->plan, "model_missing"))) {
		return;
	}
	const char *ready = planned(p, "ready");
	/* what the stub planted is taken away again */
	char path[512];
	FILE *planted = fopen("/tmp/mundap-planted", "re");
	int removed = 0;
	while (planted && fgets(path, sizeof path, planted)) {
		path[strcspn(path, "\n")] = '\0';
		removed += unlink(path) == 0;
	}
	if (planted) {
		fclose(planted);
	}
	if (!removed) {
		return;
	}
	bool up = probe_service_start(&p->service, planned(p, "file"), false, 10);
	if (up) {
		http_request(&p->answer, "GET", *ready ? ready : "/ready", NULL, NULL, 0, 5);
		say(p, "missing-model", p->answer.status == 503,
		    "모델이 없는데 떴고, 준비 상태 경로는 %ld", p->answer.status);
	} else {
		probe_service_wait(&p->service, 2);
		bool trace = strstr(p->service.said.text, "Traceback") != NULL;
		bool ended = p->service.pid == 0 && WIFEXITED(p->service.exit_status) &&
			     WEXITSTATUS(p->service.exit_status) != 0;
		char line[200];
		say(p, "missing-model", ended && !trace, "%s: %s",
		    trace ? "트레이스백만 남기고 끝남" : "끝남", last_words(p, line, sizeof line));
	}
	probe_service_stop(&p->service);
}

int probe_inside(const json_t *plan, int out)
{
	struct prober p = {.plan = plan, .out = out};
	signal(SIGPIPE, SIG_IGN);
	/* what is probed has the same user: it may not look into the prober, nor write its verdicts */
	prctl(PR_SET_DUMPABLE, 0);
	probe_guard_start();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	http_answer_init(&p.answer);
	p.predict = planned(&p, "predict");
	p.method = planned(&p, "method");
	if (!probe_service_start(&p.service, planned(&p, "file"), true, 20)) {
		char line[200];
		last_words(&p, line, sizeof line);
		bool running = probe_service_alive(&p.service);
		say(&p, "start", false, "%s%s",
		    running ? "20초 안에 포트를 열지 않음 " : "시작하다 끝남: ", line);
		probe_service_stop(&p.service);
		if (probe_guard_verdict()) {
			say(&p, "bounds", false, "%s", probe_guard_verdict());
		}
		return 1;
	}
	say(&p, "start", true, "떴음");
	http_show_token(PROBE_TOKEN, planned(&p, "token_header"));
	valid_body(&p);
	tokens(&p);
	bad_bodies(&p);
	if (probe_service_alive(&p.service)) {
		large_body(&p);
		wrong_ways(&p);
		watch_routes(&p);
		counters(&p);
		slow_client(&p);
	}
	if (probe_service_alive(&p.service) && (p.good || p.tried)) {
		concurrency(&p);
		graceful_end(&p);
	}
	probe_service_stop(&p.service);
	missing_model(&p);
	if (probe_guard_verdict()) {
		say(&p, "bounds", false, "%s", probe_guard_verdict());
	}
	http_answer_release(&p.answer);
	free(p.good);
	curl_global_cleanup();
	return 0;
}
