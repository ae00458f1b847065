/* Detectors of the module "stats": objects that watch a stream. */
#include <string.h>

#include "engine/lua/bind_numbers.h"
#include "engine/ml/drift.h"

#define DETECTOR_KEY "mundap.Detector"

enum detector_kind { DETECT_DDM, DETECT_PAGE_HINKLEY, DETECT_ADWIN, DETECT_EWMA };

struct detector {
	enum detector_kind kind;
	union {
		struct ddm ddm;
		struct page_hinkley page_hinkley;
		struct adwin adwin;
		struct ewma ewma;
	};
};

static struct detector *new_detector(lua_State *L, enum detector_kind kind)
{
	struct detector *d = lua_newuserdatauv(L, sizeof(*d), 0);
	memset(d, 0, sizeof(*d));
	d->kind = kind;
	luaL_setmetatable(L, DETECTOR_KEY);
	return d;
}

static int make_ddm(lua_State *L)
{
	lua_settop(L, 1);
	int64_t minimum = values_integer_field(L, 1, "minimum", 30);
	double warning = values_number_field(L, 1, "warning", 2);
	double drift = values_number_field(L, 1, "drift", 3);
	luaL_argcheck(L, minimum >= 1 && warning > 0 && drift >= warning, 1,
		      "minimum, warning, drift");
	struct ddm *ddm = &new_detector(L, DETECT_DDM)->ddm;
	ddm_init(ddm);
	ddm->minimum_count = (uint64_t)minimum;
	ddm->warning_factor = warning;
	ddm->drift_factor = drift;
	return 1;
}

static int make_page_hinkley(lua_State *L)
{
	double delta = values_number_field(L, 1, "delta", 0.05);
	double threshold = values_number_field(L, 1, "threshold", 20);
	page_hinkley_init(&new_detector(L, DETECT_PAGE_HINKLEY)->page_hinkley, delta, threshold);
	return 1;
}

static int make_adwin(lua_State *L)
{
	double delta = values_number_field(L, 1, "delta", 0.002);
	luaL_argcheck(L, delta > 0 && delta < 1, 1, "delta");
	adwin_init(&new_detector(L, DETECT_ADWIN)->adwin, delta);
	return 1;
}

static int make_ewma(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	double weight = values_number_field(L, 1, "weight", 0.2);
	double limit = values_number_field(L, 1, "limit", 3);
	double target = values_number_field(L, 1, "target", 0);
	double std = values_number_field(L, 1, "std", 1);
	luaL_argcheck(L, weight > 0 && weight <= 1 && std > 0, 1, "weight, std");
	ewma_init(&new_detector(L, DETECT_EWMA)->ewma, weight, limit, target, std);
	return 1;
}

static int detector_update(lua_State *L)
{
	static const char *const words[] = {"none", "warning", "drift"};
	struct detector *d = luaL_checkudata(L, 1, DETECTOR_KEY);
	double value = lua_isboolean(L, 2) ? lua_toboolean(L, 2) : values_scalar(L, 2);
	enum drift_level level = DRIFT_NONE;
	switch (d->kind) {
	case DETECT_DDM:
		level = ddm_update(&d->ddm, value != 0);
		break;
	case DETECT_PAGE_HINKLEY:
		level = page_hinkley_update(&d->page_hinkley, value);
		break;
	case DETECT_ADWIN:
		level = adwin_update(&d->adwin, value);
		break;
	case DETECT_EWMA:
		level = ewma_update(&d->ewma, value);
		break;
	}
	lua_pushstring(L, words[level]);
	return 1;
}

static const struct binding detector_methods[] = {
	{"update", detector_update, "value: number|boolean", "string",
	 "값 하나를 보여 주고 \"none\", \"warning\", \"drift\" 가운데 하나를 받습니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding *const detector_lists[] = {detector_methods, NULL};

const struct bound_type detector_type = {.name = "Detector",
					 .doc = "흘러가는 값을 지켜보다 변화를 알리는 탐지기",
					 .methods = detector_lists};

const struct binding bind_detectors[] = {
	{"ddm", make_ddm, "options?: table", "Detector",
	 "오류율을 지켜보는 DDM 탐지기. minimum(30), warning(2), drift(3). 논문의 값은 조용한 "
	 "1,000개에서 절반쯤 헛울리고, "
	 "minimum=100, drift=4면 8% 아래입니다.",
	 0},
	{"page_hinkley", make_page_hinkley, "options?: table", "Detector",
	 "평균이 오르는 것을 찾는 페이지-힝클리 탐지기", 0},
	{"adwin", make_adwin, "options?: table", "Detector",
	 "창의 크기를 스스로 바꾸는 ADWIN 탐지기(값은 0~1)", 0},
	{"ewma", make_ewma, "options: table", "Detector", "지수 가중 이동 평균 관리도(target, std)",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
