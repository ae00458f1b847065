#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/strbuf.h"
#include "engine/review/review.h"

static struct review *reviewed(const char *name, const char *text, size_t length)
{
	struct review *review = review_new();
	assert_int_equal(review_add(review, name, text, length, NULL), STATUS_OK);
	assert_int_equal(review_run(review, NULL), STATUS_OK);
	json_t *json = review_to_json(review), *sarif = review_to_sarif(review);
	assert_non_null(json);
	assert_non_null(sarif);
	json_decref(json);
	json_decref(sarif);
	return review;
}

static const struct review_finding *find(const struct review *review, const char *rule)
{
	for (size_t f = 0; f < review->file_count; f++) {
		for (size_t i = 0; i < review->files[f].finding_count; i++) {
			if (strcmp(review->files[f].findings[i].rule, rule) == 0) {
				return &review->files[f].findings[i];
			}
		}
	}
	return NULL;
}

static void a_syntax_error_leaves_the_rest(void **state)
{
	(void)state;
	static const char text[] =
		"import pickle\nx = (1,\n\nm = pickle.load(f)\ndef g(:\n    pass\n";
	struct review *review = reviewed("a.py", text, sizeof text - 1);
	assert_non_null(find(review, "syntax-error"));
	assert_non_null(find(review, "unsafe-deserialization"));
	review_free(review);
}

static void encodings_and_line_ends(void **state)
{
	(void)state;
	static const char crlf[] =
		"\xEF\xBB\xBFimport pickle\r\n\r\nif x:\r\n\tm = pickle.load(f)\r\n";
	struct review *review = reviewed("a.py", crlf, sizeof crlf - 1);
	const struct review_finding *f = find(review, "unsafe-deserialization");
	assert_int_equal(f->line, 4);
	assert_int_equal(f->column, 6);
	review_free(review);
	/* "# 한글" in CP949 */
	static const char cp949[] = "# \xC7\xD1\xB1\xDB\nimport pickle\nm = pickle.load(f)\n";
	review = reviewed("a.py", cp949, sizeof cp949 - 1);
	assert_int_equal(find(review, "unsafe-deserialization")->line, 3);
	assert_non_null(strstr(review->files[0].text, "한글"));
	review_free(review);
	/* columns count characters */
	static const char wide[] = "import pickle\nx = '가나다'; m = pickle.load(f)\n";
	review = reviewed("a.py", wide, sizeof wide - 1);
	assert_int_equal(find(review, "unsafe-deserialization")->column, 16);
	review_free(review);
	static const char bare_cr[] = "import pickle\rm = pickle.load(f)\r";
	review = reviewed("a.py", bare_cr, sizeof bare_cr - 1);
	assert_int_equal(find(review, "unsafe-deserialization")->line, 2);
	review_free(review);
}

static void binary_is_named(void **state)
{
	(void)state;
	static const char bytes[] = "\x7f\x45LF\0\0\1\2\3";
	struct review *review = reviewed("model.py", bytes, sizeof bytes);
	assert_non_null(review->files[0].problem);
	assert_int_equal(review->files[0].finding_count, 0);
	review_free(review);
}

static void size_and_depth(void **state)
{
	(void)state;
	static const char *const names[] = {"a.py", "a.yaml", "Dockerfile", "a.lua",
					    "requirements.txt"};
	struct strbuf text;
	strbuf_init(&text);
	for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
		/* one line of a megabyte */
		strbuf_reset(&text);
		strbuf_puts(&text, "x = '");
		for (int i = 0; i < 1 << 20; i++) {
			strbuf_putc(&text, 'a');
		}
		strbuf_puts(&text, "'\nimport pickle\nm = pickle.load(f)\n");
		review_free(reviewed(names[n], text.text, text.length));
		/* nesting */
		strbuf_reset(&text);
		for (int i = 0; i < 20000; i++) {
			strbuf_puts(&text, "[(");
		}
		review_free(reviewed(names[n], text.text, text.length));
		strbuf_reset(&text);
		strbuf_puts(&text, "x = ");
		for (int i = 0; i < 3000; i++) {
			strbuf_puts(&text, "f(");
		}
		for (int i = 0; i < 3000; i++) {
			strbuf_puts(&text, ")");
		}
		review_free(reviewed(names[n], text.text, text.length));
		strbuf_reset(&text);
		for (int i = 0; i < 200; i++) {
			strbuf_printf(&text, "%*sif x:\n", i, "");
		}
		review_free(reviewed(names[n], text.text, text.length));
		review_free(reviewed(names[n], "", 0));
	}
	/* a hundred thousand lines */
	strbuf_reset(&text);
	strbuf_puts(&text, "import pickle\n");
	for (int i = 0; i < 100000; i++) {
		strbuf_printf(&text, "v%d = %d\n", i, i);
	}
	strbuf_puts(&text, "m = pickle.load(f)\n");
	struct review *review = reviewed("a.py", text.text, text.length);
	assert_int_equal(find(review, "unsafe-deserialization")->line, 100002);
	review_free(review);
	strbuf_release(&text);
}

