#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "engine/review/review.h"

/* The service that every beginner sends first. */
static const char first_attempt[] = "from flask import Flask, request, jsonify\n"
				    "import pickle\n"
				    "\n"
				    "app = Flask(__name__)\n"
				    "model = pickle.load(open('model.pkl', 'rb'))\n"
				    "\n"
				    "@app.route('/predict', methods=['POST'])\n"
				    "def predict():\n"
				    "    data = request.json\n"
				    "    features = data['features']\n"
				    "    prediction = model.predict([features])\n"
				    "    return jsonify({'prediction': prediction[0]})\n"
				    "\n"
				    "if __name__ == '__main__':\n"
				    "    app.run(debug=True)\n";

static struct review *reviewed(const char *name, const char *text)
{
	struct review *review = review_new();
	assert_non_null(review);
	assert_int_equal(review_add(review, name, text, strlen(text), NULL), STATUS_OK);
	assert_int_equal(review_run(review, NULL), STATUS_OK);
	return review;
}

static const struct review_finding *find(const struct review *review, const char *rule)
{
	for (size_t i = 0; i < review->files[0].finding_count; i++) {
		if (strcmp(review->files[0].findings[i].rule, rule) == 0) {
			return &review->files[0].findings[i];
		}
	}
	return NULL;
}

static void the_first_attempt_gets_its_findings(void **state)
{
	(void)state;
	static const struct {
		const char *rule;
		int first, last;
	} expected[] = {
		{"unsafe-deserialization", 5, 5},
		{"model-load-failure-unhandled", 5, 5},
		{"unclosed-file", 5, 5},
		{"debug-server", 15, 15},
		{"dev-server-in-production", 15, 15},
		{"unchecked-key-access", 10, 10},
		{"no-input-validation", 8, 11},
		{"no-error-handling-around-predict", 8, 11},
		{"returns-numpy-not-json-serialisable", 12, 12},
		{"no-auth", 1, 15},
		{"no-request-size-limit", 1, 15},
		{"no-health-endpoint", 1, 15},
		{"no-readiness", 1, 15},
		{"no-metrics", 1, 15},
		{"no-latency-measurement", 1, 15},
		{"no-model-version-in-response", 1, 15},
		{"no-structured-logging", 1, 15},
	};
	struct review *review = reviewed("app.py", first_attempt);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		const struct review_finding *f = find(review, expected[i].rule);
		if (!f || f->line < expected[i].first || f->line > expected[i].last) {
			fail_msg("%s: line %d", expected[i].rule, f ? f->line : 0);
		}
	}
	assert_int_equal(review->files[0].finding_count, sizeof expected / sizeof *expected);
	review_free(review);
}

static void the_teacher_keeps_the_order(void **state)
{
	(void)state;
	struct review *review = reviewed("app.py", first_attempt);
	struct strbuf text;
	strbuf_init(&text);
	review_to_text(review, false, &text);
	const char *at = text.text;
	static const char *const order[] = {"👍",         "🤔",        "## 보안", "## 안정성",
					    "## 확장성", "## 모니터링", "💡",       "고친 버전"};
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		at = strstr(at, order[i]);
		assert_non_null(at);
	}
	strbuf_release(&text);
	int todos = 0;
	for (at = review->skeleton; (at = strstr(at, "# TODO")); at++) {
		todos++;
	}
	assert_true(todos >= 4);
	assert_non_null(strstr(review->skeleton, "model_predictions_total"));
	assert_non_null(strstr(review->skeleton, "model_prediction_duration_seconds"));
	assert_null(strstr(review->skeleton, "return "));
	review_free(review);
}

static void a_reason_is_needed_to_pass_over(void **state)
{
	(void)state;
	struct review *review =
		reviewed("a.py", "import pickle\n"
				 "m = pickle.loads(b)  # mundap: ignore[unsafe-deserialization] "
				 "우리가 서명한 파일만 읽음\n"
				 "n = pickle.loads(c)  # mundap: ignore[unsafe-deserialization]\n");
	int open = 0;
	for (size_t i = 0; i < review->files[0].finding_count; i++) {
		const struct review_finding *f = &review->files[0].findings[i];
		if (strcmp(f->rule, "unsafe-deserialization") == 0 && !f->suppressed) {
			assert_int_equal(f->line, 3);
			open++;
		}
	}
	assert_int_equal(open, 1);
	assert_non_null(find(review, "suppression-without-reason"));
	review_free(review);
}

static void the_dialogue_asks_on(void **state)
{
	(void)state;
	struct review *review = reviewed("app.py", first_attempt);
	const struct review_finding *f = find(review, "unsafe-deserialization");
	struct review_dialogue dialogue;
	struct strbuf reply;
	strbuf_init(&reply);
	review_dialogue_open(&dialogue, f, &reply);
	assert_non_null(strstr(reply.text, f->question));
	const char *const vague[] = {"잘 모르겠어요", "음",
				     "그냥 파일을 읽는 것 같은데 괜찮지 않을까 싶어요"};
	char last[600] = "";
	for (size_t i = 0; i < sizeof vague / sizeof *vague; i++) {
		strbuf_reset(&reply);
		review_dialogue_answer(&dialogue, vague[i], &reply);
		assert_false(dialogue.understood);
		assert_true(reply.length > 0 && reply.length < sizeof last);
		assert_string_not_equal(reply.text, last);
		assert_null(
			strstr(reply.text, "safetensors")); /* what to write is not given away */
		strcpy(last, reply.text);
	}
	strbuf_reset(&reply);
	review_dialogue_answer(&dialogue,
			       "누가 파일을 바꾸면 그 안의 임의 코드가 서버에서 실행될 수 있어요",
			       &reply);
	assert_true(dialogue.understood);
	strbuf_release(&reply);
	review_free(review);
}

static void praise_names_a_line(void **state)
{
	(void)state;
	struct review *review = reviewed("app.py", first_attempt);
	assert_true(review->files[0].strength_count >= 1);
	assert_int_equal(review->files[0].strengths[0].line, 5);
	review_free(review);
	review = reviewed("a.py", "x = 1\n");
	assert_int_equal(review->files[0].strength_count, 0);
	struct strbuf text;
	strbuf_init(&text);
	review_to_text(review, false, &text);
	assert_non_null(strstr(text.text, "👍")); /* the effort, nothing made up */
	strbuf_release(&text);
	review_free(review);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_attempt_gets_its_findings),
		cmocka_unit_test(the_teacher_keeps_the_order),
		cmocka_unit_test(a_reason_is_needed_to_pass_over),
		cmocka_unit_test(the_dialogue_asks_on),
		cmocka_unit_test(praise_names_a_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
