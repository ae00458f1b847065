#ifndef MUNDAP_BASE_BASE64_H
#define MUNDAP_BASE_BASE64_H

#include <stddef.h>

#include "engine/base/strbuf.h"

/** Appends bytes in base64 (RFC 4648, section 4). */
void base64_add(struct strbuf *out, const void *bytes, size_t length);

#endif
