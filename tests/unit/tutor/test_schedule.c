#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "engine/tutor/schedule.h"

static const int64_t monday = 1700438400; /* 2023-11-20, UTC */
enum { COUNT = 50 };
static char names[COUNT][16];

static void fill(struct schedule_item items[COUNT], int64_t due_step)
{
	for (int i = 0; i < COUNT; i++) {
		snprintf(names[i], sizeof names[i], "CP-%d", i);
		items[i] = (struct schedule_item){.id = names[i],
						  .card = {.state = {10 + i, 5},
							   .phase = FSRS_REVIEW,
							   .last_review = monday - 86400 * 12,
							   .due = monday - 86400 + i * due_step}};
	}
}

static void a_backlog_is_spread(void **state)
{
	(void)state;
	struct schedule_settings settings;
	schedule_defaults(&settings);
	settings.per_day = 15;
	struct schedule_item items[COUNT];
	fill(items, 0);
	assert_int_equal(schedule_plan(items, COUNT, &fsrs_default_weights, &settings, monday), 15);
	int per_day[8] = {0};
	for (int i = 0; i < COUNT; i++) {
		assert_in_range(items[i].day, 0, 7);
		per_day[items[i].day]++;
		assert_true(i == 0 || items[i].day >= items[i - 1].day);
	}
	assert_int_equal(per_day[0], 15);
	assert_int_equal(per_day[2], 15);
	assert_int_equal(per_day[3], 5);
}

static void breaks_and_easy_days_hold_less(void **state)
{
	(void)state;
	struct schedule_settings settings;
	schedule_defaults(&settings);
	settings.per_day = 10;
	settings.easy_percent[2] = 30; /* Tuesday */
	settings.break_from = monday + 2 * 86400;
	settings.break_until = monday + 4 * 86400;
	assert_int_equal(schedule_room(&settings, monday, 0), 10);
	assert_int_equal(schedule_room(&settings, monday, 1), 3);
	assert_int_equal(schedule_room(&settings, monday, 2), 0);
	assert_int_equal(schedule_room(&settings, monday, 3), 0);
	assert_int_equal(schedule_room(&settings, monday, 4), 10);
	struct schedule_item items[COUNT];
	fill(items, 0);
	schedule_plan(items, COUNT, &fsrs_default_weights, &settings, monday);
	for (int i = 0; i < COUNT; i++) {
		assert_true(items[i].day != 2 && items[i].day != 3);
	}
	assert_int_equal(items[12].day, 1);
	assert_int_equal(items[13].day, 4);
}

static void new_cards_wait_and_steps_come_first(void **state)
{
	(void)state;
	struct schedule_settings settings;
	schedule_defaults(&settings);
	struct schedule_item items[3] = {
		{.id = "new", .card = {.phase = FSRS_NEW}},
		{.id = "old",
		 .card = {.state = {3, 5},
			  .phase = FSRS_REVIEW,
			  .last_review = monday - 86400 * 4,
			  .due = monday}},
		{.id = "step",
		 .card = {.state = {1, 5},
			  .phase = FSRS_RELEARNING,
			  .last_review = monday - 700,
			  .due = monday}},
	};
	assert_int_equal(schedule_plan(items, 3, &fsrs_default_weights, &settings, monday), 2);
	assert_string_equal(items[0].id, "step");
	assert_string_equal(items[1].id, "old");
	assert_int_equal(items[2].day, -1);
}

static void a_due_date_moves_to_an_emptier_day(void **state)
{
	(void)state;
	struct schedule_settings settings;
	schedule_defaults(&settings);
	struct fsrs_card card = {.state = {40, 5},
				 .phase = FSRS_REVIEW,
				 .last_review = monday,
				 .due = monday + 40 * 86400};
	int load[60] = {0};
	load[40] = load[39] = load[41] = load[38] = 20;
	assert_int_equal((schedule_balance(&card, load, 60, &settings, monday) - monday) / 86400,
			 42);
	card.due = monday + 2 * 86400;
	load[2] = 100;
	assert_int_equal(schedule_balance(&card, load, 60, &settings, monday), card.due);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_backlog_is_spread),
		cmocka_unit_test(breaks_and_easy_days_hold_less),
		cmocka_unit_test(new_cards_wait_and_steps_come_first),
		cmocka_unit_test(a_due_date_moves_to_an_emptier_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
