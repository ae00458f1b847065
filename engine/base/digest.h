#ifndef MUNDAP_BASE_DIGEST_H
#define MUNDAP_BASE_DIGEST_H

#include <stddef.h>

#include "engine/base/error.h"

#define DIGEST_HEX 65 /* 64 hex digits and the NUL */

/** SHA-256 as hex digits. Errors: STATUS_INTERNAL when the library refuses. */
enum status digest_sha256(char hex[DIGEST_HEX], const void *bytes, size_t length,
			  struct error *err);

#endif
