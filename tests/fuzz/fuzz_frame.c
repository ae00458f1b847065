#include <stddef.h>
#include <stdint.h>

#include "engine/lua/canvas.h"
#include "engine/worker/frame.h"

/* Bytes of the worker protocol, arriving in pieces whose size the first byte chooses; pictures in them are read too. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t seen; /* keeps the reads */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1) {
		return 0;
	}
	size_t piece = data[0] + 1;
	struct frame_reader reader;
	frame_reader_init(&reader);
	for (size_t at = 1; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		if (frame_reader_add(&reader, data + at, n) != STATUS_OK) {
			break;
		}
		struct frame frame;
		enum status status;
		while ((status = frame_reader_next(&reader, &frame, NULL)) == STATUS_OK) {
			seen += frame.json_length + (size_t)frame.json[frame.json_length];
			struct canvas_reader canvas;
			struct canvas_run run;
			canvas_reader_init(&canvas, frame.bytes, frame.bytes_length);
			while (frame.bytes && canvas_reader_next(&canvas, &run) == STATUS_OK) {
				seen += run.length + (size_t)run.row;
			}
		}
		if (status == STATUS_CORRUPT) {
			break;
		}
	}
	frame_reader_release(&reader);
	return 0;
}
