#include "engine/ml/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"

#define MOST_GRID 100000
#define CANDIDATES 24
#define GOOD_FACTOR 0.5 /* times the root of the number of trials are good */
#define MOST_GOOD 25

struct trial {
	double loss;
	double point[]; /* ranges in the units they are searched in: logs where log is set */
};

struct search {
	struct search_dimension *dimensions;
	size_t count;
	struct search_options options;
	struct rng rng;
	size_t grid_at, grid_size;
	struct trial **trials; /* by loss, best first */
	size_t trial_count, trial_capacity;
	double *scratch; /* [4 * trial_capacity] */
};

/* ---- units ---- */

static double inner(const struct search_dimension *d, double value)
{
	return d->log && !d->choices ? log(value) : value;
}

static double outer(const struct search_dimension *d, double value)
{
	if (d->choices) {
		return value;
	}
	value = d->log ? exp(value) : value;
	value = d->whole ? round(value) : value;
	return fmin(fmax(value, d->low), d->high);
}

static double uniform_point(struct search *s, const struct search_dimension *d)
{
	if (d->choices) {
		return (double)rng_below(&s->rng, d->choices);
	}
	double low = inner(d, d->low), high = inner(d, d->high);
	return low + (high - low) * rng_uniform(&s->rng);
}

/* ---- the Parzen estimator of one dimension ---- */

struct mixture {
	const struct search_dimension *d;
	double *centre, *width; /* [count], rising; of choices: the indices seen */
	size_t count;
	double low, high;
};

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Each point is as wide as the wider gap beside it: points that lie together search finely, lone ones far. */
static void fill_mixture(struct mixture *m, const struct search *s, size_t dimension, size_t from,
			 size_t to)
{
	m->d = &s->dimensions[dimension];
	m->count = to - from;
	for (size_t t = from; t < to; t++) {
		m->centre[t - from] = s->trials[t]->point[dimension];
	}
	if (m->d->choices) {
		return;
	}
	m->low = inner(m->d, m->d->low);
	m->high = inner(m->d, m->d->high);
	qsort(m->centre, m->count, sizeof *m->centre, ascending);
	double range = m->high - m->low, least = range / fmin(100, (double)m->count + 1);
	for (size_t i = 0; i < m->count; i++) {
		double before = i ? m->centre[i - 1] : m->low;
		double after = i + 1 < m->count ? m->centre[i + 1] : m->high;
		double gap = fmax(m->centre[i] - before, after - m->centre[i]);
		m->width[i] = fmin(fmax(gap, least), range);
	}
}

/* Mass of a normal part inside the range. */
static double inside(const struct mixture *m, size_t i)
{
	double scale = m->width[i] * sqrt(2);
	return 0.5 * (erf((m->high - m->centre[i]) / scale) - erf((m->low - m->centre[i]) / scale));
}

static double density(const struct mixture *m, double x)
{
	double n = (double)m->count;
	if (m->d->choices) {
		double same = 1; /* one seen of each to begin with */
		for (size_t i = 0; i < m->count; i++) {
			same += m->centre[i] == x;
		}
		return same / (n + (double)m->d->choices);
	}
	double sum = 1 / (m->high - m->low); /* the prior is one of the parts */
	for (size_t i = 0; i < m->count; i++) {
		double z = (x - m->centre[i]) / m->width[i];
		sum += exp(-0.5 * z * z) / (m->width[i] * 2.5066282746310002 * inside(m, i));
	}
	return sum / (n + 1);
}

static double draw(struct search *s, const struct mixture *m)
{
	size_t extra = m->d->choices ? m->d->choices : 1;
	size_t which = (size_t)rng_below(&s->rng, m->count + extra);
	if (which >= m->count) {
		return uniform_point(s, m->d);
	}
	if (m->d->choices) {
		return m->centre[which];
	}
	for (int i = 0; i < 20; i++) {
		double x = m->centre[which] + m->width[which] * rng_normal(&s->rng);
		if (x >= m->low && x <= m->high) {
			return x;
		}
	}
	return m->centre[which];
}

/* Of values drawn where the good trials are, the one that is likeliest good rather than bad. */
static double likely_good(struct search *s, size_t dimension)
{
	size_t n = s->trial_count, good = (size_t)ceil(GOOD_FACTOR * sqrt((double)n));
	good = good > MOST_GOOD ? MOST_GOOD : good < 2 ? 2 : good;
	struct mixture better = {.centre = s->scratch, .width = s->scratch + n};
	struct mixture worse = {.centre = s->scratch + 2 * n, .width = s->scratch + 3 * n};
	fill_mixture(&better, s, dimension, 0, good);
	fill_mixture(&worse, s, dimension, good, n);
	double best = 0, best_ratio = -INFINITY;
	for (int i = 0; i < CANDIDATES; i++) {
		double x = draw(s, &better);
		double ratio = log(density(&better, x)) - log(density(&worse, x));
		if (ratio > best_ratio) {
			best_ratio = ratio;
			best = x;
		}
	}
	return best;
}

/* ---- grids ---- */

static size_t grid_values(const struct search *s, const struct search_dimension *d)
{
	if (d->choices) {
		return d->choices;
	}
	double most = d->whole && !d->log ? d->high - d->low + 1 : INFINITY;
	return most < (double)s->options.grid_points ? (size_t)most : s->options.grid_points;
}

