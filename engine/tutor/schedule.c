#include "engine/tutor/schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const int64_t day_seconds = 86400;
enum { FARTHEST_DAY = 3650 };

void schedule_defaults(struct schedule_settings *settings)
{
	*settings = (struct schedule_settings){.retention = 0.9, .per_day = 20};
	for (int i = 0; i < 7; i++) {
		settings->easy_percent[i] = 100;
	}
}

static int64_t day_number(const struct schedule_settings *settings, int64_t time)
{
	int64_t local = time + settings->day_offset;
	return local >= 0 ? local / day_seconds : -((-local + day_seconds - 1) / day_seconds);
}

int schedule_room(const struct schedule_settings *settings, int64_t now, int day)
{
	int64_t date = day_number(settings, now) + day;
	if (settings->break_until > settings->break_from &&
	    date >= day_number(settings, settings->break_from) &&
	    date <= day_number(settings, settings->break_until - 1)) {
		return 0;
	}
	int weekday = (int)(((date + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
	int percent = settings->easy_percent[weekday];
	percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
	return (settings->per_day * percent + 50) / 100;
}

static int first_day(const struct schedule_settings *settings, int64_t now, int64_t due)
{
	int64_t days = day_number(settings, due) - day_number(settings, now);
	return days < 0 ? 0 : days > FARTHEST_DAY ? FARTHEST_DAY : (int)days;
}

/* Learning steps (minutes) first, then what is nearest to being forgotten of what is still likely known; an item long
 * forgotten loses little by waiting one day more. */
static double urgency(const struct schedule_item *item)
{
	if (item->card.phase == FSRS_LEARNING || item->card.phase == FSRS_RELEARNING) {
		return 2;
	}
	return item->recall * (1 - item->recall) * 4;
}

static int by_urgency(const void *a, const void *b)
{
	const struct schedule_item *x = a, *y = b;
	bool new_x = x->card.phase == FSRS_NEW, new_y = y->card.phase == FSRS_NEW;
	if (new_x != new_y) {
		return new_x ? 1 : -1;
	}
	if (x->day != y->day) {
		return x->day < y->day ? -1 : 1;
	}
	double u = urgency(x), v = urgency(y);
	if (u != v) {
		return u > v ? -1 : 1;
	}
	if (x->card.due != y->card.due) {
		return x->card.due < y->card.due ? -1 : 1;
	}
	return strcmp(x->id, y->id);
}

int schedule_plan(struct schedule_item *items, size_t count, const struct fsrs_weights *weights,
		  const struct schedule_settings *settings, int64_t now)
{
	for (size_t i = 0; i < count; i++) {
		struct schedule_item *item = &items[i];
		double days = (double)(now - item->card.last_review) / (double)day_seconds;
		item->recall = item->card.phase == FSRS_NEW
				       ? 0
				       : fsrs_recall(weights, item->card.state.stability,
						     days > 0 ? days : 0);
		item->day = first_day(settings, now, item->card.due);
	}
	if (count > 1) {
		qsort(items, count, sizeof *items, by_urgency);
	}
	/* Fill each day up to its room; what does not fit goes to the next day that has some. */
	int day = 0, used = 0, today = 0;
	for (size_t i = 0; i < count; i++) {
		struct schedule_item *item = &items[i];
		if (item->card.phase == FSRS_NEW) {
			item->day = -1;
			continue;
		}
		if (item->day > day) {
			day = item->day;
			used = 0;
		}
		while (used >= schedule_room(settings, now, day) && day < FARTHEST_DAY) {
			day++;
			used = 0;
		}
		item->day = day;
		used++;
		today += day == 0;
	}
	return today;
}

int64_t schedule_balance(const struct fsrs_card *card, const int *load, int days,
			 const struct schedule_settings *settings, int64_t now)
{
	if (card->phase != FSRS_REVIEW) {
		return card->due;
	}
	int planned = first_day(settings, now, card->due);
	/* Short intervals are left alone; longer ones may move by 5 %, at least a day, at most a week. */
	int slack = planned < 3 ? 0 : (int)floor(planned * 0.05 + 0.5);
	slack = slack < 1 && planned >= 3 ? 1 : slack > 7 ? 7 : slack;
	int best = planned;
	double least = 1e9;
	for (int d = planned - slack; d <= planned + slack; d++) {
		int room = schedule_room(settings, now, d);
		int held = d < days ? load[d] : 0;
		double fill = room > 0 ? (double)held / room : 1e6;
		fill += 0.01 * abs(d - planned);
		if (fill < least) {
			least = fill;
			best = d;
		}
	}
	return card->due + (int64_t)(best - planned) * day_seconds;
}
