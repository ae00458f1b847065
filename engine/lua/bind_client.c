/* Clients of services in the same script: they speak HTTP/1.1 over a connected pair of sockets. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/lua/bind_json.h"
#include "engine/lua/bind_services.h"
#include "engine/lua/values.h"
#include "engine/mlops/http_client.h"

#define MOST_ANSWER ((size_t)64 << 20)
#define KEPT_BYTES 65536 /* of a client's buffer between requests */

struct client {
	int descriptor; /* -1: not connected */
	struct strbuf request, answer;
	size_t sent;
};

int client_new(lua_State *L, int index)
{
	index = lua_absindex(L, index);
	struct client *c = lua_newuserdatauv(L, sizeof(*c), 1);
	memset(c, 0, sizeof(*c));
	c->descriptor = -1;
	strbuf_init(&c->request);
	strbuf_init(&c->answer);
	luaL_setmetatable(L, CLIENT_KEY);
	lua_pushvalue(L, index);
	lua_setiuservalue(L, -2, 1);
	return 1;
}

static void disconnect(struct client *c)
{
	if (c->descriptor >= 0) {
		close(c->descriptor);
		c->descriptor = -1;
	}
}

static int release(lua_State *L)
{
	struct client *c = luaL_checkudata(L, 1, CLIENT_KEY);
	disconnect(c);
	strbuf_release(&c->request);
	strbuf_release(&c->answer);
	strbuf_init(&c->request);
	strbuf_init(&c->answer);
	return 0;
}

/* Sends and receives what goes without waiting. False when the connection is at its end. */
static bool move_bytes(struct client *c)
{
	while (c->sent < c->request.length) {
		ssize_t n = send(c->descriptor, c->request.text + c->sent,
				 c->request.length - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR) {
				break; /* an answer may have come before the service hung up */
			}
			return true;
		}
		c->sent += (size_t)n;
	}
	for (;;) {
		char bytes[16384];
		ssize_t n = recv(c->descriptor, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			return true;
		}
		if (n <= 0) {
			return false;
		}
		strbuf_add(&c->answer, bytes, (size_t)n);
	}
}

static void wait_for(const struct client *c, const struct target *target)
{
	struct pollfd watched[2] = {
		{.fd = c->descriptor,
		 .events = (short)(POLLIN | (c->sent < c->request.length ? POLLOUT : 0))},
		{.fd = target->service ? service_descriptor(target->service->service) : -1,
		 .events = POLLIN}};
	/* A service of this thread moves only when it is turned: look again soon. */
	poll(watched, 2, target->service ? 1 : 20);
}

/* One request, from its bytes to the whole answer; why it failed, or NULL. */
static const char *exchange(lua_State *L, struct client *c, const struct target *target, int place,
			    double seconds, struct http_answer *answer)
{
	int64_t until = clock_now_ns() + (int64_t)(seconds * 1e9);
	bool fresh = c->descriptor < 0, open = true;
	struct error err = ERROR_INIT;
	for (;;) {
		if (c->descriptor < 0) {
			c->descriptor = target_connect(target, &err);
			if (c->descriptor < 0) {
				return message(MSG_MLOPS_CUT);
			}
			c->sent = 0;
			strbuf_reset(&c->answer);
			open = true;
		}
		open = move_bytes(c);
		enum http_reading reading =
			http_answer_read(answer, c->answer.text, c->answer.length, MOST_ANSWER);
		if (reading == HTTP_WHOLE) {
			return NULL;
		}
		if (!open && !fresh && c->answer.length == 0) {
			/* It had closed the kept connection just then: once more on a new one. */
			disconnect(c);
			fresh = true;
			continue;
		}
		if (reading == HTTP_BROKEN || !open) {
			return message(MSG_MLOPS_CUT);
		}
		if (clock_now_ns() > until) {
			return message(MSG_MLOPS_NO_ANSWER);
		}
		services_check_stop(L);
		target_turn(L, target, place);
		if (c->descriptor >= 0 && !target->service) {
			wait_for(c, target);
		} else if (target->service && c->sent == c->request.length) {
			wait_for(c, target);
		}
	}
}

