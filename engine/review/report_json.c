#include "engine/review/review.h"

#include <string.h>

#include "engine/base/message.h"
#include "engine/review/rule.h"

static const char *const category_names[] = {"security", "stability", "scalability", "monitoring"};
static const char *const severity_names[] = {"low", "medium", "high"};

const char *review_category_name(enum review_category category)
{
	return category_names[category];
}

const char *review_severity_name(enum review_severity severity)
{
	return severity_names[severity];
}

const char *review_category_title(enum review_category category)
{
	static const char *const ko[] = {"보안", "안정성", "확장성", "모니터링"};
	static const char *const en[] = {"Security", "Stability", "Scalability", "Monitoring"};
	return message_language() == LANGUAGE_KO ? ko[category] : en[category];
}

const char *review_severity_title(enum review_severity severity)
{
	static const char *const ko[] = {"낮음", "중간", "높음"};
	return message_language() == LANGUAGE_KO ? ko[severity] : severity_names[severity];
}

bool review_severity_parse(const char *name, enum review_severity *out)
{
	for (int i = 0; i < 3; i++) {
		if (strcmp(name, severity_names[i]) == 0) {
			*out = (enum review_severity)i;
			return true;
		}
	}
	return false;
}

bool review_reaches(const struct review *review, enum review_severity severity)
{
	for (size_t f = 0; f < review->file_count; f++) {
		for (size_t i = 0; i < review->files[f].finding_count; i++) {
			const struct review_finding *finding = &review->files[f].findings[i];
			if (!finding->suppressed && finding->severity >= severity) {
				return true;
			}
		}
	}
	return false;
}

static json_t *finding_json(const struct review_finding *f)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:b, s:s, s:s, s:s, s:s?}", "rule",
			 f->rule, "category", category_names[f->category], "severity",
			 severity_names[f->severity], "line", f->line, "column", f->column,
			 "end_line", f->end_line, "whole_file", (int)f->whole_file, "message",
			 f->message, "question", f->question, "read", f->read_next, "evidence",
			 f->evidence);
}

static json_t *file_json(const struct review_file *file)
{
	json_t *findings = json_array(), *strengths = json_array();
	for (size_t i = 0; i < file->finding_count; i++) {
		if (!file->findings[i].suppressed) {
			json_array_append_new(findings, finding_json(&file->findings[i]));
		}
	}
	for (size_t i = 0; i < file->strength_count; i++) {
		json_array_append_new(strengths,
				      json_pack("{s:i, s:s}", "line", file->strengths[i].line,
						"text", file->strengths[i].text));
	}
	json_t *out = json_pack("{s:s, s:s, s:o, s:o}", "path", file->path, "lang", file->language,
				"findings", findings, "strengths", strengths);
	if (out && file->problem) {
		json_object_set_new(out, "problem", json_string(file->problem));
	}
	return out;
}

json_t *review_to_json(const struct review *review)
{
	json_t *files = json_array(), *questions = json_array();
	for (size_t i = 0; i < review->file_count; i++) {
		json_array_append_new(files, file_json(&review->files[i]));
	}
	for (size_t i = 0; i < review->question_count; i++) {
		json_array_append_new(questions,
				      json_pack("{s:s, s:s}", "category",
						category_names[review->questions[i].category],
						"text", review->questions[i].text));
	}
	json_t *out = json_pack("{s:o, s:s?, s:o, s:s}", "files", files, "framework",
				review->framework, "questions", questions, "skeleton",
				review->skeleton ? review->skeleton : "");
	if (out && (review->live.ran || review->live.problem)) {
		json_t *probes = json_array();
		for (size_t i = 0; i < review->live.probe_count; i++) {
			const struct review_probe *p = &review->live.probes[i];
			json_array_append_new(probes, json_pack("{s:s, s:b, s:s}", "name", p->name,
								"passed", (int)p->passed, "detail",
								p->detail));
		}
		json_object_set_new(out, "live",
				    json_pack("{s:b, s:s?, s:o}", "ran", (int)review->live.ran,
					      "problem", review->live.problem, "probes", probes));
	}
	return out;
}
