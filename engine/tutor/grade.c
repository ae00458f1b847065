#include "engine/tutor/grade.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/utf8.h"
#include "engine/tutor/clauses.h"
#include "engine/tutor/evidence.h"
#include "engine/tutor/intent.h"

struct grader {
	struct encoder *encoder; /* NULL: terms and patterns alone */
	struct thesaurus *thesaurus;
};

/* Log-odds from which a concept counts as met, a misconception as held. */
static const double concept_bar = 0.3, others_help = 0.35, misconception_bar = 3.0;

const char *answer_flag_name(enum answer_flag flag)
{
	switch (flag) {
	case ANSWER_KEYWORDS_ONLY:
		return "keywords-only";
	case ANSWER_COPIED:
		return "copied";
	case ANSWER_TOO_SHORT:
		return "too-short";
	case ANSWER_OFF_TOPIC:
		return "off-topic";
	case ANSWER_ASKS_SOLUTION:
		return "asks-for-answer";
	case ANSWER_GIVES_UP:
		return "gives-up";
	case ANSWER_INSTRUCTS_GRADER:
		return "instructs-grader";
	case ANSWER_HOSTILE:
		return "hostile";
	case ANSWER_EMPTY:
		return "empty";
	case ANSWER_QUESTION:
		return "question";
	case ANSWER_TRUNCATED:
		return "truncated";
	}
	return "";
}

static enum status read_asset(struct strbuf *out, const char *share, const char *name,
			      struct error *err)
{
	char path[1200];
	snprintf(path, sizeof path, "%s/assets/%s", share, name);
	return file_read(out, path, 64u << 20, err);
}

enum status grader_open(struct grader **out, const char *share, struct error *err)
{
	*out = NULL;
	struct grader *grader = calloc(1, sizeof *grader);
	if (!grader) {
		return error_set(err, STATUS_NOMEM, "grader", "out of memory");
	}
	struct strbuf sb;
	strbuf_init(&sb);
	enum status status = STATUS_OK;
	if (share && read_asset(&sb, share, "encoder.bin", NULL) == STATUS_OK) {
		status = encoder_read(&grader->encoder, sb.text, sb.length, err);
		strbuf_reset(&sb);
		if (!status) {
			status = read_asset(&sb, share, "thesaurus.tsv", err);
		}
		if (!status) {
			status = thesaurus_read(&grader->thesaurus, sb.text, sb.length, err);
		}
		if (!status) {
			grader->encoder->thesaurus = grader->thesaurus;
		}
	}
	strbuf_release(&sb);
	if (status) {
		grader_free(grader);
		return status;
	}
	*out = grader;
	return STATUS_OK;
}

void grader_free(struct grader *grader)
{
	if (grader) {
		encoder_free(grader->encoder);
		thesaurus_free(grader->thesaurus);
		free(grader);
	}
}

bool grader_knows(const struct grader *grader, const char *unit)
{
	return grader && encoder_find(grader->encoder, unit) != NULL;
}

/* ---- what kind of answer it is ---- */

/* How many parts commas, dots and slashes make of the answer. */
static int listed_parts(const struct text *text)
{
	int parts = 1;
	for (size_t at = 0; at < text->length;) {
		uint32_t c = utf8_next(text->source, text->length, &at);
		parts += c == ',' || c == '/' || c == 0xB7 || c == 0x3001 || c == '\n' || c == ';';
	}
	return parts;
}

/* English sentences have no Korean verb form; small words tell them from a list. */
static bool english_prose(const struct text *text)
{
	static const char *const small[] = {"is",  "are",     "the",  "a",  "to", "of",
					    "it",  "and",     "that", "in", "on", "only",
					    "not", "because", "so",   "we", "you"};
	int latin = 0, found = 0;
	for (int i = 0; i < text->word_count; i++) {
		latin += text->words[i].syllables == 0;
		for (size_t k = 0; k < sizeof small / sizeof *small; k++) {
			found += strcmp(text->words[i].folded, small[k]) == 0;
		}
	}
	return latin * 3 > text->word_count * 2 && found * 6 >= text->word_count;
}

