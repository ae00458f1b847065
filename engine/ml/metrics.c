#include "engine/ml/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ml/sorting.h"

enum status confusion_matrix(double *out, const int32_t *truth, const int32_t *predicted, size_t n,
			     size_t classes, struct error *err)
{
	memset(out, 0, classes * classes * sizeof *out);
	for (size_t i = 0; i < n; i++) {
		int32_t label[2] = {truth[i], predicted[i]};
		for (int side = 0; side < 2; side++) {
			if (label[side] < 0 || (size_t)label[side] >= classes) {
				return error_set(err, STATUS_RANGE, "confusion_matrix",
						 "%s label %zu is %d, not 0 to %zu",
						 side ? "predicted" : "true", i + 1, label[side],
						 classes - 1);
			}
		}
		out[(size_t)label[0] * classes + (size_t)label[1]] += 1;
	}
	return STATUS_OK;
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

enum status classification_report(struct classification_report *out, struct class_scores *per_class,
				  const double *confusion, size_t classes, struct error *err)
{
	double total = 0, correct = 0, chance = 0, present = 0, seen = 0;
	double truth_squares = 0, predicted_squares = 0;
	memset(out, 0, sizeof *out);
	for (size_t c = 0; c < classes * classes; c++) {
		total += confusion[c];
	}
	if (classes == 0 || !(total > 0)) {
		return error_set(err, STATUS_RANGE, "classification_report", "nothing was counted");
	}
	for (size_t c = 0; c < classes; c++) {
		double truth = 0, predicted = 0, hit = confusion[c * classes + c];
		for (size_t o = 0; o < classes; o++) {
			truth += confusion[c * classes + o];
			predicted += confusion[o * classes + c];
		}
		struct class_scores scores = {ratio(hit, predicted), ratio(hit, truth), 0, truth};
		scores.f1 = ratio(2 * hit, truth + predicted);
		if (per_class) {
			per_class[c] = scores;
		}
		correct += hit;
		chance += truth * predicted;
		truth_squares += truth * truth;
		predicted_squares += predicted * predicted;
		present += truth > 0;
		out->balanced_accuracy += scores.recall;
		out->weighted_f1 += scores.f1 * truth / total;
		if (truth > 0 || predicted > 0) {
			seen++;
			out->macro_precision += scores.precision;
			out->macro_recall += scores.recall;
			out->macro_f1 += scores.f1;
		}
	}
	out->accuracy = out->micro_f1 = correct / total;
	out->balanced_accuracy /= present;
	out->macro_precision /= seen;
	out->macro_recall /= seen;
	out->macro_f1 /= seen;
	double expected = chance / (total * total);
	out->kappa = expected < 1 ? (out->accuracy - expected) / (1 - expected) : 0;
	double spread = sqrt((total * total - predicted_squares) * (total * total - truth_squares));
	out->mcc = spread > 0 ? (correct * total - chance) / spread : 0;
	return STATUS_OK;
}

/* Indices by falling score, NULL when memory ran out; positives counted. */
static uint32_t *ranked(const int32_t *truth, const double *score, size_t n, double *positives)
{
	uint32_t *order = malloc((n ? n : 1) * sizeof *order);
	double *negative = malloc((n ? n : 1) * sizeof *negative);
	*positives = 0;
	for (size_t i = 0; negative && i < n; i++) {
		negative[i] = -score[i];
		*positives += truth[i] != 0;
	}
	if (!order || !negative || argsort(order, negative, n, NULL) != STATUS_OK) {
		free(order);
		order = NULL;
	}
	free(negative);
	return order;
}

size_t roc_curve(double *false_positive_rate, double *true_positive_rate, double *threshold,
		 const int32_t *truth, const double *score, size_t n)
{
	double positives;
	uint32_t *order = ranked(truth, score, n, &positives);
	if (!order || positives == 0 || positives == (double)n) {
		free(order);
		return 0;
	}
	double negatives = (double)n - positives, hits = 0, alarms = 0;
	size_t points = 0;
	false_positive_rate[0] = true_positive_rate[0] = 0;
	threshold[points++] = INFINITY;
	for (size_t i = 0; i < n;) {
		double value = score[order[i]];
		for (; i < n && score[order[i]] == value; i++) {
			hits += truth[order[i]] != 0;
			alarms += truth[order[i]] == 0;
		}
		false_positive_rate[points] = alarms / negatives;
		true_positive_rate[points] = hits / positives;
		threshold[points++] = value;
	}
	free(order);
	return points;
}

double roc_auc(const int32_t *truth, const double *score, size_t n)
{
	double *curve = malloc(3 * (n + 1) * sizeof *curve);
	if (!curve) {
		return NAN;
	}
	double *x = curve, *y = curve + n + 1;
	size_t points = roc_curve(x, y, y + n + 1, truth, score, n);
	double area = points ? 0 : NAN;
	for (size_t i = 1; i < points; i++) {
		area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
	}
	free(curve);
	return area;
}

double average_precision(const int32_t *truth, const double *score, size_t n)
{
	double positives;
	uint32_t *order = ranked(truth, score, n, &positives);
	if (!order || positives == 0) {
		free(order);
		return NAN;
	}
	double area = 0, hits = 0, last_recall = 0;
	for (size_t i = 0; i < n;) {
		double value = score[order[i]];
		for (; i < n && score[order[i]] == value; i++) {
			hits += truth[order[i]] != 0;
		}
		double recall = hits / positives;
		area += (recall - last_recall) * hits / (double)i;
		last_recall = recall;
	}
	free(order);
	return area;
}

double log_loss(const int32_t *truth, const double *probability, size_t n, size_t classes)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		if (truth[i] < 0 || (size_t)truth[i] >= classes) {
			return NAN;
		}
		double p = probability[i * classes + (size_t)truth[i]];
		sum -= log(fmin(fmax(p, 1e-15), 1));
	}
	return n ? sum / (double)n : NAN;
}

