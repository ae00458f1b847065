/* ml.search: trying settings by grid, at random, by TPE, or with growing budgets (Hyperband). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/lua/bind_ml.h"
#include "engine/ml/search.h"

#define MOST_DIMENSIONS 32
#define MOST_RUNGS 32

enum method { METHOD_GRID, METHOD_RANDOM, METHOD_TPE, METHOD_HYPERBAND };

/* Stack: 1 space, 2 objective, 3 options, 4 list of names, 5 list of trials. */
struct searching {
	struct search *search;
	struct search_dimension dimensions[MOST_DIMENSIONS];
	size_t count;
	bool maximise;
	double best;
	lua_Integer best_at, trials;
};

static void release(void *memory)
{
	search_free(((struct searching *)memory)->search);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the space in order, as a list on the stack. */
static size_t push_names(lua_State *L)
{
	const char *names[MOST_DIMENSIONS];
	size_t count = 0;
	lua_pushnil(L);
	while (lua_next(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING || count == MOST_DIMENSIONS) {
			binding_raise(L, message(MSG_SEARCH_SPACE), MOST_DIMENSIONS);
		}
		names[count++] = lua_tostring(L, -2);
		lua_pop(L, 1);
	}
	if (count == 0) {
		binding_raise(L, message(MSG_SEARCH_SPACE), MOST_DIMENSIONS);
	}
	qsort(names, count, sizeof(*names), by_name);
	lua_createtable(L, (int)count, 0);
	for (size_t i = 0; i < count; i++) {
		lua_pushstring(L, names[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return count;
}

/* { low =, high =, log =, integer = } or a list of choices. */
static void read_dimension(lua_State *L, struct search_dimension *d, const char *name)
{
	int place = lua_gettop(L);
	if (!lua_istable(L, place)) {
		binding_raise(L, message(MSG_SEARCH_DIMENSION), name);
	}
	*d = (struct search_dimension){.choices = (size_t)lua_rawlen(L, place)};
	if (!d->choices) {
		d->low = values_number_field(L, place, "low", NAN);
		d->high = values_number_field(L, place, "high", NAN);
		d->log = values_flag_field(L, place, "log");
		d->whole = values_flag_field(L, place, "integer");
		if (!(d->low < d->high) || (d->log && !(d->low > 0))) {
			binding_raise(L, message(MSG_SEARCH_DIMENSION), name);
		}
	}
}

/* Pushes { name = value } of a point. */
static void push_params(lua_State *L, const struct searching *s, const double *point)
{
	lua_createtable(L, 0, (int)s->count);
	int params = lua_gettop(L);
	for (size_t i = 0; i < s->count; i++) {
		lua_rawgeti(L, 4, (lua_Integer)i + 1);
		if (s->dimensions[i].choices) {
			lua_pushvalue(L, -1);
			lua_gettable(L, 1);
			lua_rawgeti(L, -1, (lua_Integer)point[i] + 1);
			lua_remove(L, -2);
		} else if (s->dimensions[i].whole) {
			lua_pushinteger(L, (lua_Integer)point[i]);
		} else {
			lua_pushnumber(L, point[i]);
		}
		lua_settable(L, params);
	}
}

/* Calls the objective on a point, records the trial and tells the search. Only a whole trial can be the best: one that had
 * all of the budget. Returns the loss. */
static double try_point(lua_State *L, struct searching *s, const double *point, double budget,
			bool whole)
{
	int top = lua_gettop(L);
	luaL_checkstack(L, 12, "search");
	lua_newtable(L);
	push_params(L, s, point);
	lua_pushvalue(L, -1);
	lua_setfield(L, top + 1, "params");
	lua_pushvalue(L, 2);
	lua_insert(L, -2);
	if (budget > 0) {
		lua_pushnumber(L, budget);
		lua_pushvalue(L, -1);
		lua_setfield(L, top + 1, "budget");
	} else {
		lua_pushnil(L);
	}
	lua_call(L, 2, 1);
	double value = values_scalar(L, lua_gettop(L));
	lua_settop(L, top + 1);
	numbers_set(L, "value", value);
	s->trials++;
	lua_rawseti(L, 5, s->trials);
	double loss = s->maximise ? -value : value;
	struct error err = ERROR_INIT;
	if (search_tell(s->search, point, loss, &err) != STATUS_OK) {
		binding_raise_error(L, &err);
	}
	if (whole && !isnan(loss) && (!s->best_at || loss < s->best)) {
		s->best = loss;
		s->best_at = s->trials;
	}
	lua_settop(L, top);
	return isnan(loss) ? INFINITY : loss;
}

struct candidate {
	double loss;
	double point[MOST_DIMENSIONS];
};

static int by_loss(const void *a, const void *b)
{
	double x = ((const struct candidate *)a)->loss, y = ((const struct candidate *)b)->loss;
	return (x > y) - (x < y);
}

static void run_hyperband(lua_State *L, struct searching *s, double most_budget, double eta)
{
	struct hyperband_rung rungs[MOST_RUNGS];
	for (size_t bracket = hyperband_first(most_budget, eta) + 1; bracket-- > 0;) {
		size_t count = hyperband_bracket(rungs, MOST_RUNGS, bracket, most_budget, eta);
		size_t alive = rungs[0].points;
		struct candidate *all = lua_newuserdatauv(L, sizeof(*all) * alive, 0);
		for (size_t i = 0; i < alive; i++) {
			search_next(s->search, all[i].point);
		}
		for (size_t r = 0; r < count; r++) {
			alive = rungs[r].points < alive ? rungs[r].points : alive;
			for (size_t i = 0; i < alive; i++) {
				all[i].loss = try_point(L, s, all[i].point, rungs[r].budget,
							r + 1 == count);
			}
			qsort(all, alive, sizeof(*all), by_loss);
		}
		lua_pop(L, 1);
	}
}

static enum method method_of(lua_State *L)
{
	static const char *const words[] = {"grid", "random", "tpe", "hyperband"};
	char word[16];
	if (!values_text_field(L, 3, "method", word, sizeof(word))) {
		return METHOD_TPE;
	}
	for (int i = 0; i < 4; i++) {
		if (strcmp(words[i], word) == 0) {
			return (enum method)i;
		}
	}
	binding_raise(L, message(MSG_SEARCH_METHOD), word);
	return METHOD_TPE;
}

/* ml.search(space, objective, options) → { best, value, trials } */
static int search(lua_State *L)
{
	char mode[8];
	lua_settop(L, 3);
	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_checktype(L, 2, LUA_TFUNCTION);
	enum method method = method_of(L);
	if (values_text_field(L, 3, "mode", mode, sizeof(mode)) && strcmp(mode, "max") != 0 &&
	    strcmp(mode, "min") != 0) {
		return binding_raise(L, message(MSG_MLOPS_MODE), mode);
	}
	int64_t trials = values_integer_field(L, 3, "trials", 50);
	int64_t points = values_integer_field(L, 3, "points", 5);
	double most_budget = values_number_field(L, 3, "max_budget", 27);
	double eta = values_number_field(L, 3, "eta", 3);
	luaL_argcheck(L, trials >= 1 && trials <= 100000 && points >= 1 && points <= 1000, 3,
		      "trials, points");
	luaL_argcheck(L, most_budget >= 1 && most_budget <= 1e6 && eta >= 2 && eta <= 10, 3,
		      "max_budget, eta");
	size_t count = push_names(L);
	lua_newtable(L);
	struct searching *s = binding_owner(L, sizeof(*s), release);
	s->count = count;
	s->maximise = strcmp(mode, "max") == 0;
	for (size_t i = 0; i < count; i++) {
		lua_rawgeti(L, 4, (lua_Integer)i + 1);
		const char *name = lua_tostring(L, -1);
		lua_getfield(L, 1, name);
		read_dimension(L, &s->dimensions[i], name);
		lua_pop(L, 2);
	}
	const struct search_options options = {
		.method = method == METHOD_GRID  ? SEARCH_GRID
			  : method == METHOD_TPE ? SEARCH_TPE
						 : SEARCH_RANDOM,
		.grid_points = (size_t)points,
		.seed = (uint64_t)values_integer_field(L, 3, "seed",
						       (int64_t)script_of(L)->options.seed)};
	struct error err = ERROR_INIT;
	if (search_new(&s->search, s->dimensions, count, &options, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	if (method == METHOD_HYPERBAND) {
		run_hyperband(L, s, most_budget, eta);
	} else {
		double point[MOST_DIMENSIONS];
		while ((method == METHOD_GRID || s->trials < trials) &&
		       search_next(s->search, point)) {
			try_point(L, s, point, 0, true);
		}
	}
	lua_newtable(L);
	lua_pushvalue(L, 5);
	lua_setfield(L, -2, "trials");
	if (s->best_at) {
		lua_rawgeti(L, 5, s->best_at);
		lua_getfield(L, -1, "params");
		lua_setfield(L, -3, "best");
		lua_getfield(L, -1, "value");
		lua_setfield(L, -3, "value");
		lua_pop(L, 1);
	}
	return 1;
}

const struct binding ml_searches[] = {
	{"search", search, "space: table, objective: function, options?: table", "table",
	 "설정을 찾습니다. space는 { rate = { low =, high =, log = true }, depth = { low =, high "
	 "=, integer = true }, kind = { "
	 "\"a\", \"b\" } }, method는 \"tpe\"(기본), \"random\", \"grid\"(points), "
	 "\"hyperband\"(max_budget, eta: "
	 "objective(params, budget)). trials, seed, mode(\"min\"). { best, value, trials }를 "
	 "돌려줍니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
