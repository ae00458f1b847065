/* data.credit: the table of the life-cycle course, with the truth behind it. */
#include <string.h>

#include "engine/lua/bind_data.h"
#include "engine/lua/bind_numbers.h"
#include "engine/ml/credit.h"

#define MAX_ROWS 200000

static const char *const names[CREDIT_COLUMNS] = {
	"age", "income", "debt", "late", "tenure", "amount", "self_employed", "accounts", "calls"};
static const char *const titles[CREDIT_COLUMNS] = {
	"나이(세)",      "월 소득(만 원)", "부채(만 원)", "최근 1년 연체(회)", "거래 기간(달)",
	"신청액(만 원)", "자영업",         "계좌 수",     "추심 전화(회)"};
static const char *const groups[CREDIT_GROUPS] = {"청년", "중장년", "고령"};
static const char *const drifts[CREDIT_DRIFTS] = {"none",    "harmless", "covariate",
						  "concept", "label",    "corrupt"};

static enum credit_drift drift_of(lua_State *L)
{
	char word[16];
	if (!values_text_field(L, 1, "drift", word, sizeof(word))) {
		return CREDIT_STEADY;
	}
	for (int i = 0; i < CREDIT_DRIFTS; i++) {
		if (strcmp(word, drifts[i]) == 0) {
			return (enum credit_drift)i;
		}
	}
	binding_raise(L, message(MSG_LUA_DATA_DRIFT), word);
	return CREDIT_STEADY;
}

static void push_words(lua_State *L, const char *const *words, int count)
{
	lua_createtable(L, count, 0);
	for (int i = 0; i < count; i++) {
		lua_pushstring(L, words[i]);
		lua_rawseti(L, -2, i + 1);
	}
}

/* One whole number of each row, as a field of the table on top. */
static void set_column(lua_State *L, const char *name, const struct credit_row *rows, int64_t count,
		       size_t offset)
{
	int32_t *out = numbers_push_i32(L, count);
	for (int64_t i = 0; i < count; i++) {
		memcpy(&out[i], (const char *)&rows[i] + offset, sizeof(*out));
	}
	lua_setfield(L, -2, name);
}

/* data.credit{count, months, rate, bias, noise, missing, duplicates, unit_errors, fraud, leak, drift, …, seed} */
static int credit(lua_State *L)
{
	lua_settop(L, 1);
	struct credit_options o = credit_defaults();
	int64_t count = values_integer_field(L, 1, "count", (int64_t)o.count);
	if (count < 1 || count > MAX_ROWS) {
		return binding_raise(L, message(MSG_LUA_DATA_COUNT), (long long)MAX_ROWS);
	}
	o.count = (size_t)count;
	o.months = (int)values_number_field(L, 1, "months", o.months);
	o.rate = values_number_field(L, 1, "rate", o.rate);
	o.bias = values_number_field(L, 1, "bias", o.bias);
	o.noise = values_number_field(L, 1, "noise", o.noise);
	o.missing = values_number_field(L, 1, "missing", o.missing);
	o.duplicates = values_number_field(L, 1, "duplicates", o.duplicates);
	o.unit_errors = values_number_field(L, 1, "unit_errors", o.unit_errors);
	o.fraud = values_number_field(L, 1, "fraud", o.fraud);
	o.drift = drift_of(L);
	o.drift_month = (int)values_number_field(L, 1, "drift_month", o.drift_month);
	o.drift_strength = values_number_field(L, 1, "drift_strength", o.drift_strength);
	o.seed = (uint64_t)values_integer_field(L, 1, "seed", (int64_t)script_of(L)->options.seed);
	int columns = values_flag_field(L, 1, "leak") ? CREDIT_COLUMNS : CREDIT_CALLS;
	struct credit_row *rows = lua_newuserdatauv(L, sizeof(*rows) * (size_t)count, 0);
	struct error err = ERROR_INIT;
	if (credit_make(rows, &o, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_createtable(L, 0, 12);
	double *features = numbers_push_f64(L, count, columns);
	for (int64_t i = 0; i < count; i++) {
		memcpy(features + i * columns, rows[i].values, sizeof(double) * (size_t)columns);
	}
	lua_setfield(L, -2, "features");
	double *probability = numbers_push_f64(L, count, 0);
	for (int64_t i = 0; i < count; i++) {
		probability[i] = rows[i].probability;
	}
	lua_setfield(L, -2, "probability");
	set_column(L, "labels", rows, count, offsetof(struct credit_row, label));
	set_column(L, "truth", rows, count, offsetof(struct credit_row, truth));
	set_column(L, "month", rows, count, offsetof(struct credit_row, month));
	set_column(L, "group", rows, count, offsetof(struct credit_row, group));
	set_column(L, "id", rows, count, offsetof(struct credit_row, id));
	push_words(L, names, columns);
	lua_setfield(L, -2, "columns");
	push_words(L, titles, columns);
	lua_setfield(L, -2, "titles");
	push_words(L, groups, CREDIT_GROUPS);
	lua_setfield(L, -2, "groups");
	numbers_push_list(L, credit_shares, CREDIT_GROUPS);
	lua_setfield(L, -2, "shares");
	lua_pushinteger(L, count);
	lua_setfield(L, -2, "count");
	handle_collect(L);
	return 1;
}

const struct binding bind_credit[] = {
	{"credit", credit,
	 "options?: {count?: integer, months?: integer, rate?: number, bias?: number, noise?: "
	 "number, "
	 "missing?: number, duplicates?: number, unit_errors?: number, fraud?: number, leak?: "
	 "boolean, "
	 "drift?: string, drift_month?: integer, drift_strength?: number, seed?: integer}",
	 "table",
	 "소액 대출 신청 표와 그 뒤의 참값(truth, probability). drift는 none, harmless, covariate, "
	 "concept, label, corrupt",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
