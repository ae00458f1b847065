#include "engine/tensor/kernels/conv.h"

#include <string.h>

#include "engine/tensor/kernels/gemm.h"
#include "engine/tensor/kernels/winograd.h"
#include "engine/tensor/threads.h"

#define MAX_WIDTH 48
#define SLACK 64 /* floats a vector may read past a plane */

struct tap {
	int64_t plane, y, x;
};

/* One stride-1 sum of taps over planes; see the header. */
struct correlation {
	int64_t rows; /* m */
	int64_t taps, planes;
	int64_t out_height, out_width;
	int64_t low_y, low_x; /* smallest tap offsets: where the planes' margin starts */
	int64_t plane_height, pitch; /* planes with their margins */
	int64_t *offsets; /* per tap, into the planes */
	float *weights; /* [rows / 8][taps][8] */
	/* where plane p comes from: channel p / phases, every step-th row and column from (first_y, first_x) */
	int64_t source_height, source_width, step[2];
	int64_t pad[2];
	/* where results go: every out_step-th row and column from out_first */
	int64_t out_step[2], out_first[2], target_height, target_width;
};

static int64_t ceil_to(int64_t n, int64_t unit)
{
	return (n + unit - 1) / unit * unit;
}

static int64_t plane_floats(const struct correlation *c)
{
	return c->plane_height * c->pitch;
}

static int64_t flat_length(const struct correlation *c)
{
	return (c->out_height - 1) * c->pitch + c->out_width;
}

/* Copies the planes of one image into their margins, which were zeroed before. */
static void fill_planes(const struct correlation *c, float *planes, const float *image)
{
	int64_t phases = c->step[0] * c->step[1], step = c->step[1];
	for (int64_t p = 0; p < c->planes; p++) {
		const float *from = image + p / phases * c->source_height * c->source_width;
		int64_t phase_y = p % phases / step, phase_x = p % step;
		int64_t x = c->low_x * step + phase_x - c->pad[1];
		int64_t left = x < 0 ? (-x + step - 1) / step : 0;
		x += left * step;
		int64_t n = (c->source_width - x + step - 1) / step;
		n = n < c->pitch - left ? n : c->pitch - left;
		float *plane = planes + p * plane_floats(c) + left;
		for (int64_t r = 0; r < c->plane_height; r++) {
			int64_t y = (r + c->low_y) * c->step[0] + phase_y - c->pad[0];
			if (y < 0 || y >= c->source_height || n <= 0) {
				continue;
			}
			const float *row = from + y * c->source_width + x;
			float *to = plane + r * c->pitch;
			if (step == 1) {
				for (int64_t i = 0; i < n; i++) {
					to[i] = row[i];
				}
			} else {
				for (int64_t i = 0; i < n; i++) {
					to[i] = row[i * step];
				}
			}
		}
	}
}

/* A 1 × 1 convolution: the image is its own plane, and the result needs no margin taken off. */
static bool plain(const struct correlation *c)
{
	return c->pitch == c->source_width && c->plane_height == c->source_height &&
	       c->step[0] * c->step[1] == 1 && c->out_step[0] * c->out_step[1] == 1 &&
	       c->pad[0] == 0 && c->pad[1] == 0 && c->out_width == c->pitch;
}