static bool keywords_only(const struct text *text, struct arena *arena,
			  const struct checkpoint *checkpoint)
{
	if (text->word_count < 2 || english_prose(text)) {
		return false;
	}
	int term_words, terms;
	evidence_terms(text, arena, checkpoint, &term_words, &terms);
	int predicates = 0;
	for (int c = 0; c < text->clause_count; c++) {
		predicates += (text->clauses[c].flags & CLAUSE_PREDICATE) != 0;
	}
	int parts = listed_parts(text), others = text->word_count - term_words;
	bool list_like = parts >= 3 && text->word_count <= parts * 5 / 2;
	if (predicates == 0) {
		/* No verb at all: a list, unless it is a phrase around one or two terms. */
		return terms >= 2 || text->word_count >= 4;
	}
	const struct word *last = &text->words[text->word_count - 1];
	if (list_like && text->sentence_count <= 1 && (!word_is_predicate(last) || others <= 2)) {
		return true;
	}
	/* "… … …입니다": terms strung together and closed by one verb. */
	return terms >= 3 && text->sentence_count <= 1 && predicates <= 1 && others <= 1 &&
	       term_words >= 3 && parts >= 2;
}

static bool copied(const struct text *text, struct arena *arena,
		   const struct checkpoint *checkpoint, const struct grade_context *context)
{
	if (text->word_count < 4) {
		return false;
	}
	if (intent_copied_share(text, arena, checkpoint->question, 3) >= 0.7 ||
	    (context && intent_copied_share(text, arena, context->question, 3) >= 0.7) ||
	    (context && intent_copied_share(text, arena, context->lesson_text, 6) >= 0.7)) {
		return true;
	}
	for (size_t i = 0; i < checkpoint->variants.count; i++) {
		if (intent_copied_share(text, arena, checkpoint->variants.items[i], 3) >= 0.7) {
			return true;
		}
	}
	return intent_copied_share(text, arena, checkpoint->after, 6) >= 0.7;
}

/* Small talk, unless it uses the field's or the checkpoint's own words. A vague or mistaken try stays an answer. */
static bool off_topic(const struct text *text, struct arena *arena,
		      const struct checkpoint *checkpoint)
{
	int words, terms, talk = intent_small_talk(text);
	if (talk == 0) {
		return false;
	}
	evidence_terms(text, arena, checkpoint, &words, &terms);
	return intent_field_words(text) + terms <= talk / 2;
}

/* ---- the verdict ---- */

static int held_count(const struct grade *grade)
{
	int held = 0;
	for (int m = 0; m < grade->misconception_count; m++) {
		held += grade->misconceptions[m].held;
	}
	return held;
}

static void decide_misconceptions(struct grade *grade, const struct evidence *evidence)
{
	for (int m = 0; m < grade->misconception_count; m++) {
		const struct evidence *e = &evidence[grade->concept_count + m];
		struct grade_misconception *misconception = &grade->misconceptions[m];
		misconception->score = encoder_logistic(e->log_odds);
		misconception->held = e->log_odds > misconception_bar;
		misconception->rejected = !misconception->held && e->reported > 0;
		if (misconception->held || misconception->rejected) {
			misconception->evidence = e->span;
		}
	}
}

/* A learner who says several things right probably meant the doubtful one, too; a doubtful one alone is doubtful. */
static void decide_concepts(struct grade *grade, const struct evidence *evidence)
{
	int sure = 0;
	for (int i = 0; i < grade->concept_count; i++) {
		sure += evidence[i].log_odds > 0;
	}
	for (int i = 0; i < grade->concept_count; i++) {
		struct grade_concept *concept = &grade->concepts[i];
		int others = sure - (evidence[i].log_odds > 0);
		double bar = concept_bar - others_help * (others < 4 ? others : 4);
		concept->score = encoder_logistic(evidence[i].log_odds);
		concept->met = evidence[i].log_odds > bar;
		concept->contradicted = !concept->met && evidence[i].denied;
		if (concept->met) {
			concept->evidence = evidence[i].span;
			grade->met++;
		}
	}
}

static void forget_findings(struct grade *grade)
{
	for (int i = 0; i < grade->concept_count; i++) {
		grade->concepts[i].met = false;
		grade->concepts[i].evidence = (struct span){0, 0};
	}
	for (int m = 0; m < grade->misconception_count; m++) {
		grade->misconceptions[m].held = false;
	}
	grade->met = 0;
}

