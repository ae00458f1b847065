#ifndef MUNDAP_CLI_CLASS_ITEMS_H
#define MUNDAP_CLI_CLASS_ITEMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* How a class did on each checkpoint, quiz question and lab. */

struct class_score {
	double first, best; /* 0…1, of the first attempt and of the best */
	int attempts; /* 0: not tried */
};

struct class_item {
	const char *kind; /* "checkpoint" "quiz" "lab" */
	char *id; /* "CP-B1", "<lesson>/<question>", "Lab-B1" */
	struct class_score *scores; /* a learner each */
	int learners, attempts; /* who tried it, how often */
	double first, best; /* means over those */
	double discrimination; /* first score against the rest of the learner's first scores; NAN when undefined */
};

struct class_table {
	struct class_item *items;
	size_t count, capacity;
	size_t learners;
	json_t *misconceptions; /* id → how many learners held it */
	bool failed; /* memory ran out */
};

/** Reads the bundles (borrowed). */
void class_table_init(struct class_table *table, json_t *const *bundles, size_t count);
void class_table_release(struct class_table *table);

#endif
