#include "engine/base/base64.h"

void base64_add(struct strbuf *out, const void *bytes, size_t length)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = bytes;
	for (size_t i = 0; i < length; i += 3) {
		unsigned long group = (unsigned long)in[i] << 16;
		group |= i + 1 < length ? (unsigned long)in[i + 1] << 8 : 0;
		group |= i + 2 < length ? (unsigned long)in[i + 2] : 0;
		char four[4] = {digits[group >> 18], digits[group >> 12 & 63],
				i + 1 < length ? digits[group >> 6 & 63] : '=',
				i + 2 < length ? digits[group & 63] : '='};
		strbuf_add(out, four, 4);
	}
}
