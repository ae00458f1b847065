/* Data made from a seed with a known truth: shapes in pictures, sequences to remember, points in the plane. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/lua/bind_data.h"
#include "engine/lua/values.h"

#define MAX_COUNT 200000
#define STREAM 5 /* of the random numbers of generators */

struct generated {
	struct tensor *inputs, *targets;
	const char *name;
	const char *const *classes;
	int class_count;
};

static int64_t check_count(lua_State *L, int64_t otherwise)
{
	int64_t count = values_integer_field(L, 1, "count", otherwise);
	if (count < 1 || count > MAX_COUNT) {
		binding_raise(L, message(MSG_LUA_DATA_COUNT), (long long)MAX_COUNT);
	}
	return count;
}

static int64_t check_between(lua_State *L, const char *name, int64_t otherwise, int64_t low,
			     int64_t high)
{
	int64_t value = values_integer_field(L, 1, name, otherwise);
	if (value < low || value > high) {
		binding_raise(L, message(MSG_LUA_DATA_BETWEEN), name, (long long)low,
			      (long long)high, (long long)value);
	}
	return value;
}

static void start_random(lua_State *L, struct rng *rng)
{
	int64_t seed = values_integer_field(L, 1, "seed", (int64_t)script_of(L)->options.seed);
	rng_init(rng, (uint64_t)seed, STREAM);
}

/* Makes the data set of what was generated inside scope; closes it. */
static int finish(lua_State *L, struct dataset_handle *handle, struct tensor_scope *scope,
		  const struct generated *g, struct error *err)
{
	struct dataset *ds =
		g->inputs && g->targets ? dataset_new(g->inputs, g->targets, err) : NULL;
	if (ds && !bind_dataset_name(ds, g->name, g->classes, g->class_count)) {
		dataset_unref(ds);
		ds = NULL;
		error_set(err, STATUS_NOMEM, g->name, "out of memory");
	}
	tensor_scope_close(scope);
	return bind_dataset_finish(L, handle, ds, err);
}

/* ---- shapes ---- */

enum shape { SQUARE, TRIANGLE, CIRCLE, CROSS, SHAPE_COUNT };
static const char *const shape_names[] = {"네모", "세모", "동그라미", "십자"};

/* Whether the outline of a shape of this radius around (0, 0) covers (x, y). */
static bool covers(enum shape shape, int x, int y, int radius)
{
	double distance = sqrt((double)(x * x + y * y));
	int ax = x < 0 ? -x : x, ay = y < 0 ? -y : y;
	switch (shape) {
	case SQUARE:
		return (ax == radius && ay <= radius) || (ay == radius && ax <= radius);
	case TRIANGLE: {
		int half = (y + radius) / 2; /* half width of the row, growing downwards */
		return ay <= radius && ((y == radius && ax <= half) || ax == half);
	}
	case CIRCLE:
		return fabs(distance - radius) < 0.55;
	case CROSS:
		return (x == 0 && ay <= radius) || (y == 0 && ax <= radius);
	default:
		return false;
	}
}

struct place {
	int left, right, top, bottom; /* where the centre may lie, 0-based, inclusive */
};

/* Where centres may lie: a word, or x and y (1-based) for one place. */
static struct place check_place(lua_State *L, int size, int radius)
{
	struct place p = {radius, size - 1 - radius, radius, size - 1 - radius};
	char word[16];
	int middle = size / 2;
	if (values_text_field(L, 1, "position", word, sizeof(word))) {
		if (strcmp(word, "left") == 0) {
			p.right = middle - 1 > radius ? middle - 1 : radius;
		} else if (strcmp(word, "right") == 0) {
			p.left = middle < p.right ? middle : p.right;
		} else if (strcmp(word, "top") == 0) {
			p.bottom = middle - 1 > radius ? middle - 1 : radius;
		} else if (strcmp(word, "bottom") == 0) {
			p.top = middle < p.bottom ? middle : p.bottom;
		} else if (strcmp(word, "center") == 0) {
			p.left = p.right = p.top = p.bottom = middle;
		} else if (strcmp(word, "any") != 0) {
			binding_raise(L, message(MSG_LUA_DATA_POSITION), word);
		}
	}
	int64_t x = check_between(L, "x", 0, 0, size), y = check_between(L, "y", 0, 0, size);
	if (x) {
		p.left = p.right = (int)x - 1;
	}
	if (y) {
		p.top = p.bottom = (int)y - 1;
	}
	return p;
}

