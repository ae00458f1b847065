#ifndef MUNDAP_TUTOR_DESIGN_H
#define MUNDAP_TUTOR_DESIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"

/* Talk about an architecture: requirements before any technology. Nine questions in three groups; with six of them
 * answered the talk goes on (the others stand as assumptions), contradictions and vague words are asked about, then
 * three questions of system thinking and one failure drill close it. The teacher names no product at any point. */

enum design_kind { DESIGN_SERVING, DESIGN_PIPELINE };
enum { DESIGN_SLOTS = 9, DESIGN_ENOUGH = 6, DESIGN_THINKING = 3 };

enum design_stage {
	DESIGN_REQUIREMENTS,
	DESIGN_THINKING_STAGE, /* how does it behave in production, how does it scale, what when it fails */
	DESIGN_DRILL, /* one incident: detection, mitigation, follow-up */
	DESIGN_CLOSED
};

struct design {
	enum design_kind kind;
	enum design_stage stage;
	char *answers[DESIGN_SLOTS]; /* NULL: open; "미정" when left open on purpose */
	int asking; /* slot asked about alone, -1 none */
	unsigned contradictions; /* bits of those pointed out already */
	char *thoughts[DESIGN_THINKING];
	int drill; /* which incident */
	unsigned drill_parts; /* bits: detection, mitigation, follow-up */
	int turns;
};

/** Whether a text asks how to build, deploy or arrange something: the cue to ask for requirements first. */
bool design_detects(const char *text);

void design_init(struct design *design, enum design_kind kind);
void design_release(struct design *design);

/** The first reply: honest praise of the question, the nine questions, the promise to design together. */
enum status design_open(struct design *design, struct strbuf *out, struct error *err);
/** One answer of the learner. */
enum status design_answer(struct design *design, const char *text, struct strbuf *out,
			  struct error *err);

/** How many of the nine are answered (left open on purpose counts only for the pipeline interview). */
int design_answered(const struct design *design);
/** Whether technologies may be talked about. */
bool design_unlocked(const struct design *design);
/** Whether every one of the nine is answered or left open on purpose: the canvas opens. */
bool design_canvas_open(const struct design *design);

char *design_save(const struct design *design);
enum status design_load(struct design *design, const char *json, struct error *err);

#endif
