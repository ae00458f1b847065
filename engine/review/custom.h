#ifndef MUNDAP_REVIEW_CUSTOM_H
#define MUNDAP_REVIEW_CUSTOM_H

#include "engine/review/review.h"

/* Rules of an instructor: a Lua file that returns
 *
 *	{ id, category, severity, message, question, read_next,
 *	  find = function(service) return { { file = 1, line = 7, detail = "…" }, … } end,
 *	  good = { { file = "app.py", code = [[…]] }, … }, bad = { { file = "app.py", code = [[…]], line = 3 }, … } }
 *
 * It runs in the lessons' sandbox over the model of the service; lessons/README.md says what that holds. */

/** Takes a rule in. Errors: STATUS_PARSE with "name:line: what is wrong"; STATUS_NOMEM. Before review_run. */
enum status review_add_rule(struct review *review, const char *name, const char *source,
			    size_t length, struct error *err);
/** A file, or every *.lua file of a folder. */
enum status review_add_rules(struct review *review, const char *path, struct error *err);
/** The rules beside the lessons: lessons/rules of the program and rules of every folder in MUNDAP_LESSONS. */
enum status review_add_lesson_rules(struct review *review, struct error *err);
/** What went wrong while a rule ran ("rule.lua:7: …"), NULL when all ran. After review_run. */
const char *review_rule_trouble(const struct review *review);
/** Their folders, as far as there are any, one call each. */
enum status review_each_rule_folder(enum status (*visit)(void *context, const char *folder,
							 struct error *err),
				    void *context, struct error *err);

typedef void (*review_rule_problem)(void *context, const char *file, int line, const char *text);
/** Tries a rule on its own samples: every bad one found at its line and nowhere else, every good one passed over. */
enum status review_check_rule(const char *path, review_rule_problem tell, void *context,
			      struct error *err);

/* Within the reviewer */
struct review_private;
struct py_project;
void custom_rules_run(struct review_private *r, struct py_project *project);

#endif
