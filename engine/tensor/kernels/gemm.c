#include "engine/tensor/kernels/gemm.h"

#include <stdlib.h>
#include <string.h>

#include "engine/tensor/engine.h"
#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/threads.h"

#define MAX_WIDTH 48
#define N_BLOCK 480 /* columns packed at a time: the panels stay in the second-level cache */

const struct gemm_kernels *gemm_kernels(void)
{
	switch (engine_simd()) {
#if defined(__x86_64__)
	case ENGINE_AVX512:
		return &gemm_avx512;
	case ENGINE_AVX2:
		return &gemm_avx2;
#endif
	default:
		return &gemm_portable;
	}
}

static void pack_panel(const struct gemm *g, const struct gemm_kernels *kernels, float *panel,
		       int64_t k0, int64_t k, int64_t n0, int64_t n, int64_t width)
{
	if (g->pack) {
		g->pack(g, panel, k0, k, n0, n, width);
		return;
	}
	const float *b = g->b + k0 * g->b_row + n0 * g->b_col;
	if (g->b_row == 1 && g->b_col != 1) {
		const float *columns[MAX_WIDTH];
		for (int64_t j = 0; j < n; j++) {
			columns[j] = b + j * g->b_col;
		}
		kernels->pack_columns(panel, columns, k, n, width);
		return;
	}
	for (int64_t i = 0; i < k; i++, b += g->b_row, panel += width) {
		if (g->b_col == 1) {
			memcpy(panel, b, (size_t)n * sizeof *b);
		} else {
			for (int64_t j = 0; j < n; j++) {
				panel[j] = b[j * g->b_col];
			}
		}
		for (int64_t j = n; j < width; j++) {
			panel[j] = 0;
		}
	}
}

/* One or a few rows times a matrix whose columns are contiguous: dot products, nothing packed. */
static void few_rows(const struct gemm *g)
{
	const struct row_kernels *rows = row_kernels();
	for (int64_t j = 0; j < g->n; j += 4) {
		const float *b = g->b + j * g->b_col;
		int64_t columns = g->n - j < 4 ? g->n - j : 4;
		for (int64_t i = 0; i < g->m; i++) {
			const float *a = g->a + i * g->a_row;
			float *c = g->c + i * g->c_row + j, sums[4];
			if (columns == 4) {
				rows->dot4(sums, a, b, g->b_col, g->k);
			}
			for (int64_t q = 0; q < columns; q++) {
				float y = columns == 4 ? sums[q]
						       : rows->dot(a, b + q * g->b_col, g->k);
				y += g->accumulate ? c[q] : 0;
				y += g->bias_row ? g->bias_row[i] : 0;
				y += g->bias_col ? g->bias_col[j + q] : 0;
				c[q] = g->relu && y < 0 ? 0 : y;
			}
		}
	}
}

static void clear(const struct gemm *g)
{
	for (int64_t i = 0; i < g->m; i++) {
		for (int64_t j = 0; j < g->n; j++) {
			float *c = g->c + i * g->c_row + j;
			float y = g->accumulate ? *c : 0;
			y += (g->bias_row ? g->bias_row[i] : 0) +
			     (g->bias_col ? g->bias_col[j] : 0);
			*c = g->relu && y < 0 ? 0 : y;
		}
	}
}

void gemm_serial(const struct gemm *g)
{
	if (g->m <= 0 || g->n <= 0) {
		return;
	}
	if (g->k <= 0) {
		clear(g);
		return;
	}
	if (g->m <= 2 && !g->pack && g->b_row == 1 && g->a_col == 1) {
		few_rows(g);
		return;
	}
	const struct gemm_kernels *kernels = gemm_kernels();
	const int64_t full = kernels->vectors * kernels->width;
	float *panels = threads_scratch(0, (size_t)GEMM_K * MAX_WIDTH * sizeof *panels);
	int64_t blocks = (g->k + GEMM_K - 1) / GEMM_K;
	for (int64_t n0 = 0; n0 < g->n; n0 += N_BLOCK / full * full) {
		int64_t n_stop =
			n0 + N_BLOCK / full * full < g->n ? n0 + N_BLOCK / full * full : g->n;
		for (int64_t block = 0; block < blocks; block++) {
			int64_t k0 = g->k * block / blocks, k = g->k * (block + 1) / blocks - k0;
			bool last = block == blocks - 1;
			float *panel = panels;
			for (int64_t j = n0; j < n_stop; j += full) {
				int64_t columns = n_stop - j < full ? n_stop - j : full;
				int64_t vectors = (columns + kernels->width - 1) / kernels->width;
				pack_panel(g, kernels, panel, k0, k, j, columns,
					   vectors * kernels->width);
				struct gemm_tile t = {
					.k = k,
					.a = g->a + k0 * g->a_col,
					.a_row = g->a_row,
					.a_col = g->a_col,
					.panel = panel,
					.c = g->c + j,
					.c_row = g->c_row,
					.columns = columns,
					.accumulate = g->accumulate || block > 0,
					.relu = g->relu && last,
					.bias_col = last && g->bias_col ? g->bias_col + j : NULL,
				};
				for (int64_t i = 0; i < g->m; i += kernels->rows) {
					int64_t rows =
						g->m - i < kernels->rows ? g->m - i : kernels->rows;
					t.a = g->a + k0 * g->a_col + i * g->a_row;
					t.c = g->c + i * g->c_row + j;
					t.bias_row = last && g->bias_row ? g->bias_row + i : NULL;
					kernels->tile[vectors - 1][rows - 1](&t);
				}
			}
		}
	}
}

