#include <stdio.h>
#include <string.h>

#include "tui/cli/bundle.h"

/* A bundle as Experience API statements (xAPI 1.0.3, ADL), ready for a learning record store. */

#define HOME_PAGE "https://mundap.invalid/"
#define VERBS "http://adlnet.gov/expapi/verbs/"
#define ACTIVITIES "http://adlnet.gov/expapi/activities/"

/* The statement's id must not change when it is exported again: it is made from what it says (FNV-1a, twice), in the
 * form of a UUID of version 8 (RFC 9562: custom). */
static void statement_id(char out[40], const char *learner, const char *verb, const char *object,
			 const char *at, size_t number)
{
	char said[1024];
	uint64_t hash[2] = {0xCBF29CE484222325u, 0x84222325CBF29CE4u};
	snprintf(said, sizeof said, "%s|%s|%s|%s|%zu", learner, verb, object, at, number);
	for (size_t h = 0; h < 2; h++) {
		for (const char *c = said; *c; c++) {
			hash[h] = (hash[h] ^ (unsigned char)*c) * 0x100000001B3u;
		}
	}
	snprintf(out, 40, "%08x-%04x-8%03x-%04x-%012llx", (unsigned)(hash[0] >> 32),
		 (unsigned)(hash[0] >> 16 & 0xFFFF), (unsigned)(hash[0] & 0xFFF),
		 (unsigned)(hash[1] >> 48 & 0x3FFF) | 0x8000u,
		 (unsigned long long)(hash[1] & 0xFFFFFFFFFFFF));
}

struct statement {
	const char *verb; /* after VERBS */
	const char *object, *part; /* id, and what follows it ("" none) */
	const char *kind; /* after ACTIVITIES */
	const char *at;
	json_t *result; /* taken over; NULL: none */
};

static void add(json_t *list, const json_t *learner, const struct statement *statement)
{
	char id[40], verb[128], object[600], kind[128];
	const char *name = bundle_text(learner, "id");
	bool part = *statement->part != '\0';
	snprintf(verb, sizeof verb, VERBS "%s", statement->verb);
	snprintf(kind, sizeof kind, ACTIVITIES "%s", statement->kind);
	snprintf(object, sizeof object, HOME_PAGE "%s%s%s", statement->object, part ? "/" : "",
		 statement->part);
	statement_id(id, name, verb, object, statement->at, json_array_size(list));
	json_t *row = json_pack(
		"{s:s,s:{s:s,s:s,s:{s:s,s:s}},s:{s:s,s:{s:s}},s:{s:s,s:s,s:{s:s,s:{s:s}}},s:s}",
		"id", id, "actor", "objectType", "Agent", "name", bundle_text(learner, "name"),
		"account", "homePage", HOME_PAGE, "name", name, "verb", "id", verb, "display",
		"en-US", statement->verb, "object", "objectType", "Activity", "id", object,
		"definition", "type", kind, "name", "ko-KR",
		part ? statement->part : statement->object, "timestamp", statement->at);
	if (statement->result) {
		json_object_set_new(row, "result", statement->result);
	}
	json_array_append_new(list, row);
}

static json_t *scaled(const json_t *row)
{
	double score = json_number_value(json_object_get(row, "score"));
	score = score < 0 ? 0 : score > 1 ? 1 : score;
	return json_pack("{s:f}", "scaled", score);
}

json_t *bundle_xapi(const json_t *bundle)
{
	const json_t *learner = json_object_get(bundle, "learner");
	json_t *list = json_array();
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(bundle, "steps"), i, row)
	{
		bool done = strcmp(bundle_text(row, "state"), "opened") != 0;
		add(list, learner,
		    &(struct statement){done ? "completed" : "experienced",
					bundle_text(row, "lesson"), bundle_text(row, "step"),
					"lesson", bundle_text(row, "at"), NULL});
	}
	json_array_foreach(json_object_get(bundle, "answers"), i, row)
	{
		bool passed = strcmp(bundle_text(row, "verdict"), "pass") == 0;
		add(list, learner,
		    &(struct statement){"answered", bundle_text(row, "checkpoint"), "",
					"cmi.interaction", bundle_text(row, "at"),
					json_pack("{s:b,s:o,s:s}", "success", (int)passed, "score",
						  scaled(row), "response",
						  bundle_text(row, "answer"))});
	}
	json_array_foreach(json_object_get(bundle, "checkpoints"), i, row)
	{
		if (json_is_true(json_object_get(row, "passed"))) {
			add(list, learner,
			    &(struct statement){"passed", bundle_text(row, "checkpoint"), "",
						"objective", bundle_text(row, "at"),
						json_pack("{s:b}", "success", 1)});
		}
	}
	json_array_foreach(json_object_get(bundle, "quizzes"), i, row)
	{
		add(list, learner,
		    &(struct statement){"answered", bundle_text(row, "lesson"),
					bundle_text(row, "question"), "question",
					bundle_text(row, "at"),
					json_pack("{s:o,s:s}", "score", scaled(row), "response",
						  bundle_text(row, "answer"))});
	}
	json_array_foreach(json_object_get(bundle, "labs"), i, row)
	{
		bool passed = json_is_true(json_object_get(row, "passed"));
		char duration[32];
		snprintf(duration, sizeof duration, "PT%.2fS",
			 json_number_value(json_object_get(row, "seconds")));
		add(list, learner,
		    &(struct statement){
			    passed ? "passed" : "failed", bundle_text(row, "lab"), "", "assessment",
			    bundle_text(row, "at"),
			    json_pack("{s:b,s:s}", "success", (int)passed, "duration", duration)});
	}
	return list;
}
