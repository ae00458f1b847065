#include "engine/review/private.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/base/strbuf.h"
#include "engine/base/utf8.h"

#define SHOWN_BYTES 72

/* "{}" in a message takes the parts of the detail in turn. */
static const char *fill(struct review_private *r, const char *message_text, const char *detail)
{
	const char *hole = strstr(message_text, "{}");
	if (!hole) {
		return message_text;
	}
	struct strbuf sb;
	strbuf_init(&sb);
	const char *part = detail ? detail : "";
	while (hole) {
		size_t length = strcspn(part, "\n");
		strbuf_add(&sb, message_text, (size_t)(hole - message_text));
		strbuf_add(&sb, part, length);
		part += length;
		part += *part == '\n';
		message_text = hole + 2;
		hole = strstr(message_text, "{}");
	}
	strbuf_puts(&sb, message_text);
	const char *filled = arena_strndup(&r->arena, sb.text, sb.length);
	strbuf_release(&sb);
	return filled ? filled : "";
}

const char *node_text(struct review_private *r, const struct source *source, int32_t node)
{
	size_t length;
	const char *text = syntax_text(source->tree, node, &length);
	char shown[SHOWN_BYTES + 8];
	size_t at = 0;
	bool space = false, cut = false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c <= ' ') {
			space = at > 0;
			continue;
		}
		if (at + 1 + space >= SHOWN_BYTES) {
			cut = true;
			break;
		}
		if (space) {
			shown[at++] = ' ';
			space = false;
		}
		shown[at++] = c == '`' ? '\'' : (char)c;
	}
	shown[at] = '\0';
	utf8_trim_partial(shown);
	if (cut) {
		strcat(shown, "…");
	}
	const char *copy = arena_strdup(&r->arena, shown);
	return copy ? copy : "";
}

static bool already(const struct source *source, const struct rule *rule, int line, int column)
{
	for (size_t i = 0; i < source->finding_count; i++) {
		const struct review_finding *f = &source->findings[i];
		if (f->rule == rule->id &&
		    (rule->scope == SCOPE_FILE || (f->line == line && f->column == column))) {
			return true;
		}
	}
	return false;
}

void report_at(struct review_private *r, struct source *source, enum rule_id id, int severity,
	       uint32_t start, uint32_t end, const char *detail)
{
	report_rule(r, source, rule_of(id), severity, start, end, detail);
}

void report_rule(struct review_private *r, struct source *source, const struct rule *rule,
		 int severity, uint32_t start, uint32_t end, const char *detail)
{
	int line, column, end_line, end_column;
	source_position(source, start, &line, &column);
	source_position(source, end > start ? end - 1 : start, &end_line, &end_column);
	if (already(source, rule, line, column) || source->finding_count >= 2000) {
		return;
	}
	if (source->finding_count == source->finding_capacity) {
		size_t capacity = source->finding_capacity ? source->finding_capacity * 2 : 16;
		struct review_finding *findings =
			realloc(source->findings, capacity * sizeof *findings);
		if (!findings) {
			r->nomem = true;
			return;
		}
		source->findings = findings;
		source->finding_capacity = capacity;
	}
	enum language language = message_language();
	source->findings[source->finding_count++] = (struct review_finding){
		.rule = rule->id,
		.category = rule->category,
		.severity = severity == SEVERITY_OF_RULE ? rule->severity
							 : (enum review_severity)severity,
		.whole_file = rule->scope == SCOPE_FILE,
		.line = line,
		.column = column,
		.end_line = end_line,
		.message = fill(r, rule->message[language], detail),
		.question = rule->question[language],
		.read_next = rule->read_next,
	};
}

void report(struct review_private *r, struct source *source, enum rule_id id, int32_t node,
	    const char *detail)
{
	const struct syntax_node *n = &source->tree->nodes[node];
	report_at(r, source, id, SEVERITY_OF_RULE, n->start, n->end, detail);
}

void report_text(struct review_private *r, struct source *source, enum rule_id id, int32_t node,
		 int32_t shown)
{
	report(r, source, id, node, node_text(r, source, shown));
}

