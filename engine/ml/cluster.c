#include "engine/ml/cluster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/ml/sorting.h"

static double squared_distance(const double *a, const double *b, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		sum += (a[i] - b[i]) * (a[i] - b[i]);
	}
	return sum;
}

static void kmeans_start(double *centres, double *nearest, const double *x, size_t rows,
			 size_t columns, size_t k, struct rng *rng)
{
	size_t first = (size_t)rng_below(rng, rows);
	memcpy(centres, x + first * columns, columns * sizeof *x);
	for (size_t r = 0; r < rows; r++) {
		nearest[r] = INFINITY;
	}
	for (size_t c = 1; c < k; c++) {
		double total = 0;
		for (size_t r = 0; r < rows; r++) {
			double d = squared_distance(x + r * columns, centres + (c - 1) * columns,
						    columns);
			nearest[r] = fmin(nearest[r], d);
			total += nearest[r];
		}
		double goal = rng_uniform(rng) * total;
		size_t chosen = 0;
		for (size_t r = 0; r < rows; r++) {
			chosen = nearest[r] > 0 ? r : chosen;
			goal -= nearest[r];
			if (goal < 0) {
				break;
			}
		}
		memcpy(centres + c * columns, x + chosen * columns, columns * sizeof *x);
	}
}

static double kmeans_assign(int32_t *labels, const double *centres, const double *x, size_t rows,
			    size_t columns, size_t k)
{
	double inertia = 0;
	for (size_t r = 0; r < rows; r++) {
		double best = INFINITY;
		for (size_t c = 0; c < k; c++) {
			double d =
				squared_distance(x + r * columns, centres + c * columns, columns);
			if (d < best) {
				best = d;
				labels[r] = (int32_t)c;
			}
		}
		inertia += best;
	}
	return inertia;
}

/* Moves each centre to its rows' mean; an empty cluster takes the row farthest from its centre. */
static void kmeans_move(double *centres, double *counts, const int32_t *labels, const double *x,
			size_t rows, size_t columns, size_t k)
{
	size_t farthest = 0;
	double most = -1;
	for (size_t r = 0; r < rows; r++) {
		double d = squared_distance(x + r * columns, centres + (size_t)labels[r] * columns,
					    columns);
		if (d > most) {
			most = d;
			farthest = r;
		}
	}
	memset(counts, 0, k * sizeof *counts);
	memset(centres, 0, k * columns * sizeof *centres);
	for (size_t r = 0; r < rows; r++) {
		double *centre = centres + (size_t)labels[r] * columns;
		counts[labels[r]] += 1;
		for (size_t i = 0; i < columns; i++) {
			centre[i] += x[r * columns + i];
		}
	}
	for (size_t c = 0; c < k; c++) {
		if (counts[c] == 0) {
			memcpy(centres + c * columns, x + farthest * columns, columns * sizeof *x);
			continue;
		}
		for (size_t i = 0; i < columns; i++) {
			centres[c * columns + i] /= counts[c];
		}
	}
}

enum status kmeans_fit(double *centres, int32_t *labels, double *inertia, const double *x,
		       size_t rows, size_t columns, size_t k, unsigned restarts, uint64_t seed,
		       struct error *err)
{
	if (k == 0 || k > rows || columns == 0) {
		return error_set(err, STATUS_RANGE, "kmeans", "%zu clusters of %zu rows", k, rows);
	}
	enum status status = check_sample(x, rows * columns, 1, "kmeans", err);
	if (status != STATUS_OK) {
		return status;
	}
	double *trial = malloc((k * columns + rows + k) * sizeof *trial);
	int32_t *owner = malloc(2 * rows * sizeof *owner);
	if (!trial || !owner) {
		free(owner);
		free(trial);
		return error_set(err, STATUS_NOMEM, "kmeans", "out of memory");
	}
	double best = INFINITY, *nearest = trial + k * columns, *counts = nearest + rows;
	for (unsigned start = 0; start < (restarts ? restarts : 1); start++) {
		struct rng rng;
		rng_init(&rng, seed, start);
		kmeans_start(trial, nearest, x, rows, columns, k, &rng);
		double last = INFINITY, now = kmeans_assign(owner, trial, x, rows, columns, k);
		for (int step = 0; step < 300 && now < last * (1 - 1e-12); step++) {
			last = now;
			kmeans_move(trial, counts, owner, x, rows, columns, k);
			now = kmeans_assign(owner, trial, x, rows, columns, k);
		}
		if (now < best) {
			best = now;
			memcpy(centres, trial, k * columns * sizeof *centres);
			memcpy(owner + rows, owner, rows * sizeof *owner);
		}
	}
	if (labels) {
		memcpy(labels, owner + rows, rows * sizeof *labels);
	}
	*inertia = best;
	free(owner);
	free(trial);
	return STATUS_OK;
}