/* Computes rows [first, last) of one image (multiples of 8 but for the end) and writes them out. */
static void correlate(const struct correlation *c, float *out, const float *planes, float *flat,
		      const float *bias, bool relu, int64_t first, int64_t last)
{
	bool straight = plain(c);
	const struct gemm_kernels *kernels = gemm_kernels();
	int64_t length = flat_length(c), full = kernels->vectors * kernels->width;
	int64_t flat_row = straight ? length : ceil_to(length, 16);
	flat = straight ? out + first * length : flat;
	for (int64_t j = 0; j < length; j += full) {
		int64_t columns = length - j < full ? length - j : full;
		int64_t vectors = (columns + kernels->width - 1) / kernels->width;
		for (int64_t m = first; m < last; m += kernels->rows) {
			int64_t rows = last - m < kernels->rows ? last - m : kernels->rows;
			struct gemm_tile t = {
				.k = c->taps,
				.a = c->weights + m / kernels->rows * c->taps * kernels->rows,
				.a_row = 1,
				.a_col = kernels->rows,
				.panel = planes + j,
				.offsets = c->offsets,
				.c = flat + (m - first) * flat_row + j,
				.c_row = flat_row,
				.columns = columns,
				.relu = relu,
				.bias_row = bias ? bias + m : NULL,
			};
			kernels->tile_offsets[vectors - 1][rows - 1](&t);
		}
	}
	for (int64_t m = first; m < last && !straight; m++) {
		float *image = out + m * c->target_height * c->target_width;
		for (int64_t u = 0; u < c->out_height; u++) {
			const float *from = flat + (m - first) * flat_row + u * c->pitch;
			float *to = image +
				    (u * c->out_step[0] + c->out_first[0]) * c->target_width +
				    c->out_first[1];
			if (c->out_step[1] == 1) {
				memcpy(to, from, (size_t)c->out_width * sizeof *to);
			} else {
				for (int64_t v = 0; v < c->out_width; v++) {
					to[v * c->out_step[1]] = from[v];
				}
			}
		}
	}
}

/* --- the taps of the two directions --- */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* Planes large enough for all taps; offsets from the taps. */
static void lay_out(struct correlation *c, const struct tap *taps)
{
	int64_t high_y = 0, high_x = 0;
	c->low_y = c->low_x = 0;
	for (int64_t k = 0; k < c->taps; k++) {
		c->low_y = taps[k].y < c->low_y ? taps[k].y : c->low_y;
		c->low_x = taps[k].x < c->low_x ? taps[k].x : c->low_x;
		high_y = taps[k].y > high_y ? taps[k].y : high_y;
		high_x = taps[k].x > high_x ? taps[k].x : high_x;
	}
	c->plane_height = c->out_height + high_y - c->low_y;
	c->pitch = c->out_width + high_x - c->low_x;
	for (int64_t k = 0; k < c->taps; k++) {
		c->offsets[k] = taps[k].plane * plane_floats(c) +
				(taps[k].y - c->low_y) * c->pitch + taps[k].x - c->low_x;
	}
}

/* weights[m / rows][tap][m % rows] = value of (m, tap); rows beyond the end are zero. */
static float *weight_place(const struct correlation *c, int64_t m, int64_t tap)
{
	int64_t rows = gemm_kernels()->rows;
	return c->weights + (m / rows * c->taps + tap) * rows + m % rows;
}

/* Input to output of one group: planes are (channel, phase). */
static void forward_taps(struct correlation *c, const struct conv_geometry *g, struct tap *taps)
{
	int64_t channels = g->in_channels / g->groups, k = 0;
	c->rows = g->out_channels / g->groups;
	c->taps = channels * g->kernel_height * g->kernel_width;
	c->planes = channels * g->stride[0] * g->stride[1];
	c->out_height = c->target_height = g->out_height;
	c->out_width = c->target_width = g->out_width;
	c->source_height = g->in_height;
	c->source_width = g->in_width;
	for (int d = 0; d < 2; d++) {
		c->step[d] = g->stride[d];
		c->pad[d] = g->padding[d];
		c->out_step[d] = 1;
		c->out_first[d] = 0;
	}
	for (int64_t channel = 0; channel < channels; channel++) {
		for (int64_t y = 0; y < g->kernel_height; y++) {
			for (int64_t x = 0; x < g->kernel_width; x++, k++) {
				int64_t dy = y * g->dilation[0], dx = x * g->dilation[1];
				taps[k] =
					(struct tap){(channel * g->stride[0] + dy % g->stride[0]) *
								     g->stride[1] +
							     dx % g->stride[1],
						     dy / g->stride[0], dx / g->stride[1]};
			}
		}
	}
	lay_out(c, taps);
}

