#include "engine/mlops/dag.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/base/spelling.h"
#include "engine/base/strbuf.h"

static size_t find(const struct dag_step *steps, size_t count, const char *name)
{
	size_t i = 0;
	while (i < count && strcmp(steps[i].name, name) != 0) {
		i++;
	}
	return i;
}

static enum status unknown(const struct dag_step *steps, size_t count, const struct dag_step *step,
			   const char *need, struct error *err)
{
	const char **names = calloc(count + 1, sizeof *names);
	for (size_t i = 0; names && i < count; i++) {
		names[i] = steps[i].name;
	}
	const char *near = names ? spelling_nearest(need, names, count) : NULL;
	enum status status =
		near ? error_set(err, STATUS_NOT_FOUND, step->name,
				 message(MSG_PIPELINE_NO_NEED_NEAR), step->name, need, near)
		     : error_set(err, STATUS_NOT_FOUND, step->name, message(MSG_PIPELINE_NO_NEED),
				 step->name, need);
	free(names);
	return status;
}

/* Names the circle that the steps not done yet hold: from one of them along its needs until a step comes again. */
static enum status circle(const struct dag_step *steps, size_t count, const bool *done,
			  struct error *err)
{
	struct strbuf text;
	size_t *seen_at = calloc(count, sizeof *seen_at), *walk = calloc(count + 1, sizeof *walk);
	size_t at = 0, length = 0;
	strbuf_init(&text);
	while (done[at]) {
		at++;
	}
	while (seen_at && walk && !seen_at[at]) {
		walk[length] = at;
		seen_at[at] = ++length;
		for (size_t k = 0; k < steps[at].need_count; k++) {
			size_t next = find(steps, count, steps[at].needs[k]);
			if (!done[next]) {
				at = next;
				break;
			}
		}
	}
	for (size_t i = seen_at && walk ? seen_at[at] - 1 : length; i < length; i++) {
		strbuf_printf(&text, "%s → ", steps[walk[i]].name);
	}
	strbuf_puts(&text, steps[at].name);
	enum status status = error_set(err, STATUS_INVALID, steps[at].name,
				       message(MSG_PIPELINE_CIRCLE), text.text);
	strbuf_release(&text);
	free(walk);
	free(seen_at);
	return status;
}

enum status dag_order(size_t *order, const struct dag_step *steps, size_t count, struct error *err)
{
	bool *done = calloc(count + 1, sizeof *done);
	enum status status =
		done ? STATUS_OK : error_set(err, STATUS_NOMEM, "dag", "out of memory");
	for (size_t i = 0; status == STATUS_OK && i < count; i++) {
		if (find(steps, i, steps[i].name) < i) {
			status = error_set(err, STATUS_EXISTS, steps[i].name,
					   message(MSG_PIPELINE_TWICE), steps[i].name);
		}
		for (size_t k = 0; status == STATUS_OK && k < steps[i].need_count; k++) {
			if (find(steps, count, steps[i].needs[k]) == count) {
				status = unknown(steps, count, &steps[i], steps[i].needs[k], err);
			}
		}
	}
	for (size_t placed = 0; status == STATUS_OK && placed < count;) {
		size_t i = 0;
		for (; i < count; i++) {
			bool ready = !done[i];
			for (size_t k = 0; ready && k < steps[i].need_count; k++) {
				ready = done[find(steps, count, steps[i].needs[k])];
			}
			if (ready) {
				break;
			}
		}
		if (i == count) {
			status = circle(steps, count, done, err);
		} else {
			done[i] = true;
			order[placed++] = i;
		}
	}
	free(done);
	return status;
}