static void push_headers(lua_State *L, const struct client *c, const struct http_answer *answer)
{
	lua_newtable(L);
	const char *line = strstr(c->answer.text, "\r\n") + 2;
	const char *end = c->answer.text + answer->head - 2;
	while (line < end) {
		const char *stop = strstr(line, "\r\n"), *colon = strchr(line, ':');
		if (colon && colon < stop) {
			lua_pushlstring(L, line, (size_t)(colon - line));
			const char *value = colon + 1 + strspn(colon + 1, " ");
			lua_pushlstring(L, value, (size_t)(stop - value));
			lua_rawset(L, -3);
		}
		line = stop + 2;
	}
}

/* Sends the bytes in c->request and pushes the response, or nil and why. The client is at 1. */
static int finish_request(lua_State *L, struct client *c, double seconds)
{
	if (!strbuf_ok(&c->request)) {
		const struct error err = {STATUS_NOMEM, "client", "out of memory"};
		return binding_raise_error(L, &err);
	}
	lua_getiuservalue(L, 1, 1);
	int place = lua_gettop(L);
	struct target target = target_check(L, place);
	struct http_answer answer = {0};
	json_error_t ignored;
	int64_t begun = clock_now_ns();
	c->sent = 0;
	strbuf_reset(&c->answer);
	const char *why = exchange(L, c, &target, place, seconds, &answer);
	if (why) {
		disconnect(c);
		lua_pushnil(L);
		char text[256];
		snprintf(text, sizeof(text), why, seconds);
		lua_pushstring(L, text);
		return 2;
	}
	lua_createtable(L, 0, 5);
	lua_pushinteger(L, answer.status);
	lua_setfield(L, -2, "status");
	push_headers(L, c, &answer);
	lua_setfield(L, -2, "headers");
	const char *body = c->answer.text + answer.head;
	size_t length = answer.length - answer.head;
	lua_pushlstring(L, body, length);
	lua_setfield(L, -2, "body");
	if (length && json_push_parsed(L, body, length, &ignored)) {
		lua_setfield(L, -2, "json");
	}
	lua_pushnumber(L, (double)(clock_now_ns() - begun) * 1e-9);
	lua_setfield(L, -2, "seconds");
	if (!answer.keep) {
		disconnect(c);
	}
	if (c->answer.capacity > KEPT_BYTES) {
		strbuf_release(&c->answer);
		strbuf_init(&c->answer);
	}
	return 1;
}

/* Header lines of the table at index (nil: none) into out, which belongs to a userdata on the stack. */
static void put_headers(lua_State *L, struct strbuf *out, int index)
{
	if (lua_isnoneornil(L, index)) {
		return;
	}
	luaL_checktype(L, index, LUA_TTABLE);
	lua_pushnil(L);
	while (lua_next(L, index)) {
		const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
		const char *value = luaL_tolstring(L, -1, NULL);
		if (!*name || strpbrk(name, "\r\n: ") || strpbrk(value, "\r\n")) {
			binding_raise(L, message(MSG_MLOPS_TEXT), "header", 1000);
		}
		strbuf_printf(out, "%s: %s\r\n", name, value);
		lua_pop(L, 2);
	}
}

static void release_buffer(void *memory)
{
	struct strbuf *buffer = memory;
	if (buffer->text) {
		strbuf_release(buffer);
	}
}

