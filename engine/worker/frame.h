#ifndef MUNDAP_WORKER_FRAME_H
#define MUNDAP_WORKER_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"
#include "engine/lua/host.h"

/* The protocol between a worker and whoever started it: u32 little-endian payload length, u8 type, payload. The payload
 * is JSON, or JSON, a NUL, and raw bytes. */

#define FRAME_LIMIT (16u << 20) /* largest payload; bytes */

/* Frames a worker sends carry host events (what each holds: HOST_EVENTS); the others are listed here. */
enum frame_type {
#define X(name, word, holds) FRAME_##name = HOST_##name,
	HOST_EVENTS(X)
#undef X
		FRAME_RESULT =
			64, /* last frame of a run: {ok,passed,error:{kind,message,line,file},seconds,peak_mb} */
	/* to the worker */
	FRAME_REQUEST = 96, /* {kind,file,lab,…}; bytes: source, then check source */
	FRAME_STOP, /* {} */
	FRAME_KEY, /* {key} */
	FRAME_RESIZE /* {width,height} */
};

/** The type as a word ("log", "result", …), NULL for a number that is none. */
const char *frame_type_word(int type);

struct frame {
	enum frame_type type;
	const char *json; /* NUL-terminated; borrowed from the reader until its next call */
	size_t json_length;
	const unsigned char *bytes; /* NULL when there are none */
	size_t bytes_length;
};

/** Appends an encoded frame. Errors: STATUS_RANGE over FRAME_LIMIT, STATUS_NOMEM. */
enum status frame_append(struct strbuf *out, enum frame_type type, const char *json,
			 const void *bytes, size_t length, struct error *err);

/* Takes bytes as they come and gives whole frames. */
struct frame_reader {
	struct strbuf buffer;
	size_t at; /* bytes of buffer already given out */
};

void frame_reader_init(struct frame_reader *reader);
void frame_reader_release(struct frame_reader *reader);
/** Errors: STATUS_NOMEM. */
enum status frame_reader_add(struct frame_reader *reader, const void *bytes, size_t length);
/** Errors: STATUS_NOT_FOUND while no whole frame is there; STATUS_CORRUPT for a length or type that cannot be. */
enum status frame_reader_next(struct frame_reader *reader, struct frame *out, struct error *err);

#endif