static int between(struct rng *rng, int low, int high)
{
	return low + (int)rng_below(rng, (uint64_t)(high - low + 1));
}

/* data.shapes{count, seed, size = 16, radius = 3, noise = 0.1, position = "any"} */
static int shapes(lua_State *L)
{
	lua_settop(L, 1);
	int64_t count = check_count(L, 1000);
	int size = (int)check_between(L, "size", 16, 8, 64);
	int radius = (int)check_between(L, "radius", 3, 1, (size - 1) / 2);
	double noise = values_number_field(L, 1, "noise", 0.1);
	struct place place = check_place(L, size, radius);
	struct rng rng;
	start_random(L, &rng);
	struct dataset_handle *handle = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t image_shape[4] = {count, 1, size, size};
	struct generated g = {.inputs = tensor_new(DTYPE_F32, 4, image_shape, &err),
			      .targets = tensor_new(DTYPE_I32, 1, &count, &err),
			      .name = "shapes",
			      .classes = shape_names,
			      .class_count = SHAPE_COUNT};
	for (int64_t i = 0; g.inputs && g.targets && i < count; i++) {
		float *image = tensor_f32(g.inputs) + i * size * size;
		enum shape shape = (enum shape)rng_below(&rng, SHAPE_COUNT);
		int cx = between(&rng, place.left, place.right),
		    cy = between(&rng, place.top, place.bottom);
		for (int k = 0; k < size * size; k++) {
			bool on = covers(shape, k % size - cx, k / size - cy, radius);
			image[k] = (float)((on ? 1 : 0) + noise * rng_normal(&rng));
		}
		tensor_i32(g.targets)[i] = (int32_t)shape;
	}
	return finish(L, handle, &scope, &g, &err);
}

/* ---- sequences ---- */

enum task { RECALL, COPY, REVERSE, ORDER };
static const char *const task_names[] = {"recall", "copy", "reverse", "order"};
static const char *const order_names[] = {"AA", "AB", "BA", "BB"};

/* One sequence. Symbols are 0 … symbols-1, distractors follow, the last number of the vocabulary is the query. */
static void write_sequence(struct rng *rng, enum task task, int32_t *x, int32_t *y, int length,
			   int symbols, int distractors)
{
	switch (task) {
	case RECALL: /* the symbol comes first, then distractors, then the question */
		y[0] = (int32_t)rng_below(rng, (uint64_t)symbols);
		x[0] = y[0];
		for (int t = 1; t < length - 1; t++) {
			x[t] = symbols + (int32_t)rng_below(rng, (uint64_t)distractors);
		}
		x[length - 1] = symbols + distractors;
		break;
	case ORDER: { /* two marks among distractors: which came in which order */
		int first = between(rng, 0, length / 2 - 1),
		    second = between(rng, length / 2, length - 2);
		for (int t = 0; t < length - 1; t++) {
			x[t] = 2 + (int32_t)rng_below(rng, (uint64_t)distractors);
		}
		x[first] = (int32_t)rng_below(rng, 2);
		x[second] = (int32_t)rng_below(rng, 2);
		x[length - 1] = 2 + distractors;
		y[0] = x[first] * 2 + x[second];
		break;
	}
	case COPY:
	case REVERSE:
		for (int t = 0; t < length; t++) {
			x[t] = (int32_t)rng_below(rng, (uint64_t)symbols);
		}
		for (int t = 0; t < length; t++) {
			y[t] = x[task == COPY ? t : length - 1 - t];
		}
		break;
	}
}

