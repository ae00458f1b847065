#ifndef MUNDAP_REVIEW_YAML_H
#define MUNDAP_REVIEW_YAML_H

#include "engine/review/private.h"

/* A YAML source as values with their places: aliases followed, merge keys (`<<`) looked through. */

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_MAP, YAML_LIST };

struct yaml_value {
	enum yaml_kind kind;
	const char *key; /* in a map, else NULL */
	const char *text; /* of scalars, quotes taken off; "" otherwise */
	bool quoted;
	uint32_t start, end; /* bytes; of an entry in a map these begin at its key */
	uint32_t value_start; /* bytes of the value itself */
	int32_t first, next; /* children; -1 */
	int32_t alias; /* the value it stands for, -1 */
	int32_t merge; /* what `<<` brings in, -1 */
};

struct yaml {
	struct yaml_value *values;
	int32_t count, capacity;
	int32_t *documents;
	int32_t document_count, document_capacity;
	bool failed;
};

struct yaml *yaml_new(struct arena *arena, const struct syntax_tree *tree);
void yaml_free(struct yaml *yaml);
/** A map's value by key, -1. v may be -1. */
int32_t yaml_get(const struct yaml *y, int32_t v, const char *key);
/** By a path of keys "spec.template.spec", -1. */
int32_t yaml_at(const struct yaml *y, int32_t v, const char *path);
/** A scalar's text, "" for anything else. */
const char *yaml_text(const struct yaml *y, int32_t v);
const char *yaml_text_at(const struct yaml *y, int32_t v, const char *path);
enum yaml_kind yaml_kind_of(const struct yaml *y, int32_t v);
/** The value with aliases followed. */
int32_t yaml_real(const struct yaml *y, int32_t v);
/** First entry of a map or list, -1. */
int32_t yaml_first(const struct yaml *y, int32_t v);
int32_t yaml_size(const struct yaml *y, int32_t v);

#define YAML_EACH(y, v, c) for (int32_t c = yaml_first((y), (v)); c >= 0; c = (y)->values[c].next)

void judge_kubernetes(struct review_private *r);
void judge_compose(struct review_private *r);
void judge_workflows(struct review_private *r);
void judge_prometheus(struct review_private *r);
/** Reports at a value (or its key). detail is copied. */
void yaml_report(struct review_private *r, struct source *source, enum rule_id rule, int32_t v,
		 const char *detail);

#endif
