/* Looking inside from Lua: where a number came from, the graph as DOT, gradients of activations, what takes the time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"
#include "engine/tensor/explain.h"
#include "engine/tensor/profile.h"

/* ---- where a number came from ---- */

#define MAX_NODES 4000 /* of one tree */

static void release_explanation(void *e)
{
	explanation_release(e);
}

/* Pushes {1, 3} for a row-major position, counted from 1. */
static void push_index(lua_State *L, const struct tensor *t, int64_t position)
{
	lua_createtable(L, t->dims, 0);
	for (int d = t->dims - 1; d >= 0; d--) {
		lua_pushinteger(L, position % t->shape[d] + 1);
		lua_rawseti(L, -2, d + 1);
		position /= t->shape[d];
	}
}

static void push_place(char *out, size_t size, const struct tensor *t, int64_t position)
{
	int64_t index[TENSOR_MAX_DIMS];
	for (int d = t->dims - 1; d >= 0; d--) {
		index[d] = position % t->shape[d] + 1;
		position /= t->shape[d];
	}
	size_t used = (size_t)snprintf(out, size, "[");
	for (int d = 0; d < t->dims && used < size; d++) {
		used += (size_t)snprintf(out + used, size - used, d ? ",%lld" : "%lld",
					 (long long)index[d]);
	}
	snprintf(out + (used < size ? used : size - 1), used < size ? size - used : 1, "]");
}

struct tree {
	int depth, most, nodes;
	struct strbuf *text;
};

static const char *input_name(const struct op *op, int k)
{
	return k < 6 && op->inputs[k] ? op->inputs[k] : "x";
}

static void indent(struct tree *tree, int level)
{
	for (int i = 0; i < level; i++) {
		strbuf_puts(tree->text, "  ");
	}
}

static void push_tree(lua_State *L, struct tree *tree, struct tensor *t, int64_t position,
		      int level);

/* Pushes one term; its own derivation stands under "from". */
static void push_term(lua_State *L, struct tree *tree, const struct explanation *e,
		      const struct explain_term *term, int level)
{
	struct tensor *x = e->inputs[term->input];
	char place[96];
	push_place(place, sizeof(place), x, term->position);
	indent(tree, level);
	strbuf_printf(tree->text, "%s%s = %.6g", input_name(e->op, term->input), place,
		      term->value);
	if (term->slope != 1) {
		strbuf_printf(tree->text, "  × %.6g = %.6g", term->slope,
			      term->slope * term->value);
	}
	strbuf_putc(tree->text, '\n');
	lua_createtable(L, 0, 6);
	lua_pushstring(L, input_name(e->op, term->input));
	lua_setfield(L, -2, "input");
	push_index(L, x, term->position);
	lua_setfield(L, -2, "index");
	lua_pushnumber(L, term->value);
	lua_setfield(L, -2, "value");
	lua_pushnumber(L, term->slope);
	lua_setfield(L, -2, "slope");
	lua_pushnumber(L, term->slope * term->value);
	lua_setfield(L, -2, "term");
	if (level / 2 + 1 < tree->depth && x->node && tree->nodes < MAX_NODES) {
		push_tree(L, tree, x, term->position, level + 1);
		lua_setfield(L, -2, "from");
	}
}

static void push_tree(lua_State *L, struct tree *tree, struct tensor *t, int64_t position,
		      int level)
{
	luaL_checkstack(L, 12, NULL);
	tree->nodes++;
	struct explanation *e = binding_owner(L, sizeof(*e), release_explanation);
	int owner = lua_gettop(L);
	struct error err = ERROR_INIT;
	if (explain_element(e, t, position, tree->most, &err) != STATUS_OK) {
		binding_raise_error(L, &err);
	}
	lua_createtable(L, 0, 6);
	lua_pushnumber(L, e->value);
	lua_setfield(L, -2, "value");
	push_index(L, t, position);
	lua_setfield(L, -2, "index");
	lua_pushstring(L, e->op ? e->op->name : e->released ? "released" : "leaf");
	lua_setfield(L, -2, "op");
	if (e->released) {
		indent(tree, level);
		strbuf_printf(tree->text, "%s\n", message(MSG_LUA_EXPLAIN_RELEASED));
	}
	int64_t all = 0;
	for (int k = 0; k < e->input_count; k++) {
		all += e->dependents[k];
	}
	if (e->op) {
		indent(tree, level);
		strbuf_printf(tree->text, message(MSG_LUA_EXPLAIN_OP), e->op->name, (long long)all);
		strbuf_putc(tree->text, '\n');
	}
	lua_pushinteger(L, all);
	lua_setfield(L, -2, "count");
	lua_createtable(L, e->term_count, 0);
	for (int i = 0; i < e->term_count; i++) {
		push_term(L, tree, e, &e->terms[i], level + 1);
		lua_rawseti(L, -2, i + 1);
	}
	lua_setfield(L, -2, "terms");
	if (all > e->term_count) {
		indent(tree, level + 1);
		strbuf_printf(tree->text, message(MSG_LUA_EXPLAIN_MORE),
			      (long long)(all - e->term_count));
		strbuf_putc(tree->text, '\n');
	}
	lua_remove(L, owner);
}

