#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/lua/catalog.h"
#include "engine/nn/files.h"
#include "engine/nn/train.h"
#include "engine/tensor/ops.h"
#include "engine/tutor/dialogue.h"
#include "engine/worker/frame.h"
#include "tests/support/fail_alloc.h"
#include "tui/text/markdown.h"

/* The same work with its first, second, third … allocation failing: it ends whole or with STATUS_NOMEM, never half done
 * and never by a crash. (tree-sitter ends the program itself when it gets no memory, so no code is coloured here.) The store, the lesson loader and the base have theirs beside their other tests. */

typedef enum status (*task)(void *context);

static void with_each_allocation_failing(task work, void *context, long every_one_until, long step)
{
	bool happened = true;
	if (!fail_alloc_works()) {
		return; /* a sanitizer's allocator does not fail on demand */
	}
	assert_int_equal(work(context), STATUS_OK);
	for (long nth = 1; happened; nth += nth < every_one_until ? 1 : step) {
		fail_alloc_at(nth);
		enum status status = work(context);
		happened = fail_alloc_happened();
		fail_alloc_at(0);
		assert_true(status == STATUS_OK || status == STATUS_NOMEM);
		assert_true(happened || status == STATUS_OK);
	}
	assert_int_equal(work(context), STATUS_OK);
}

static enum status send_and_receive(void *context)
{
	(void)context;
	struct strbuf wire;
	struct frame_reader reader;
	struct frame frame;
	strbuf_init(&wire);
	frame_reader_init(&reader);
	char bytes[3000] = {7};
	enum status status =
		frame_append(&wire, FRAME_TENSOR, "{\"a\":1}", bytes, sizeof bytes, NULL);
	if (status == STATUS_OK) {
		status = frame_reader_add(&reader, wire.text, wire.length);
	}
	if (status == STATUS_OK) {
		status = frame_reader_next(&reader, &frame, NULL);
	}
	if (status == STATUS_OK) {
		assert_string_equal(frame.json, "{\"a\":1}");
		assert_int_equal(frame.bytes_length, sizeof bytes);
	}
	frame_reader_release(&reader);
	strbuf_release(&wire);
	return status;
}

static void frames(void **state)
{
	(void)state;
	with_each_allocation_failing(send_and_receive, NULL, 100, 1);
}

static enum status lay_out(void *context)
{
	static const char text[] =
		"# 제목\n\n**굵게(Bold)**를 쓰고 `code`와 $x_1^2$도 씁니다. [다음](AI-06)\n\n"
		"| 왼쪽 | 오른쪽 |\n|---|--:|\n| 가 | 1 |\n\n```\nlocal a = 1 -- 하나\n```\n\n"
		"- 하나\n  - 둘\n\n> 인용[^1]\n\n[^1]: 각주\n";
	(void)context;
	struct rich_text rich;
	enum status status = markdown_layout(&rich, text, sizeof text - 1, 40, NULL);
	if (status == STATUS_OK) {
		assert_true(rich.count > 10);
		rich_text_release(&rich);
	}
	return status;
}

static void markdown(void **state)
{
	(void)state;
	with_each_allocation_failing(lay_out, NULL, 1000, 7);
}

struct class_room {
	struct catalog *catalog;
	struct grader *grader;
	const struct checkpoint *checkpoint;
};

static enum status talk(void *context)
{
	static const char answer[] = "작은 필터가 이미지를 훑으며 부분마다 곱해서 더하고, 같은 "
				     "가중치를 모든 자리에서 씁니다.";
	struct class_room *room = context;
	struct dialogue *dialogue = NULL;
	struct turn turn;
	enum status status = dialogue_open(&dialogue, room->grader, room->checkpoint, NULL, NULL);
	if (status == STATUS_OK) {
		status = dialogue_greet(dialogue, &turn, NULL);
	}
	if (status == STATUS_OK) {
		status = dialogue_answer(dialogue, answer, sizeof answer - 1, &turn, NULL);
	}
	if (status == STATUS_OK) {
		status = dialogue_hint(dialogue, &turn, NULL);
	}
	if (status == STATUS_OK) {
		char *saved = dialogue_save(dialogue);
		status = saved ? STATUS_OK : STATUS_NOMEM;
		free(saved);
	}
	dialogue_free(dialogue);
	return status;
}

static void dialogue(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	struct class_room room = {0};
	struct strbuf share;
	strbuf_init(&share);
	assert_int_equal(file_share_folder(&share, &err), STATUS_OK);
	assert_int_equal(catalog_load(&room.catalog, &err), STATUS_OK);
	assert_int_equal(grader_open(&room.grader, share.text, &err), STATUS_OK);
	assert_int_equal(catalog_checkpoint(room.catalog, "CP-AI-05", &room.checkpoint, NULL, NULL),
			 STATUS_OK);
	with_each_allocation_failing(talk, &room, 200, 37);
	grader_free(room.grader);
	catalog_free(room.catalog);
	strbuf_release(&share);
}

static enum status train(void *context)
{
	(void)context;
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	struct fit_result result;
	tensor_scope_open(&scope);
	struct tensor *x = tensor_rand(2, (const int64_t[]){8, 3}, -1, 1, &err);
	struct tensor *y = x ? tensor_rand(2, (const int64_t[]){8, 2}, -1, 1, &err) : NULL;
	struct dataset *data = y ? dataset_new(x, y, &err) : NULL;
	struct module *model =
		data ? module_make("linear", &err, "in", 3.0, "out", 2.0, NULL) : NULL;
	struct fit_options options = fit_presets();
	options.loss = "mse";
	options.steps = 4;
	options.batch_size = 4;
	enum status status = model ? model_fit(&result, model, data, &options, &err) : err.status;
	struct module_list list = {0};
	struct strbuf file;
	strbuf_init(&file);
	if (status == STATUS_OK) {
		status = module_parameters(&list, model, &err);
	}
	if (status == STATUS_OK) {
		status = safetensors_write(&file, &list, NULL, &err);
	}
	strbuf_release(&file);
	module_list_release(&list);
	module_unref(model);
	dataset_unref(data);
	tensor_scope_close(&scope);
	return status;
}

static void training(void **state)
{
	(void)state;
	with_each_allocation_failing(train, NULL, 2000, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(frames), cmocka_unit_test(markdown),
					   cmocka_unit_test(dialogue), cmocka_unit_test(training)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
