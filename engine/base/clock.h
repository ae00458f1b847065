#ifndef MUNDAP_BASE_CLOCK_H
#define MUNDAP_BASE_CLOCK_H

#include <stdint.h>

/** Monotonic time. Units: nanoseconds since an arbitrary start. */
int64_t clock_now_ns(void);
/** Units: seconds since 1970-01-01 UTC; MUNDAP_NOW (seconds) overrides it for tests. */
int64_t clock_unix(void);

#endif
