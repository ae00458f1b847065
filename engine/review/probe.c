#include "engine/review/review.h"

enum status review_probe_live(struct review *review, review_progress progress, void *context,
			      struct error *err)
{
	(void)review;
	(void)progress;
	(void)context;
	return error_set(err, STATUS_UNSUPPORTED, "review", "not in this build");
}
