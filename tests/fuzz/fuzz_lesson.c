#include <assert.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/utf8.h"
#include "engine/lua/lesson.h"

/* Whatever stands in lesson.lua: no crash, an end within the budget, and every text is well-formed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64];

static void prepare(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	snprintf(folder, sizeof folder, "/tmp/mundap-fuzz-XXXXXX");
	if (!mkdtemp(folder)) {
		abort();
	}
}

static void check_text(const char *text)
{
	assert(text && utf8_valid(text, strlen(text)));
}

static void check_lesson(const struct lesson *lesson)
{
	check_text(lesson->title);
	for (size_t i = 0; i < lesson->step_count; i++) {
		const struct step *step = &lesson->steps[i];
		check_text(step->id);
		check_text(step->title);
		if (step->kind == STEP_TEXT) {
			check_text(step->text);
		} else if (step->kind == STEP_CHECKPOINT) {
			check_text(step->checkpoint->question);
		} else if (step->kind == STEP_QUIZ) {
			for (size_t k = 0; k < step->quiz.count; k++) {
				const struct question *question = &step->quiz.questions[k];
				for (size_t a = 0; a < question->answer_count; a++) {
					assert(question->answers[a] >= 0 &&
					       (size_t)question->answers[a] <
						       question->choices.count);
				}
			}
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[128];
	struct lesson_file file;
	if (!*folder) {
		prepare();
	}
	snprintf(path, sizeof path, "%s/lesson.lua", folder);
	FILE *out = fopen(path, "wb");
	assert(out && fwrite(data, 1, size, out) == size);
	fclose(out);
	if (lesson_read(&file, folder, "fuzz", NULL) != STATUS_OK) {
		return 0;
	}
	for (size_t i = 0; i < file.problem_count; i++) {
		check_text(file.problems[i].message);
		assert(file.problems[i].line >= 0);
	}
	if (file.lesson) {
		check_lesson(file.lesson);
	}
	lesson_file_release(&file);
	return 0;
}
