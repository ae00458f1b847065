#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tensor/blas.h"
#include "engine/tensor/op_internal.h"

/* Linear algebra of single matrices through LAPACK, in double precision whatever the input; the result has the input's
 * type. LAPACK counts by columns: a row-major matrix handed over is its transpose, so every function below transposes on
 * the way in and out. */

static double *columns_of(const struct tensor *t, int64_t rows, int64_t columns)
{
	double *a = malloc(((size_t)(rows * columns) + 1) * sizeof *a);
	for (int64_t i = 0; a && i < rows; i++) {
		for (int64_t j = 0; j < columns; j++) {
			a[j * rows + i] = tensor_get(t, i * columns + j);
		}
	}
	return a;
}

static struct tensor *from_columns(const double *a, int64_t rows, int64_t columns, int64_t lda,
				   enum dtype dtype, int dims, struct error *err)
{
	int64_t shape[2] = {rows, columns};
	struct tensor *t = tensor_new(dtype, dims, shape, err);
	for (int64_t i = 0; t && i < rows; i++) {
		for (int64_t j = 0; j < columns; j++) {
			tensor_set(t, i * columns + j, a[j * lda + i]);
		}
	}
	return t;
}

static enum status check(const char *name, const struct tensor *a, bool square, struct error *err)
{
	char text[TENSOR_SHAPE_TEXT];
	if (!a) {
		return err && err->status ? err->status : STATUS_INVALID;
	}
	if (!blas()->loaded) {
		return error_set(err, STATUS_UNSUPPORTED, name, message(MSG_TENSOR_NO_BLAS),
				 "libopenblas");
	}
	if (a->dims != 2 || a->shape[0] < 1 || a->shape[1] < 1 || a->shape[0] > INT_MAX / 8 ||
	    a->shape[1] > INT_MAX / 8) {
		return error_set(err, STATUS_SHAPE, name, message(MSG_TENSOR_DIMS), name, "a", 2,
				 tensor_shape_text(a, text));
	}
	if (square && a->shape[0] != a->shape[1]) {
		return error_set(err, STATUS_SHAPE, name, message(MSG_TENSOR_SQUARE), name,
				 tensor_shape_text(a, text));
	}
	for (int64_t i = 0, n = tensor_numel(a); i < n; i++) {
		if (!isfinite(tensor_get(a, i))) {
			return error_set(err, STATUS_RANGE, name, message(MSG_TENSOR_LAPACK), name,
					 "NaN/Inf");
		}
	}
	return STATUS_OK;
}

static enum status nomem(const char *name, struct error *err)
{
	return error_set(err, STATUS_NOMEM, name, message(MSG_TENSOR_NOMEM), 0.0);
}

static enum dtype result_type(const struct tensor *a)
{
	return a->dtype == DTYPE_F64 ? DTYPE_F64 : DTYPE_F32;
}

static struct tensor *solve(const char *name, struct tensor *a, struct tensor *b, struct error *err)
{
	int n = (int)a->shape[0], nrhs = b->dims == 2 ? (int)b->shape[1] : 1, info = 0;
	double *ca = columns_of(a, n, n), *cb = columns_of(b, n, nrhs);
	int *pivots = malloc((size_t)n * sizeof *pivots);
	struct tensor *x = NULL;
	if (!ca || !cb || !pivots) {
		nomem(name, err);
	} else {
		blas()->dgesv(&n, &nrhs, ca, &n, pivots, cb, &n, &info);
		if (info != 0) {
			error_set(err, STATUS_RANGE, name, message(MSG_TENSOR_LAPACK), name,
				  "singular");
		} else {
			x = from_columns(cb, n, nrhs, n, result_type(a), b->dims, err);
		}
	}
	free(ca);
	free(cb);
	free(pivots);
	return x;
}