static void release_text(void *text)
{
	struct strbuf *buffer = text;
	if (buffer->text) {
		strbuf_release(buffer);
	}
}

static struct strbuf *push_buffer(lua_State *L)
{
	struct strbuf *text = binding_owner(L, sizeof(*text), release_text);
	strbuf_init(text);
	return text;
}

/* T.explain(t, i, j, …, {depth = 3, terms = 6}) → tree; tree.text tells it */
static int explain(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	int last = lua_gettop(L);
	bool options = lua_istable(L, last);
	int given = last - 1 - options;
	int at = options ? last : last + 1;
	struct tree tree = {.depth = (int)values_integer_field(L, at, "depth", 3),
			    .most = (int)values_integer_field(L, at, "terms", 6)};
	luaL_argcheck(L, tree.depth >= 1 && tree.depth <= 20, last, "depth 1 … 20");
	luaL_argcheck(L, tree.most >= 1 && tree.most <= 100, last, "terms 1 … 100");
	if (given != t->dims) {
		char shape[TENSOR_SHAPE_TEXT];
		return binding_raise(L, message(MSG_BIND_INDICES), tensor_shape_text(t, shape),
				     t->dims, given);
	}
	int64_t position = 0;
	for (int d = 0; d < given; d++) {
		position = position * t->shape[d] +
			   handle_index(L, luaL_checkinteger(L, 2 + d), t->shape[d]);
	}
	tree.text = push_buffer(L);
	char place[96];
	push_place(place, sizeof(place), t, position);
	strbuf_printf(tree.text, "%s = %.6g\n", place, tensor_get(t, position));
	push_tree(L, &tree, t, position, 0);
	lua_pushlstring(L, tree.text->text, tree.text->length);
	lua_setfield(L, -2, "text");
	return 1;
}

/* T.dot(t): the graph that leads to it, for Graphviz */
static int dot(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	struct strbuf *text = push_buffer(L);
	tensor_graph_dot(text, t);
	lua_pushlstring(L, text->text, text->length);
	return 1;
}

