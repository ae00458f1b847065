#include "engine/tutor/evidence.h"

#include <string.h>

#include "engine/tutor/terms.h"

/* How much an authored form adds to the log-odds of the encoder, and the odds before anything is seen where the
 * encoder does not know the unit. */
static const double term_bonus = 2.4, pattern_bonus = 5.0, unknown_prior = -2.0,
		    unknown_term_bonus = 3.2, denied_malus = -2.0, named_floor = 0.0;

/* A run of clauses that is judged as one. */
struct run {
	int first, last; /* clauses */
};

enum { MOST_RUNS = 400 };

/* Each clause, each pair of neighbours in a sentence, each sentence of up to four clauses. */
static int make_runs(const struct text *text, struct run runs[MOST_RUNS])
{
	int n = 0;
	for (int c = 0; c < text->clause_count && n + 3 < MOST_RUNS; c++) {
		runs[n++] = (struct run){c, c};
		bool pair = c + 1 < text->clause_count &&
			    text->clauses[c + 1].sentence == text->clauses[c].sentence;
		if (pair) {
			runs[n++] = (struct run){c, c + 1};
		}
		if (pair && c + 2 < text->clause_count &&
		    text->clauses[c + 2].sentence == text->clauses[c].sentence) {
			runs[n++] = (struct run){c, c + 2};
		}
	}
	return n;
}

static bool denied_inside(const struct text *text, const struct run *run, unsigned flags)
{
	for (int c = run->first; c <= run->last; c++) {
		if (text->clauses[c].flags & flags) {
			return true;
		}
	}
	return false;
}

static bool barred_inside(const bool *barred, const struct run *run)
{
	for (int c = run->first; c <= run->last; c++) {
		if (barred[c]) {
			return true;
		}
	}
	return false;
}

static struct span run_span(const struct text *text, const struct run *run)
{
	const struct clause *a = &text->clauses[run->first], *b = &text->clauses[run->last];
	return (struct span){a->start, b->start + b->length - a->start};
}

/* Whether the belief itself is a denial ("…는 AI가 아니다"), so that a denial in the answer is no rejection. */
static bool belief_denies(const char *belief, struct arena *arena)
{
	struct text text;
	if (!belief || text_analyse(&text, arena, belief, strlen(belief), NULL)) {
		return false;
	}
	for (int c = 0; c < text.clause_count; c++) {
		if (text.clauses[c].flags & (CLAUSE_DENIED | CLAUSE_NEGATED)) {
			return true;
		}
	}
	return false;
}

static void weigh_runs(struct evidence *out, const struct text *text, const struct encoder *encoder,
		       const struct encoder_unit *unit, const struct checkpoint *checkpoint,
		       const bool *denying, const bool *barred)
{
	struct run runs[MOST_RUNS];
	struct feature features[FEATURES_MOST];
	struct signals signals[BANK_LABELS];
	int n = make_runs(text, runs);
	size_t concepts = checkpoint->expectation_count;
	size_t all = concepts + checkpoint->misconception_count;
	for (int r = 0; r < n; r++) {
		if (barred && barred_inside(barred, &runs[r])) {
			continue;
		}
		const struct clause *a = &text->clauses[runs[r].first];
		const struct clause *b = &text->clauses[runs[r].last];
		int words = b->first_word + b->word_count - a->first_word;
		int count = features_of(features, text, a->first_word, words, encoder->thesaurus);
		encoder_signals(encoder, unit, features, count, signals);
		bool reported = denied_inside(text, &runs[r], CLAUSE_REPORTED);
		bool denied = denied_inside(text, &runs[r], CLAUSE_DENIED);
		bool refuted = denied_inside(text, &runs[r], CLAUSE_REFUTED);
		for (size_t i = 0; i < (barred ? concepts : all); i++) {
			bool wrong = i >= concepts;
			int label = wrong ? (int)(i - concepts) + BANK_FIRST_MISCONCEPTION : (int)i;
			if (label >= BANK_LABELS || unit->slot[label] < 0) {
				continue;
			}
			double odds = encoder_log_odds(encoder, unit, label, &signals[label]);
			bool rejected =
				wrong && (denying[i - concepts] ? refuted : reported || denied);
			if (rejected) {
				out[i].reported = odds > out[i].reported ? odds : out[i].reported;
			} else if (odds > out[i].log_odds) {
				/* A longer part must say clearly more than a shorter one before it to be shown. */
				bool much = odds > out[i].log_odds + 0.7 ||
					    runs[r].first > out[i].last_clause;
				out[i].log_odds = odds;
				if (much) {
					out[i].span = run_span(text, &runs[r]);
					out[i].first_clause = runs[r].first;
					out[i].last_clause = runs[r].last;
				}
			}
		}
	}
}

