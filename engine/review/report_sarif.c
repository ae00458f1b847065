#include "engine/review/review.h"

#include <string.h>

#include "engine/base/message.h"
#include "engine/review/rule.h"

/* SARIF 2.1.0 (OASIS): one run, the rules that spoke, one result a finding; suppressed findings are kept as such. */

static const char *level(enum review_severity severity)
{
	return severity == REVIEW_HIGH ? "error" : severity == REVIEW_MEDIUM ? "warning" : "note";
}

/* Spaces and other bytes that a URI may not hold are escaped. */
static json_t *uri_of(const char *path)
{
	static const char hex[] = "0123456789ABCDEF";
	struct strbuf sb;
	strbuf_init(&sb);
	while (strncmp(path, "./", 2) == 0) {
		path += 2;
	}
	for (const char *c = path; *c; c++) {
		unsigned char byte = (unsigned char)*c;
		if (strchr(" %#?<>\"{}|\\^`[]:", *c) || byte < 0x21 || byte > 0x7e) {
			strbuf_putc(&sb, '%');
			strbuf_putc(&sb, hex[byte >> 4]);
			strbuf_putc(&sb, hex[byte & 15]);
		} else {
			strbuf_putc(&sb, *c);
		}
	}
	json_t *out = json_string(sb.text);
	strbuf_release(&sb);
	return out;
}

static json_t *result_of(const struct review_file *file, const struct review_finding *f)
{
	json_t *location =
		json_pack("{s:{s:{s:o},s:{s:i,s:i,s:i}}}", "physicalLocation", "artifactLocation",
			  "uri", uri_of(file->path), "region", "startLine", f->line, "startColumn",
			  f->column, "endLine", f->end_line);
	struct strbuf text;
	strbuf_init(&text);
	strbuf_printf(&text, "%s %s", f->message, f->question);
	json_t *result =
		json_pack("{s:s, s:s, s:{s:s}, s:[o], s:{s:s, s:s}}", "ruleId", f->rule, "level",
			  level(f->severity), "message", "text", text.text, "locations", location,
			  "properties", "category", review_category_name(f->category), "severity",
			  review_severity_name(f->severity));
	strbuf_release(&text);
	if (result && f->suppressed) {
		json_object_set_new(result, "suppressions",
				    json_pack("[{s:s}]", "kind", "inSource"));
	}
	return result;
}

json_t *review_to_sarif(const struct review *review)
{
	json_t *results = json_array(), *rules = json_array();
	bool listed[RULE_COUNT] = {false};
	enum language language = message_language();
	for (size_t i = 0; i < review->file_count; i++) {
		const struct review_file *file = &review->files[i];
		for (size_t k = 0; k < file->finding_count; k++) {
			json_array_append_new(results, result_of(file, &file->findings[k]));
			const struct rule *rule = rule_named(file->findings[k].rule);
			if (!rule || listed[rule - rule_of((enum rule_id)0)]) {
				continue;
			}
			listed[rule - rule_of((enum rule_id)0)] = true;
			json_array_append_new(rules,
					      json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}}", "id",
							rule->id, "shortDescription", "text",
							rule->question[language], "help", "text",
							rule->read_next, "properties", "category",
							review_category_name(rule->category)));
		}
	}
	return json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:s, s:o}]}", "$schema",
			 "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0",
			 "runs", "tool", "driver", "name", "mundap", "version", MUNDAP_VERSION,
			 "rules", rules, "columnKind", "unicodeCodePoints", "results", results);
}
