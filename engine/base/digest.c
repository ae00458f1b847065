#include "engine/base/digest.h"

#include <stdio.h>

#include <openssl/evp.h>

enum status digest_sha256(char hex[DIGEST_HEX], const void *bytes, size_t length, struct error *err)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned count = 0;
	hex[0] = '\0';
	if (!EVP_Digest(bytes, length, raw, &count, EVP_sha256(), NULL)) {
		return error_set(err, STATUS_INTERNAL, "sha256", "the hash could not be computed");
	}
	for (unsigned i = 0; i < count && i < 32; i++) {
		snprintf(hex + 2 * i, 3, "%02x", raw[i]);
	}
	return STATUS_OK;
}
