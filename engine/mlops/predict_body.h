#ifndef MUNDAP_MLOPS_PREDICT_BODY_H
#define MUNDAP_MLOPS_PREDICT_BODY_H

#include <stddef.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"

/**
 * Reads the body of POST /predict: {"features": [n numbers]} or {"instances": [[n numbers], …]}.
 * Owns: *x [*rows, inputs] is the caller's (free).
 * Errors, where = the field: STATUS_PARSE no JSON; STATUS_TYPE; STATUS_SHAPE wrong length; STATUS_RANGE too many rows
 * or a number that is not finite; STATUS_NOT_FOUND neither field
 */
enum status predict_body_read(double **x, int *rows, const char *body, size_t length, int inputs,
			      int most_rows, struct error *err);

/**
 * Appends {"predictions":[…],"scores":[…] without the closing brace: a number a row for one output, else the class with
 * the largest score.
 * Shapes: y [rows, outputs]
 */
void predict_answer_write(struct strbuf *out, const double *y, int rows, int outputs);

#endif
