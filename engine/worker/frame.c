#include "engine/worker/frame.h"

#include <string.h>

#define HEADER 5
#define KEEP (256u << 10) /* bytes of buffer kept for reuse once it is empty */

const char *frame_type_word(int type)
{
	switch (type) {
	case FRAME_RESULT:
		return "result";
	case FRAME_REQUEST:
		return "request";
	case FRAME_STOP:
		return "stop";
	case FRAME_KEY:
		return "key";
	case FRAME_RESIZE:
		return "resize";
	default:
		break;
	}
	if (type >= 0 && type < HOST_EVENT_COUNT) {
		return host_event_word((enum host_event)type);
	}
	return NULL;
}

enum status frame_append(struct strbuf *out, enum frame_type type, const char *json,
			 const void *bytes, size_t length, struct error *err)
{
	size_t json_length = strlen(json);
	size_t payload = json_length + (bytes ? 1 + length : 0);
	if (json_length > FRAME_LIMIT || length > FRAME_LIMIT || payload > FRAME_LIMIT) {
		return error_set(err, STATUS_RANGE, "frame", "a %s frame of %zu bytes is too large",
				 frame_type_word(type), payload);
	}
	unsigned char header[HEADER];
	for (int i = 0; i < 4; i++) {
		header[i] = (unsigned char)(payload >> (8 * i));
	}
	header[4] = (unsigned char)type;
	strbuf_add(out, header, HEADER);
	strbuf_add(out, json, json_length);
	if (bytes) {
		strbuf_add(out, "", 1);
		strbuf_add(out, bytes, length);
	}
	return strbuf_ok(out) ? STATUS_OK : error_set(err, STATUS_NOMEM, "frame", "out of memory");
}

void frame_reader_init(struct frame_reader *reader)
{
	strbuf_init(&reader->buffer);
	reader->at = 0;
}

void frame_reader_release(struct frame_reader *reader)
{
	strbuf_release(&reader->buffer);
	reader->at = 0;
}

/* Forgets what was given out. */
static void compact(struct frame_reader *reader)
{
	struct strbuf *buffer = &reader->buffer;
	if (reader->at == buffer->length) {
		if (buffer->capacity > KEEP) {
			strbuf_release(buffer);
		} else {
			strbuf_reset(buffer);
		}
		reader->at = 0;
	} else if (reader->at > buffer->length / 2) {
		strbuf_remove(buffer, 0, reader->at);
		reader->at = 0;
	}
}

enum status frame_reader_add(struct frame_reader *reader, const void *bytes, size_t length)
{
	compact(reader);
	strbuf_add(&reader->buffer, bytes, length);
	return strbuf_ok(&reader->buffer) ? STATUS_OK : STATUS_NOMEM;
}

enum status frame_reader_next(struct frame_reader *reader, struct frame *out, struct error *err)
{
	size_t left = reader->buffer.length - reader->at;
	if (left < HEADER) {
		return STATUS_NOT_FOUND;
	}
	unsigned char *header = (unsigned char *)reader->buffer.text + reader->at;
	size_t payload = (size_t)header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 |
			 (size_t)header[3] << 24;
	int type = header[4];
	if (payload > FRAME_LIMIT || !frame_type_word(type)) {
		return error_set(err, STATUS_CORRUPT, "frame", "type %d with %zu bytes", type,
				 payload);
	}
	if (left < HEADER + payload) {
		return STATUS_NOT_FOUND;
	}
	char *json = (char *)header + HEADER;
	const char *end = memchr(json, '\0', payload);
	/* Without raw bytes there is no NUL after the JSON: move it over the header, which is read by now. */
	if (!end) {
		memmove(header, json, payload);
		json = (char *)header;
		json[payload] = '\0';
	}
	*out = (struct frame){.type = (enum frame_type)type, .json = json, .json_length = payload};
	if (end) {
		out->json_length = (size_t)(end - json);
		out->bytes = (const unsigned char *)end + 1;
		out->bytes_length = payload - out->json_length - 1;
	}
	reader->at += HEADER + payload;
	return STATUS_OK;
}