static size_t neighbours(uint32_t *out, const double *x, size_t rows, size_t columns, size_t row,
			 double limit)
{
	size_t n = 0;
	for (size_t r = 0; r < rows; r++) {
		if (squared_distance(x + r * columns, x + row * columns, columns) <= limit) {
			out[n++] = (uint32_t)r;
		}
	}
	return n;
}

enum status dbscan(int32_t *labels, size_t *clusters, const double *x, size_t rows, size_t columns,
		   double radius, size_t least_neighbours, struct error *err)
{
	if (rows == 0 || columns == 0 || !(radius > 0) || least_neighbours == 0) {
		return error_set(err, STATUS_RANGE, "dbscan",
				 "rows, a radius above 0 and at least one neighbour are needed");
	}
	enum { UNSEEN = -2, NOISE = -1 };
	uint32_t *queue = malloc(2 * rows * sizeof *queue);
	if (!queue) {
		return error_set(err, STATUS_NOMEM, "dbscan", "out of memory");
	}
	uint32_t *near = queue + rows;
	double limit = radius * radius;
	*clusters = 0;
	for (size_t r = 0; r < rows; r++) {
		labels[r] = UNSEEN;
	}
	for (size_t r = 0; r < rows; r++) {
		if (labels[r] != UNSEEN) {
			continue;
		}
		if (neighbours(near, x, rows, columns, r, limit) < least_neighbours) {
			labels[r] = NOISE;
			continue;
		}
		int32_t cluster = (int32_t)(*clusters)++;
		size_t head = 0, tail = 0;
		labels[r] = cluster;
		queue[tail++] = (uint32_t)r;
		while (head < tail) {
			size_t n = neighbours(near, x, rows, columns, queue[head++], limit);
			if (n < least_neighbours) {
				continue;
			}
			for (size_t i = 0; i < n; i++) {
				/* Each row joins the queue once: when it first gets this cluster. */
				if (labels[near[i]] == UNSEEN) {
					queue[tail++] = near[i];
				}
				if (labels[near[i]] < 0) {
					labels[near[i]] = cluster;
				}
			}
		}
	}
	free(queue);
	return STATUS_OK;
}

double silhouette(const double *x, const int32_t *labels, size_t rows, size_t columns)
{
	int32_t most = -1;
	for (size_t r = 0; r < rows; r++) {
		most = labels[r] > most ? labels[r] : most;
	}
	size_t k = (size_t)(most + 1), used = 0;
	double *sums = k >= 2 ? malloc(2 * k * sizeof *sums) : NULL;
	if (!sums) {
		return NAN;
	}
	double total = 0, *counts = sums + k;
	for (size_t r = 0; r < rows; r++) {
		if (labels[r] < 0) {
			continue;
		}
		memset(sums, 0, 2 * k * sizeof *sums);
		for (size_t o = 0; o < rows; o++) {
			if (labels[o] >= 0 && o != r) {
				sums[labels[o]] += sqrt(squared_distance(x + r * columns,
									 x + o * columns, columns));
				counts[labels[o]] += 1;
			}
		}
		double own = counts[labels[r]], other = INFINITY;
		for (size_t c = 0; c < k; c++) {
			if ((int32_t)c != labels[r] && counts[c] > 0) {
				other = fmin(other, sums[c] / counts[c]);
			}
		}
		used++;
		if (own > 0 && isfinite(other)) {
			double inside = sums[labels[r]] / own;
			total += fmax(inside, other) > 0 ? (other - inside) / fmax(inside, other)
							 : 0;
		}
	}
	free(sums);
	return used ? total / (double)used : NAN;
}

