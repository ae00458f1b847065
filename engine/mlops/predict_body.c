#include "engine/mlops/predict_body.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

static enum status read_row(double *out, json_t *row, int inputs, const char *field,
			    struct error *err)
{
	if (!json_is_array(row)) {
		return error_set(err, STATUS_TYPE, field, "%s: 숫자 배열이어야 합니다.", field);
	}
	if ((int)json_array_size(row) != inputs) {
		return error_set(err, STATUS_SHAPE, field,
				 "%s: 숫자 %d개가 필요한데 %zu개가 왔습니다.", field, inputs,
				 json_array_size(row));
	}
	for (int i = 0; i < inputs; i++) {
		json_t *number = json_array_get(row, (size_t)i);
		if (!json_is_number(number)) {
			return error_set(err, STATUS_TYPE, field, "%s[%d]: 숫자가 아닙니다.", field,
					 i);
		}
		out[i] = json_number_value(number);
		if (!isfinite((float)out[i])) { /* a network computes in float32 */
			return error_set(err, STATUS_RANGE, field, "%s[%d]: 너무 큰 숫자입니다.",
					 field, i);
		}
	}
	return STATUS_OK;
}

enum status predict_body_read(double **x, int *rows, const char *body, size_t length, int inputs,
			      int most_rows, struct error *err)
{
	*x = NULL;
	json_error_t where;
	json_t *root = json_loadb(body, length, JSON_REJECT_DUPLICATES, &where);
	if (!root) {
		return error_set(err, STATUS_PARSE, "body", "JSON이 아닙니다(%d행 %d열): %s",
				 where.line, where.column, where.text);
	}
	enum status status = STATUS_OK;
	json_t *features = json_is_object(root) ? json_object_get(root, "features") : NULL;
	json_t *instances = json_is_object(root) ? json_object_get(root, "instances") : NULL;
	if (!json_is_object(root)) {
		status = error_set(err, STATUS_TYPE, "body", "본문은 JSON 객체여야 합니다.");
	} else if (!features == !instances) {
		status = error_set(
			err, STATUS_NOT_FOUND, "features",
			"features(한 건)나 instances(여러 건) 가운데 하나가 있어야 합니다.");
	} else if (instances && (!json_is_array(instances) || json_array_size(instances) == 0)) {
		status = error_set(err, STATUS_TYPE, "instances",
				   "instances: 숫자 배열이 하나 이상 든 배열이어야 합니다.");
	} else if (instances && json_array_size(instances) > (size_t)most_rows) {
		status = error_set(err, STATUS_RANGE, "instances",
				   "instances: 한 번에 %d건까지 받습니다.", most_rows);
	}
	if (status == STATUS_OK) {
		*rows = instances ? (int)json_array_size(instances) : 1;
		*x = malloc((size_t)*rows * (size_t)inputs * sizeof **x);
		if (!*x) {
			status = error_set(err, STATUS_NOMEM, "body", "out of memory");
		}
	}
	for (int r = 0; status == STATUS_OK && r < *rows; r++) {
		char field[32] = "features";
		if (instances) {
			snprintf(field, sizeof field, "instances[%d]", r);
		}
		status = read_row(*x + (size_t)r * (size_t)inputs,
				  instances ? json_array_get(instances, (size_t)r) : features,
				  inputs, field, err);
	}
	if (status != STATUS_OK) {
		free(*x);
		*x = NULL;
	}
	json_decref(root);
	return status;
}

/* The shortest of 9, 15 and 17 digits that reads back as the same number. */
static void put_number(struct strbuf *out, double value)
{
	static const int digits[] = {9, 15, 17};
	char text[40] = "null"; /* JSON has no word for what is not finite */
	for (int i = 0; i < 3 && isfinite(value); i++) {
		snprintf(text, sizeof text, "%.*g", digits[i], value);
		if (strtod(text, NULL) == value) {
			break;
		}
	}
	strbuf_puts(out, text);
}

static int largest(const double *y, int n)
{
	int best = 0;
	for (int k = 1; k < n; k++) {
		best = y[k] > y[best] ? k : best;
	}
	return best;
}

void predict_answer_write(struct strbuf *out, const double *y, int rows, int outputs)
{
	strbuf_puts(out, "{\"predictions\":[");
	for (int row = 0; row < rows; row++) {
		const double *own = y + (size_t)row * (size_t)outputs;
		if (outputs == 1) {
			strbuf_puts(out, row ? "," : "");
			put_number(out, own[0]);
		} else {
			strbuf_printf(out, "%s%d", row ? "," : "", largest(own, outputs));
		}
	}
	strbuf_puts(out, "],\"scores\":[");
	for (int row = 0; row < rows; row++) {
		strbuf_puts(out, row ? ",[" : "[");
		for (int k = 0; k < outputs; k++) {
			strbuf_puts(out, k ? "," : "");
			put_number(out, y[(size_t)row * (size_t)outputs + (size_t)k]);
		}
		strbuf_putc(out, ']');
	}
	strbuf_putc(out, ']');
}