/* Sends a request whose body (none, text or a value that becomes JSON) and headers are at those places. */
static int request_with(lua_State *L, const char *method, const char *path, int body, int headers,
			double seconds)
{
	struct client *c = luaL_checkudata(L, 1, CLIENT_KEY);
	if (path[0] != '/' || strpbrk(path, " \r\n") || strpbrk(method, " \r\n") || !*method) {
		return binding_raise(L, message(MSG_MLOPS_ROUTE), path);
	}
	size_t length = 0;
	const char *text = NULL;
	bool json = false;
	if (lua_type(L, body) == LUA_TSTRING) {
		text = lua_tolstring(L, body, &length);
		json = true; /* what services take, unless the headers say otherwise */
	} else if (!lua_isnoneornil(L, body)) {
		text = json_push_text(L, body, &length);
		json = true;
	}
	struct strbuf *lines = binding_owner(L, sizeof(*lines), release_buffer);
	strbuf_init(lines);
	put_headers(L, lines, headers);
	if (json && !strcasestr(lines->text, "content-type:")) {
		strbuf_puts(lines, "Content-Type: application/json\r\n");
	}
	strbuf_reset(&c->request);
	http_request_write(&c->request, method, path, lines->text, text, length);
	return finish_request(L, c, seconds);
}

#define USUAL_SECONDS 10

static int get(lua_State *L)
{
	lua_settop(L, 3);
	return request_with(L, "GET", luaL_checkstring(L, 2), 4, 3, USUAL_SECONDS);
}

static int post(lua_State *L)
{
	lua_settop(L, 4);
	return request_with(L, "POST", luaL_checkstring(L, 2), 3, 4, USUAL_SECONDS);
}

/* client:request{ method =, path =, body =, headers =, timeout = } */
static int request(lua_State *L)
{
	char method[16], path[1024];
	lua_settop(L, 2);
	luaL_checktype(L, 2, LUA_TTABLE);
	if (!values_text_field(L, 2, "method", method, sizeof(method))) {
		strcpy(method, "GET");
	}
	values_text_field(L, 2, "path", path, sizeof(path));
	double seconds = values_number_field(L, 2, "timeout", USUAL_SECONDS);
	luaL_argcheck(L, seconds > 0 && seconds <= 600, 2, "timeout");
	lua_getfield(L, 2, "body");
	lua_getfield(L, 2, "headers");
	return request_with(L, method, path, 3, 4, seconds);
}

/* Bytes that may be no HTTP at all. */
static int raw(lua_State *L)
{
	struct client *c = luaL_checkudata(L, 1, CLIENT_KEY);
	size_t length;
	const char *bytes = luaL_checklstring(L, 2, &length);
	double seconds = luaL_optnumber(L, 3, USUAL_SECONDS);
	luaL_argcheck(L, seconds > 0 && seconds <= 600, 3, "timeout");
	strbuf_reset(&c->request);
	strbuf_add(&c->request, bytes, length);
	return finish_request(L, c, seconds);
}

static int close_client(lua_State *L)
{
	disconnect(luaL_checkudata(L, 1, CLIENT_KEY));
	return 0;
}

static const struct binding methods[] = {
	{"get", get, "path: string, headers?: table", "Response?, string?",
	 "GET 요청을 보내고 { status, headers, body, json, seconds }를 받습니다. 답이 없으면 nil과 "
	 "까닭",
	 0},
	{"post", post, "path: string, body?: any, headers?: table", "Response?, string?",
	 "POST 요청을 보냅니다. 표는 JSON이 되고, 글은 그대로 갑니다.", 0},
	{"request", request,
	 "options: {method?: string, path: string, body?: any, headers?: table, timeout?: number}",
	 "Response?, string?", "어떤 요청이든 보냅니다.", 0},
	{"raw", raw, "bytes: string, timeout?: number", "Response?, string?",
	 "적은 바이트를 그대로 보냅니다. 잘못된 요청을 흉내 낼 때 씁니다.", 0},
	{"close", close_client, "", "", "연결을 끊습니다. 다음 요청은 새로 잇습니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding *const lists[] = {methods, NULL};
static const luaL_Reg operators[] = {{"__gc", release}, {"__close", release}, {NULL, NULL}};

const struct bound_type client_type = {.name = "Client",
				       .doc = "서비스를 부르는 HTTP 클라이언트",
				       .methods = lists,
				       .operators = operators};