enum status eigen_symmetric(double *values, double *vectors, double *a, size_t n, struct error *err)
{
	uint32_t *order = malloc(n * sizeof *order);
	double *unsorted = malloc((n * n + n) * sizeof *unsorted);
	if (!order || !unsorted) {
		free(unsorted);
		free(order);
		return error_set(err, STATUS_NOMEM, "eigen", "out of memory");
	}
	double *negative = unsorted + n * n;
	memset(unsorted, 0, n * n * sizeof *unsorted);
	for (size_t i = 0; i < n; i++) {
		unsorted[i * n + i] = 1;
	}
	for (int sweep = 0; sweep < 60; sweep++) {
		double off = 0, diagonal = 0;
		for (size_t i = 0; i < n; i++) {
			diagonal += a[i * n + i] * a[i * n + i];
			for (size_t j = 0; j < i; j++) {
				off += a[i * n + j] * a[i * n + j];
			}
		}
		if (off <= diagonal * 1e-30) {
			break;
		}
		for (size_t p = 0; p + 1 < n; p++) {
			for (size_t q = p + 1; q < n; q++) {
				double apq = a[p * n + q];
				if (apq == 0) {
					continue;
				}
				double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
				double t = copysign(1, theta) /
					   (fabs(theta) + sqrt(theta * theta + 1));
				double c = 1 / sqrt(t * t + 1), s = t * c;
				for (size_t i = 0; i < n; i++) {
					double ip = a[i * n + p], iq = a[i * n + q];
					a[i * n + p] = c * ip - s * iq;
					a[i * n + q] = s * ip + c * iq;
				}
				for (size_t i = 0; i < n; i++) {
					double pi = a[p * n + i], qi = a[q * n + i];
					a[p * n + i] = c * pi - s * qi;
					a[q * n + i] = s * pi + c * qi;
				}
				for (size_t i = 0; i < n; i++) {
					double pi = unsorted[p * n + i], qi = unsorted[q * n + i];
					unsorted[p * n + i] = c * pi - s * qi;
					unsorted[q * n + i] = s * pi + c * qi;
				}
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		negative[i] = -a[i * n + i];
	}
	enum status status = argsort(order, negative, n, err);
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		values[i] = -negative[order[i]];
		memcpy(vectors + i * n, unsorted + order[i] * n, n * sizeof *vectors);
	}
	free(unsorted);
	free(order);
	return status;
}

enum status pca_fit(double *components, double *variances, double *means, const double *x,
		    size_t rows, size_t columns, size_t k, struct error *err)
{
	if (rows < 2 || k == 0 || k > columns) {
		return error_set(err, STATUS_RANGE, "pca",
				 "%zu components of %zu columns and %zu rows", k, columns, rows);
	}
	enum status status = check_sample(x, rows * columns, 1, "pca", err);
	if (status != STATUS_OK) {
		return status;
	}
	double *memory = calloc(2 * columns * columns + 2 * columns, sizeof *memory);
	if (!memory) {
		return error_set(err, STATUS_NOMEM, "pca", "out of memory");
	}
	double *covariance = memory, *vectors = memory + columns * columns;
	double *values = vectors + columns * columns, *row = values + columns;
	memset(means, 0, columns * sizeof *means);
	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < columns; c++) {
			means[c] += x[r * columns + c] / (double)rows;
		}
	}
	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < columns; c++) {
			row[c] = x[r * columns + c] - means[c];
		}
		for (size_t i = 0; i < columns; i++) {
			for (size_t j = 0; j <= i; j++) {
				covariance[i * columns + j] += row[i] * row[j] / (double)(rows - 1);
			}
		}
	}
	for (size_t i = 0; i < columns; i++) {
		for (size_t j = 0; j < i; j++) {
			covariance[j * columns + i] = covariance[i * columns + j];
		}
	}
	status = eigen_symmetric(values, vectors, covariance, columns, err);
	for (size_t i = 0; i < k && status == STATUS_OK; i++) {
		const double *v = vectors + i * columns;
		double largest = 0;
		for (size_t c = 0; c < columns; c++) {
			largest = fabs(v[c]) > fabs(largest) ? v[c] : largest;
		}
		for (size_t c = 0; c < columns; c++) {
			components[i * columns + c] = largest < 0 ? -v[c] : v[c];
		}
		variances[i] = fmax(values[i], 0);
	}
	free(memory);
	return status;
}

void pca_transform(const double *components, const double *means, const double *x, size_t rows,
		   size_t columns, size_t k, double *out)
{
	for (size_t r = 0; r < rows; r++) {
		for (size_t i = 0; i < k; i++) {
			double sum = 0;
			for (size_t c = 0; c < columns; c++) {
				sum += (x[r * columns + c] - means[c]) *
				       components[i * columns + c];
			}
			out[r * k + i] = sum;
		}
	}
}
