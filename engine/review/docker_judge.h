#ifndef MUNDAP_REVIEW_DOCKER_JUDGE_H
#define MUNDAP_REVIEW_DOCKER_JUDGE_H

#include "engine/review/docker.h"
#include "engine/review/python.h"

/* One Dockerfile being judged: what its rules share. */

struct docker_judge {
	struct review_private *r;
	struct source *source;
	const struct dockerfile *d;
	bool serverless;
};

/** Reports a rule over an instruction. */
void docker_tell(struct docker_judge *j, enum rule_id rule, const struct docker_instruction *i,
		 const char *detail);
bool docker_is(const struct docker_instruction *i, const char *name);
/** Everything a RUN executes: its line and its heredoc. */
const char *docker_script(const struct docker_judge *j, const struct docker_instruction *i);
/** Whether a stage ends up in the final image: it is the last one or the last one builds on it. */
bool docker_in_final(const struct dockerfile *d, int stage);

/* rules_docker_packages.c: what a RUN installs */
void docker_pip(struct docker_judge *j, const struct docker_instruction *i);
void docker_apt(struct docker_judge *j, const struct docker_instruction *i);

#endif
