#ifndef MUNDAP_TENSOR_BLAS_H
#define MUNDAP_TENSOR_BLAS_H

#include <stdbool.h>

/* OpenBLAS and its LAPACK, loaded when the engine starts. LAPACK is Fortran: everything by address, column-major. */
struct blas {
	bool loaded;
	void (*dgemm)(int order, int ta, int tb, int m, int n, int k, double alpha, const double *a,
		      int lda, const double *b, int ldb, double beta, double *c, int ldc);
	void (*sgemm)(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a,
		      int lda, const float *b, int ldb, float beta, float *c, int ldc);
	void (*dgesv)(const int *n, const int *nrhs, double *a, const int *lda, int *ipiv,
		      double *b, const int *ldb, int *info);
	void (*dpotrf)(const char *uplo, const int *n, double *a, const int *lda, int *info,
		       unsigned long);
	void (*dgels)(const char *trans, const int *m, const int *n, const int *nrhs, double *a,
		      const int *lda, double *b, const int *ldb, double *work, const int *lwork,
		      int *info, unsigned long);
	void (*dgeqrf)(const int *m, const int *n, double *a, const int *lda, double *tau,
		       double *work, const int *lwork, int *info);
	void (*dorgqr)(const int *m, const int *n, const int *k, double *a, const int *lda,
		       const double *tau, double *work, const int *lwork, int *info);
	void (*dsyevd)(const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
		       double *w, double *work, const int *lwork, int *iwork, const int *liwork,
		       int *info, unsigned long, unsigned long);
	void (*dgesdd)(const char *jobz, const int *m, const int *n, double *a, const int *lda,
		       double *s, double *u, const int *ldu, double *vt, const int *ldvt,
		       double *work, const int *lwork, int *iwork, int *info, unsigned long);
};

#define BLAS_ROW_MAJOR 101
#define BLAS_PLAIN 111
#define BLAS_TRANSPOSED 112

/** Functions of the library; loaded is false when there is none. */
const struct blas *blas(void);

#endif
