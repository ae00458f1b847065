#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/base/utf8.h"
#include "tui/cli/bundle.h"

/* A bundle as CSV, HTML, Markdown and a summary for the terminal. */

void csv_field(struct strbuf *out, const char *text, bool first)
{
	bool formula = strchr("=+-@\t\r", text[0]) && text[0] != '\0';
	if (!first) {
		strbuf_putc(out, ',');
	}
	if (!formula && !strpbrk(text, ",\"\r\n")) {
		strbuf_puts(out, text);
		return;
	}
	strbuf_puts(out, formula ? "\"'" : "\"");
	for (; *text; text++) {
		strbuf_puts(out, *text == '"' ? "\"\"" : (char[]){*text, '\0'});
	}
	strbuf_putc(out, '"');
}

void add_printable(struct strbuf *out, const char *text)
{
	size_t length = strlen(text);
	for (size_t at = 0; at < length;) {
		size_t from = at;
		uint32_t c = utf8_next(text, length, &at);
		if (c >= 0x20 && (c < 0x7F || c > 0x9F)) {
			strbuf_add(out, text + from, at - from);
		} else if (c == '\n' || c == '\t') {
			strbuf_putc(out, ' ');
		}
	}
}

/* ---- CSV: a row an event ---- */

struct event {
	const char *kind, *item, *part, *result, *text;
	double score; /* NAN: none */
	const char *at;
};

static void csv_row(struct strbuf *out, const char *learner, const struct event *event)
{
	char score[32] = "";
	if (!isnan(event->score)) {
		snprintf(score, sizeof score, "%.4g", event->score);
	}
	csv_field(out, event->at, true);
	csv_field(out, learner, false);
	csv_field(out, event->kind, false);
	csv_field(out, event->item, false);
	csv_field(out, event->part, false);
	csv_field(out, event->result, false);
	csv_field(out, score, false);
	csv_field(out, event->text, false);
	strbuf_puts(out, "\r\n");
}

