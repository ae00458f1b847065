#ifndef MUNDAP_REVIEW_DOCKER_H
#define MUNDAP_REVIEW_DOCKER_H

#include "engine/review/private.h"

/* A Dockerfile taken apart: instructions with their lines, continuations joined, heredocs kept, variables of ARG and
 * ENV put in, stages told apart. */

struct docker_instruction {
	const char *name; /* upper case */
	const char *
		text; /* arguments, continuations joined by spaces, comments between them dropped, flags kept */
	const char *expanded; /* the same with known variables put in */
	const char *heredoc; /* its body, NULL */
	uint32_t start, end; /* bytes in the source */
	int stage; /* 0 before the first FROM, then 1, 2 … */
	bool exec_form; /* the arguments are a JSON list */
};

struct docker_stage {
	const char *image; /* after FROM, variables put in */
	const char *raw_image; /* as written */
	const char *name; /* AS name, NULL */
	int from_stage; /* the stage it builds on, 0 for an image */
	int instruction; /* index of its FROM */
};

struct dockerfile {
	struct docker_instruction *instructions;
	int count, capacity;
	struct docker_stage *stages; /* stages[0] is stage 1 */
	int stage_count, stage_capacity;
};

/** Parses a source; the texts live in the arena. False when memory ran out. Never fails on strange input. */
bool docker_parse(struct dockerfile *out, struct arena *arena, const struct source *source);
void docker_release(struct dockerfile *docker);
/** Value of a flag such as "--from" in an instruction's text, NULL; in the arena. */
const char *docker_flag(const struct docker_instruction *i, const char *flag, struct arena *arena);

#endif
