#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/worker/frame.h"

static void frames_survive_any_cutting(void **state)
{
	(void)state;
	struct strbuf out;
	strbuf_init(&out);
	const float raw[3] = {1.5f, -2, 0};
	assert_int_equal(frame_append(&out, FRAME_LOG, "{\"text\":\"안녕\"}", NULL, 0, NULL),
			 STATUS_OK);
	assert_int_equal(frame_append(&out, FRAME_IMAGE, "{}", raw, sizeof(raw), NULL), STATUS_OK);
	assert_int_equal(frame_append(&out, FRAME_RESULT, "", NULL, 0, NULL), STATUS_OK);
	for (size_t piece = 1; piece < 9; piece++) {
		struct frame_reader reader;
		frame_reader_init(&reader);
		int seen = 0;
		for (size_t at = 0; at < out.length; at += piece) {
			size_t n = out.length - at < piece ? out.length - at : piece;
			assert_int_equal(frame_reader_add(&reader, out.text + at, n), STATUS_OK);
			struct frame frame;
			while (frame_reader_next(&reader, &frame, NULL) == STATUS_OK) {
				switch (seen++) {
				case 0:
					assert_int_equal(frame.type, FRAME_LOG);
					assert_string_equal(frame.json, "{\"text\":\"안녕\"}");
					assert_null(frame.bytes);
					break;
				case 1:
					assert_int_equal(frame.type, FRAME_IMAGE);
					assert_string_equal(frame.json, "{}");
					assert_int_equal(frame.bytes_length, sizeof(raw));
					assert_memory_equal(frame.bytes, raw, sizeof(raw));
					break;
				case 2:
					assert_int_equal(frame.type, FRAME_RESULT);
					assert_string_equal(frame.json, "");
					break;
				}
			}
		}
		assert_int_equal(seen, 3);
		frame_reader_release(&reader);
	}
	strbuf_release(&out);
}

static void impossible_headers_are_refused(void **state)
{
	(void)state;
	static const unsigned char headers[][5] = {
		{0, 0, 0, 255, FRAME_LOG}, /* 4 GB */
		{1, 0, 0, 1, FRAME_LOG}, /* one byte over the limit */
		{2, 0, 0, 0, 63}, /* no such type */
		{2, 0, 0, 0, 255},
	};
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct frame_reader reader;
		struct frame frame;
		struct error err = ERROR_INIT;
		frame_reader_init(&reader);
		frame_reader_add(&reader, headers[i], 5);
		assert_int_equal(frame_reader_next(&reader, &frame, &err), STATUS_CORRUPT);
		assert_int_equal(err.status, STATUS_CORRUPT);
		frame_reader_release(&reader);
	}
}

static void too_large_a_frame_is_not_written(void **state)
{
	(void)state;
	struct strbuf out;
	strbuf_init(&out);
	char *big = calloc(1, FRAME_LIMIT + 1);
	assert_non_null(big);
	assert_int_equal(frame_append(&out, FRAME_TENSOR, "{}", big, FRAME_LIMIT, NULL),
			 STATUS_RANGE);
	assert_int_equal(out.length, 0);
	assert_int_equal(frame_append(&out, FRAME_TENSOR, "{}", big, FRAME_LIMIT - 3, NULL),
			 STATUS_OK);
	free(big);
	strbuf_release(&out);
}

static void every_event_has_its_word(void **state)
{
	(void)state;
	for (int type = 0; type < HOST_EVENT_COUNT; type++) {
		assert_non_null(frame_type_word(type));
		assert_string_not_equal(frame_type_word(type), "");
	}
	assert_string_equal(frame_type_word(FRAME_METRIC), "metric");
	assert_null(frame_type_word(HOST_EVENT_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_survive_any_cutting),
		cmocka_unit_test(impossible_headers_are_refused),
		cmocka_unit_test(too_large_a_frame_is_not_written),
		cmocka_unit_test(every_event_has_its_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