void report_strength(struct review_private *r, struct source *source, uint32_t at, const char *ko,
		     const char *en)
{
	const char *text = message_language() == LANGUAGE_KO ? ko : en;
	for (size_t i = 0; i < source->strength_count; i++) {
		if (strcmp(source->strengths[i].text, text) == 0) {
			return;
		}
	}
	if (source->strength_count == source->strength_capacity) {
		size_t capacity = source->strength_capacity ? source->strength_capacity * 2 : 8;
		struct review_strength *strengths =
			realloc(source->strengths, capacity * sizeof *strengths);
		if (!strengths) {
			r->nomem = true;
			return;
		}
		source->strengths = strengths;
		source->strength_capacity = capacity;
	}
	int line, column;
	source_position(source, at, &line, &column);
	const char *copy = arena_strdup(&r->arena, text);
	source->strengths[source->strength_count++] =
		(struct review_strength){line, copy ? copy : ""};
}

/* Suppression: "# mundap: ignore[rule-a, rule-b] 까닭" on the line of the finding or alone on the line before it;
 * for findings about the whole file, anywhere. */
struct suppression {
	int line;
	bool alone;
	const char *rules;
	size_t rules_length;
};

static bool names_rule(const struct suppression *s, const char *rule)
{
	size_t length = strlen(rule);
	for (size_t at = 0; at + length <= s->rules_length; at++) {
		if (strncmp(s->rules + at, rule, length) == 0 &&
		    (at == 0 || s->rules[at - 1] == ',' || s->rules[at - 1] == ' ') &&
		    (at + length == s->rules_length || s->rules[at + length] == ',' ||
		     s->rules[at + length] == ' ')) {
			return true;
		}
	}
	return false;
}

static void suppress(struct source *source, const struct suppression *s)
{
	for (size_t i = 0; i < source->finding_count; i++) {
		struct review_finding *f = &source->findings[i];
		bool here =
			f->whole_file || f->line == s->line || (s->alone && f->line == s->line + 1);
		if (here && names_rule(s, f->rule)) {
			f->suppressed = true;
		}
	}
}

static void suppressions(struct review_private *r, struct source *source)
{
	const char *mark = source->text;
	const char *limit = source->text ? source->text + source->length : NULL;
	while (mark && (mark = memmem(mark, (size_t)(limit - mark), "mundap: ignore[", 15))) {
		uint32_t at = (uint32_t)(mark - source->text);
		int line, column;
		source_position(source, at, &line, &column);
		const char *start = source->text + source->lines[line - 1];
		const char *before = mark;
		while (before > start && (before[-1] == ' ' || before[-1] == '\t')) {
			before--;
		}
		const char *rules = mark + 15;
		const char *close = memchr(rules, ']', (size_t)(limit - rules));
		mark += 15;
		if (!close || before == start || (before[-1] != '#' && before[-1] != '-') ||
		    memchr(rules, '\n', (size_t)(close - rules))) {
			continue;
		}
		bool alone = true;
		for (const char *c = start; c < before - 1; c++) {
			alone = alone && (*c == ' ' || *c == '\t' || *c == '-' || *c == '#');
		}
		const char *reason = close + 1;
		while (reason < limit && (*reason == ' ' || *reason == ':' || *reason == '\t')) {
			reason++;
		}
		const char *end = memchr(reason, '\n', (size_t)(limit - reason));
		size_t reason_length = (size_t)((end ? end : limit) - reason);
		if (utf8_length(reason, reason_length) < 4) {
			report_at(r, source, RULE_SUPPRESSION_REASON, SEVERITY_OF_RULE, at,
				  (uint32_t)(close - source->text), NULL);
			continue;
		}
		struct suppression s = {line, alone, rules, (size_t)(close - rules)};
		suppress(source, &s);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct review_finding *x = a, *y = b;
	if (x->line != y->line) {
		return x->line < y->line ? -1 : 1;
	}
	if (x->column != y->column) {
		return x->column < y->column ? -1 : 1;
	}
	return strcmp(x->rule, y->rule);
}

static int by_line(const void *a, const void *b)
{
	const struct review_strength *x = a, *y = b;
	return x->line < y->line ? -1 : x->line > y->line;
}

void report_finish(struct review_private *r, struct source *source)
{
	suppressions(r, source);
	if (source->finding_count) {
		qsort(source->findings, source->finding_count, sizeof *source->findings, by_place);
	}
	if (source->strength_count) {
		qsort(source->strengths, source->strength_count, sizeof *source->strengths,
		      by_line);
	}
}
