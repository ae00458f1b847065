/* Saving and loading from Lua: model:save("cnn.safetensors"), nn.load("cnn.safetensors"), T.save(t, "x.npy"). The worker
 * cannot open files: what is saved goes to the host, what was there at the start is open already. */
#include "engine/lua/bind_files.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/lua/bind_nn.h"
#include "engine/nn/files.h"
#include "engine/nn/onnx.h"

#define PART ((size_t)4 << 20) /* bytes of one event */
#define LARGEST ((size_t)256 << 20)

static const char saved_key; /* registry: name → bytes of what this run saved */

static const char *check_name(lua_State *L, int index)
{
	const char *name = luaL_checkstring(L, index);
	if (!file_plain_name(name)) {
		binding_raise(L, message(MSG_FILE_NAME), name);
	}
	return name;
}

static void push_saved(lua_State *L)
{
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, &saved_key) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &saved_key);
	}
}

void files_save(lua_State *L, const char *name, const void *bytes, size_t length)
{
	if (length > LARGEST) {
		binding_raise(L, message(MSG_WORKER_FILE_LARGE), name, (int)(LARGEST >> 20));
	}
	size_t parts = length / PART + 1;
	for (size_t part = 0; part < parts; part++) {
		size_t at = part * PART, size = length - at < PART ? length - at : PART;
		json_t *json = json_pack("{s:s,s:I,s:I}", "name", name, "part",
					 (json_int_t)part + 1, "parts", (json_int_t)parts);
		char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
		json_decref(json);
		if (text) {
			binding_emit(L, HOST_FILE, text, (const char *)bytes + at, size);
		}
		free(text);
	}
	push_saved(L);
	lua_pushlstring(L, bytes, length);
	lua_setfield(L, -2, name);
	lua_pop(L, 1);
}

static bool read_descriptor(lua_State *L, int descriptor)
{
	struct stat info;
	if (fstat(descriptor, &info) != 0 || info.st_size < 0 || (size_t)info.st_size > LARGEST) {
		return false;
	}
	luaL_Buffer b;
	size_t length = (size_t)info.st_size, got = 0;
	char *to = luaL_buffinitsize(L, &b, length + 1);
	while (got < length) {
		ssize_t n = pread(descriptor, to + got, length - got, (off_t)got);
		if (n <= 0) {
			break;
		}
		got += (size_t)n;
	}
	luaL_pushresultsize(&b, got);
	return true;
}

bool files_load(lua_State *L, const char *name)
{
	push_saved(L);
	if (lua_getfield(L, -1, name) == LUA_TSTRING) {
		lua_remove(L, -2);
		return true;
	}
	lua_pop(L, 2);
	const struct host *host = script_of(L)->host;
	char full[128];
	int descriptor = -1;
	snprintf(full, sizeof(full), "files/%s", name);
	return host && host->open_data &&
	       host->open_data(host->context, full, &descriptor, NULL) == STATUS_OK &&
	       read_descriptor(L, descriptor);
}

static void need(lua_State *L, const char *name)
{
	if (!files_load(L, name)) {
		binding_raise(L, message(MSG_LUA_NO_FILE), name);
	}
}

static bool ends_with(const char *name, const char *ending)
{
	size_t n = strlen(name), k = strlen(ending);
	return n > k && strcmp(name + n - k, ending) == 0;
}

enum format { SAFETENSORS, NPY, NPZ };

static enum format check_format(lua_State *L, const char *name)
{
	static const char *const endings[] = {".safetensors", ".npy", ".npz"};
	for (int k = SAFETENSORS; k <= NPZ; k++) {
		if (ends_with(name, endings[k])) {
			return (enum format)k;
		}
	}
	binding_raise(L, message(MSG_LUA_FILE_FORMAT), name);
	return SAFETENSORS;
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
	struct strbuf *bytes = binding_owner(L, sizeof(*bytes), release_text);
	strbuf_init(bytes);
	return bytes;
}

static void release_list(void *list)
{
	module_list_release(list);
}

/* The tensors of a table with text keys, in a list on the stack. */
static struct module_list *check_tensors(lua_State *L, int index)
{
	luaL_checktype(L, index, LUA_TTABLE);
	struct module_list *list = binding_owner(L, sizeof(*list), release_list);
	int count = 0;
	for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
		count++;
	}
	list->items = calloc((size_t)count + 1, sizeof(*list->items));
	if (!list->items) {
		luaL_error(L, "not enough memory");
	}
	for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING || !handle_test(L, -1) ||
		    lua_rawlen(L, -2) >= MODULE_NAME) {
			binding_raise(L, "%s", message(MSG_LUA_FILE_TABLE));
		}
		struct module_tensor *to = &list->items[list->count++];
		strcpy(to->name, lua_tostring(L, -2));
		to->tensor = tensor_ref(handle_check(L, -1));
	}
	return list;
}

