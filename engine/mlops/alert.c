#include "engine/mlops/alert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WINDOWS 8
#define RESOLVE_SHARE 0.9

enum status alert_init(struct alert *a, const struct alert_rule *rule, struct error *err)
{
	bool sided = rule->below ? rule->clear >= rule->threshold : rule->clear <= rule->threshold;
	if (!sided || !(rule->hold >= 0) || !(rule->clear_hold >= 0)) {
		return error_set(
			err, STATUS_RANGE, "alert",
			"clear lies on the quiet side of the threshold, times are not negative");
	}
	*a = (struct alert){.rule = *rule, .since = NAN, .silent_until = -INFINITY};
	return STATUS_OK;
}

enum alert_event alert_update(struct alert *a, double time, double value)
{
	const struct alert_rule *r = &a->rule;
	if (isnan(value)) {
		return ALERT_NOTHING;
	}
	bool bad = r->below ? value < r->threshold : value > r->threshold;
	bool well = r->below ? value >= r->clear : value <= r->clear;
	bool moving = a->state == ALERT_FIRING ? well : bad;
	if (!moving) {
		a->since = NAN;
		a->state = a->state == ALERT_PENDING ? ALERT_QUIET : a->state;
		return ALERT_NOTHING;
	}
	a->since = isnan(a->since) ? time : a->since;
	if (a->state != ALERT_FIRING) {
		a->state = ALERT_PENDING;
		if (time - a->since < r->hold) {
			return ALERT_NOTHING;
		}
		a->state = ALERT_FIRING;
		a->since = NAN;
		a->fired++;
		return ALERT_FIRED;
	}
	if (time - a->since < r->clear_hold) {
		return ALERT_NOTHING;
	}
	a->state = ALERT_QUIET;
	a->since = NAN;
	return ALERT_RESOLVED;
}

bool alert_loud(const struct alert *a, double time)
{
	return a->state == ALERT_FIRING && time >= a->silent_until;
}

/* ---- burn rates ---- */

struct sample {
	double time, bad, total; /* sums since the beginning */
};

struct burn {
	double budget; /* 1 - target */
	struct burn_window windows[MOST_WINDOWS];
	size_t window_count;
	struct sample *samples;
	size_t first, count, capacity; /* samples[first … count) count */
	double longest;
	enum alert_state state;
};

const struct burn_window burn_usual_windows[] = {
	{3600, 300, 14.4}, {6 * 3600, 1800, 6}, {72 * 3600, 6 * 3600, 1}, {0, 0, 0}};

enum status burn_new(struct burn **out, double target, const struct burn_window *windows,
		     struct error *err)
{
	size_t count = 0;
	bool good = target > 0 && target < 1;
	*out = NULL;
	for (; windows[count].long_seconds > 0; count++) {
		const struct burn_window *w = &windows[count];
		good = good && count < MOST_WINDOWS && w->short_seconds > 0 && w->factor > 0 &&
		       w->short_seconds <= w->long_seconds;
	}
	if (!good || count == 0) {
		return error_set(
			err, STATUS_RANGE, "slo",
			"target between 0 and 1; 1 to 8 windows, the short one not longer, "
			"factors above 0");
	}
	struct burn *b = calloc(1, sizeof *b);
	if (!b) {
		return error_set(err, STATUS_NOMEM, "slo", "out of memory");
	}
	b->budget = 1 - target;
	b->window_count = count;
	memcpy(b->windows, windows, count * sizeof *windows);
	for (size_t i = 0; i < count; i++) {
		b->longest = fmax(b->longest, windows[i].long_seconds);
	}
	*out = b;
	return STATUS_OK;
}

void burn_free(struct burn *b)
{
	if (b) {
		free(b->samples);
		free(b);
	}
}

/* Room for one more; samples older than the longest window are dropped, the newest of them stays as the base. */
static bool make_room(struct burn *b, double time)
{
	while (b->first + 1 < b->count && b->samples[b->first + 1].time <= time - b->longest) {
		b->first++;
	}
	if (b->count < b->capacity) {
		return true;
	}
	if (b->first > b->capacity / 2) {
		b->count -= b->first;
		memmove(b->samples, b->samples + b->first, b->count * sizeof *b->samples);
		b->first = 0;
		return true;
	}
	size_t capacity = b->capacity ? b->capacity * 2 : 256;
	struct sample *grown = realloc(b->samples, capacity * sizeof *grown);
	if (grown) {
		b->samples = grown;
		b->capacity = capacity;
	}
	return grown != NULL;
}

enum status burn_add(struct burn *b, double time, double good, double total, struct error *err)
{
	if (!(total >= 0) || !(good >= 0) || good > total || !isfinite(time) ||
	    (b->count > b->first && time < b->samples[b->count - 1].time)) {
		return error_set(err, STATUS_RANGE, "slo",
				 "0 <= good <= total, and time does not go back");
	}
	if (b->count == 0 && make_room(b, time)) {
		/* Everything before the first call counts as nothing. */
		b->samples[b->count++] = (struct sample){-INFINITY, 0, 0};
	}
	if (!make_room(b, time)) {
		return error_set(err, STATUS_NOMEM, "slo", "out of memory");
	}
	const struct sample *last = &b->samples[b->count - 1];
	b->samples[b->count] =
		(struct sample){time, last->bad + (total - good), last->total + total};
	b->count++;
	return STATUS_OK;
}

/* Newest sample not newer than the time. */
static const struct sample *at(const struct burn *b, double time)
{
	size_t low = b->first, high = b->count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (b->samples[middle].time <= time) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return &b->samples[low];
}

double burn_rate(const struct burn *b, double seconds)
{
	if (b->count <= b->first) {
		return 0;
	}
	const struct sample *last = &b->samples[b->count - 1];
	const struct sample *base = at(b, last->time - seconds);
	double total = last->total - base->total;
	return total > 0 ? (last->bad - base->bad) / total / b->budget : 0;
}

double burn_left(const struct burn *b, double seconds)
{
	return 1 - burn_rate(b, seconds);
}

enum alert_event burn_event(struct burn *b)
{
	bool over = false, quiet = true;
	for (size_t i = 0; i < b->window_count; i++) {
		const struct burn_window *w = &b->windows[i];
		double recent = burn_rate(b, w->short_seconds);
		over = over || (recent >= w->factor && burn_rate(b, w->long_seconds) >= w->factor);
		quiet = quiet && recent < w->factor * RESOLVE_SHARE;
	}
	if (b->state != ALERT_FIRING && over) {
		b->state = ALERT_FIRING;
		return ALERT_FIRED;
	}
	if (b->state == ALERT_FIRING && quiet) {
		b->state = ALERT_QUIET;
		return ALERT_RESOLVED;
	}
	return ALERT_NOTHING;
}

enum alert_state burn_state(const struct burn *b)
{
	return b->state;
}