static void forward_weights(struct correlation *c, const float *weight)
{
	memset(c->weights, 0,
	       (size_t)(ceil_to(c->rows, gemm_kernels()->rows) * c->taps) * sizeof(float));
	for (int64_t m = 0; m < c->rows; m++) {
		for (int64_t k = 0; k < c->taps; k++) {
			*weight_place(c, m, k) = weight[m * c->taps + k];
		}
	}
}

/* Output to input for the input pixels (u · stride + residue): only every stride-th tap of the filter meets them. */
static bool backward_taps(struct correlation *c, const struct conv_geometry *g, struct tap *taps,
			  const float *weight, int64_t residue_y, int64_t residue_x)
{
	int64_t channels = g->in_channels / g->groups, outs = g->out_channels / g->groups;
	c->rows = channels;
	c->planes = outs;
	c->out_height = (g->in_height - residue_y + g->stride[0] - 1) / g->stride[0];
	c->out_width = (g->in_width - residue_x + g->stride[1] - 1) / g->stride[1];
	c->target_height = g->in_height;
	c->target_width = g->in_width;
	c->source_height = g->out_height;
	c->source_width = g->out_width;
	for (int d = 0; d < 2; d++) {
		c->step[d] = 1;
		c->pad[d] = 0;
		c->out_step[d] = g->stride[d];
		c->out_first[d] = d ? residue_x : residue_y;
	}
	int64_t area = g->kernel_height * g->kernel_width, k = 0;
	for (int pass = 0; pass < 2; pass++) {
		c->taps = pass ? k : 0;
		if (pass) {
			memset(c->weights, 0,
			       (size_t)(ceil_to(c->rows, gemm_kernels()->rows) * c->taps) *
				       sizeof(float));
		}
		k = 0;
		for (int64_t o = 0; o < outs; o++) {
			for (int64_t y = 0; y < g->kernel_height; y++) {
				int64_t from_y = residue_y + g->padding[0] - y * g->dilation[0];
				if (floor_div(from_y, g->stride[0]) * g->stride[0] != from_y) {
					continue;
				}
				for (int64_t x = 0; x < g->kernel_width; x++) {
					int64_t from_x =
						residue_x + g->padding[1] - x * g->dilation[1];
					if (floor_div(from_x, g->stride[1]) * g->stride[1] !=
					    from_x) {
						continue;
					}
					taps[k] = (struct tap){o, floor_div(from_y, g->stride[0]),
							       floor_div(from_x, g->stride[1])};
					for (int64_t m = 0; pass && m < channels; m++) {
						*weight_place(c, m, k) =
							weight[(o * channels + m) * area +
							       y * g->kernel_width + x];
					}
					k++;
				}
			}
		}
	}
	lay_out(c, taps);
	return c->out_height > 0 && c->out_width > 0;
}

/* --- running over images and groups --- */
struct job {
	const struct conv_geometry *g;
	const struct correlation *c;
	float *out;
	const float *in, *bias;
	bool relu;
	int64_t group, cuts;
	int64_t in_image, out_image; /* floats of one image */
	int64_t in_group, out_group;
};

static void run_images(void *context, int64_t first, int64_t last)
{
	const struct job *j = context;
	const struct correlation *c = j->c;
	int64_t planes = ceil_to(c->planes * plane_floats(c) + SLACK, 16);
	int64_t unit = gemm_kernels()->rows, blocks = (c->rows + unit - 1) / unit;
	float *memory =
		threads_scratch(1, (size_t)(planes + c->rows * (ceil_to(flat_length(c), 16) + 16)) *
					   sizeof *memory);
	int64_t filled = -1;
	memset(memory, 0, (size_t)planes * sizeof *memory);
	for (int64_t item = first; item < last; item++) {
		int64_t n = item / j->cuts, cut = item % j->cuts;
		int64_t from = blocks * cut / j->cuts * unit;
		int64_t to = blocks * (cut + 1) / j->cuts * unit;
		to = to < c->rows ? to : c->rows;
		/* The last image is copied all the same: vectors read a little past its end. */
		const float *image = j->in + n * j->in_image + j->group * j->in_group;
		bool direct = plain(c) && n + 1 < j->g->batch;
		if (filled != n && !direct) {
			fill_planes(c, memory, image);
			filled = n;
		}
		correlate(c, j->out + n * j->out_image + j->group * j->out_group,
			  direct ? image : memory, memory + planes,
			  j->bias ? j->bias + j->group * c->rows : NULL, j->relu, from, to);
	}
}

