#ifndef MUNDAP_REVIEW_RULE_H
#define MUNDAP_REVIEW_RULE_H

#include "engine/review/review.h"

/* The rules as data: rules/python.def and rules/config.def. Predicates live in the files rules_*.c. */

enum rule_id {
#define X(name, ...) RULE_##name,
#include "engine/review/rules/python.def"
#include "engine/review/rules/config.def"
#undef X
	RULE_COUNT
};

enum rule_scope { SCOPE_LINE, SCOPE_HANDLER, SCOPE_FILE };

struct rule {
	const char *id;
	enum review_category category;
	enum review_severity severity;
	enum rule_scope scope;
	const char *message[2],
		*question[2]; /* by enum language; "{}" takes the finding's detail */
	const char *read_next;
	const char
		*listen; /* what an answer in the dialogue should speak of, separated by commas */
};

const struct rule *rule_of(enum rule_id id);
/** NULL when there is none of this name. */
const struct rule *rule_named(const char *id);

#endif
