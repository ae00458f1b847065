#include "engine/review/rule.h"

#include <string.h>

static const struct rule rules[RULE_COUNT] = {
#define X(name, id, category, severity, scope, message_ko, message_en, question_ko, question_en, \
	  read_next, listen) \
	{id, \
	 REVIEW_##category, \
	 REVIEW_##severity, \
	 SCOPE_##scope, \
	 {message_ko, message_en}, \
	 {question_ko, question_en}, \
	 read_next, \
	 listen},
#include "engine/review/rules/python.def"
#include "engine/review/rules/config.def"
#undef X
};

const struct rule *rule_of(enum rule_id id)
{
	return &rules[id];
}

const struct rule *rule_named(const char *id)
{
	for (int i = 0; i < RULE_COUNT; i++) {
		if (strcmp(rules[i].id, id) == 0) {
			return &rules[i];
		}
	}
	return NULL;
}
