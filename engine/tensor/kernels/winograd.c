#include "engine/tensor/kernels/winograd.h"

#include <string.h>

#include "engine/tensor/engine.h"
#include "engine/tensor/kernels/gemm.h"
#include "engine/tensor/threads.h"

#define BLOCK WINOGRAD_BLOCK
#define ROW WINOGRAD_ROW
#define SLACK 64

const struct winograd_kernels *winograd_kernels(void)
{
	switch (engine_simd()) {
#if defined(__x86_64__)
	case ENGINE_AVX512:
		return &winograd_avx512;
	case ENGINE_AVX2:
		return &winograd_avx2;
#endif
	default:
		return &winograd_portable;
	}
}

bool winograd_pays(int64_t in_channels, int64_t out_channels, int64_t height, int64_t width)
{
	return in_channels >= 16 && out_channels >= 16 && height >= 5 && width >= 5;
}

static int64_t row_blocks(int64_t out_channels)
{
	int64_t rows = gemm_kernels()->rows;
	return (out_channels + rows - 1) / rows;
}

size_t winograd_workspace(int64_t in_channels, int64_t out_channels)
{
	size_t rows = (size_t)(row_blocks(out_channels) * gemm_kernels()->rows);
	return 16 * rows * (size_t)in_channels * sizeof(float) +
	       (size_t)in_channels * sizeof(int64_t);
}

static int64_t *offsets_of(const void *workspace, int64_t in_channels, int64_t out_channels)
{
	int64_t floats = 16 * row_blocks(out_channels) * gemm_kernels()->rows * in_channels;
	return (int64_t *)((uintptr_t)workspace + (uintptr_t)floats * sizeof(float));
}

/* From one of the 16 products to the next. Not a multiple of a page: their rows would share a set of the cache. */
static int64_t v_step(const struct winograd *w)
{
	return w->in_channels * ROW + 16;
}
static int64_t m_step(const struct winograd *w)
{
	return w->out_channels * BLOCK + 16;
}

/* U = G g Gᵀ, laid out [16][rows / unit][in][unit] */
void winograd_filters(void *workspace, const float *weight, int64_t in_channels,
		      int64_t out_channels, int64_t row_step, int64_t c_step, bool flipped)
{
	float *u = workspace;
	int64_t unit = gemm_kernels()->rows, blocks = row_blocks(out_channels);
	int64_t *offsets = offsets_of(workspace, in_channels, out_channels);
	memset(u, 0, (size_t)(16 * blocks * unit * in_channels) * sizeof *u);
	for (int64_t c = 0; c < in_channels; c++) {
		offsets[c] = c * ROW;
	}
	for (int64_t m = 0; m < out_channels; m++) {
		for (int64_t c = 0; c < in_channels; c++) {
			const float *given = weight + m * row_step + c * c_step;
			float g[3][3], t[4][3];
			for (int k = 0; k < 9; k++) {
				g[k / 3][k % 3] = given[flipped ? 8 - k : k];
			}
			for (int j = 0; j < 3; j++) {
				t[0][j] = g[0][j];
				t[1][j] = 0.5f * (g[0][j] + g[1][j] + g[2][j]);
				t[2][j] = 0.5f * (g[0][j] - g[1][j] + g[2][j]);
				t[3][j] = g[2][j];
			}
			for (int i = 0; i < 4; i++) {
				float row[4] = {t[i][0], 0.5f * (t[i][0] + t[i][1] + t[i][2]),
						0.5f * (t[i][0] - t[i][1] + t[i][2]), t[i][2]};
				for (int j = 0; j < 4; j++) {
					int64_t at = (4 * i + j) * blocks + m / unit;
					u[(at * in_channels + c) * unit + m % unit] = row[j];
				}
			}
		}
	}
}

/* Sizes of one image's tiles; planes hold one column and one row of pixels more than there are tiles. */
struct shape {
	int64_t tile_rows, tile_columns, pitch, plane;
};

static struct shape shape_of(const struct winograd *w)
{
	struct shape s;
	s.tile_rows = (w->out_height + 1) / 2;
	s.tile_columns = (w->out_width + 1) / 2;
	s.pitch = s.tile_columns + 1;
	s.plane = (s.tile_rows + 1) * s.pitch;
	return s;
}

/* The four phases (odd and even rows and columns) of each channel. The margins were zeroed before the first image. */
static void fill(const struct winograd *w, const struct shape *s, float *planes, const float *image)
{
	const struct winograd_kernels *k = winograd_kernels();
	/* Column 0 of the image stands at padding[1] of the padded one: which phase, and where in it. */
	int64_t phase = w->padding[1] % 2, at = w->padding[1] / 2;
	int64_t rows = 2 * s->tile_rows + 2 - w->padding[0], columns = 2 * s->pitch - w->padding[1];
	rows = rows < w->in_height ? rows : w->in_height;
	columns = columns < w->in_width ? columns : w->in_width;
	for (int64_t c = 0; c < w->in_channels; c++) {
		float *four = planes + 4 * c * s->plane;
		for (int64_t y = 0; y < rows; y++) {
			int64_t row = y + w->padding[0];
			float *to = four + row % 2 * 2 * s->plane + row / 2 * s->pitch + at;
			float *even = to + phase * s->plane,
			      *odd = to + (1 - phase) * s->plane + phase;
			k->split(even, odd, image + (c * w->in_height + y) * w->in_width, columns);
		}
	}
}

/* Tiles side by side in one row of an image, at a place of the block. A block is filled from row after row and image after
 * image, so that the products never run over half-empty blocks. */
struct run {
	int64_t image, row, column, count, at;
};