double brier_score(const int32_t *truth, const double *probability, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		double d = probability[i] - (truth[i] != 0);
		sum += d * d;
	}
	return n ? sum / (double)n : NAN;
}

double calibration_error(const int32_t *correct, const double *confidence, size_t n, size_t bins)
{
	if (n == 0 || bins == 0 || bins > 1000) {
		return NAN;
	}
	double *sums = calloc(3 * bins, sizeof *sums);
	if (!sums) {
		return NAN;
	}
	for (size_t i = 0; i < n; i++) {
		double place = fmin(fmax(confidence[i], 0), 1) * (double)bins;
		size_t bin = place >= (double)bins ? bins - 1 : (size_t)place;
		sums[3 * bin] += 1;
		sums[3 * bin + 1] += correct[i] != 0;
		sums[3 * bin + 2] += confidence[i];
	}
	double error = 0;
	for (size_t b = 0; b < bins; b++) {
		error += fabs(sums[3 * b + 1] - sums[3 * b + 2]) / (double)n;
	}
	free(sums);
	return error;
}

double mean_absolute_error(const double *truth, const double *predicted, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		sum += fabs(truth[i] - predicted[i]);
	}
	return n ? sum / (double)n : NAN;
}

double root_mean_squared_error(const double *truth, const double *predicted, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		sum += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
	}
	return n ? sqrt(sum / (double)n) : NAN;
}

double mean_absolute_percentage_error(const double *truth, const double *predicted, size_t n)
{
	double sum = 0;
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		if (truth[i] != 0) {
			sum += fabs((truth[i] - predicted[i]) / truth[i]);
			used++;
		}
	}
	return used ? sum / (double)used : NAN;
}

double r_squared(const double *truth, const double *predicted, size_t n)
{
	double mean = 0, residual = 0, total = 0;
	for (size_t i = 0; i < n; i++) {
		mean += (truth[i] - mean) / (double)(i + 1);
	}
	for (size_t i = 0; i < n; i++) {
		residual += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
		total += (truth[i] - mean) * (truth[i] - mean);
	}
	return total > 0 ? 1 - residual / total : NAN;
}

static double gain_at(const double *relevance, size_t n, size_t k)
{
	double sum = 0;
	for (size_t i = 0; i < n && i < k; i++) {
		sum += (exp2(relevance[i]) - 1) / log2((double)i + 2);
	}
	return sum;
}

double ndcg(const double *relevance, size_t n, size_t k)
{
	double *best = sorted_copy(relevance, n);
	if (!best) {
		return NAN;
	}
	for (size_t i = 0; i < n / 2; i++) {
		double swap = best[i];
		best[i] = best[n - 1 - i];
		best[n - 1 - i] = swap;
	}
	double ideal = gain_at(best, n, k);
	free(best);
	return ideal > 0 ? gain_at(relevance, n, k) / ideal : 0;
}

double reciprocal_rank(const double *relevance, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (relevance[i] > 0) {
			return 1 / (double)(i + 1);
		}
	}
	return 0;
}