struct tensor *linalg_solve(struct tensor *a, struct tensor *b, struct error *err)
{
	if (check("solve", a, true, err) != STATUS_OK || !b) {
		return NULL;
	}
	if (b->dims < 1 || b->dims > 2 || b->shape[0] != a->shape[0]) {
		op_shapes_error("solve", a, b, "a [n,n], b [n] / [n,k]", err);
		return NULL;
	}
	return solve("solve", a, b, err);
}

struct tensor *linalg_inverse(struct tensor *a, struct error *err)
{
	if (check("inverse", a, true, err) != STATUS_OK) {
		return NULL;
	}
	return solve("inverse", a, tensor_eye(a->shape[0], err), err);
}

struct tensor *linalg_cholesky(struct tensor *a, struct error *err)
{
	if (check("cholesky", a, true, err) != STATUS_OK) {
		return NULL;
	}
	int n = (int)a->shape[0], info = 0;
	double *c = columns_of(a, n, n);
	struct tensor *l = NULL;
	if (!c) {
		nomem("cholesky", err);
		return NULL;
	}
	blas()->dpotrf("L", &n, c, &n, &info, 1);
	if (info != 0) {
		error_set(err, STATUS_RANGE, "cholesky", message(MSG_TENSOR_LAPACK), "cholesky",
			  "not positive definite");
	} else {
		for (int j = 1; j < n; j++) {
			memset(c + (size_t)j * (size_t)n, 0, (size_t)j * sizeof *c);
		}
		l = from_columns(c, n, n, n, result_type(a), 2, err);
	}
	free(c);
	return l;
}

struct tensor *linalg_lstsq(struct tensor *a, struct tensor *b, struct error *err)
{
	if (check("lstsq", a, false, err) != STATUS_OK || !b) {
		return NULL;
	}
	if (b->dims < 1 || b->dims > 2 || b->shape[0] != a->shape[0]) {
		op_shapes_error("lstsq", a, b, "a [m,n], b [m] / [m,k]", err);
		return NULL;
	}
	int m = (int)a->shape[0], n = (int)a->shape[1], info = 0, want = -1;
	int nrhs = b->dims == 2 ? (int)b->shape[1] : 1, ldb = m > n ? m : n;
	double *ca = columns_of(a, m, n), size;
	double *cb = calloc((size_t)ldb * (size_t)nrhs, sizeof *cb), *work = NULL;
	struct tensor *x = NULL;
	if (ca && cb) {
		for (int i = 0; i < m; i++) {
			for (int j = 0; j < nrhs; j++) {
				cb[(size_t)j * (size_t)ldb + (size_t)i] =
					tensor_get(b, (int64_t)i * nrhs + j);
			}
		}
		blas()->dgels("N", &m, &n, &nrhs, ca, &m, cb, &ldb, &size, &want, &info, 1);
		want = (int)size;
		work = malloc((size_t)want * sizeof *work);
	}
	if (!work) {
		nomem("lstsq", err);
	} else {
		blas()->dgels("N", &m, &n, &nrhs, ca, &m, cb, &ldb, work, &want, &info, 1);
		if (info != 0) {
			error_set(err, STATUS_RANGE, "lstsq", message(MSG_TENSOR_LAPACK), "lstsq",
				  "rank deficient");
		} else {
			x = from_columns(cb, n, nrhs, ldb, result_type(a), b->dims, err);
		}
	}
	free(ca);
	free(cb);
	free(work);
	return x;
}