/* Few images: the rows are cut as well, so that every thread has work. */
static void run_job(struct job *j)
{
	int64_t threads = threads_count(), unit = gemm_kernels()->rows;
	int64_t blocks = (j->c->rows + unit - 1) / unit;
	j->cuts = 1;
	if (j->g->batch < threads) {
		j->cuts = blocks < threads ? blocks : threads;
	}
	double work = (double)j->g->batch * (double)j->c->rows * (double)j->c->taps *
		      (double)flat_length(j->c);
	if (work < 400000) {
		run_images(j, 0, j->g->batch * j->cuts);
	} else {
		threads_for(j->g->batch * j->cuts, 1, run_images, j);
	}
}

static int64_t most_taps(const struct conv_geometry *g)
{
	int64_t a = g->in_channels / g->groups, b = g->out_channels / g->groups;
	return (a > b ? a : b) * g->kernel_height * g->kernel_width;
}

static int64_t weight_room(const struct conv_geometry *g)
{
	int64_t a =
		g->in_channels / g->groups + GEMM_MAX_ROWS; /* rounded up to any kernel's rows */
	int64_t b = g->out_channels / g->groups + GEMM_MAX_ROWS;
	return ceil_to(a * b * g->kernel_height * g->kernel_width, 16);
}

/* 3 × 3, stride 1, nothing between the taps: by minimal filtering, when there are images for every thread. */
static bool minimal(const struct conv_geometry *g)
{
	return g->kernel_height == 3 && g->kernel_width == 3 && g->stride[0] == 1 &&
	       g->stride[1] == 1 && g->dilation[0] == 1 && g->dilation[1] == 1 &&
	       g->padding[0] <= 2 && g->padding[1] <= 2 && g->batch >= threads_count() &&
	       winograd_pays(g->in_channels / g->groups, g->out_channels / g->groups, g->out_height,
			     g->out_width);
}

static void run_minimal(const struct conv_geometry *g, bool backward, float *out, const float *in,
			const float *weight, const float *bias, bool relu, void *workspace)
{
	int64_t ins = g->in_channels / g->groups, outs = g->out_channels / g->groups;
	int64_t in_plane = g->in_height * g->in_width, out_plane = g->out_height * g->out_width;
	struct winograd w = {.batch = g->batch,
			     .in_channels = ins,
			     .in_height = g->in_height,
			     .in_width = g->in_width,
			     .out_channels = outs,
			     .out_height = g->out_height,
			     .out_width = g->out_width,
			     .padding = {g->padding[0], g->padding[1]},
			     .in_image = g->in_channels * in_plane,
			     .out_image = g->out_channels * out_plane,
			     .relu = relu};
	if (backward) { /* the other way round, with the filters turned by half a circle */
		w = (struct winograd){.batch = g->batch,
				      .in_channels = outs,
				      .in_height = g->out_height,
				      .in_width = g->out_width,
				      .out_channels = ins,
				      .out_height = g->in_height,
				      .out_width = g->in_width,
				      .padding = {2 - g->padding[0], 2 - g->padding[1]},
				      .in_image = g->out_channels * out_plane,
				      .out_image = g->in_channels * in_plane};
	}
	for (int64_t group = 0; group < g->groups; group++) {
		const float *filters = weight + group * outs * ins * 9;
		winograd_filters(workspace, filters, w.in_channels, w.out_channels,
				 backward ? 9 : ins * 9, backward ? ins * 9 : 9, backward);
		winograd_run(&w, out + group * w.out_channels * (backward ? in_plane : out_plane),
			     in + group * w.in_channels * (backward ? out_plane : in_plane),
			     bias ? bias + group * w.out_channels : NULL, workspace);
	}
}

