#include "engine/tutor/dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/tutor/design.h"
#include "engine/tutor/dialogue_state.h"
#include "engine/tutor/redirect.h"
#include "engine/tutor/reply.h"

enum status dialogue_open(struct dialogue **out, const struct grader *grader,
			  const struct checkpoint *checkpoint, const char *saved, struct error *err)
{
	*out = NULL;
	struct dialogue *d = calloc(1, sizeof *d);
	if (!d) {
		return error_set(err, STATUS_NOMEM, "dialogue", "out of memory");
	}
	strbuf_init(&d->reply);
	d->grader = grader;
	d->checkpoint = checkpoint;
	d->asked = -1;
	d->concepts = calloc(checkpoint->expectation_count + 1, sizeof *d->concepts);
	d->misconceptions = calloc(checkpoint->misconception_count + 1, sizeof *d->misconceptions);
	if (!d->concepts || !d->misconceptions) {
		dialogue_free(d);
		return error_set(err, STATUS_NOMEM, "dialogue", "out of memory");
	}
	for (size_t i = 0; i < checkpoint->expectation_count; i++) {
		d->concepts[i].level = -1;
	}
	if (saved) {
		(void)dialogue_state_read(d, saved);
	}
	*out = d;
	return STATUS_OK;
}

void dialogue_free(struct dialogue *d)
{
	if (!d) {
		return;
	}
	for (size_t i = 0; d->concepts && i < d->checkpoint->expectation_count; i++) {
		free(d->concepts[i].words);
	}
	for (size_t i = 0; d->misconceptions && i < d->checkpoint->misconception_count; i++) {
		free(d->misconceptions[i].words);
	}
	free(d->concepts);
	free(d->misconceptions);
	free(d->last_answer);
	free(d->summary);
	grade_release(&d->grade);
	strbuf_release(&d->reply);
	free(d);
}

void dialogue_set_context(struct dialogue *d, const char *lesson_text, int variant)
{
	d->lesson_text = lesson_text;
	if (variant >= 0 && variant <= (int)d->checkpoint->variants.count) {
		d->variant = variant;
	}
}

void dialogue_set_prerequisite(struct dialogue *d, const char *unit, const char *title)
{
	d->prerequisite = unit;
	d->prerequisite_title = title;
}

const char *dialogue_question(const struct dialogue *d)
{
	return d->variant > 0 ? d->checkpoint->variants.items[d->variant - 1]
			      : d->checkpoint->question;
}

int dialogue_covered(const struct dialogue *d, int concept_index)
{
	return concept_index >= 0 && concept_index < (int)d->checkpoint->expectation_count &&
	       d->concepts[concept_index].covered;
}

bool dialogue_passed(const struct dialogue *d)
{
	return d->passed;
}

static int covered_count(const struct dialogue *d)
{
	int n = 0;
	for (size_t i = 0; i < d->checkpoint->expectation_count; i++) {
		n += d->concepts[i].covered;
	}
	return n;
}

static int needed(const struct dialogue *d)
{
	return ((int)d->checkpoint->expectation_count * 3 + 4) / 5;
}

static int open_misconception(const struct dialogue *d)
{
	for (size_t i = 0; i < d->checkpoint->misconception_count; i++) {
		if (d->misconceptions[i].open) {
			return (int)i;
		}
	}
	return -1;
}

/* The missing concept to ask about: the one in question while its ladder lasts, else the next in order that was
 * asked about least. */
static int choose_missing(const struct dialogue *d)
{
	if (d->asked >= 0 && !d->concepts[d->asked].covered &&
	    d->concepts[d->asked].level < LADDER_TOP) {
		return d->asked;
	}
	int best = -1;
	int count = (int)d->checkpoint->expectation_count;
	for (int step = 1; step <= count; step++) {
		int i = (d->asked + step + count) % count;
		if (!d->concepts[i].covered &&
		    (best < 0 || d->concepts[i].level < d->concepts[best].level)) {
			best = i;
		}
	}
	return best;
}

