#include "engine/review/review.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/review/rule.h"

/* A second submission is compared by file and rule; of several places of one rule the nearest lines belong together. */

struct place {
	const char *path, *rule;
	int line;
	bool matched;
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

static struct place *places_of(const json_t *report, size_t *count)
{
	json_t *files = json_object_get(report, "files");
	size_t total = 0, f, i;
	json_t *file, *finding;
	json_array_foreach(files, f, file)
	{
		total += json_array_size(json_object_get(file, "findings"));
	}
	struct place *places = calloc(total + 1, sizeof *places);
	*count = 0;
	json_array_foreach(files, f, file)
	{
		json_array_foreach(json_object_get(file, "findings"), i, finding)
		{
			if (places && *count < total) {
				places[(*count)++] = (struct place){
					text_of(file, "path"), text_of(finding, "rule"),
					(int)json_integer_value(json_object_get(finding, "line")),
					false};
			}
		}
	}
	return places;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* The nearest unmatched place of the same rule: in the same path, or else in a file of the same name. */
static struct place *partner(struct place *places, size_t count, const struct place *of,
			     bool same_path)
{
	struct place *best = NULL;
	for (size_t i = 0; i < count; i++) {
		struct place *p = &places[i];
		if (p->matched || strcmp(p->rule, of->rule) != 0 ||
		    strcmp(same_path ? p->path : base_of(p->path),
			   same_path ? of->path : base_of(of->path)) != 0) {
			continue;
		}
		if (!best || abs(p->line - of->line) < abs(best->line - of->line)) {
			best = p;
		}
	}
	return best;
}

enum status review_compare(const json_t *before, const json_t *after, struct review_change **out,
			   size_t *count, struct error *err)
{
	*out = NULL;
	*count = 0;
	if (!json_is_array(json_object_get(before, "files")) ||
	    !json_is_array(json_object_get(after, "files"))) {
		return error_set(err, STATUS_INVALID, "review", "%s", message(MSG_REVIEW_NO_FILES));
	}
	size_t old_count, new_count;
	struct place *old = places_of(before, &old_count), *new = places_of(after, &new_count);
	struct review_change *changes = calloc(old_count + new_count + 1, sizeof *changes);
	if (!old || !new || !changes) {
		free(old);
		free(new);
		free(changes);
		return error_set(err, STATUS_NOMEM, "review", "out of memory");
	}
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < new_count; i++) {
			struct place *was =
				new[i].matched ? NULL : partner(old, old_count, &new[i], pass == 0);
			if (was) {
				was->matched = new[i].matched = true;
				changes[(*count)++] = (struct review_change){
					REVIEW_STILL, new[i].rule, new[i].path, new[i].line};
			}
		}
	}
	for (size_t i = 0; i < new_count; i++) {
		if (!new[i].matched) {
			changes[(*count)++] = (struct review_change){REVIEW_NEW, new[i].rule,
								     new[i].path, new[i].line};
		}
	}
	for (size_t i = 0; i < old_count; i++) {
		if (!old[i].matched) {
			changes[(*count)++] = (struct review_change){REVIEW_MENDED, old[i].rule,
								     old[i].path, old[i].line};
		}
	}
	free(old);
	free(new);
	*out = changes;
	return STATUS_OK;
}

static void put_list(const struct review_change *changes, size_t count, int kind, const char *title,
		     struct strbuf *out)
{
	bool titled = false;
	for (size_t i = 0; i < count; i++) {
		if ((int)changes[i].kind != kind) {
			continue;
		}
		if (!titled) {
			strbuf_printf(out, "%s\n", title);
			titled = true;
		}
		const struct rule *rule = rule_named(changes[i].rule);
		strbuf_printf(out, "- %s:%d %s\n", changes[i].path, changes[i].line,
			      changes[i].rule);
		if (rule && kind == REVIEW_NEW) {
			strbuf_printf(out, "  → %s\n", rule->question[message_language()]);
		}
	}
}

void review_compare_text(const struct review_change *changes, size_t count, struct strbuf *out)
{
	size_t totals[3] = {0, 0, 0};
	for (size_t i = 0; i < count; i++) {
		totals[changes[i].kind]++;
	}
	strbuf_printf(out, message(MSG_REVIEW_COMPARED), totals[REVIEW_MENDED], totals[REVIEW_NEW],
		      totals[REVIEW_STILL]);
	strbuf_putc(out, '\n');
	put_list(changes, count, REVIEW_MENDED, message(MSG_REVIEW_MENDED_TITLE), out);
	put_list(changes, count, REVIEW_NEW, message(MSG_REVIEW_NEW_TITLE), out);
	put_list(changes, count, REVIEW_STILL, message(MSG_REVIEW_STILL_TITLE), out);
}
