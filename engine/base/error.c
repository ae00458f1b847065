#include "engine/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/utf8.h"

enum status error_set(struct error *err, enum status status, const char *where, const char *format,
		      ...)
{
	if (!err) {
		return status;
	}
	if (err->status != STATUS_OK) {
		return err->status;
	}
	err->status = status;
	snprintf(err->where, sizeof err->where, "%s", where ? where : "");
	utf8_trim_partial(err->where);
	va_list args;
	va_start(args, format);
	vsnprintf(err->message, sizeof err->message, format, args);
	va_end(args);
	utf8_trim_partial(err->message);
	korean_settle_particles(err->message);
	return status;
}

void error_clear(struct error *err)
{
	memset(err, 0, sizeof *err);
}

const char *status_name(enum status status)
{
	static const char *const names[] = {
		[STATUS_OK] = "ok",
		[STATUS_NOMEM] = "memory",
		[STATUS_INVALID] = "invalid",
		[STATUS_SHAPE] = "shape",
		[STATUS_TYPE] = "type",
		[STATUS_RANGE] = "range",
		[STATUS_NOT_FOUND] = "not-found",
		[STATUS_EXISTS] = "exists",
		[STATUS_IO] = "io",
		[STATUS_PARSE] = "parse",
		[STATUS_UNSUPPORTED] = "unsupported",
		[STATUS_DENIED] = "denied",
		[STATUS_TIMEOUT] = "timeout",
		[STATUS_CANCELLED] = "cancelled",
		[STATUS_CORRUPT] = "corrupt",
		[STATUS_NEWER] = "newer",
		[STATUS_BUSY] = "busy",
		[STATUS_SCRIPT] = "lua",
		[STATUS_INTERNAL] = "internal",
	};
	return (size_t)status < sizeof names / sizeof *names ? names[status] : "unknown";
}