/* Asks about one missing concept, a rung higher when the one in question was tried in vain. */
static void ask_missing(struct dialogue *d, bool failed)
{
	int before = d->asked;
	int concept = choose_missing(d);
	if (concept < 0) {
		reply_say(d, MSG_TUTOR_CLOSING_ASK);
		return;
	}
	struct concept_state *state = &d->concepts[concept];
	if (concept != before && before >= 0 && !d->concepts[before].covered) {
		reply_say(d, MSG_TUTOR_MOVE_ON);
	}
	if (state->level < 0 || (concept == before && failed)) {
		state->level = state->level < LADDER_TOP ? state->level + 1 : LADDER_TOP;
	} else if (concept != before && state->level >= LADDER_TOP) {
		state->level = 1; /* a second round begins below the frame */
	}
	d->asked = concept;
	d->offers |= OFFER_HINT;
	reply_rung(d, concept);
}

/* ---- what an answer changes ---- */

static void take_words(char **slot, const char *answer, const struct span *span)
{
	if (!*slot && span->length > 0) {
		*slot = dialogue_excerpt(answer + span->start, span->length, 40);
	}
}

static int take_concepts(struct dialogue *d, const char *answer, int *fresh)
{
	int n = 0;
	for (int i = 0; i < d->grade.concept_count; i++) {
		if (d->grade.concepts[i].met && !d->concepts[i].covered) {
			d->concepts[i].covered = true;
			take_words(&d->concepts[i].words, answer, &d->grade.concepts[i].evidence);
			fresh[n++] = i;
		}
	}
	return n;
}

/* Opens misconceptions held and closes those put right; returns the one to talk about, -1 none. */
static int take_misconceptions(struct dialogue *d, const char *answer, int *closed)
{
	int talk = -1;
	*closed = -1;
	for (int i = 0; i < d->grade.misconception_count; i++) {
		struct misconception_state *state = &d->misconceptions[i];
		const struct grade_misconception *m = &d->grade.misconceptions[i];
		if (m->held) {
			free(state->words);
			state->words = NULL;
			take_words(&state->words, answer, &m->evidence);
			state->open = true;
			state->closed = false;
			state->times++;
			talk = talk < 0 ? i : talk;
		} else if (state->open && (m->rejected || d->grade.met > 0 || m->score > 0.12)) {
			/* It was talked about again and said right this time. */
			state->open = false;
			state->closed = true;
			*closed = i;
		}
	}
	return talk >= 0 ? talk : open_misconception(d);
}

static void counter(struct dialogue *d, int index)
{
	const struct misconception *m = &d->checkpoint->misconceptions[index];
	const struct misconception_state *state = &d->misconceptions[index];
	if (state->times <= 1) {
		if (state->words) {
			reply_say(d, MSG_TUTOR_COUNTER_QUOTE, state->words);
		} else {
			reply_say(d, MSG_TUTOR_COUNTER);
		}
		reply_text(d, m->counter);
		return;
	}
	d->offers |= OFFER_EXPERIMENT;
	if (m->experiment && *m->experiment) {
		reply_say(d, MSG_TUTOR_EXPERIMENT);
		reply_text(d, m->experiment);
	} else {
		reply_say(d, MSG_TUTOR_EXPERIMENT_NONE);
	}
	if (state->words) {
		reply_say(d, MSG_TUTOR_RESTATE, state->words);
	} else {
		reply_say(d, MSG_TUTOR_RESTATE_BARE);
	}
}

static void pass(struct dialogue *d)
{
	d->passed = true;
	d->stage = DIALOGUE_SUMMARY;
	d->asked = -1;
	d->stuck = 0;
	int total = (int)d->checkpoint->expectation_count, covered = covered_count(d);
	if (d->junior) {
		d->stage = DIALOGUE_DONE;
		reply_say(d, MSG_TUTOR_JUNIOR_DONE);
		return;
	}
	if (covered == total) {
		reply_say(d, MSG_TUTOR_PASS_ALL);
	} else {
		reply_say(d, MSG_TUTOR_PASS_SOME, total, covered);
	}
	reply_concepts(d, MSG_TUTOR_PASS_COVERED, true);
	reply_concepts(d, MSG_TUTOR_PASS_MISSING, false);
	reply_say(d, MSG_TUTOR_ASK_SUMMARY);
}