/* Writes the results of a run of tiles of one channel. */
static void place(const struct winograd *w, const struct run *r, float *image, const float *out)
{
	const struct winograd_kernels *k = winograd_kernels();
	int64_t whole = (w->out_width - 2 * r->column) / 2;
	whole = whole < r->count ? whole : r->count;
	for (int64_t a = 0; a < 2 && 2 * r->row + a < w->out_height; a++) {
		float *to = image + (2 * r->row + a) * w->out_width + 2 * r->column;
		const float *even = out + 2 * a * BLOCK + r->at;
		if (whole > 0) {
			k->interleave(to, even, even + BLOCK, whole);
		}
		if (whole < r->count) {
			to[2 * whole] = even[whole];
		}
	}
}

struct job {
	const struct winograd *w;
	float *out;
	const float *in, *bias, *filters;
	const int64_t *offsets;
};

static void multiply(const struct job *j, float *m, const float *v, int64_t n)
{
	const struct gemm_kernels *kernels = gemm_kernels();
	const struct winograd *w = j->w;
	int64_t full = kernels->vectors * kernels->width, blocks = row_blocks(w->out_channels);
	for (int64_t xi = 0; xi < 16; xi++) {
		for (int64_t at = 0; at < n; at += full) {
			int64_t columns = n - at < full ? n - at : full;
			int64_t vectors = (columns + kernels->width - 1) / kernels->width;
			for (int64_t b = 0; b < blocks; b++) {
				int64_t first = b * kernels->rows, rows = w->out_channels - first;
				rows = rows < kernels->rows ? rows : kernels->rows;
				struct gemm_tile t = {
					.k = w->in_channels,
					.a = j->filters +
					     (xi * blocks + b) * w->in_channels * kernels->rows,
					.a_row = 1,
					.a_col = kernels->rows,
					.panel = v + xi * v_step(w) + at,
					.offsets = j->offsets,
					.c = m + xi * m_step(w) + first * BLOCK + at,
					.c_row = BLOCK,
					/* whole vectors: what lies beyond n is never read */
					.columns = vectors * kernels->width,
				};
				kernels->tile_offsets[vectors - 1][rows - 1](&t);
			}
		}
	}
}

struct block {
	struct run runs[BLOCK];
	int run_count;
	int64_t filled;
	float *planes, *v, *m, *out;
};

/* Multiplies what the block holds and writes the results to their images. */
static void flush(const struct job *j, struct block *b)
{
	const struct winograd *w = j->w;
	if (b->filled == 0) {
		return;
	}
	multiply(j, b->m, b->v, b->filled);
	for (int64_t o = 0; o < w->out_channels; o++) {
		winograd_kernels()->output(b->out, b->m + o * BLOCK, m_step(w),
					   j->bias ? j->bias[o] : 0, w->relu, b->filled);
		int64_t plane = o * w->out_height * w->out_width;
		for (int r = 0; r < b->run_count; r++) {
			place(w, &b->runs[r], j->out + b->runs[r].image * w->out_image + plane,
			      b->out);
		}
	}
	b->run_count = 0;
	b->filled = 0;
}

/* Transforms runs of one image, added to the block from `from` on: channel by channel, for then the places of the 16
 * products stay in the first-level cache. */
static void transform(const struct job *j, const struct shape *s, struct block *b, int from)
{
	for (int64_t c = 0; c < j->w->in_channels; c++) {
		for (int r = from; r < b->run_count; r++) {
			const struct run *run = &b->runs[r];
			const float *phases[4];
			for (int p = 0; p < 4; p++) {
				phases[p] = b->planes + (4 * c + p) * s->plane +
					    run->row * s->pitch + run->column;
			}
			winograd_kernels()->input(b->v + c * ROW + run->at, v_step(j->w), phases,
						  s->pitch, run->count);
		}
	}
}

static void run_images(void *context, int64_t first, int64_t last)
{
	const struct job *j = context;
	const struct winograd *w = j->w;
	struct shape s = shape_of(w);
	int64_t planes_floats = (4 * w->in_channels * s.plane + SLACK + 15) / 16 * 16;
	int64_t v_floats = 16 * v_step(w), m_floats = 16 * m_step(w);
	struct block b = {.run_count = 0};
	b.planes = threads_scratch(1, (size_t)(planes_floats + v_floats + m_floats + 4 * BLOCK) *
					      sizeof *b.planes);
	b.v = b.planes + planes_floats;
	b.m = b.v + v_floats;
	b.out = b.m + m_floats;
	memset(b.planes, 0, (size_t)planes_floats * sizeof *b.planes);
	for (int64_t image = first; image < last; image++) {
		fill(w, &s, b.planes, j->in + image * w->in_image);
		int from = b.run_count;
		for (int64_t row = 0; row < s.tile_rows; row++) {
			int64_t column = 0;
			while (column < s.tile_columns) {
				int64_t room = BLOCK - b.filled, left = s.tile_columns - column;
				struct run run = {image, row, column, left < room ? left : room,
						  b.filled};
				b.runs[b.run_count++] = run;
				b.filled += run.count;
				column += run.count;
				if (b.filled == BLOCK) {
					transform(j, &s, &b, from);
					flush(j, &b);
					from = 0;
				}
			}
		}
		transform(j, &s, &b, from);
	}
	flush(j, &b);
}

void winograd_run(const struct winograd *w, float *out, const float *in, const float *bias,
		  const void *workspace)
{
	struct job j = {w,    out,       in,
			bias, workspace, offsets_of(workspace, w->in_channels, w->out_channels)};
	threads_for(w->batch, 1, run_images, &j);
}
