#ifndef MUNDAP_REVIEW_TAINT_H
#define MUNDAP_REVIEW_TAINT_H

#include "engine/review/service.h"

/** What a member of the request object gives, read or called. */
uint32_t taint_of_member(int framework, const char *member);
/** What a parameter of a handler holds when the framework calls it. */
uint32_t taint_of_parameter(struct py *py, const struct py_function *f, int index, int32_t node);
/** Whether a function is registered for exceptions whose text is ours to keep. */
bool taint_error_handler(struct py *py, const struct py_function *f);

#endif