/* data.sequence{task = "recall", count, length, symbols, distractors, seed} */
static int sequence(lua_State *L)
{
	lua_settop(L, 1);
	char word[16];
	int task = RECALL;
	if (values_text_field(L, 1, "task", word, sizeof(word))) {
		for (task = 0; task < 4 && strcmp(task_names[task], word) != 0; task++) {
		}
		if (task == 4) {
			return binding_raise(L, message(MSG_LUA_DATA_TASK), word);
		}
	}
	int64_t count = check_count(L, 1000);
	int length = (int)check_between(L, "length", 20, 4, 512);
	int symbols = (int)check_between(L, "symbols", 8, 2, 256);
	int distractors = (int)check_between(L, "distractors", 8, 1, 256);
	struct rng rng;
	start_random(L, &rng);
	struct dataset_handle *handle = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	bool whole = task == COPY || task == REVERSE;
	int64_t shape[2] = {count, length};
	struct generated g = {.inputs = tensor_new(DTYPE_I32, 2, shape, &err),
			      .targets = tensor_new(DTYPE_I32, whole ? 2 : 1, shape, &err),
			      .name = task_names[task],
			      .classes = task == ORDER ? order_names : NULL,
			      .class_count = task == ORDER ? 4 : 0};
	for (int64_t i = 0; g.inputs && g.targets && i < count; i++) {
		write_sequence(&rng, (enum task)task, tensor_i32(g.inputs) + i * length,
			       tensor_i32(g.targets) + (whole ? i * length : i), length, symbols,
			       distractors);
	}
	return finish(L, handle, &scope, &g, &err);
}

/* ---- points in the plane ---- */

static void write_moon(struct rng *rng, float *p, int32_t *label, double noise)
{
	double angle = acos(-1) * rng_uniform(rng);
	*label = (int32_t)rng_below(rng, 2);
	double x = *label ? 1 - cos(angle) : cos(angle);
	double y = *label ? 0.5 - sin(angle) : sin(angle);
	p[0] = (float)(x + noise * rng_normal(rng));
	p[1] = (float)(y + noise * rng_normal(rng));
}

static void write_gaussian(struct rng *rng, float *p, int32_t *label, double noise)
{
	*label = (int32_t)rng_below(rng, 8);
	double angle = acos(-1) * *label / 4;
	p[0] = (float)(2 * cos(angle) + noise * rng_normal(rng));
	p[1] = (float)(2 * sin(angle) + noise * rng_normal(rng));
}

enum plane { MOONS, GAUSSIANS };

/* data.moons{count, noise = 0.1, seed}, data.gaussians{count, noise = 0.15, seed} */
static int plane(lua_State *L)
{
	lua_settop(L, 1);
	static const char *const two[] = {"위 달", "아래 달"};
	static const char *const eight[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
	bool moons = binding_row(L)->id == MOONS;
	int64_t count = check_count(L, 1000);
	double noise = values_number_field(L, 1, "noise", moons ? 0.1 : 0.15);
	struct rng rng;
	start_random(L, &rng);
	struct dataset_handle *handle = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t shape[2] = {count, 2};
	struct generated g = {.inputs = tensor_new(DTYPE_F32, 2, shape, &err),
			      .targets = tensor_new(DTYPE_I32, 1, &count, &err),
			      .name = moons ? "moons" : "gaussians",
			      .classes = moons ? two : eight,
			      .class_count = moons ? 2 : 8};
	for (int64_t i = 0; g.inputs && g.targets && i < count; i++) {
		(moons ? write_moon : write_gaussian)(&rng, tensor_f32(g.inputs) + i * 2,
						      tensor_i32(g.targets) + i, noise);
	}
	return finish(L, handle, &scope, &g, &err);
}

const struct binding bind_generators[] = {
	{"shapes", shapes,
	 "options?: {count?: integer, seed?: integer, size?: integer, radius?: integer, noise?: "
	 "number, "
	 "position?: string, x?: integer, y?: integer}",
	 "Dataset",
	 "네모, 세모, 동그라미, 십자 그림 16×16. position은 any, left, right, top, bottom, center",
	 0},
	{"sequence", sequence,
	 "options?: {task?: string, count?: integer, length?: integer, symbols?: integer, "
	 "distractors?: "
	 "integer, seed?: integer}",
	 "Dataset", "기억해야 하는 번호의 줄. task는 recall, copy, reverse, order", 0},
	{"moons", plane, "options?: {count?: integer, noise?: number, seed?: integer}", "Dataset",
	 "맞물린 두 반달의 점", MOONS},
	{"gaussians", plane, "options?: {count?: integer, noise?: number, seed?: integer}",
	 "Dataset", "원 위에 놓인 여덟 무리의 점", GAUSSIANS},
	{NULL, NULL, NULL, NULL, NULL, 0}};
