#include "engine/review/rules.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/review/custom.h"
#include "engine/review/probe/plan.h"
#include "engine/review/voice.h"

/* Puts the stages together: parse, model, rules, voice. */

static enum syntax_language language_of(enum source_kind kind)
{
	switch (kind) {
	case SOURCE_PYTHON:
		return SYNTAX_PYTHON;
	case SOURCE_LUA:
		return SYNTAX_LUA;
	case SOURCE_YAML:
	case SOURCE_KUBERNETES:
	case SOURCE_COMPOSE:
	case SOURCE_WORKFLOW:
	case SOURCE_PROMETHEUS:
		return SYNTAX_YAML;
	default:
		return SYNTAX_NONE;
	}
}

static bool parse_all(struct review_private *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct source *source = &r->sources[i];
		enum syntax_language language = language_of(source->kind);
		if (language == SYNTAX_NONE || source->problem) {
			continue;
		}
		enum status status =
			syntax_parse(&source->tree, language, source->text, source->length, NULL);
		if (status == STATUS_NOMEM) {
			return false;
		}
		if (status != STATUS_OK) {
			source->problem = message(MSG_REVIEW_TOO_DEEP);
		}
	}
	return true;
}

static void forget_texts(struct py_project *project)
{
	for (size_t i = 0; i < project->count; i++) {
		py_forget_texts(project->files[i]);
	}
}

void judge_python(struct review_private *r, struct review *review)
{
	struct py_project project = {.review = r};
	project.files = calloc(r->count + 1, sizeof *project.files);
	if (!project.files) {
		r->nomem = true;
		return;
	}
	for (size_t i = 0; i < r->count; i++) {
		struct source *source = &r->sources[i];
		if (source->kind == SOURCE_PYTHON && source->tree) {
			source->py = py_new(r, source);
			if (!source->py) {
				r->nomem = true;
				continue;
			}
			source->py->project = &project;
			project.files[project.count++] = source->py;
			py_project_index(&project, source->py);
		}
	}
	service_model(&project);
	taint_follow(&project);
	forget_texts(&project);
	for (size_t i = 0; i < project.count; i++) {
		struct judge j = {r, &project, project.files[i], project.files[i]->source};
		rules_security(&j);
		rules_secrets(&j);
		rules_injection(&j);
		rules_input(&j);
		rules_responses(&j);
		rules_model(&j);
		rules_scaling(&j);
		rules_monitoring(&j);
		rules_language(&j);
		rules_names(&j);
		rules_airflow(&j);
		rules_returns(&j);
		rules_state(&j);
		strengths_python(&j);
		/* the first file asked about all the others */
		if (i == 0) {
			forget_texts(&project);
		}
		py_forget_texts(project.files[i]);
		if (!review->framework && project.files[i]->framework != FRAMEWORK_NONE) {
			review->framework = framework_name(project.files[i]->framework);
		}
	}
	custom_rules_run(r, &project);
	r->plan = arena_alloc(&r->arena, sizeof *r->plan);
	if (r->plan) {
		probe_plan_make(r->plan, &project);
	}
	for (size_t i = 0; i < project.count; i++) {
		project.files[i]->source->py = NULL;
		py_free(project.files[i]);
	}
	free(project.files);
}

/* The trees have been judged: what is left of them is in the findings. */
static void forget_trees(struct review_private *r)
{
	for (size_t i = 0; i < r->count; i++) {
		syntax_free(r->sources[i].tree);
		r->sources[i].tree = NULL;
	}
}

enum status review_run(struct review *review, struct error *err)
{
	struct review_private *r = review->private;
	if (r->ran) {
		return error_set(err, STATUS_INVALID, "review", "a review runs once");
	}
	r->ran = true;
	if (!parse_all(r)) {
		return error_set(err, STATUS_NOMEM, "review", "out of memory");
	}
	judge_dockerfiles(r);
	judge_yaml(r);
	judge_dependencies(r);
	judge_lua(r);
	judge_python(r, review);
	review->files = calloc(r->count + 1, sizeof *review->files);
	if (!review->files) {
		return error_set(err, STATUS_NOMEM, "review", "out of memory");
	}
	for (size_t i = 0; i < r->count; i++) {
		struct source *source = &r->sources[i];
		report_finish(r, source);
		review->files[review->file_count++] = (struct review_file){
			.path = source->path,
			.language = source_kind_name(source->kind),
			.problem = source->problem,
			.text = source->text,
			.length = source->length,
			.findings = source->findings,
			.finding_count = source->finding_count,
			.strengths = source->strengths,
			.strength_count = source->strength_count,
		};
	}
	forget_trees(r);
	review->skeleton = skeleton_make(r, review->framework);
	if (questions_make(review, review->framework != NULL) != STATUS_OK) {
		r->nomem = true;
	}
	return r->nomem ? error_set(err, STATUS_NOMEM, "review", "out of memory") : STATUS_OK;
}

void review_free(struct review *review)
{
	if (!review) {
		return;
	}
	struct review_private *r = review->private;
	for (size_t i = 0; i < r->count; i++) {
		free(r->sources[i].lines);
		free(r->sources[i].findings);
		free(r->sources[i].strengths);
		syntax_free(r->sources[i].tree);
	}
	free(r->sources);
	arena_release(&r->arena);
	free(r);
	free(review->files);
	free(review->questions);
	free(review->live.probes);
	free(review);
}