/* nn.save(model | tensor | table of tensors, name) = model:save(name) = T.save(t, name) */
static int save(lua_State *L)
{
	lua_settop(L, 2);
	const char *name = check_name(L, 2);
	enum format format = check_format(L, name);
	struct module *model = model_test(L, 1);
	struct tensor *t = model ? NULL : handle_test(L, 1);
	struct module_list *list = NULL;
	if (model && format != SAFETENSORS) {
		list = binding_owner(L, sizeof(*list), release_list);
		struct error err = ERROR_INIT;
		if (module_state(list, model, &err) != STATUS_OK) {
			return binding_raise_error(L, &err);
		}
	} else if (!model && !t) {
		list = check_tensors(L, 1);
	}
	if ((format == NPY) != (t != NULL)) {
		return binding_raise(L, "%s", message(MSG_LUA_FILE_ONE));
	}
	struct strbuf *bytes = push_buffer(L);
	struct error err = ERROR_INIT;
	enum status status = t               ? npy_write(bytes, t, &err)
			     : format == NPZ ? npz_write(bytes, list, &err)
			     : model         ? module_file_write(bytes, model, &err)
					     : safetensors_write(bytes, list, NULL, &err);
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	files_save(L, name, bytes->text, bytes->length);
	lua_settop(L, 1);
	return 1;
}

static enum status read_list(struct module_list *list, const char *name, const char *bytes,
			     size_t length, struct error *err)
{
	return ends_with(name, ".npz") ? npz_read(list, bytes, length, err)
				       : safetensors_read(list, bytes, length, err);
}

/* nn.load(name) = T.load(name): a model when the file tells what it is made of; else a tensor or a table of tensors */
static int load(lua_State *L)
{
	const char *name = check_name(L, 1);
	enum format format = check_format(L, name);
	need(L, name);
	size_t length;
	const char *bytes = lua_tolstring(L, -1, &length);
	struct error err = ERROR_INIT;
	if (format == NPY) {
		struct tensor_handle *handle = handle_new(L);
		return handle_finish(L, handle, npy_read(bytes, length, &err), &err);
	}
	struct model_handle *model = model_new(L);
	if (format == SAFETENSORS) {
		enum status status = module_file_read(&model->module, bytes, length, &err);
		if (status == STATUS_OK) {
			return 1;
		}
		if (status != STATUS_NOT_FOUND) {
			return binding_raise_error(L, &err);
		}
		error_clear(&err);
	}
	struct module_list *list = binding_owner(L, sizeof(*list), release_list);
	if (read_list(list, name, bytes, length, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_createtable(L, 0, list->count);
	for (int i = 0; i < list->count; i++) {
		handle_push(L, list->items[i].tensor);
		lua_setfield(L, -2, list->items[i].name);
	}
	handle_collect(L);
	return 1;
}

/* model:load(name): values into a model made by the script */
static int load_into(lua_State *L)
{
	struct module *model = model_check(L, 1);
	const char *name = check_name(L, 2);
	if (check_format(L, name) == NPY) {
		return binding_raise(L, "%s", message(MSG_LUA_FILE_ONE));
	}
	need(L, name);
	size_t length;
	const char *bytes = lua_tolstring(L, -1, &length);
	struct module_list *list = binding_owner(L, sizeof(*list), release_list);
	struct error err = ERROR_INIT;
	enum status status = read_list(list, name, bytes, length, &err);
	status = status == STATUS_OK ? module_load(model, list, true, &err) : status;
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_settop(L, 1);
	return 1;
}

/* model:export_onnx(name, x, …): x is an example of each input */
static int export_onnx(lua_State *L)
{
	struct module *model = model_check(L, 1);
	const char *name = check_name(L, 2);
	int count = lua_gettop(L) - 2;
	luaL_argcheck(L, count >= 1 && count <= ONNX_INPUTS, 3, "1 to 4 tensors");
	if (!ends_with(name, ".onnx")) {
		return binding_raise(L, message(MSG_LUA_FILE_ONNX), name);
	}
	struct tensor *inputs[ONNX_INPUTS];
	for (int k = 0; k < count; k++) {
		inputs[k] = handle_coerce(L, 3 + k);
	}
	struct strbuf *bytes = push_buffer(L);
	struct error err = ERROR_INIT;
	if (onnx_export(bytes, model, inputs, count, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	files_save(L, name, bytes->text, bytes->length);
	lua_settop(L, 1);
	return 1;
}

const struct binding bind_module_files[] = {
	{"export_onnx", export_onnx, "name: string, x: Tensor, ...: Tensor", "Model",
	 "모델을 ONNX 파일로 내보냅니다. x는 입력의 예시이고, 그래프는 그 모양에 맞춰집니다.", 0},
	{"save", save, "name: string", "Model",
	 "모델을 파일로 저장합니다(.safetensors, .npz). nn.load(name)이 모델을 그대로 되살립니다.",
	 0},
	{"load", load_into, "name: string", "Model",
	 "저장한 값을 이 모델에 넣습니다. 이름과 모양이 모두 맞아야 합니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

const struct binding bind_nn_files[] = {
	{"save", save, "value: Model|table<string, Tensor>, name: string", "any",
	 "모델이나 텐서 표를 파일로 저장합니다(.safetensors, .npz).", 0},
	{"load", load, "name: string", "Model|table<string, Tensor>",
	 "저장한 모델을 되살립니다. 모델이 아니면 이름으로 찾는 텐서의 표입니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

const struct binding bind_tensor_files[] = {
	{"save", save, "value: Tensor|table<string, Tensor>, name: string", "any",
	 "텐서를 .npy로, 텐서의 표를 .npz나 .safetensors로 저장합니다.", 0},
	{"load", load, "name: string", "Tensor|table<string, Tensor>",
	 "T.save로 저장했거나 NumPy로 만든 파일을 읽습니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