static void finish(struct dialogue *d, const char *text, size_t length)
{
	free(d->summary);
	d->summary = dialogue_excerpt(text, length, 120);
	d->stage = DIALOGUE_DONE;
	d->offers |= OFFER_NEXT;
	reply_say(d, MSG_TUTOR_SUMMARY_DONE, d->summary ? d->summary : "");
	if (d->checkpoint->after && !reply_gives_away(d, d->checkpoint->after)) {
		reply_text(d, d->checkpoint->after);
	}
	if (d->checkpoint->next && *d->checkpoint->next) {
		reply_say(d, MSG_TUTOR_NEXT_QUESTION, d->checkpoint->next);
	} else {
		reply_say(d, MSG_TUTOR_NEXT_BARE);
	}
}

static void after_pass(struct dialogue *d, const char *text, size_t length)
{
	if (d->stage == DIALOGUE_DONE) {
		d->offers |= OFFER_NEXT;
		reply_say(d, MSG_TUTOR_DONE_AGAIN);
		return;
	}
	const unsigned refused = ANSWER_EMPTY | ANSWER_COPIED | ANSWER_KEYWORDS_ONLY |
				 ANSWER_INSTRUCTS_GRADER | ANSWER_ASKS_SOLUTION | ANSWER_TOO_SHORT;
	bool thin = d->grade.flags & refused;
	bool gives_up = (d->grade.flags & ANSWER_GIVES_UP) && d->grade.met == 0;
	if (thin || gives_up || (d->grade.verdict == VERDICT_REDIRECT && d->grade.met == 0)) {
		/* Twice is enough: the checkpoint is passed already. */
		if (d->stuck++ > 0) {
			finish(d, d->last_answer ? d->last_answer : "",
			       d->last_answer ? strlen(d->last_answer) : 0);
			return;
		}
		reply_say(d, MSG_TUTOR_SUMMARY_THIN);
		return;
	}
	finish(d, text, length);
}

/* A question about building something is met with requirements, and the checkpoint waits. */
static bool about_design(struct dialogue *d, const char *text)
{
	bool said_something = d->grade.met > 0;
	for (int m = 0; m < d->grade.misconception_count; m++) {
		said_something = said_something || d->grade.misconceptions[m].held;
	}
	if (said_something || !design_detects(text)) {
		return false;
	}
	struct design design;
	design_init(&design, DESIGN_SERVING);
	bool said = design_open(&design, &d->reply, NULL) == STATUS_OK;
	design_release(&design);
	return said;
}

static void respond(struct dialogue *d, const char *text)
{
	if (about_design(d, text)) {
		d->grade.verdict = VERDICT_REDIRECT;
		return;
	}
	int fresh[64] = {0}, closed = -1;
	if (d->grade.verdict == VERDICT_REDIRECT) {
		bool lower = redirect_reply(d, text);
		int open = open_misconception(d);
		if (open >= 0) {
			counter(d, open);
		} else if (d->offers & OFFER_BREAK || lower || d->asked >= 0) {
			ask_missing(d, lower);
		} else {
			reply_text(d, dialogue_question(d));
		}
		return;
	}
	d->stuck = 0;
	int before = d->asked;
	int n = take_concepts(d, text, fresh);
	int talk = take_misconceptions(d, text, &closed);
	bool answered = before >= 0 && d->concepts[before].covered;
	if (closed >= 0) {
		reply_text(d, d->checkpoint->misconceptions[closed].closed);
	}
	if (n > 0) {
		reply_praise(d, fresh, n, text);
	} else if (talk < 0 && closed < 0) {
		reply_vary(d, MSG_TUTOR_TRY_1, 3);
	}
	if (talk >= 0) {
		counter(d, talk);
		return;
	}
	if (covered_count(d) >= needed(d)) {
		bool first_turn_thin = d->grade.verdict != VERDICT_PASS && d->turns <= 1;
		if (first_turn_thin) {
			reply_say(d, MSG_TUTOR_MORE_WORDS);
			return;
		}
		pass(d);
		return;
	}
	if (n > 0 && !d->junior) {
		reply_vary(d, MSG_TUTOR_BRIDGE_1, 3);
	}
	ask_missing(d, !answered && n == 0);
}

