#ifndef MUNDAP_REVIEW_PRIVATE_H
#define MUNDAP_REVIEW_PRIVATE_H

#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/review/review.h"
#include "engine/review/rule.h"
#include "engine/syntax/syntax.h"

enum source_kind {
	SOURCE_UNKNOWN,
	SOURCE_PYTHON,
	SOURCE_LUA,
	SOURCE_DOCKERFILE,
	SOURCE_YAML, /* not yet told apart, or none of the kinds below */
	SOURCE_KUBERNETES,
	SOURCE_COMPOSE,
	SOURCE_WORKFLOW,
	SOURCE_PROMETHEUS,
	SOURCE_REQUIREMENTS,
	SOURCE_PYPROJECT,
	SOURCE_DOCKERIGNORE,
	SOURCE_LOCK,
	SOURCE_PROXY, /* nginx, Procfile and the like: read for context, never judged */
	SOURCE_BINARY
};

struct custom_rule;
struct probe_plan;
struct py;
struct yaml;

struct source {
	const char *path;
	const char *problem;
	enum source_kind kind;
	const char *text;
	size_t length;
	uint32_t *lines; /* byte offset of each line */
	uint32_t line_count;
	struct syntax_tree *tree;
	struct py *py;
	struct yaml *yaml;
	struct review_finding *findings;
	size_t finding_count, finding_capacity;
	struct review_strength *strengths;
	size_t strength_count, strength_capacity;
};

struct review_private {
	struct arena arena;
	struct source *sources;
	size_t count, capacity;
	struct custom_rule *custom; /* rules of instructors, newest first */
	const char *custom_problem; /* the first of them that failed; NULL */
	struct probe_plan *plan; /* in the arena; NULL before review_run and where memory ran out */
	bool nomem;
	bool ran;
};

/* source.c */
const char *source_kind_name(enum source_kind kind);
/** Decodes, finds out what it is, and appends. */
enum status source_add(struct review_private *r, const char *path, const char *bytes, size_t length,
		       const char *problem, struct error *err);
/** Line and column (both from 1, column in characters) of a byte offset. */
void source_position(const struct source *source, uint32_t at, int *line, int *column);
const char *source_base_name(const char *path);
/** Whether any submitted source is of a kind. */
bool review_has(const struct review_private *r, enum source_kind kind);
/** Whether a text holds a word, comments of '#' left out, case ignored. */
bool source_mentions(const struct source *source, const char *word);
/** The same over every source of a kind. */
bool review_mentions(const struct review_private *r, enum source_kind kind, const char *word);

/* report.c */
#define SEVERITY_OF_RULE (-1)
/**
 * Records a finding over the bytes [start, end). detail fills the "{}" of the message; its parts are separated by
 * newlines; NULL when the message has none. The same rule at the same place, or again in a file for rules that are
 * said once a file, is dropped.
 */
void report_at(struct review_private *r, struct source *source, enum rule_id id, int severity,
	       uint32_t start, uint32_t end, const char *detail);
/** The same for a rule that is in no list of ours. */
void report_rule(struct review_private *r, struct source *source, const struct rule *rule,
		 int severity, uint32_t start, uint32_t end, const char *detail);
void report(struct review_private *r, struct source *source, enum rule_id id, int32_t node,
	    const char *detail);
/** A finding whose detail is the source text of a node. */
void report_text(struct review_private *r, struct source *source, enum rule_id id, int32_t node,
		 int32_t shown);
/** Records a strength; texts in the language of the interface. At most one of the same text. */
void report_strength(struct review_private *r, struct source *source, uint32_t at, const char *ko,
		     const char *en);
/** A node's text on one line, cut to a readable length; in the arena. */
const char *node_text(struct review_private *r, const struct source *source, int32_t node);
/** Applies the suppression comments and sorts the findings. */
void report_finish(struct review_private *r, struct source *source);

/* Judges of each kind */
struct service;
void judge_dockerfiles(struct review_private *r);
void judge_yaml(struct review_private *r);
void judge_dependencies(struct review_private *r);
void judge_lua(struct review_private *r);
void judge_python(struct review_private *r, struct review *review);

#endif
