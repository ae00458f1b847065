/* T.linalg: through LAPACK, without gradients. */
#include "engine/lua/bind_tensor.h"
#include "engine/lua/handle.h"

enum routine { SOLVE, LSTSQ, INVERSE, CHOLESKY, QR, EIGH, SVD };

static int results_of(enum routine routine)
{
	return routine == SVD ? 3 : routine == QR || routine == EIGH ? 2 : 1;
}

static enum status run(enum routine routine, struct tensor *a, struct tensor *b,
		       struct tensor *out[3], struct error *err)
{
	switch (routine) {
	case QR:
		return linalg_qr(&out[0], &out[1], a, err);
	case EIGH:
		return linalg_eigh(&out[0], &out[1], a, err);
	case SVD:
		return linalg_svd(&out[0], &out[1], &out[2], a, err);
	case SOLVE:
		out[0] = linalg_solve(a, b, err);
		break;
	case LSTSQ:
		out[0] = linalg_lstsq(a, b, err);
		break;
	case INVERSE:
		out[0] = linalg_inverse(a, err);
		break;
	case CHOLESKY:
		out[0] = linalg_cholesky(a, err);
		break;
	}
	return out[0] ? STATUS_OK : err->status;
}

static int call(lua_State *L)
{
	enum routine routine = (enum routine)binding_row(L)->id;
	struct tensor *a = handle_coerce(L, 1);
	struct tensor *b = routine == SOLVE || routine == LSTSQ ? handle_coerce(L, 2) : NULL;
	int places = results_of(routine);
	struct tensor_handle *handles[3];
	for (int k = 0; k < places; k++) {
		handles[k] = handle_new(L);
	}
	struct tensor *out[3] = {NULL};
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	enum status status = run(routine, a, b, out, &err);
	for (int k = 0; k < places && status == STATUS_OK; k++) {
		handles[k]->t = tensor_scope_keep(&scope, out[k]);
	}
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	return places;
}

const struct binding bind_linalg[] = {
	{"linalg.solve", call, "a: Tensor, b: Tensor", "Tensor", "a·x = b를 푸는 x입니다.", SOLVE},
	{"linalg.lstsq", call, "a: Tensor, b: Tensor", "Tensor", "최소제곱해입니다.", LSTSQ},
	{"linalg.inverse", call, "a: Tensor", "Tensor", "역행렬입니다.", INVERSE},
	{"linalg.cholesky", call, "a: Tensor", "Tensor", "a = L·Lᵀ의 아래 삼각 L입니다.", CHOLESKY},
	{"linalg.qr", call, "a: Tensor", "Tensor, Tensor", "a = Q·R로 나눕니다.", QR},
	{"linalg.eigh", call, "a: Tensor", "Tensor, Tensor",
	 "대칭행렬의 고윳값(작은 것부터)과 고유벡터입니다.", EIGH},
	{"linalg.svd", call, "a: Tensor", "Tensor, Tensor, Tensor", "a = U·diag(S)·Vᵀ로 나눕니다.",
	 SVD},
	{NULL, NULL, NULL, NULL, NULL, 0}};