static void settle_turn(struct dialogue *d, struct turn *out, bool was_passed)
{
	if (!reply_invites(d->reply.text)) {
		reply_say(d, MSG_TUTOR_CONTINUE);
	}
	/* The last guard: whatever was authored, a statement to be found is never said. */
	if (reply_gives_away(d, d->reply.text)) {
		strbuf_reset(&d->reply);
		reply_text(d, dialogue_question(d));
		reply_say(d, MSG_TUTOR_CLOSING_ASK);
	}
	*out = (struct turn){.reply = d->reply.text,
			     .grade = d->graded ? &d->grade : NULL,
			     .stage = d->stage,
			     .passed = d->passed,
			     .just_passed = d->passed && !was_passed,
			     .offers = d->offers,
			     .asked = d->asked,
			     .hint_level = d->asked >= 0 && d->concepts[d->asked].level > 0
						   ? d->concepts[d->asked].level
						   : 0};
}

static enum status check(const struct dialogue *d, struct error *err)
{
	return strbuf_ok(&d->reply) ? STATUS_OK
				    : error_set(err, STATUS_NOMEM, "dialogue", "out of memory");
}

static void begin_turn(struct dialogue *d)
{
	strbuf_reset(&d->reply);
	d->offers = 0;
	d->graded = false;
}

enum status dialogue_greet(struct dialogue *d, struct turn *out, struct error *err)
{
	begin_turn(d);
	if (d->passed) {
		reply_say(d, MSG_TUTOR_ALREADY_PASSED, dialogue_question(d));
	} else if (d->turns > 0) {
		char *words = d->last_answer
				      ? dialogue_excerpt(d->last_answer, strlen(d->last_answer), 40)
				      : NULL;
		const char *question = d->asked >= 0 ? d->checkpoint->expectations[d->asked].ask
						     : dialogue_question(d);
		if (words && *words) {
			reply_say(d, MSG_TUTOR_WELCOME_BACK, words, covered_count(d), question);
		} else {
			reply_say(d, MSG_TUTOR_WELCOME_BACK_BARE, question);
		}
		free(words);
	} else {
		reply_text(d, dialogue_question(d));
	}
	settle_turn(d, out, d->passed);
	return check(d, err);
}

enum status dialogue_answer(struct dialogue *d, const char *text, size_t length, struct turn *out,
			    struct error *err)
{
	bool was_passed = d->passed;
	begin_turn(d);
	struct grade grade;
	struct grade_context context = {dialogue_question(d), d->lesson_text};
	enum status status =
		grade_answer(&grade, d->grader, d->checkpoint, &context, text, length, err);
	if (status) {
		return status;
	}
	grade_release(&d->grade);
	d->grade = grade;
	d->graded = true;
	d->turns++;
	if (grade.flags & ANSWER_TRUNCATED) {
		reply_say(d, MSG_TUTOR_TRUNCATED);
	}
	if (d->stage != DIALOGUE_OPEN) {
		after_pass(d, text, length);
	} else {
		respond(d, text);
	}
	if (d->grade.verdict != VERDICT_REDIRECT) {
		free(d->last_answer);
		d->last_answer = dialogue_excerpt(text, length, 400);
	}
	settle_turn(d, out, was_passed);
	return check(d, err);
}

enum status dialogue_hint(struct dialogue *d, struct turn *out, struct error *err)
{
	begin_turn(d);
	int open = open_misconception(d);
	if (d->stage == DIALOGUE_SUMMARY) {
		reply_say(d, MSG_TUTOR_SUMMARY_THIN);
	} else if (d->stage == DIALOGUE_DONE) {
		reply_say(d, MSG_TUTOR_DONE_AGAIN);
	} else if (open >= 0) {
		counter(d, open);
	} else {
		/* Asking for a hint skips the open question, which the checkpoint's own question was. */
		if (d->asked < 0) {
			d->asked = choose_missing(d);
			if (d->asked >= 0 && d->concepts[d->asked].level < 0) {
				d->concepts[d->asked].level = 0;
			}
		}
		ask_missing(d, true);
	}
	settle_turn(d, out, d->passed);
	return check(d, err);
}

enum status dialogue_teach_back(struct dialogue *d, struct turn *out, struct error *err)
{
	begin_turn(d);
	d->junior = true;
	d->stage = DIALOGUE_OPEN;
	d->asked = -1;
	for (size_t i = 0; i < d->checkpoint->expectation_count; i++) {
		d->concepts[i].covered = false;
		d->concepts[i].level = -1;
	}
	const char *title = d->checkpoint->title;
	reply_say(d, MSG_TUTOR_JUNIOR_OPEN, title, korean_particle(title, PARTICLE_SUBJECT));
	settle_turn(d, out, d->passed);
	return check(d, err);
}