size_t conv_workspace(const struct conv_geometry *g)
{
	size_t bytes = (size_t)most_taps(g) * (sizeof(struct tap) + sizeof(int64_t)) + 128;
	size_t weight = (size_t)weight_room(g) * sizeof(float);
	size_t per_thread = (size_t)(g->out_channels * g->in_channels / g->groups *
				     g->kernel_height * g->kernel_width) *
			    sizeof(float);
	size_t direct = bytes + weight + per_thread * (size_t)threads_count();
	size_t a = winograd_workspace(g->in_channels / g->groups, g->out_channels / g->groups);
	size_t b = winograd_workspace(g->out_channels / g->groups, g->in_channels / g->groups);
	size_t filters = !minimal(g) ? 0 : a > b ? a : b;
	return direct > filters ? direct : filters;
}

static struct tap *carve(struct correlation *c, const struct conv_geometry *g, void *workspace)
{
	c->weights = workspace;
	c->offsets = (int64_t *)(c->weights + weight_room(g));
	return (struct tap *)(c->offsets + most_taps(g));
}

void conv_forward(const struct conv_geometry *g, float *y, const float *x, const float *weight,
		  const float *bias, bool relu, void *workspace)
{
	if (minimal(g)) {
		run_minimal(g, false, y, x, weight, bias, relu, workspace);
		return;
	}
	struct correlation c;
	struct tap *taps = carve(&c, g, workspace);
	forward_taps(&c, g, taps);
	int64_t in_plane = g->in_height * g->in_width, out_plane = g->out_height * g->out_width;
	for (int64_t group = 0; group < g->groups; group++) {
		forward_weights(&c, weight + group * c.rows * c.taps);
		struct job j = {.g = g,
				.c = &c,
				.out = y,
				.in = x,
				.bias = bias,
				.relu = relu,
				.group = group,
				.in_image = g->in_channels * in_plane,
				.out_image = g->out_channels * out_plane,
				.in_group = g->in_channels / g->groups * in_plane,
				.out_group = c.rows * out_plane};
		run_job(&j);
	}
}

void conv_input_grad(const struct conv_geometry *g, float *x, const float *y, const float *weight,
		     const float *bias, void *workspace)
{
	if (minimal(g)) {
		run_minimal(g, true, x, y, weight, bias, false, workspace);
		return;
	}
	struct correlation c;
	struct tap *taps = carve(&c, g, workspace);
	int64_t in_plane = g->in_height * g->in_width, out_plane = g->out_height * g->out_width;
	int64_t group_weights = g->out_channels / g->groups * (g->in_channels / g->groups) *
				g->kernel_height * g->kernel_width;
	for (int64_t group = 0; group < g->groups; group++) {
		for (int64_t phase = 0; phase < g->stride[0] * g->stride[1]; phase++) {
			if (!backward_taps(&c, g, taps, weight + group * group_weights,
					   phase / g->stride[1], phase % g->stride[1])) {
				continue;
			}
			struct job j = {.g = g,
					.c = &c,
					.out = x,
					.in = y,
					.bias = bias,
					.group = group,
					.in_image = g->out_channels * out_plane,
					.out_image = g->in_channels * in_plane,
					.in_group = g->out_channels / g->groups * out_plane,
					.out_group = c.rows * in_plane};
			run_job(&j);
		}
	}
}

/* --- filters: for each image, dWᵀ [taps, O] += patches [taps, flat] · yᵀ [flat, O] ---
 * Only y is turned over in memory; the rows of the patch matrix are plain runs of the planes. */
struct weight_job {
	const struct conv_geometry *g;
	const struct correlation *c;
	float *partial; /* [threads][groups][taps][outs] */
	const float *x, *y;
	int64_t weights;
};

