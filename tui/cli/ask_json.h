#ifndef MUNDAP_CLI_ASK_JSON_H
#define MUNDAP_CLI_ASK_JSON_H

#include <jansson.h>

#include "engine/tutor/dialogue.h"

/** One graded turn as the object of `ask` and `talk`. answer may be NULL when nothing was graded. */
json_t *ask_turn_json(const struct checkpoint *checkpoint, const char *question,
		      const struct turn *turn, const char *answer);

#endif
