#ifndef MUNDAP_TESTS_FAIL_ALLOC_H
#define MUNDAP_TESTS_FAIL_ALLOC_H

#include <stdbool.h>

/* Makes an allocation fail, to see that running out of memory is an ordinary error. */

/** False under a sanitizer, whose own allocator cannot be replaced: skip the test then. */
bool fail_alloc_works(void);

/** The nth allocation from now on (1: the next) returns NULL; 0 lets all succeed. */
void fail_alloc_at(long nth);

/** Whether it has happened since the last fail_alloc_at. */
bool fail_alloc_happened(void);

#endif
