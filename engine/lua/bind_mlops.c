/* The module "mlops": what stands around a model once it has learned. */
#include "engine/lua/bind_records.h"
#include "engine/lua/bind_services.h"
#include "engine/lua/bind_watch.h"

#include <string.h>

#include "engine/base/utf8.h"

const char *mlops_text(lua_State *L, int index, const char *what, size_t most)
{
	size_t length = 0;
	const char *text =
		lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &length) : NULL;
	if (!text || length == 0 || length > most || !utf8_valid(text, length) ||
	    strlen(text) != length) {
		binding_raise(L, message(MSG_MLOPS_TEXT), what, (int)most);
	}
	return text;
}

static const struct binding *const lists[] = {
	bind_model_files, bind_track, bind_registry, bind_versions, bind_watch, bind_metrics,
	bind_services,    bind_load,  bind_balance,  bind_pipeline, bind_json,  NULL};
static const struct bound_type *const types[] = {
	&run_type, &registry_type, &data_store_type, &pipeline_type, &window_type,  &alert_type,
	&slo_type, &metrics_type,  &metric_type,     &server_type,   &service_type, &client_type,
	NULL};

const struct bound_module mlops_module = {.name = "mlops",
					  .doc = "모델을 내보내고, 기록하고, 서빙하고, 지켜보기",
					  .lists = lists,
					  .types = types};
