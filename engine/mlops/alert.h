#ifndef MUNDAP_MLOPS_ALERT_H
#define MUNDAP_MLOPS_ALERT_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/error.h"

/* When to wake somebody: rules with a hold time and hysteresis, and burn rates of an error budget. Times are seconds on
 * any clock that does not go back. */

enum alert_state { ALERT_QUIET, ALERT_PENDING, ALERT_FIRING };
enum alert_event { ALERT_NOTHING, ALERT_FIRED, ALERT_RESOLVED };

struct alert_rule {
	bool below; /* fires under the threshold instead of over it */
	double threshold;
	double clear; /* back on this side of it counts as well again: hysteresis keeps a value at the edge from flapping */
	double hold; /* seconds beyond the threshold before it fires */
	double clear_hold; /* seconds well again before it resolves */
};

struct alert {
	struct alert_rule rule;
	enum alert_state state;
	double since; /* when the present move began; NAN: none under way */
	double silent_until; /* fires without a word before it */
	unsigned fired; /* how often, silenced ones included */
};

/** Errors: STATUS_RANGE for a clear on the wrong side, negative times, NaN */
enum status alert_init(struct alert *alert, const struct alert_rule *rule, struct error *err);
/** Takes the value at a time. A value that is NaN is no news. */
enum alert_event alert_update(struct alert *alert, double time, double value);
/** Whether the alert would be sent at this time. */
bool alert_loud(const struct alert *alert, double time);

/* Burn rate: how many times faster than allowed the error budget 1 - target is spent. An alert needs a long window, so that
 * it matters, and a short one, so that it is still going on.
 * Source: Beyer et al., The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts" */
struct burn_window {
	double long_seconds, short_seconds, factor;
};
/** 1 h and 5 min at 14.4, 6 h and 30 min at 6, 3 days and 6 h at 1; ends with long_seconds 0. */
extern const struct burn_window burn_usual_windows[];

struct burn;

/** windows end with long_seconds 0 and are copied. Errors: STATUS_RANGE, STATUS_NOMEM. Owns: burn_free */
enum status burn_new(struct burn **out, double target, const struct burn_window *windows,
		     struct error *err);
void burn_free(struct burn *burn);
/** Counts requests since the last call; time must not go back (STATUS_RANGE). */
enum status burn_add(struct burn *burn, double time, double good, double total, struct error *err);
/** Burn rate over the last seconds; 0 without requests. */
double burn_rate(const struct burn *burn, double seconds);
/** Share of the error budget of the last seconds that is left; negative when it is overdrawn. */
double burn_left(const struct burn *burn, double seconds);
/** Fires when some window pair is over its factor; resolves when every short window is under 0.9 of it. */
enum alert_event burn_event(struct burn *burn);
enum alert_state burn_state(const struct burn *burn);

#endif