static void add_forms(struct evidence *e, const struct text *text, struct arena *arena,
		      const struct string_list *terms, const struct string_list *patterns,
		      bool known, bool wrong, unsigned rejecting, const bool *barred)
{
	struct term_hit term = terms_find(text, arena, terms);
	struct term_hit pattern = patterns_find(text, arena, patterns);
	term.found = term.found && !(barred && barred[term.clause]);
	pattern.found = pattern.found && !(barred && barred[pattern.clause]);
	double bonus = known ? term_bonus : unknown_term_bonus;
	const struct term_hit *best = pattern.found && !pattern.negated ? &pattern : &term;
	if (best->found && !best->negated) {
		const struct clause *clause = &text->clauses[best->clause];
		bool rejected = clause->flags & rejecting;
		if (rejected) {
			e->denied = true;
			e->reported = e->reported > 2 ? e->reported : 2;
			return;
		}
		e->pattern = best == &pattern;
		e->term = true;
		e->log_odds += e->pattern ? pattern_bonus : bonus;
		/* The name itself in a sentence of one's own nearly always counts. */
		if (!wrong && !best->fuzzy && e->log_odds < named_floor) {
			e->log_odds = named_floor;
		}
		if (e->span.length == 0 || !known || e->log_odds < bonus) {
			e->span = best->span;
			e->first_clause = e->last_clause = best->clause;
		}
	} else if (best->found) {
		e->denied = true;
		e->log_odds += denied_malus;
	}
}

static void gather_concepts(struct evidence *out, const struct text *text, struct arena *arena,
			    const struct encoder *encoder, const struct encoder_unit *unit,
			    const struct checkpoint *checkpoint, const bool *denying,
			    const bool *barred)
{
	size_t concepts = checkpoint->expectation_count;
	size_t all = concepts + (barred ? 0 : checkpoint->misconception_count);
	for (size_t i = 0; i < all; i++) {
		out[i] = (struct evidence){.log_odds = unit ? -20 : unknown_prior,
					   .reported = -20,
					   .first_clause = -1,
					   .last_clause = -1};
	}
	if (unit) {
		weigh_runs(out, text, encoder, unit, checkpoint, denying, barred);
		for (size_t i = 0; i < all; i++) {
			size_t label = i < concepts ? i : i - concepts + BANK_FIRST_MISCONCEPTION;
			if (label >= BANK_LABELS || unit->slot[label] < 0) {
				out[i].log_odds = unknown_prior;
			}
		}
	}
	for (size_t i = 0; i < concepts; i++) {
		const struct expectation *e = &checkpoint->expectations[i];
		add_forms(&out[i], text, arena, &e->terms, &e->patterns, unit != NULL, false, 0,
			  barred);
	}
}

enum status evidence_gather(struct evidence *out, const struct text *text, struct arena *arena,
			    const struct encoder *encoder, const struct encoder_unit *unit,
			    const struct checkpoint *checkpoint, struct error *err)
{
	size_t concepts = checkpoint->expectation_count;
	bool *denying = arena_alloc(arena, checkpoint->misconception_count + 1);
	if (!denying) {
		return error_set(err, STATUS_NOMEM, "grade", "out of memory");
	}
	for (size_t m = 0; m < checkpoint->misconception_count; m++) {
		denying[m] = belief_denies(checkpoint->misconceptions[m].belief, arena);
	}
	gather_concepts(out, text, arena, encoder, unit, checkpoint, denying, NULL);
	for (size_t m = 0; m < checkpoint->misconception_count; m++) {
		const struct misconception *e = &checkpoint->misconceptions[m];
		add_forms(&out[concepts + m], text, arena, &e->terms, &e->patterns, unit != NULL,
			  true, denying[m] ? CLAUSE_REFUTED : CLAUSE_DENIED | CLAUSE_REPORTED,
			  NULL);
	}
	return STATUS_OK;
}

static bool depends(enum link link)
{
	return link == LINK_IF || link == LINK_CAUSE;
}

enum status evidence_outside(struct evidence *out, const struct text *text, struct arena *arena,
			     const struct encoder *encoder, const struct encoder_unit *unit,
			     const struct checkpoint *checkpoint, struct error *err)
{
	bool *barred = arena_alloc(arena, (size_t)text->clause_count + 1);
	if (!barred) {
		return error_set(err, STATUS_NOMEM, "grade", "out of memory");
	}
	for (size_t m = 0; m < checkpoint->misconception_count; m++) {
		const struct evidence *e = &out[checkpoint->expectation_count + m];
		if (!e->settled || e->first_clause < 0) {
			continue;
		}
		/* With the condition or the cause that belongs to it. */
		int first = e->first_clause, last = e->last_clause;
		while (first > 0 && depends(text->clauses[first - 1].link)) {
			first--;
		}
		while (last + 1 < text->clause_count && depends(text->clauses[last].link)) {
			last++;
		}
		for (int c = first; c <= last; c++) {
			barred[c] = true;
		}
	}
	gather_concepts(out, text, arena, encoder, unit, checkpoint, NULL, barred);
	return STATUS_OK;
}

void evidence_terms(const struct text *text, struct arena *arena,
		    const struct checkpoint *checkpoint, int *words, int *terms)
{
	*words = *terms = 0;
	bool *inside = arena_alloc(arena, (size_t)text->word_count + 1);
	for (size_t i = 0; inside && i < checkpoint->expectation_count; i++) {
		const struct string_list *list = &checkpoint->expectations[i].terms;
		for (size_t t = 0; t < list->count; t++) {
			struct term_hit hit = term_find(text, arena, list->items[t]);
			*terms += hit.found;
			for (int w = 0; hit.found && w < text->word_count; w++) {
				const struct word *word = &text->words[w];
				inside[w] = inside[w] ||
					    (word->start >= hit.span.start &&
					     word->start < hit.span.start + hit.span.length);
			}
		}
	}
	for (int w = 0; inside && w < text->word_count; w++) {
		*words += inside[w];
	}
}
