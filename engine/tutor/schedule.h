#ifndef MUNDAP_TUTOR_SCHEDULE_H
#define MUNDAP_TUTOR_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/error.h"
#include "engine/tutor/fsrs.h"

/* What to review today. Cards that are due come first in the order in which waiting costs most; more than a day holds
 * is spread over the days to come; easy days and breaks carry less or nothing. Days are local: pass the offset. */

struct schedule_settings {
	double retention; /* wanted recall, 0.7…0.97 */
	int per_day; /* most reviews a day */
	int easy_percent[7]; /* share of per_day on Sunday…Saturday, 0…100 */
	int64_t break_from, break_until; /* seconds since 1970; equal: no break */
	int64_t day_offset; /* seconds that local midnight lies before UTC's */
};
void schedule_defaults(struct schedule_settings *settings);

struct schedule_item {
	const char *id; /* borrowed: "CP-B1" */
	struct fsrs_card card;
	int day; /* set: 0 today, 1 tomorrow …; when it should be done */
	double recall; /* set: probability now */
};

/** Reviews that a day (0 today) may hold. */
int schedule_room(const struct schedule_settings *settings, int64_t now, int day);

/**
 * Sorts the items by day, then by urgency, and sets day and recall. New cards (never reviewed) are left out of the
 * queue: day is -1 and they stand last. Returns how many are for today. Errors: none; count 0 gives 0.
 */
int schedule_plan(struct schedule_item *items, size_t count, const struct fsrs_weights *weights,
		  const struct schedule_settings *settings, int64_t now);

/**
 * Moves a due date within a few percent of its interval to the day that holds least, off easy days and breaks.
 * load[d]: reviews already due on day d from now (0…days-1). Returns the new due time.
 */
int64_t schedule_balance(const struct fsrs_card *card, const int *load, int days,
			 const struct schedule_settings *settings, int64_t now);

#endif