static double number(const json_t *row, const char *key)
{
	json_t *value = json_object_get(row, key);
	return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *passed_word(const json_t *row)
{
	return json_is_true(json_object_get(row, "passed")) ? "pass" : "fail";
}

void bundle_csv(struct strbuf *out, const json_t *bundle)
{
	const char *learner = bundle_text(json_object_get(bundle, "learner"), "id");
	size_t i;
	json_t *row;
	strbuf_puts(out, "time,learner,kind,item,part,result,score,text\r\n");
	json_array_foreach(json_object_get(bundle, "steps"), i, row)
	{
		csv_row(out, learner,
			&(struct event){"step", bundle_text(row, "lesson"),
					bundle_text(row, "step"), bundle_text(row, "state"), "",
					NAN, bundle_text(row, "at")});
	}
	json_array_foreach(json_object_get(bundle, "answers"), i, row)
	{
		csv_row(out, learner,
			&(struct event){"answer", bundle_text(row, "checkpoint"), "",
					bundle_text(row, "verdict"), bundle_text(row, "answer"),
					number(row, "score"), bundle_text(row, "at")});
	}
	json_array_foreach(json_object_get(bundle, "checkpoints"), i, row)
	{
		csv_row(out, learner,
			&(struct event){"checkpoint", bundle_text(row, "checkpoint"), "",
					passed_word(row), "", NAN, bundle_text(row, "at")});
	}
	json_array_foreach(json_object_get(bundle, "quizzes"), i, row)
	{
		csv_row(out, learner,
			&(struct event){"quiz", bundle_text(row, "lesson"),
					bundle_text(row, "question"), "",
					bundle_text(row, "answer"), number(row, "score"),
					bundle_text(row, "at")});
	}
	json_array_foreach(json_object_get(bundle, "labs"), i, row)
	{
		csv_row(out, learner,
			&(struct event){"lab", bundle_text(row, "lab"), "", passed_word(row), "",
					NAN, bundle_text(row, "at")});
	}
	json_array_foreach(json_object_get(bundle, "reviews"), i, row)
	{
		csv_row(out, learner,
			&(struct event){"review", bundle_text(row, "item"), "", "", "",
					number(row, "grade"), bundle_text(row, "at")});
	}
}

/* ---- summary and Markdown ---- */

static bool begun(const json_t *lesson)
{
	return number(lesson, "done") > 0;
}

static size_t count_passed(const json_t *list)
{
	size_t i, passed = 0;
	json_t *row;
	json_array_foreach(list, i, row)
	{
		passed += json_is_true(json_object_get(row, "passed"));
	}
	return passed;
}

static int minutes_spent(const json_t *bundle)
{
	size_t i;
	json_t *row;
	double seconds = 0;
	json_array_foreach(json_object_get(bundle, "activity"), i, row)
	{
		double day = number(row, "seconds");
		seconds += isnan(day) ? 0 : day;
	}
	return (int)(seconds / 60);
}

static void add_counts(struct strbuf *out, const json_t *bundle)
{
	const json_t *checkpoints = json_object_get(bundle, "checkpoints");
	const json_t *labs = json_object_get(bundle, "labs");
	strbuf_printf(out, message(MSG_CLI_EXPORT_COUNTS), count_passed(checkpoints),
		      json_array_size(checkpoints), count_passed(labs), json_array_size(labs),
		      json_array_size(json_object_get(bundle, "answers")),
		      json_array_size(json_object_get(bundle, "activity")), minutes_spent(bundle));
}

void bundle_summary(struct strbuf *out, const json_t *bundle)
{
	size_t i, shown = 0;
	json_t *row;
	add_printable(out, bundle_text(json_object_get(bundle, "learner"), "name"));
	strbuf_putc(out, '\n');
	add_counts(out, bundle);
	json_array_foreach(json_object_get(bundle, "lessons"), i, row)
	{
		if (begun(row)) {
			strbuf_printf(out, "  %-9s ", bundle_text(row, "unit"));
			add_printable(out, bundle_text(row, "title"));
			strbuf_printf(out, "  %d/%d\n", (int)number(row, "done"),
				      (int)number(row, "steps"));
			shown++;
		}
	}
	if (shown == 0) {
		strbuf_puts(out, message(MSG_CLI_EXPORT_NOTHING));
	}
}

/* Learners' words as a Markdown quotation. */
static void add_quoted(struct strbuf *out, const char *text)
{
	strbuf_puts(out, "> ");
	for (; *text; text++) {
		strbuf_puts(out, *text == '\n' ? "\n> " : (char[]){*text, '\0'});
	}
	strbuf_puts(out, "\n\n");
}

void bundle_markdown(struct strbuf *out, const json_t *bundle)
{
	size_t i;
	json_t *row;
	strbuf_printf(out, "# %s\n\n%s\n\n",
		      bundle_text(json_object_get(bundle, "learner"), "name"),
		      bundle_text(bundle, "exported"));
	add_counts(out, bundle);
	strbuf_printf(out, "\n## %s\n\n", message(MSG_CLI_EXPORT_LESSONS));
	json_array_foreach(json_object_get(bundle, "lessons"), i, row)
	{
		if (begun(row)) {
			strbuf_printf(out, "- **%s** %s — %d/%d\n", bundle_text(row, "unit"),
				      bundle_text(row, "title"), (int)number(row, "done"),
				      (int)number(row, "steps"));
		}
	}
	strbuf_printf(out, "\n## %s\n\n", message(MSG_CLI_EXPORT_ANSWERS));
	json_array_foreach(json_object_get(bundle, "answers"), i, row)
	{
		strbuf_printf(out, "### %s · %s · %s\n\n", bundle_text(row, "checkpoint"),
			      bundle_text(row, "verdict"), bundle_text(row, "at"));
		add_quoted(out, bundle_text(row, "answer"));
	}
	strbuf_printf(out, "## %s\n\n", message(MSG_CLI_EXPORT_LABS));
	json_array_foreach(json_object_get(bundle, "labs"), i, row)
	{
		strbuf_printf(out, "### %s · %s · %s\n\n~~~~lua\n%s\n~~~~\n\n",
			      bundle_text(row, "lab"), passed_word(row), bundle_text(row, "at"),
			      bundle_text(row, "source"));
	}
	strbuf_printf(out, "## %s\n\n", message(MSG_CLI_EXPORT_NOTES));
	json_array_foreach(json_object_get(bundle, "notes"), i, row)
	{
		strbuf_printf(out, "- %s/%s: %s\n", bundle_text(row, "lesson"),
			      bundle_text(row, "step"), bundle_text(row, "text"));
	}
}

/* ---- HTML ---- */

static void add_escaped(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			strbuf_puts(out, "&lt;");
			break;
		case '>':
			strbuf_puts(out, "&gt;");
			break;
		case '&':
			strbuf_puts(out, "&amp;");
			break;
		case '"':
			strbuf_puts(out, "&quot;");
			break;
		default:
			strbuf_putc(out, *text);
			break;
		}
	}
}