enum status linalg_qr(struct tensor **q, struct tensor **r, struct tensor *a, struct error *err)
{
	*q = *r = NULL;
	enum status status = check("qr", a, false, err);
	if (status != STATUS_OK) {
		return status;
	}
	int m = (int)a->shape[0], n = (int)a->shape[1], k = m < n ? m : n, info = 0, want = 64 * n;
	double *c = columns_of(a, m, n), *tau = malloc((size_t)k * sizeof *tau);
	double *work = malloc((size_t)want * sizeof *work);
	if (!c || !tau || !work) {
		status = nomem("qr", err);
	} else {
		blas()->dgeqrf(&m, &n, c, &m, tau, work, &want, &info);
		int64_t shape[2] = {k, n};
		*r = tensor_new(result_type(a), 2, shape, err);
		for (int i = 0; *r && i < k; i++) {
			for (int j = i; j < n; j++) {
				tensor_set(*r, (int64_t)i * n + j,
					   c[(size_t)j * (size_t)m + (size_t)i]);
			}
		}
		blas()->dorgqr(&m, &k, &k, c, &m, tau, work, &want, &info);
		*q = from_columns(c, m, k, m, result_type(a), 2, err);
		status = *q && *r ? STATUS_OK : STATUS_NOMEM;
	}
	free(c);
	free(tau);
	free(work);
	return status;
}

enum status linalg_eigh(struct tensor **values, struct tensor **vectors, struct tensor *a,
			struct error *err)
{
	*values = *vectors = NULL;
	enum status status = check("eigh", a, true, err);
	if (status != STATUS_OK) {
		return status;
	}
	int n = (int)a->shape[0], info = 0, lwork = 1 + 6 * n + 2 * n * n, liwork = 3 + 5 * n;
	double *c = columns_of(a, n, n), *w = malloc((size_t)n * sizeof *w);
	double *work = malloc((size_t)lwork * sizeof *work);
	int *iwork = malloc((size_t)liwork * sizeof *iwork);
	if (!c || !w || !work || !iwork) {
		status = nomem("eigh", err);
	} else {
		blas()->dsyevd("V", "L", &n, c, &n, w, work, &lwork, iwork, &liwork, &info, 1, 1);
		if (info != 0) {
			status = error_set(err, STATUS_RANGE, "eigh", message(MSG_TENSOR_LAPACK),
					   "eigh", "no convergence");
		} else {
			*values = from_columns(w, n, 1, n, result_type(a), 1, err);
			*vectors = from_columns(c, n, n, n, result_type(a), 2, err);
			status = *values && *vectors ? STATUS_OK : STATUS_NOMEM;
		}
	}
	free(c);
	free(w);
	free(work);
	free(iwork);
	return status;
}

enum status linalg_svd(struct tensor **u, struct tensor **s, struct tensor **vt, struct tensor *a,
		       struct error *err)
{
	*u = *s = *vt = NULL;
	enum status status = check("svd", a, false, err);
	if (status != STATUS_OK) {
		return status;
	}
	int m = (int)a->shape[0], n = (int)a->shape[1], k = m < n ? m : n, info = 0, want = -1;
	double *c = columns_of(a, m, n), *w = malloc((size_t)k * sizeof *w), size = 0;
	double *cu = malloc((size_t)m * (size_t)k * sizeof *cu);
	double *cv = malloc((size_t)k * (size_t)n * sizeof *cv), *work = NULL;
	int *iwork = malloc((size_t)(8 * k) * sizeof *iwork);
	if (c && w && cu && cv && iwork) {
		blas()->dgesdd("S", &m, &n, c, &m, w, cu, &m, cv, &k, &size, &want, iwork, &info,
			       1);
		want = (int)size;
		work = malloc((size_t)want * sizeof *work);
	}
	if (!work) {
		status = nomem("svd", err);
	} else {
		blas()->dgesdd("S", &m, &n, c, &m, w, cu, &m, cv, &k, work, &want, iwork, &info, 1);
		if (info != 0) {
			status = error_set(err, STATUS_RANGE, "svd", message(MSG_TENSOR_LAPACK),
					   "svd", "no convergence");
		} else {
			*u = from_columns(cu, m, k, m, result_type(a), 2, err);
			*s = from_columns(w, k, 1, k, result_type(a), 1, err);
			*vt = from_columns(cv, k, n, k, result_type(a), 2, err);
			status = *u && *s && *vt ? STATUS_OK : STATUS_NOMEM;
		}
	}
	free(c);
	free(w);
	free(cu);
	free(cv);
	free(work);
	free(iwork);
	return status;
}
