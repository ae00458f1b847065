#include "engine/base/clock.h"

#include <stdlib.h>
#include <time.h>

int64_t clock_now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_unix(void)
{
	const char *fixed = getenv("MUNDAP_NOW");
	return fixed && *fixed ? strtoll(fixed, NULL, 10) : (int64_t)time(NULL);
}
