#ifndef MUNDAP_REVIEW_SECRET_H
#define MUNDAP_REVIEW_SECRET_H

#include <stdbool.h>

enum secret { SECRET_NO, SECRET_PLACEHOLDER, SECRET_YES };

/** Whether a name is one that holds secrets (password, api_key, SECRET_KEY …). */
bool secret_name(const char *name);
/** What a value under such a name is: a reference to elsewhere, a placeholder, or a secret. */
enum secret secret_value(const char *value);
/** Whether an address carries a password: `postgres://user:password@host`. */
bool secret_in_url(const char *value);
/** Whether a text is a credential by its own shape (AKIA…, ghp_…, sk-…, a private key). */
bool secret_shape(const char *value);

#endif
