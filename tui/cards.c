#include <string.h>

#include "engine/base/clock.h"
#include "engine/tutor/fsrs.h"
#include "tui/talk.h"

static const char *const phases[] = {[FSRS_NEW] = "new",
				     [FSRS_LEARNING] = "learning",
				     [FSRS_REVIEW] = "review",
				     [FSRS_RELEARNING] = "relearning"};

enum status schedule_item(struct store *store, const char *item, int grade, struct error *err)
{
	if (!store) {
		return STATUS_OK;
	}
	struct arena arena;
	arena_init(&arena);
	struct review_card row = {.item = item, .state = "new"};
	enum status status = store_card(store, &arena, item, &row, err);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
		arena_release(&arena);
		return status;
	}
	struct fsrs_card card = {.state = {row.stability, row.difficulty},
				 .step = row.step,
				 .last_review = row.last,
				 .due = row.due};
	for (int i = FSRS_NEW; i <= FSRS_RELEARNING; i++) {
		if (!strcmp(phases[i], row.state)) {
			card.phase = (enum fsrs_phase)i;
		}
	}
	int64_t now = clock_unix();
	double elapsed = row.last ? (double)(now - row.last) / 86400 : 0;
	bool lapse = card.phase == FSRS_REVIEW && grade == FSRS_AGAIN;
	const char *before = phases[card.phase];
	fsrs_card_review(&card, &fsrs_default_weights, 0.9, (enum fsrs_grade)grade, now);
	struct review_card after = {.item = item,
				    .state = phases[card.phase],
				    .stability = card.state.stability,
				    .difficulty = card.state.difficulty,
				    .due = card.due,
				    .last = now,
				    .step = card.step,
				    .repetitions = row.repetitions + 1,
				    .lapses = row.lapses + lapse,
				    .algorithm = "fsrs-6"};
	struct review_log log = {.item = item,
				 .grade = grade,
				 .elapsed_days = elapsed,
				 .stability = card.state.stability,
				 .difficulty = card.state.difficulty,
				 .state = before,
				 .algorithm = "fsrs-6"};
	status = store_put_card(store, &after, &log, err);
	arena_release(&arena);
	return status;
}
