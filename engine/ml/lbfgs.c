#include "engine/ml/lbfgs.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS 10

static double dot(const double *a, const double *b, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		sum += a[i] * b[i];
	}
	return sum;
}

static double largest(const double *g, size_t n)
{
	double most = 0;
	for (size_t i = 0; i < n; i++) {
		most = fmax(most, fabs(g[i]));
	}
	return most;
}

struct history {
	double *s, *y; /* [PAIRS, n] */
	double rho[PAIRS];
	unsigned count, next;
};

/* direction = -H gradient by the two-loop recursion. */
static void choose_direction(double *direction, const double *gradient, const struct history *h,
			     size_t n)
{
	double alpha[PAIRS];
	for (size_t i = 0; i < n; i++) {
		direction[i] = -gradient[i];
	}
	for (unsigned k = 0; k < h->count; k++) {
		unsigned p = (h->next + PAIRS - 1 - k) % PAIRS;
		alpha[p] = h->rho[p] * dot(h->s + p * n, direction, n);
		for (size_t i = 0; i < n; i++) {
			direction[i] -= alpha[p] * h->y[p * n + i];
		}
	}
	if (h->count) {
		unsigned p = (h->next + PAIRS - 1) % PAIRS;
		double scale = 1 / (h->rho[p] * dot(h->y + p * n, h->y + p * n, n));
		for (size_t i = 0; i < n; i++) {
			direction[i] *= scale;
		}
	}
	for (unsigned k = h->count; k-- > 0;) {
		unsigned p = (h->next + PAIRS - 1 - k) % PAIRS;
		double beta = h->rho[p] * dot(h->y + p * n, direction, n);
		for (size_t i = 0; i < n; i++) {
			direction[i] += (alpha[p] - beta) * h->s[p * n + i];
		}
	}
}

enum status lbfgs_minimise(double *x, size_t n, lbfgs_function function, void *context,
			   unsigned most_iterations, double tolerance, unsigned *iterations,
			   struct error *err)
{
	double *memory = calloc((4 + 2 * PAIRS) * n + 1, sizeof *memory);
	if (!memory) {
		return error_set(err, STATUS_NOMEM, "lbfgs", "out of memory");
	}
	double *gradient = memory, *direction = memory + n, *next = memory + 2 * n;
	double *next_gradient = memory + 3 * n;
	struct history h = {.s = memory + 4 * n, .y = memory + (4 + PAIRS) * n};
	double value = function(context, x, gradient);
	unsigned step = 0;
	for (; step < most_iterations && largest(gradient, n) > tolerance; step++) {
		choose_direction(direction, gradient, &h, n);
		double slope = dot(gradient, direction, n);
		if (!(slope < 0)) {
			h.count = 0;
			choose_direction(direction, gradient, &h, n);
			slope = dot(gradient, direction, n);
		}
		double length = h.count ? 1 : 1 / fmax(1, largest(gradient, n));
		double next_value = INFINITY;
		bool found = false;
		for (int halvings = 0; halvings < 60 && !found; halvings++) {
			for (size_t i = 0; i < n; i++) {
				next[i] = x[i] + length * direction[i];
			}
			next_value = function(context, next, next_gradient);
			found = next_value <= value + 1e-4 * length * slope;
			length *= found ? 1 : 0.5;
		}
		if (!found) {
			break; /* rounding is all that is left */
		}
		double *s = h.s + h.next * n, *y = h.y + h.next * n;
		for (size_t i = 0; i < n; i++) {
			s[i] = next[i] - x[i];
			y[i] = next_gradient[i] - gradient[i];
		}
		double curvature = dot(s, y, n);
		if (curvature > 1e-12 * dot(y, y, n)) {
			h.rho[h.next] = 1 / curvature;
			h.next = (h.next + 1) % PAIRS;
			h.count += h.count < PAIRS;
		}
		memcpy(x, next, n * sizeof *x);
		memcpy(gradient, next_gradient, n * sizeof *x);
		value = next_value;
	}
	*iterations = step;
	free(memory);
	return STATUS_OK;
}
