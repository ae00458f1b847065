/* data: sets that come with the program or as a package. Files are asked of the host, which opened them beforehand. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/lua/bind_data.h"
#include "engine/lua/values.h"

#define IDX_LIMIT ((size_t)256 << 20)
#define CSV_LIMIT ((size_t)8 << 20)
#define MAX_CLASSES 64

bool bind_dataset_name(struct dataset *dataset, const char *name, const char *const *classes,
		       int count)
{
	snprintf(dataset->name, sizeof(dataset->name), "%s", name);
	if (count == 0) {
		return true;
	}
	char **names = calloc((size_t)count, sizeof(*names));
	if (!names) {
		return false;
	}
	dataset->class_names = names;
	dataset->class_count = count;
	for (int i = 0; i < count; i++) {
		names[i] = strdup(classes[i]);
		if (!names[i]) {
			return false;
		}
	}
	return true;
}

/* The descriptor of a data file; negative when it is not there. */
static int find_file(lua_State *L, const char *name)
{
	const struct host *host = script_of(L)->host;
	int descriptor = -1;
	if (!host || !host->open_data ||
	    host->open_data(host->context, name, &descriptor, NULL) != STATUS_OK) {
		return -1;
	}
	return descriptor;
}

static int need_file(lua_State *L, const char *name)
{
	int descriptor = find_file(L, name);
	if (descriptor < 0) {
		binding_raise(L, message(MSG_LUA_DATA_NO_FILE), name);
	}
	return descriptor;
}

static bool wants_train(lua_State *L)
{
	char split[16];
	if (!values_text_field(L, 1, "split", split, sizeof(split))) {
		return true;
	}
	if (strcmp(split, "train") != 0 && strcmp(split, "test") != 0) {
		binding_raise(L, message(MSG_LUA_DATA_SPLIT), split);
	}
	return strcmp(split, "train") == 0;
}

/* Applies limit and seed: the first rows after a seeded shuffle, or as they stand without a seed. */
static int limit_rows(lua_State *L, struct dataset_handle *handle)
{
	struct dataset *ds = handle->dataset;
	int64_t limit = values_integer_field(L, 1, "limit", ds->count);
	int64_t seed = values_integer_field(L, 1, "seed", -1);
	if (limit < 1) {
		return binding_raise(L, message(MSG_LUA_DATA_COUNT), (long long)ds->count);
	}
	limit = limit < ds->count ? limit : ds->count;
	if (limit == ds->count && seed < 0) {
		return 1;
	}
	uint32_t *order = lua_newuserdatauv(L, sizeof(*order) * (size_t)ds->count, 0);
	int64_t *rows = lua_newuserdatauv(L, sizeof(*rows) * (size_t)limit, 0);
	struct rng rng;
	rng_init(&rng, (uint64_t)seed, 4);
	rng_permutation(&rng, order, (size_t)ds->count);
	for (int64_t i = 0; i < limit; i++) {
		rows[i] = seed < 0 ? i : order[i];
	}
	struct dataset_handle *chosen = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	return bind_dataset_finish(L, chosen, dataset_subset(ds, rows, limit, &err), &err);
}

/* data.fashion_mnist{split = "train", limit = 1000, seed = 1} */
static int fashion_mnist(lua_State *L)
{
	lua_settop(L, 1);
	bool train = wants_train(L);
	int images = find_file(L, train ? "fashion-mnist/train-images-idx3-ubyte.gz"
					: "fashion-mnist/t10k-images-idx3-ubyte.gz");
	int labels = find_file(L, train ? "fashion-mnist/train-labels-idx1-ubyte.gz"
					: "fashion-mnist/t10k-labels-idx1-ubyte.gz");
	if (images < 0 || labels < 0) {
		return binding_raise(L, "%s", message(MSG_LUA_DATA_NO_PACKAGE));
	}
	struct dataset_handle *handle = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	bind_dataset_finish(L, handle, fashion_mnist_open_fds(images, labels, &err), &err);
	return limit_rows(L, handle);
}

/* Two idx files as a data set of pictures [N,1,H,W] and classes. */
static struct dataset *read_pictures(int images_fd, int labels_fd, const char *name, double scale,
				     const char *const *classes, int class_count, struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct dataset *ds = NULL;
	struct tensor *images = idx_read_fd(images_fd, name, IDX_LIMIT, err);
	struct tensor *labels = images ? idx_read_fd(labels_fd, name, IDX_LIMIT, err) : NULL;
	if (images && labels) {
		if (images->dims == 3) {
			int64_t shape[4] = {images->shape[0], 1, images->shape[1],
					    images->shape[2]};
			images = tensor_reshape(images, 4, shape, err);
		}
		labels = tensor_cast(labels, DTYPE_I32, err);
	}
	if (images && labels) {
		ds = dataset_new(images, labels, err);
	}
	if (ds) {
		ds->scale = scale;
		ds->shift = 0;
		if (!bind_dataset_name(ds, name, classes, class_count)) {
			error_set(err, STATUS_NOMEM, name, "out of memory");
			dataset_unref(ds);
			ds = NULL;
		}
	}
	tensor_scope_close(&scope);
	return ds;
}