static void add_cells(struct strbuf *out, const json_t *row, const char *const *keys)
{
	strbuf_puts(out, "<tr>");
	for (; *keys; keys++) {
		json_t *value = json_object_get(row, *keys);
		strbuf_puts(out, "<td>");
		if (json_is_number(value)) {
			strbuf_printf(out, "%.4g", json_number_value(value));
		} else if (json_is_boolean(value)) {
			strbuf_puts(out, json_is_true(value) ? "✓" : "–");
		} else {
			add_escaped(out, bundle_text(row, *keys));
		}
		strbuf_puts(out, "</td>");
	}
	strbuf_puts(out, "</tr>\n");
}

static void add_table(struct strbuf *out, const json_t *bundle, const char *list,
		      enum message title, const char *const *keys, bool (*wanted)(const json_t *))
{
	size_t i;
	json_t *row;
	strbuf_printf(out, "<h2>%s</h2>\n<table><tr>", message(title));
	for (size_t k = 0; keys[k]; k++) {
		strbuf_printf(out, "<th>%s</th>", keys[k]);
	}
	strbuf_puts(out, "</tr>\n");
	json_array_foreach(json_object_get(bundle, list), i, row)
	{
		if (!wanted || wanted(row)) {
			add_cells(out, row, keys);
		}
	}
	strbuf_puts(out, "</table>\n");
}

void bundle_html(struct strbuf *out, const json_t *bundle)
{
	static const char *const lessons[] = {"unit", "title", "done", "steps", NULL};
	static const char *const answers[] = {"at",     "checkpoint", "verdict", "score",
					      "answer", "reply",      NULL};
	static const char *const labs[] = {"at", "lab", "passed", "seconds", NULL};
	static const char *const quizzes[] = {"at", "lesson", "question", "score", NULL};
	static const char *const notes[] = {"at", "lesson", "step", "kind", "quote", "text", NULL};
	const char *name = bundle_text(json_object_get(bundle, "learner"), "name");
	strbuf_puts(out,
		    "<!doctype html>\n<html lang=\"ko\"><head><meta charset=\"utf-8\">\n<title>");
	add_escaped(out, name);
	strbuf_puts(
		out,
		" — Mundap</title>\n<style>body{font-family:sans-serif;max-width:70rem;margin:2rem "
		"auto;padding:0 1rem;line-height:1.6}table{border-collapse:collapse;width:100%}"
		"td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;"
		"vertical-align:top;white-space:pre-wrap}th{background:#f3f3f3}</style></head>\n"
		"<body><h1>");
	add_escaped(out, name);
	strbuf_puts(out, "</h1>\n<p>");
	add_counts(out, bundle);
	strbuf_puts(out, "</p>\n");
	add_table(out, bundle, "lessons", MSG_CLI_EXPORT_LESSONS, lessons, begun);
	add_table(out, bundle, "answers", MSG_CLI_EXPORT_ANSWERS, answers, NULL);
	add_table(out, bundle, "quizzes", MSG_CLI_EXPORT_QUIZZES, quizzes, NULL);
	add_table(out, bundle, "labs", MSG_CLI_EXPORT_LABS, labs, NULL);
	add_table(out, bundle, "notes", MSG_CLI_EXPORT_NOTES, notes, NULL);
	strbuf_puts(out, "</body></html>\n");
}
