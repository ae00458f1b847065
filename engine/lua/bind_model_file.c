/* mlops.save: a model that learned in Lua as a file that mundap serve takes. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "engine/lua/bind_ml.h"
#include "engine/lua/bind_mlops.h"
#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"
#include "engine/mlops/model_file.h"

#define MOST_BYTES ((size_t)15 << 20) /* what one frame can carry */

static void release_buffer(void *memory)
{
	struct strbuf *buffer = memory;
	if (buffer->text) {
		strbuf_release(buffer);
	}
}

/* The list in options[name] as numbers left on the stack, or NULL when it is not there. */
static const double *numbers_option(lua_State *L, int options, const char *name, int64_t *count)
{
	if (!lua_istable(L, options)) {
		return NULL;
	}
	lua_pushstring(L, name);
	if (lua_rawget(L, options) == LUA_TNIL) {
		lua_pop(L, 1);
		return NULL;
	}
	const struct values *v = values_check(L, lua_gettop(L), 1);
	*count = v->columns;
	return v->items;
}

/* mean and std with as many numbers as the model has inputs (0: not known here). */
static void read_scaling(lua_State *L, int options, struct model_notes *notes, int64_t inputs)
{
	int64_t means = 0, deviations = 0;
	notes->mean = numbers_option(L, options, "mean", &means);
	notes->std = numbers_option(L, options, "std", &deviations);
	if (!notes->mean != !notes->std || means != deviations ||
	    (notes->mean && means != inputs)) {
		binding_raise(L, message(MSG_MODEL_FILE_SCALE), (long long)inputs);
	}
}

static int network_shape(lua_State *L, int options, int64_t shape[TENSOR_MAX_DIMS], int64_t *inputs)
{
	lua_pushstring(L, "shape");
	if (!lua_istable(L, options) || lua_rawget(L, options) != LUA_TTABLE) {
		binding_raise(L, "%s", message(MSG_MLOPS_SHAPE));
	}
	int dims = handle_shape(L, lua_gettop(L), shape);
	*inputs = 1;
	for (int d = 0; d < dims; d++) {
		*inputs *= shape[d];
	}
	if (dims == 0 || dims >= TENSOR_MAX_DIMS || *inputs < 1 || *inputs > 10000000) {
		binding_raise(L, "%s", message(MSG_MLOPS_SHAPE));
	}
	return dims;
}

/* Fills the buffer left on the stack with the file of a model; options at another place (0: none). */
static struct strbuf *write_model(lua_State *L, int model, int options)
{
	struct model_notes notes = {0};
	struct module *module = model_test(L, model);
	const struct learned *learned = module ? NULL : luaL_checkudata(L, model, LEARNED_KEY);
	int64_t shape[TENSOR_MAX_DIMS], inputs = learned ? learned->columns : 0;
	int dims = module ? network_shape(L, options, shape, &inputs) : 0;
	read_scaling(L, options, &notes, inputs);
	notes.softmax = values_flag_field(L, options, "softmax");
	struct strbuf *out = binding_owner(L, sizeof(*out), release_buffer);
	strbuf_init(out);
	struct error err = ERROR_INIT;
	enum status status =
		module ? model_file_write_module(out, module, dims, shape, &notes, &err)
		       : model_file_write_learned(out, learned, &notes, &err);
	if (status == STATUS_OK && !strbuf_ok(out)) {
		status = error_set(&err, STATUS_NOMEM, "model", "out of memory");
	}
	if (status != STATUS_OK) {
		binding_raise_error(L, &err);
	}
	return out;
}

void model_file_push(lua_State *L, int model, int options)
{
	const struct strbuf *file = write_model(L, model, options);
	lua_pushlstring(L, file->text, file->length);
}

/* mlops.save(name, model, options) → bytes of the file; whoever runs the script keeps the file. */
static int save(lua_State *L)
{
	lua_settop(L, 3);
	const char *name = mlops_text(L, 1, "name", 64);
	if (name[strspn(name,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")] ||
	    name[0] == '.') {
		return binding_raise(L, message(MSG_REGISTRY_BAD_NAME), name);
	}
	const struct strbuf *file = write_model(L, 2, 3);
	if (file->length > MOST_BYTES) {
		return binding_raise(L, message(MSG_MLOPS_TOO_LARGE), (double)file->length / 1e6);
	}
	lua_pushfstring(L, "{\"name\":\"%s\",\"kind\":\"model\"}", name);
	binding_emit(L, HOST_ARTIFACT, lua_tostring(L, -1), file->text, file->length);
	lua_pushlstring(L, file->text, file->length);
	return 1;
}

const struct binding bind_model_files[] = {
	{"save", save,
	 "name: string, model: Learned|Model, options?: {mean?: number[], std?: number[], shape?: "
	 "integer[], softmax?: boolean}",
	 "string",
	 "모델을 서빙할 수 있는 파일로 내보냅니다(mundap run --artifacts 폴더). mean과 std는 함께 "
	 "담을 "
	 "전처리, 신경망에는 예시 하나의 shape가 필요합니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
