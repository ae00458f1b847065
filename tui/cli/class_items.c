#include "tui/cli/class_items.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/cli/bundle.h"

static struct class_item *find_item(struct class_table *table, const char *kind, const char *id)
{
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(table->items[i].kind, kind) == 0 &&
		    strcmp(table->items[i].id, id) == 0) {
			return &table->items[i];
		}
	}
	if (table->count == table->capacity) {
		size_t capacity = table->capacity ? table->capacity * 2 : 32;
		void *moved = realloc(table->items, capacity * sizeof *table->items);
		if (!moved) {
			table->failed = true;
			return NULL;
		}
		table->items = moved;
		table->capacity = capacity;
	}
	struct class_item item = {.kind = kind, .id = strdup(id)};
	item.scores = calloc(table->learners ? table->learners : 1, sizeof *item.scores);
	if (!item.id || !item.scores) {
		free(item.id);
		free(item.scores);
		table->failed = true;
		return NULL;
	}
	table->items[table->count] = item;
	return &table->items[table->count++];
}

static void add_score(struct class_table *table, const char *kind, const char *id, size_t learner,
		      double score)
{
	struct class_item *item = *id ? find_item(table, kind, id) : NULL;
	if (!item) {
		return;
	}
	score = score < 0 ? 0 : score > 1 ? 1 : score;
	struct class_score *held = &item->scores[learner];
	if (held->attempts++ == 0) {
		held->first = score;
	}
	held->best = score > held->best ? score : held->best;
}

static void count_misconceptions(struct class_table *table, const json_t *detail, json_t *seen)
{
	size_t i;
	json_t *id;
	json_array_foreach(json_object_get(detail, "misconceptions"), i, id)
	{
		const char *name = json_string_value(id);
		if (!name || json_object_get(seen, name)) {
			continue;
		}
		json_int_t before =
			json_integer_value(json_object_get(table->misconceptions, name));
		json_object_set_new(table->misconceptions, name, json_integer(before + 1));
		json_object_set_new(seen, name, json_true());
	}
}

static void read_bundle(struct class_table *table, const json_t *bundle, size_t learner)
{
	size_t i;
	json_t *row;
	json_t *seen = json_object();
	json_array_foreach(json_object_get(bundle, "answers"), i, row)
	{
		if (strcmp(bundle_text(row, "verdict"), "redirect") != 0) {
			bool passed = strcmp(bundle_text(row, "verdict"), "pass") == 0;
			double score = json_number_value(json_object_get(row, "score"));
			add_score(table, "checkpoint", bundle_text(row, "checkpoint"), learner,
				  passed ? 1 : score);
		}
		count_misconceptions(table, json_object_get(row, "detail"), seen);
	}
	json_array_foreach(json_object_get(bundle, "quizzes"), i, row)
	{
		char id[600];
		snprintf(id, sizeof id, "%s/%s", bundle_text(row, "lesson"),
			 bundle_text(row, "question"));
		add_score(table, "quiz", id, learner,
			  json_number_value(json_object_get(row, "score")));
	}
	json_array_foreach(json_object_get(bundle, "labs"), i, row)
	{
		add_score(table, "lab", bundle_text(row, "lab"), learner,
			  json_is_true(json_object_get(row, "passed")) ? 1 : 0);
	}
	json_decref(seen);
}

/* The learner's mean first score over the items other than this one; NAN when there are none. */
static double rest_of(const struct class_table *table, const struct class_item *item,
		      size_t learner)
{
	double sum = 0;
	int count = 0;
	for (size_t i = 0; i < table->count; i++) {
		const struct class_score *score = &table->items[i].scores[learner];
		if (&table->items[i] != item && score->attempts > 0) {
			sum += score->first;
			count++;
		}
	}
	return count ? sum / count : NAN;
}

/* Corrected item-rest correlation (Pearson), over the learners who tried the item; at least three. */
static double discrimination(const struct class_table *table, const struct class_item *item)
{
	double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
	for (size_t l = 0; l < table->learners; l++) {
		double y = rest_of(table, item, l);
		if (item->scores[l].attempts == 0 || isnan(y)) {
			continue;
		}
		double x = item->scores[l].first;
		n++;
		sx += x;
		sy += y;
		sxx += x * x;
		syy += y * y;
		sxy += x * y;
	}
	double vx = sxx - sx * sx / n;
	double vy = syy - sy * sy / n;
	return n >= 3 && vx > 1e-12 && vy > 1e-12 ? (sxy - sx * sy / n) / sqrt(vx * vy) : NAN;
}

static void summarise(struct class_table *table, struct class_item *item)
{
	double first = 0, best = 0;
	for (size_t l = 0; l < table->learners; l++) {
		const struct class_score *score = &item->scores[l];
		item->learners += score->attempts > 0;
		item->attempts += score->attempts;
		first += score->attempts ? score->first : 0;
		best += score->attempts ? score->best : 0;
	}
	item->first = item->learners ? first / item->learners : 0;
	item->best = item->learners ? best / item->learners : 0;
	item->discrimination = discrimination(table, item);
}

static int by_kind_and_id(const void *a, const void *b)
{
	const struct class_item *x = a, *y = b;
	int order = strcmp(x->kind, y->kind);
	return order ? order : strcmp(x->id, y->id);
}

void class_table_init(struct class_table *table, json_t *const *bundles, size_t count)
{
	*table = (struct class_table){.learners = count, .misconceptions = json_object()};
	for (size_t i = 0; i < count; i++) {
		read_bundle(table, bundles[i], i);
	}
	if (table->count > 0) {
		qsort(table->items, table->count, sizeof *table->items, by_kind_and_id);
	}
	for (size_t i = 0; i < table->count; i++) {
		summarise(table, &table->items[i]);
	}
}

void class_table_release(struct class_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->items[i].id);
		free(table->items[i].scores);
	}
	free(table->items);
	json_decref(table->misconceptions);
	*table = (struct class_table){0};
}