const struct binding bind_inside_tensor[] = {
	{"explain", explain, "t: Tensor, ...: integer|{depth?: integer, terms?: integer}", "table",
	 "값 하나가 어디서 왔는지 나무로 보여 줍니다: { op, value, index, count, terms = {{ input, "
	 "index, value, slope, term, from }} }. text에 글로 적혀 있습니다.",
	 0},
	{"dot", dot, "t: Tensor", "string", "이 텐서까지의 계산 그래프를 DOT으로 적습니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

/* ---- gradients of activations ---- */

#define MAX_WATCHED 256

struct watched {
	int count;
	char names[MAX_WATCHED][MODULE_NAME * 2];
	struct tensor *outputs[MAX_WATCHED], *gradients[MAX_WATCHED];
};

static void release_watched(void *memory)
{
	struct watched *w = memory;
	for (int i = 0; i < w->count; i++) {
		tensor_unref(w->outputs[i]);
		tensor_unref(w->gradients[i]);
	}
	w->count = 0;
}

static void note_output(void *context, const char *name, struct module *m, struct tensor *output)
{
	(void)m;
	struct watched *w = context;
	if (w->count < MAX_WATCHED && output->requires_grad) {
		snprintf(w->names[w->count], sizeof(w->names[0]), "%s", name);
		w->outputs[w->count++] = tensor_ref(output);
	}
}

/* model:activation_gradients(x, fn): fn(output) → loss; { name = d loss / d output of that layer } */
static int activation_gradients(lua_State *L)
{
	lua_settop(L, 3);
	struct module *module = model_check(L, 1);
	struct tensor *x = handle_coerce(L, 2);
	luaL_checkany(L, 3);
	struct watched *w = binding_owner(L, sizeof(*w), release_watched);
	struct tensor_handle *output = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	bool before = tensor_grad_mode(true);
	module_set_hook(note_output, w);
	struct tensor *y = module_forward(module, x, &err);
	module_set_hook(NULL, NULL);
	tensor_grad_mode(before);
	output->t = tensor_ref(y);
	tensor_scope_close(&scope);
	if (!output->t) {
		return binding_raise_error(L, &err);
	}
	lua_pushvalue(L, 3);
	lua_pushvalue(L, 5);
	lua_call(L, 1, 1);
	struct tensor *loss = handle_check(L, -1);
	tensor_scope_open(&scope);
	enum status status =
		tensor_gradients(w->gradients, loss, NULL, w->outputs, w->count, NULL, &err);
	for (int i = 0; i < w->count; i++) {
		tensor_ref(w->gradients[i]);
	}
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_createtable(L, w->count, w->count);
	for (int i = 0; i < w->count; i++) {
		handle_push(L, w->gradients[i]);
		lua_setfield(L, -2, w->names[i]);
		lua_pushstring(L, w->names[i]);
		lua_rawseti(L, -2, i + 1);
	}
	return 1;
}

const struct binding bind_inside_model[] = {
	{"activation_gradients", activation_gradients,
	 "x: Tensor, loss: fun(output: Tensor): Tensor", "table<string, Tensor>",
	 "층마다의 출력에 대한 손실의 기울기를 이름으로 돌려줍니다. [1], [2]…에는 이름이 차례로 "
	 "있습니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

/* ---- what takes the time ---- */

/* Floating-point operations a second of a large product: what the machine can do at best. */
static double peak_flops(void)
{
	int64_t shape[2] = {384, 384};
	double best = 0;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *a = tensor_full(DTYPE_F32, 2, shape, 1, NULL);
	for (int i = 0; i < 4 && a; i++) {
		int64_t start = clock_now_ns();
		tensor_matmul(a, a, NULL);
		double seconds = (double)(clock_now_ns() - start) / 1e9;
		double rate = seconds > 0 ? 2 * 384.0 * 384 * 384 / seconds : 0;
		best = rate > best ? rate : best;
	}
	tensor_scope_close(&scope);
	return best;
}

/* nn.profile(fn, …) → rows by op, the slowest first */
static int profile(lua_State *L)
{
	luaL_checkany(L, 1);
	bool old = tensor_grad_mode(false);
	double peak = peak_flops();
	tensor_grad_mode(old);
	profile_start();
	int failed = lua_pcall(L, lua_gettop(L) - 1, 0, 0);
	struct profile_row rows[OP_COUNT];
	int count = profile_rows(rows, OP_COUNT);
	profile_stop();
	if (failed) {
		return lua_error(L);
	}
	double total = 0;
	for (int i = 0; i < count; i++) {
		total += (double)rows[i].nanoseconds;
	}
	struct strbuf *text = push_buffer(L);
	strbuf_printf(text, message(MSG_LUA_PROFILE_HEAD), peak / 1e9);
	strbuf_putc(text, '\n');
	lua_createtable(L, count, 2);
	for (int i = 0; i < count; i++) {
		const struct profile_row *r = &rows[i];
		double seconds = (double)r->nanoseconds / 1e9;
		double rate = seconds > 0 ? r->flops / seconds : 0;
		lua_createtable(L, 0, 8);
		lua_pushstring(L, op_row(r->id)->name);
		lua_setfield(L, -2, "op");
		lua_pushinteger(L, r->calls);
		lua_setfield(L, -2, "calls");
		const struct {
			const char *name;
			double value;
		} numbers[] = {{"seconds", seconds},
			       {"share", total > 0 ? (double)r->nanoseconds / total : 0},
			       {"flops", r->flops},
			       {"bytes", r->bytes},
			       {"gflops", rate / 1e9},
			       {"peak_share", peak > 0 ? rate / peak : 0}};
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++) {
			lua_pushnumber(L, numbers[k].value);
			lua_setfield(L, -2, numbers[k].name);
		}
		lua_rawseti(L, -2, i + 1);
		strbuf_printf(text, "%-20s %8lld %10.3f ms %5.1f %% %8.2f GFLOP/s %5.1f %%\n",
			      op_row(r->id)->name, (long long)r->calls, seconds * 1e3,
			      numbers[1].value * 100, rate / 1e9, numbers[5].value * 100);
	}
	lua_pushlstring(L, text->text, text->length);
	lua_setfield(L, -2, "text");
	lua_pushnumber(L, peak / 1e9);
	lua_setfield(L, -2, "peak_gflops");
	return 1;
}

const struct binding bind_inside_nn[] = {
	{"profile", profile, "fn: function, ...: any", "table",
	 "fn을 부르는 동안 연산마다 걸린 시간, 계산량(FLOP), 오간 바이트를 잽니다. 느린 것부터의 "
	 "목록이고 text에 표가 있습니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