struct cut {
	const struct gemm *g;
	bool by_rows;
	int64_t unit;
};

static void run_cut(void *context, int64_t first, int64_t last)
{
	const struct cut *c = context;
	struct gemm g = *c->g;
	first *= c->unit;
	last *= c->unit;
	if (c->by_rows) {
		last = last < g.m ? last : g.m;
		g.m = last - first;
		g.a += first * g.a_row;
		g.c += first * g.c_row;
		g.bias_row = g.bias_row ? g.bias_row + first : NULL;
	} else {
		last = last < g.n ? last : g.n;
		g.n = last - first;
		g.b += first * g.b_col;
		g.c += first;
		g.bias_col = g.bias_col ? g.bias_col + first : NULL;
	}
	gemm_serial(&g);
}

void gemm_parallel(const struct gemm *g)
{
	int64_t work = g->m * g->n * g->k;
	if (work < 262144 || threads_count() == 1 || g->pack) {
		gemm_serial(g);
		return;
	}
	const struct gemm_kernels *kernels = gemm_kernels();
	/* Cutting columns leaves each thread its own panels to pack; cutting rows packs them twice. */
	struct cut c = {g, g->m > 2 * g->n, 0};
	int64_t wide = kernels->width;
	c.unit = c.by_rows ? kernels->rows : wide;
	if (g->m <= 2 && g->b_row == 1) {
		c.by_rows = false;
		c.unit = 8;
	}
	int64_t n = ((c.by_rows ? g->m : g->n) + c.unit - 1) / c.unit;
	threads_for(n, 1, run_cut, &c);
}

/* --- one row against a packed matrix --- */
bool gemm_packed_make(struct gemm_packed *out, const float *weight, int64_t n, int64_t k)
{
	int64_t wide = 8 * gemm_kernels()->width, panels = (n + wide - 1) / wide;
	*out = (struct gemm_packed){k, n, NULL};
	out->panels = aligned_alloc(64, (size_t)(panels * k * wide + 16) / 16 * 64);
	for (int64_t j = 0; out->panels && j < panels * wide; j++) {
		float *to = out->panels + j / wide * k * wide + j % wide;
		for (int64_t i = 0; i < k; i++) {
			to[i * wide] = j < n ? weight[j * k + i] : 0;
		}
	}
	return out->panels != NULL;
}

void gemm_packed_release(struct gemm_packed *p)
{
	free(p->panels);
	p->panels = NULL;
}

struct vector_job {
	const struct gemm_packed *p;
	float *y;
	const float *x;
};

static void vector_panels(void *context, int64_t first, int64_t last)
{
	const struct vector_job *j = context;
	const struct gemm_kernels *kernels = gemm_kernels();
	int64_t wide = 8 * kernels->width;
	for (int64_t q = first; q < last; q++) {
		kernels->vector(j->y + q * wide, j->x, j->p->panels + q * j->p->k * wide, j->p->k);
	}
}

void gemm_packed_vector(float *y, const struct gemm_packed *p, const float *x, const float *bias)
{
	int64_t wide = 8 * gemm_kernels()->width, panels = (p->n + wide - 1) / wide;
	struct vector_job j = {p, y, x};
	threads_for(panels, 500000 / (p->k * wide + 1) + 1, vector_panels, &j);
	for (int64_t i = 0; bias && i < p->n; i++) {
		y[i] += bias[i];
	}
}