static bool grid_point(struct search *s, double *point)
{
	size_t rest = s->grid_at;
	if (rest >= s->grid_size) {
		return false;
	}
	s->grid_at++;
	for (size_t i = s->count; i-- > 0;) {
		const struct search_dimension *d = &s->dimensions[i];
		size_t n = grid_values(s, d), k = rest % n;
		rest /= n;
		double low = inner(d, d->low), high = inner(d, d->high);
		point[i] = d->choices ? (double)k
			   : n == 1   ? outer(d, (low + high) / 2)
				      : outer(d, low + (high - low) * (double)k / (double)(n - 1));
	}
	return true;
}

/* ---- the search ---- */

enum status search_new(struct search **out, const struct search_dimension *dimensions, size_t count,
		       const struct search_options *options, struct error *err)
{
	*out = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct search_dimension *d = &dimensions[i];
		bool good = d->choices || (isfinite(d->low) && isfinite(d->high) &&
					   d->low < d->high && (!d->log || d->low > 0));
		if (!good) {
			return error_set(err, STATUS_RANGE, "search",
					 "dimension %zu: low under high, above 0 for a log scale",
					 i + 1);
		}
	}
	struct search *s = calloc(1, sizeof *s);
	if (s) {
		s->dimensions = malloc((count + 1) * sizeof *s->dimensions);
	}
	if (!s || !s->dimensions || count == 0) {
		search_free(s);
		return count ? error_set(err, STATUS_NOMEM, "search", "out of memory")
			     : error_set(err, STATUS_RANGE, "search", "nothing to search over");
	}
	memcpy(s->dimensions, dimensions, count * sizeof *dimensions);
	s->count = count;
	s->options = *options;
	s->options.grid_points = options->grid_points ? options->grid_points : 5;
	s->options.start = options->start ? options->start : 10;
	rng_init(&s->rng, options->seed, 0);
	double size = 1;
	for (size_t i = 0; i < count; i++) {
		size *= (double)grid_values(s, &s->dimensions[i]);
	}
	if (options->method == SEARCH_GRID && size > MOST_GRID) {
		search_free(s);
		return error_set(err, STATUS_RANGE, "search", "%.0f grid points, at most %d", size,
				 MOST_GRID);
	}
	s->grid_size = size > MOST_GRID ? MOST_GRID : (size_t)size;
	*out = s;
	return STATUS_OK;
}

void search_free(struct search *s)
{
	if (s) {
		for (size_t t = 0; t < s->trial_count; t++) {
			free(s->trials[t]);
		}
		free(s->scratch);
		free(s->trials);
		free(s->dimensions);
		free(s);
	}
}

bool search_next(struct search *s, double *point)
{
	if (s->options.method == SEARCH_GRID) {
		return grid_point(s, point);
	}
	bool guided = s->options.method == SEARCH_TPE && s->trial_count >= s->options.start;
	for (size_t i = 0; i < s->count; i++) {
		double x = guided ? likely_good(s, i) : uniform_point(s, &s->dimensions[i]);
		point[i] = outer(&s->dimensions[i], x);
	}
	return true;
}

enum status search_tell(struct search *s, const double *point, double loss, struct error *err)
{
	struct trial *trial = malloc(sizeof *trial + s->count * sizeof *trial->point);
	if (trial && s->trial_count == s->trial_capacity) {
		size_t capacity = s->trial_capacity ? 2 * s->trial_capacity : 64;
		struct trial **grown = realloc(s->trials, capacity * sizeof(struct trial *));
		if (grown) {
			s->trials = grown;
			double *scratch = realloc(s->scratch, 4 * capacity * sizeof *scratch);
			if (scratch) {
				s->scratch = scratch;
				s->trial_capacity = capacity;
			}
		}
	}
	if (!trial || s->trial_count == s->trial_capacity) {
		free(trial);
		return error_set(err, STATUS_NOMEM, "search", "out of memory");
	}
	trial->loss = isnan(loss) ? INFINITY : loss;
	for (size_t i = 0; i < s->count; i++) {
		trial->point[i] = inner(&s->dimensions[i], point[i]);
	}
	size_t at = s->trial_count++;
	for (; at > 0 && s->trials[at - 1]->loss > trial->loss; at--) {
		s->trials[at] = s->trials[at - 1];
	}
	s->trials[at] = trial;
	return STATUS_OK;
}

/* ---- Hyperband ---- */

size_t hyperband_first(double most_budget, double eta)
{
	/* A hair more, so that 81 with eta 3 gives 4 whatever the rounding. */
	return most_budget >= 1 && eta > 1 ? (size_t)(log(most_budget) / log(eta) + 1e-9) : 0;
}

size_t hyperband_bracket(struct hyperband_rung *rungs, size_t places, size_t s, double most_budget,
			 double eta)
{
	size_t first = hyperband_first(most_budget, eta);
	if (s > first) {
		return 0;
	}
	double n = ceil((double)(first + 1) / (double)(s + 1) * pow(eta, (double)s));
	double r = most_budget * pow(eta, -(double)s);
	size_t count = 0;
	for (; count <= s && count < places; count++) {
		double points = floor(n * pow(eta, -(double)count) + 1e-9);
		rungs[count] = (struct hyperband_rung){points < 1 ? 1 : (size_t)points,
						       r * pow(eta, (double)count)};
	}
	return count;
}