/* A panel of yᵀ: for each place of the flat run, n of the outputs; zero between the rows of the image. */
static void turn_outputs(const struct correlation *c, float *panel, const float *y, int64_t n,
			 int64_t width)
{
	const float *columns[MAX_WIDTH];
	for (int64_t u = 0; u < c->out_height; u++) {
		for (int64_t j = 0; j < n; j++) {
			columns[j] = y + j * c->out_height * c->out_width + u * c->out_width;
		}
		float *to = panel + u * c->pitch * width;
		gemm_kernels()->pack_columns(to, columns, c->out_width, n, width);
		if (u + 1 < c->out_height) {
			memset(to + c->out_width * width, 0,
			       (size_t)((c->pitch - c->out_width) * width) * sizeof *to);
		}
	}
}

static void add_products(const struct correlation *c, float *sum, const float *planes,
			 const float *panel, int64_t first, int64_t n, int64_t vectors)
{
	const struct gemm_kernels *kernels = gemm_kernels();
	for (int64_t tap = 0; tap < c->taps; tap += kernels->rows) {
		int64_t rows = c->taps - tap < kernels->rows ? c->taps - tap : kernels->rows;
		struct gemm_tile t = {.k = flat_length(c),
				      .a = planes,
				      .row_offsets = c->offsets + tap,
				      .panel = panel,
				      .c = sum + tap * c->rows + first,
				      .c_row = c->rows,
				      .columns = n,
				      .accumulate = true};
		kernels->tile_rows[vectors - 1][rows - 1](&t);
	}
}

static void weight_part(void *context, int part, int parts)
{
	const struct weight_job *j = context;
	const struct conv_geometry *g = j->g;
	const struct correlation *c = j->c;
	const struct gemm_kernels *kernels = gemm_kernels();
	float *sum = j->partial + part * j->weights;
	memset(sum, 0, (size_t)j->weights * sizeof *sum);
	int64_t planes = ceil_to(c->planes * plane_floats(c) + SLACK, 16);
	int64_t in_plane = g->in_height * g->in_width, out_plane = g->out_height * g->out_width;
	float *memory =
		threads_scratch(1, (size_t)(planes + flat_length(c) * MAX_WIDTH) * sizeof *memory);
	float *panel = memory + planes;
	memset(memory, 0, (size_t)planes * sizeof *memory);
	/* Outputs in panels of equal width, as wide as a tile at most. */
	int64_t all = (c->rows + kernels->width - 1) / kernels->width;
	int64_t cuts = (all + kernels->vectors - 1) / kernels->vectors;
	int64_t vectors = (all + cuts - 1) / cuts, wide = vectors * kernels->width;
	for (int64_t n = g->batch * part / parts; n < g->batch * (part + 1) / parts; n++) {
		for (int64_t group = 0; group < g->groups; group++) {
			const float *x =
				j->x + (n * g->in_channels + group * (g->in_channels / g->groups)) *
					       in_plane;
			const float *y = j->y + (n * g->out_channels + group * c->rows) * out_plane;
			if (!plain(c)) {
				fill_planes(c, memory, x);
			}
			for (int64_t o = 0; o < c->rows; o += wide) {
				int64_t count = c->rows - o < wide ? c->rows - o : wide;
				turn_outputs(c, panel, y + o * out_plane, count, wide);
				add_products(c, sum + group * c->rows * c->taps,
					     plain(c) ? x : memory, panel, o, count, vectors);
			}
		}
	}
}

void conv_weight_grad(const struct conv_geometry *g, float *weight, const float *x, const float *y,
		      void *workspace)
{
	struct correlation c;
	struct tap *taps = carve(&c, g, workspace);
	forward_taps(&c, g, taps);
	struct weight_job j = {g, &c, (float *)(taps + most_taps(g)),
			       x, y,  g->out_channels * c.taps};
	threads_parts(weight_part, &j);
	for (int64_t i = 0; i < j.weights; i++) {
		int64_t group = i / (c.rows * c.taps), o = i / c.taps % c.rows, tap = i % c.taps;
		const float *from = j.partial + (group * c.taps + tap) * c.rows + o;
		weight[i] = from[0];
		for (int part = 1; part < threads_count(); part++) {
			weight[i] += from[part * j.weights];
		}
	}
}