static void conclude(struct grade *grade, const struct text *text)
{
	int held = held_count(grade);
	unsigned never = ANSWER_EMPTY | ANSWER_INSTRUCTS_GRADER | ANSWER_COPIED |
			 ANSWER_KEYWORDS_ONLY | ANSWER_ASKS_SOLUTION;
	/* A whole explanation with a plea at its end is an explanation. */
	if (grade->met >= 2 && text->clause_count >= 4) {
		never &= ~(unsigned)ANSWER_ASKS_SOLUTION;
	}
	const unsigned unless_said = ANSWER_GIVES_UP | ANSWER_HOSTILE | ANSWER_OFF_TOPIC |
				     ANSWER_TOO_SHORT | ANSWER_QUESTION;
	bool said = grade->met > 0 || held > 0;
	if ((grade->flags & never) || (!said && (grade->flags & unless_said))) {
		forget_findings(grade);
		grade->verdict = VERDICT_REDIRECT;
		grade->score = 0;
		return;
	}
	double share = grade->needed > 0 ? (double)grade->met / grade->needed : 0;
	grade->score = share > 1 ? 1 : share;
	if (held > 0) {
		grade->score *= 0.5;
	}
	bool enough_said =
		text->predicate_sentences >= 2 || text->clause_count >= 3 || text->word_count >= 12;
	if (grade->met >= grade->needed && held == 0 && enough_said) {
		grade->verdict = VERDICT_PASS;
	} else if (grade->met >= grade->needed || (grade->met > 0 && held == 0)) {
		grade->verdict = VERDICT_PARTIAL;
	} else {
		/* Some concepts beside a misconception are a part, too; nothing but the misconception is not. */
		grade->verdict = grade->met > 0 ? VERDICT_PARTIAL : VERDICT_FAIL;
	}
}

enum status grade_answer(struct grade *out, const struct grader *grader,
			 const struct checkpoint *checkpoint, const struct grade_context *context,
			 const char *answer, size_t length, struct error *err)
{
	memset(out, 0, sizeof *out);
	out->concept_count = (int)checkpoint->expectation_count;
	out->misconception_count = (int)checkpoint->misconception_count;
	out->needed = (out->concept_count * 3 + 4) / 5;
	out->concepts = calloc((size_t)out->concept_count + 1, sizeof *out->concepts);
	out->misconceptions =
		calloc((size_t)out->misconception_count + 1, sizeof *out->misconceptions);
	struct arena arena;
	arena_init(&arena);
	struct evidence *evidence = arena_alloc(
		&arena, (checkpoint->expectation_count + checkpoint->misconception_count + 1) *
				sizeof *evidence);
	struct text text;
	enum status status = STATUS_OK;
	if (!out->concepts || !out->misconceptions || !evidence) {
		status = error_set(err, STATUS_NOMEM, "grade", "out of memory");
	}
	if (!status) {
		status = text_analyse(&text, &arena, answer, length, err);
	}
	const struct encoder *encoder = grader ? grader->encoder : NULL;
	const struct encoder_unit *unit = encoder_find(encoder, checkpoint->unit);
	if (!status) {
		status = evidence_gather(evidence, &text, &arena, encoder, unit, checkpoint, err);
	}
	if (!status) {
		decide_misconceptions(out, evidence);
		for (int m = 0; m < out->misconception_count; m++) {
			if (out->misconceptions[m].held) {
				evidence[out->concept_count + m].settled = true;
			}
		}
		/* What a clause says that holds a misconception is not counted for a concept. */
		if (held_count(out) > 0) {
			status = evidence_outside(evidence, &text, &arena, encoder, unit,
						  checkpoint, err);
		}
		decide_concepts(out, evidence);
		out->flags = intent_of(&text);
		out->flags |= text.truncated ? ANSWER_TRUNCATED : 0;
		if (text.word_count > 0) {
			out->flags |=
				keywords_only(&text, &arena, checkpoint) ? ANSWER_KEYWORDS_ONLY : 0;
			out->flags |=
				copied(&text, &arena, checkpoint, context) ? ANSWER_COPIED : 0;
			out->flags |= off_topic(&text, &arena, checkpoint) ? ANSWER_OFF_TOPIC : 0;
			out->flags |= text.word_count < 3 ? ANSWER_TOO_SHORT : 0;
		}
		conclude(out, &text);
	}
	arena_release(&arena);
	if (status) {
		grade_release(out);
	}
	return status;
}

void grade_release(struct grade *grade)
{
	free(grade->concepts);
	free(grade->misconceptions);
	memset(grade, 0, sizeof *grade);
}