/* data.digits{split}: without a split all 1,797; train and test are four fifths and one fifth, always the same ones */
static int digits(lua_State *L)
{
	lua_settop(L, 1);
	static const char *const classes[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
	char split[16] = "";
	values_text_field(L, 1, "split", split, sizeof(split));
	bool train = wants_train(L);
	int images = need_file(L, "digits-images-idx3-ubyte");
	int labels = need_file(L, "digits-labels-idx1-ubyte");
	struct dataset_handle *handle = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	bind_dataset_finish(L, handle,
			    read_pictures(images, labels, "digits", 1.0 / 16, classes, 10, &err),
			    &err);
	if (!split[0]) {
		return limit_rows(L, handle);
	}
	struct dataset_handle *first = dataset_new_handle(L), *rest = dataset_new_handle(L);
	if (dataset_split(&first->dataset, &rest->dataset, handle->dataset, 0.8, 20260101, &err) !=
	    STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	if (train) {
		lua_pop(L, 1);
		return limit_rows(L, first);
	}
	return limit_rows(L, rest);
}

char *bind_data_text(lua_State *L, const char *name, size_t limit)
{
	int descriptor = need_file(L, name);
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	size_t total = 0;
	for (;;) {
		char *room = luaL_prepbuffsize(&buffer, 65536);
		ssize_t n = read(descriptor, room, 65536);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0 || (total += (size_t)n) > limit) {
			break;
		}
		luaL_addsize(&buffer, (size_t)n);
	}
	luaL_pushresult(&buffer);
	size_t length;
	const char *text = lua_tolstring(L, -1, &length);
	char *copy = lua_newuserdatauv(L, length + 1, 0);
	memcpy(copy, text, length + 1);
	return copy;
}

/* Splits text in place at newlines; returns the count, at most max. */
static int split_lines(char *text, const char **lines, int max)
{
	int count = 0;
	for (char *line = strtok(text, "\r\n"); line && count < max; line = strtok(NULL, "\r\n")) {
		lines[count++] = line;
	}
	return count;
}

/* data.hangul{split}: letters drawn from fonts; the test fonts are others than the training fonts */
static int hangul(lua_State *L)
{
	lua_settop(L, 1);
	bool train = wants_train(L);
	char *text = bind_data_text(L, "hangul-classes.txt", 4096);
	const char *classes[MAX_CLASSES];
	int count = split_lines(text, classes, MAX_CLASSES);
	int images = need_file(L, train ? "hangul-train-images-idx3-ubyte.gz"
					: "hangul-test-images-idx3-ubyte.gz");
	int labels = need_file(L, train ? "hangul-train-labels-idx1-ubyte.gz"
					: "hangul-test-labels-idx1-ubyte.gz");
	struct dataset_handle *handle = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	bind_dataset_finish(
		L, handle, read_pictures(images, labels, "hangul", 1.0 / 255, classes, count, &err),
		&err);
	return limit_rows(L, handle);
}

/* ---- tables: a head line "rows,columns,class names…", then a row a line with the class last ---- */

static bool read_numbers(char **at, float *row, long columns, int32_t *label)
{
	for (long j = 0; j <= columns; j++) {
		char *end;
		double value = strtod(*at, &end);
		if (end == *at) {
			return false;
		}
		if (j < columns) {
			row[j] = (float)value;
		} else {
			*label = (int32_t)value;
		}
		*at = *end == ',' ? end + 1 : end;
	}
	*at += strspn(*at, "\r\n");
	return true;
}

static struct dataset *parse_table(char *text, const char *name, struct error *err)
{
	char *at;
	long rows = strtol(text, &at, 10);
	long columns = *at == ',' ? strtol(at + 1, &at, 10) : 0;
	char *body = strchr(at, '\n');
	if (rows < 1 || rows > 1000000 || columns < 1 || columns > 10000 || !body) {
		error_set(err, STATUS_CORRUPT, name, message(MSG_LUA_DATA_NO_FILE), name);
		return NULL;
	}
	*body = '\0';
	const char *classes[MAX_CLASSES];
	int class_count = 0;
	for (char *word = strtok(at, ",\r"); word && class_count < MAX_CLASSES;
	     word = strtok(NULL, ",\r")) {
		classes[class_count++] = word;
	}
	int64_t shape[2] = {rows, columns};
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct dataset *ds = NULL;
	struct tensor *features = tensor_new(DTYPE_F32, 2, shape, err);
	struct tensor *labels = features ? tensor_new(DTYPE_I32, 1, shape, err) : NULL;
	at = body + 1;
	bool whole = labels != NULL;
	for (long i = 0; whole && i < rows; i++) {
		whole = read_numbers(&at, tensor_f32(features) + i * columns, columns,
				     tensor_i32(labels) + i);
	}
	if (labels && !whole) {
		error_set(err, STATUS_CORRUPT, name, message(MSG_LUA_DATA_NO_FILE), name);
	} else if (labels) {
		ds = dataset_new(features, labels, err);
	}
	if (ds && !bind_dataset_name(ds, name, classes, class_count)) {
		dataset_unref(ds);
		ds = NULL;
		error_set(err, STATUS_NOMEM, name, "out of memory");
	}
	tensor_scope_close(&scope);
	return ds;
}

static int table(lua_State *L)
{
	const char *name = binding_row(L)->name;
	char file[64];
	snprintf(file, sizeof(file), "%s.csv", name);
	lua_settop(L, 1);
	char *text = bind_data_text(L, file, CSV_LIMIT);
	struct dataset_handle *handle = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	bind_dataset_finish(L, handle, parse_table(text, name, &err), &err);
	return limit_rows(L, handle);
}

/* data.tensors(x, y, {classes = {…}, name = "…"}): a set of one's own */
static int from_tensors(lua_State *L)
{
	lua_settop(L, 3);
	struct tensor *x = handle_coerce(L, 1);
	struct tensor *y = lua_isnoneornil(L, 2) ? NULL : handle_coerce(L, 2);
	bool classes_given = lua_istable(L, 3) && lua_getfield(L, 3, "classes") == LUA_TTABLE;
	int list = lua_gettop(L);
	const char *classes[MAX_CLASSES];
	int count = classes_given ? (int)lua_rawlen(L, list) : 0;
	count = count > MAX_CLASSES ? MAX_CLASSES : count;
	luaL_checkstack(L, count + 4, NULL);
	for (int i = 0; i < count; i++) {
		lua_rawgeti(L, list, i + 1);
		classes[i] = luaL_tolstring(L, -1, NULL); /* stays on the stack */
		lua_remove(L, -2);
	}
	char name[64];
	if (!values_text_field(L, 3, "name", name, sizeof(name))) {
		snprintf(name, sizeof(name), "tensors");
	}
	/* whole numbers are classes */
	bool whole = y && y->dims == 1 && (y->dtype != DTYPE_F32 && y->dtype != DTYPE_F64);
	if (y && y->dims == 1 && classes_given) {
		whole = true;
	}
	struct dataset_handle *handle = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	if (whole && y->dtype != DTYPE_I32) {
		y = tensor_cast(y, DTYPE_I32, &err);
	}
	struct dataset *ds = whole && !y ? NULL : dataset_new(x, y, &err);
	if (ds && !bind_dataset_name(ds, name, classes, count)) {
		dataset_unref(ds);
		ds = NULL;
		error_set(&err, STATUS_NOMEM, name, "out of memory");
	}
	tensor_scope_close(&scope);
	return bind_dataset_finish(L, handle, ds, &err);
}

#define SPLIT "options?: {split?: string, limit?: integer, seed?: integer}"
#define LIMIT "options?: {limit?: integer, seed?: integer}"

static const struct binding functions[] = {
	{"fashion_mnist", fashion_mnist, SPLIT, "Dataset",
	 "옷 그림 28×28, 10가지. 학습 60,000장과 시험 10,000장", 0},
	{"digits", digits, SPLIT, "Dataset", "손글씨 숫자 8×8, 1,797장", 0},
	{"hangul", hangul, SPLIT, "Dataset",
	 "한글 낱자 28×28, 24가지. 시험 글꼴은 학습에 없던 글꼴", 0},
	{"iris", table, LIMIT, "Dataset", "붓꽃 150×4, 3가지", 0},
	{"wine", table, LIMIT, "Dataset", "포도주 178×13, 3가지", 0},
	{"breast_cancer", table, LIMIT, "Dataset", "유방암 진단 569×30, 2가지(0 악성, 1 양성)", 0},
	{"tensors", from_tensors,
	 "x: Tensor, y?: Tensor, options?: {classes?: string[], name?: string}", "Dataset",
	 "텐서로 데이터 묶음을 만듭니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct bound_type *const types[] = {&tensor_type, &dataset_type, NULL};
static const struct binding *const lists[] = {bind_generators, bind_credit, bind_fingerprint,
					      bind_korean, NULL};

const struct bound_module data_module = {.name = "data",
					 .doc = "데이터 묶음",
					 .functions = functions,
					 .lists = lists,
					 .types = types};
