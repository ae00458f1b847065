#include "engine/review/docker_judge.h"

#include <string.h>

void docker_tell(struct docker_judge *j, enum rule_id rule, const struct docker_instruction *i,
		 const char *detail)
{
	const char *text = j->source->text + i->start;
	uint32_t first = (uint32_t)strcspn(text, "\n");
	uint32_t end = i->start + first < i->end ? i->end : i->start + first;
	report_at(j->r, j->source, rule, SEVERITY_OF_RULE, i->start, end,
		  detail ? arena_strdup(&j->r->arena, detail) : NULL);
}

bool docker_is(const struct docker_instruction *i, const char *name)
{
	return strcmp(i->name, name) == 0;
}

const char *docker_script(const struct docker_judge *j, const struct docker_instruction *i)
{
	if (!i->heredoc) {
		return i->expanded;
	}
	char *both = arena_alloc(&j->r->arena, strlen(i->expanded) + strlen(i->heredoc) + 2);
	if (!both) {
		return i->expanded;
	}
	strcpy(both, i->expanded);
	strcat(both, "\n");
	strcat(both, i->heredoc);
	return both;
}

bool docker_in_final(const struct dockerfile *d, int stage)
{
	for (int s = d->stage_count; s > 0; s = d->stages[s - 1].from_stage) {
		if (s == stage) {
			return true;
		}
	}
	return false;
}