static void names_that_go_in_circles(void **state)
{
	(void)state;
	static const char text[] =
		"from flask import Flask\na = b\nb = a\napp = Flask(a)\n"
		"def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\n"
		"class C(D): pass\nclass D(C): pass\n"
		"@app.route('/p', methods=['POST'])\ndef p():\n    x = f(b)\n    return C().m(x)\n";
	review_free(reviewed("a.py", text, sizeof text - 1));
	static const char yaml[] =
		"apiVersion: v1\nkind: Pod\nspec: &a\n  containers:\n  - *a\n  <<: *a\n";
	review_free(reviewed("a.yaml", yaml, sizeof yaml - 1));
}

static void folders(void **state)
{
	(void)state;
	char root[] = "/tmp/mundap-review-XXXXXX", path[256];
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof path, "%s/loop", root);
	assert_int_equal(symlink(root, path), 0);
	snprintf(path, sizeof path, "%s/gone.py", root);
	assert_int_equal(symlink("/nonexistent", path), 0);
	snprintf(path, sizeof path, "%s/app.py", root);
	FILE *f = fopen(path, "we");
	fputs("import pickle\nm = pickle.load(f)\n", f);
	fclose(f);
	struct review *review = review_new();
	assert_int_equal(review_add_path(review, root, NULL), STATUS_OK);
	assert_int_equal(review_run(review, NULL), STATUS_OK);
	assert_int_equal(review->file_count, 1);
	assert_non_null(find(review, "unsafe-deserialization"));
	review_free(review);
	review = review_new();
	struct error err = ERROR_INIT;
	assert_int_equal(review_add_path(review, "/nonexistent/app.py", &err), STATUS_NOT_FOUND);
	char pattern[300];
	snprintf(pattern, sizeof pattern, "%s/*.nothing", root);
	error_clear(&err);
	assert_int_equal(review_add_path(review, pattern, &err), STATUS_NOT_FOUND);
	snprintf(pattern, sizeof pattern, "%s/a*.py", root);
	assert_int_equal(review_add_path(review, pattern, NULL), STATUS_OK);
	review_free(review);
	unlink(path);
	snprintf(path, sizeof path, "%s/loop", root);
	unlink(path);
	snprintf(path, sizeof path, "%s/gone.py", root);
	unlink(path);
	rmdir(root);
}

static void a_second_submission_is_compared(void **state)
{
	(void)state;
	static const char before[] = "import pickle\nm = pickle.load(open('m', 'rb'))\n";
	static const char after[] =
		"import pickle\n\nwith open('m', 'rb') as f:\n    m = pickle.load(f)\n"
		"import requests\nr = requests.get('http://x')\n";
	struct review *a = reviewed("a.py", before, sizeof before - 1);
	struct review *b = reviewed("a.py", after, sizeof after - 1);
	json_t *old = review_to_json(a), *new = review_to_json(b);
	struct review_change *changes;
	size_t count;
	assert_int_equal(review_compare(old, new, &changes, &count, NULL), STATUS_OK);
	int kinds[3] = {0, 0, 0};
	for (size_t i = 0; i < count; i++) {
		kinds[changes[i].kind]++;
		if (changes[i].kind == REVIEW_MENDED) {
			assert_string_equal(changes[i].rule, "unclosed-file");
		}
		if (changes[i].kind == REVIEW_NEW) {
			assert_string_equal(changes[i].rule, "no-timeouts");
		}
	}
	assert_int_equal(kinds[REVIEW_MENDED], 1);
	assert_int_equal(kinds[REVIEW_NEW], 1);
	assert_int_equal(kinds[REVIEW_STILL], 1);
	free(changes);
	json_decref(old);
	json_decref(new);
	review_free(a);
	review_free(b);
}

static void files_are_judged_together(void **state)
{
	(void)state;
	static const char app[] =
		"from flask import Flask, jsonify, request\nfrom model import score\n"
		"app = Flask(__name__)\n@app.route('/predict', methods=['POST'])\n"
		"def predict():\n    body = request.get_json()\n"
		"    return jsonify(score(body))\n";
	static const char model[] = "import joblib\nm = joblib.load('m.joblib')\n"
				    "def score(row):\n    return float(m.predict([row['x']])[0])\n";
	static const char docker[] =
		"FROM python:3.12-slim\nUSER app\nCMD [\"gunicorn\", \"-w\", \"2\", \"app:app\"]\n";
	static const char nginx[] = "client_max_body_size 1m;\n";
	struct review *review = review_new();
	review_add(review, "svc/app.py", app, sizeof app - 1, NULL);
	review_add(review, "svc/model.py", model, sizeof model - 1, NULL);
	review_add(review, "svc/Dockerfile", docker, sizeof docker - 1, NULL);
	review_add(review, "svc/nginx.conf", nginx, sizeof nginx - 1, NULL);
	assert_int_equal(review_run(review, NULL), STATUS_OK);
	assert_non_null(find(review, "unchecked-key-access")); /* across the files */
	assert_non_null(find(review, "no-error-handling-around-predict"));
	assert_null(find(review, "no-request-size-limit")); /* the proxy limits it */
	review_free(review);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syntax_error_leaves_the_rest),
		cmocka_unit_test(encodings_and_line_ends),
		cmocka_unit_test(binary_is_named),
		cmocka_unit_test(size_and_depth),
		cmocka_unit_test(names_that_go_in_circles),
		cmocka_unit_test(folders),
		cmocka_unit_test(a_second_submission_is_compared),
		cmocka_unit_test(files_are_judged_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
