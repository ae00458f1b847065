#include "engine/mlops/metrics.h"

#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SERIES 1000

const double metrics_latency_buckets[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
					  0.1,    0.25,  0.5,    1,     2.5,  5,     10};
const size_t metrics_latency_bucket_count =
	sizeof metrics_latency_buckets / sizeof *metrics_latency_buckets;

struct metric {
	struct metric *next; /* of the same name */
	char *labels;
	_Atomic double value; /* a histogram's sum */
	_Atomic uint64_t *counts; /* [bucket_count + 1], the last is +Inf */
	double *buckets;
	size_t bucket_count;
};

struct family {
	struct family *next;
	enum metric_kind kind;
	char *name, *help;
	struct metric *series, **last;
	size_t series_count;
};

struct metrics {
	pthread_mutex_t lock;
	struct family *families, **last;
};

struct metrics *metrics_new(void)
{
	struct metrics *metrics = calloc(1, sizeof *metrics);
	if (metrics) {
		pthread_mutex_init(&metrics->lock, NULL);
		metrics->last = &metrics->families;
	}
	return metrics;
}

static void metric_free(struct metric *metric)
{
	if (metric) {
		free(metric->labels);
		free(metric->counts);
		free(metric->buckets);
		free(metric);
	}
}

static void family_free(struct family *family)
{
	if (!family) {
		return;
	}
	while (family->series) {
		struct metric *next = family->series->next;
		metric_free(family->series);
		family->series = next;
	}
	free(family->name);
	free(family->help);
	free(family);
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics) {
		return;
	}
	while (metrics->families) {
		struct family *next = metrics->families->next;
		family_free(metrics->families);
		metrics->families = next;
	}
	pthread_mutex_destroy(&metrics->lock);
	free(metrics);
}

static bool good_name(const char *name)
{
	if (!isalpha((unsigned char)*name) && *name != '_' && *name != ':') {
		return false;
	}
	for (; *name; name++) {
		if (!isalnum((unsigned char)*name) && *name != '_' && *name != ':') {
			return false;
		}
	}
	return true;
}

static struct family *family_of(struct metrics *metrics, enum metric_kind kind, const char *name,
				const char *help, struct error *err)
{
	for (struct family *f = metrics->families; f; f = f->next) {
		if (strcmp(f->name, name) == 0) {
			if (f->kind != kind) {
				error_set(err, STATUS_INVALID, name,
					  "%s was registered as another kind", name);
				return NULL;
			}
			return f;
		}
	}
	struct family *f = calloc(1, sizeof *f);
	if (f) {
		f->kind = kind;
		f->name = strdup(name);
		f->help = strdup(help);
		f->last = &f->series;
	}
	if (!f || !f->name || !f->help) {
		family_free(f);
		error_set(err, STATUS_NOMEM, name, "out of memory");
		return NULL;
	}
	*metrics->last = f;
	metrics->last = &f->next;
	return f;
}

static struct metric *metric_new(const char *labels, const double *buckets, size_t bucket_count)
{
	struct metric *m = calloc(1, sizeof *m);
	if (!m) {
		return NULL;
	}
	m->labels = strdup(labels);
	bool good = m->labels != NULL;
	if (bucket_count) {
		m->bucket_count = bucket_count;
		m->counts = calloc(bucket_count + 1, sizeof *m->counts);
		m->buckets = malloc(bucket_count * sizeof *m->buckets);
		good = good && m->counts && m->buckets;
		if (good) {
			memcpy(m->buckets, buckets, bucket_count * sizeof *buckets);
		}
	}
	if (!good) {
		metric_free(m);
		return NULL;
	}
	return m;
}

struct metric *metrics_series(struct metrics *metrics, enum metric_kind kind, const char *name,
			      const char *help, const char *labels, const double *buckets,
			      size_t bucket_count, struct error *err)
{
	bool histogram = kind == METRIC_HISTOGRAM;
	if (!good_name(name) || histogram != (bucket_count > 0)) {
		error_set(err, STATUS_INVALID, name,
			  "a metric needs a name of letters, digits and '_', a histogram buckets");
		return NULL;
	}
	struct metric *metric = NULL;
	pthread_mutex_lock(&metrics->lock);
	struct family *family = family_of(metrics, kind, name, help, err);
	for (struct metric *m = family ? family->series : NULL; m && !metric; m = m->next) {
		metric = strcmp(m->labels, labels) == 0 ? m : NULL;
	}
	if (family && !metric && family->series_count >= MOST_SERIES) {
		error_set(err, STATUS_RANGE, name,
			  "more than %d label sets: a label grows without bound", MOST_SERIES);
	} else if (family && !metric) {
		metric = metric_new(labels, buckets, bucket_count);
		if (metric) {
			*family->last = metric;
			family->last = &metric->next;
			family->series_count++;
		} else {
			error_set(err, STATUS_NOMEM, name, "out of memory");
		}
	}
	pthread_mutex_unlock(&metrics->lock);
	return metric;
}

void metric_add(struct metric *metric, double amount)
{
	double old = atomic_load_explicit(&metric->value, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&metric->value, &old, old + amount,
						      memory_order_relaxed, memory_order_relaxed)) {
	}
}

void metric_set(struct metric *metric, double value)
{
	atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

void metric_observe(struct metric *metric, double value)
{
	size_t bucket = 0;
	while (bucket < metric->bucket_count && !(value <= metric->buckets[bucket])) {
		bucket++;
	}
	atomic_fetch_add_explicit(&metric->counts[bucket], 1, memory_order_relaxed);
	metric_add(metric, value);
}

double metric_value(const struct metric *metric)
{
	return atomic_load_explicit(&metric->value, memory_order_relaxed);
}

uint64_t metric_count(const struct metric *metric)
{
	uint64_t total = 0;
	for (size_t b = 0; metric->counts && b <= metric->bucket_count; b++) {
		total += atomic_load_explicit(&metric->counts[b], memory_order_relaxed);
	}
	return total;
}

double metric_quantile(const struct metric *metric, double q)
{
	double total = (double)metric_count(metric);
	if (!(total > 0) || !(q >= 0) || !(q <= 1)) {
		return NAN;
	}
	double rank = q * total, below = 0;
	for (size_t b = 0; b < metric->bucket_count; b++) {
		double here =
			(double)atomic_load_explicit(&metric->counts[b], memory_order_relaxed);
		if (here > 0 && below + here >= rank) {
			double low = b ? metric->buckets[b - 1] : 0;
			return low + (metric->buckets[b] - low) * (rank - below) / here;
		}
		below += here;
	}
	return metric->buckets[metric->bucket_count - 1];
}

static void put_escaped(struct strbuf *out, const char *text, size_t length, bool quotes)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n') {
			strbuf_puts(out, "\\n");
		} else if (text[i] == '\\' || (quotes && text[i] == '"')) {
			strbuf_printf(out, "\\%c", text[i]);
		} else {
			strbuf_putc(out, text[i]);
		}
	}
}

/* Writes {a="1",b="2",extra} from "a=1,b=2". */
static void put_labels(struct strbuf *out, const char *labels, const char *extra)
{
	if (!*labels && !*extra) {
		return;
	}
	strbuf_putc(out, '{');
	for (const char *at = labels; *at;) {
		size_t name = strcspn(at, "=");
		strbuf_add(out, at, name);
		strbuf_puts(out, "=\"");
		at += name + (at[name] == '=');
		size_t value = strcspn(at, ",");
		put_escaped(out, at, value, true);
		strbuf_putc(out, '"');
		at += value;
		if (*at == ',') {
			strbuf_putc(out, ',');
			at++;
		}
	}
	strbuf_printf(out, "%s%s}", *labels && *extra ? "," : "", extra);
}

static void put_number(struct strbuf *out, double value)
{
	if (isnan(value)) {
		strbuf_puts(out, "NaN\n");
	} else if (isinf(value)) {
		strbuf_puts(out, value > 0 ? "+Inf\n" : "-Inf\n");
	} else {
		strbuf_printf(out, "%.15g\n", value);
	}
}

static void expose_histogram(struct strbuf *out, const struct family *f, const struct metric *m)
{
	uint64_t total = 0;
	for (size_t b = 0; b <= m->bucket_count; b++) {
		char bound[48];
		total += atomic_load_explicit(&m->counts[b], memory_order_relaxed);
		if (b < m->bucket_count) {
			snprintf(bound, sizeof bound, "le=\"%g\"", m->buckets[b]);
		} else {
			snprintf(bound, sizeof bound, "le=\"+Inf\"");
		}
		strbuf_printf(out, "%s_bucket", f->name);
		put_labels(out, m->labels, bound);
		strbuf_printf(out, " %llu\n", (unsigned long long)total);
	}
	strbuf_printf(out, "%s_sum", f->name);
	put_labels(out, m->labels, "");
	strbuf_putc(out, ' ');
	put_number(out, metric_value(m));
	strbuf_printf(out, "%s_count", f->name);
	put_labels(out, m->labels, "");
	strbuf_printf(out, " %llu\n", (unsigned long long)total);
}

void metrics_expose(struct metrics *metrics, struct strbuf *out)
{
	static const char *const kinds[] = {"counter", "gauge", "histogram"};
	pthread_mutex_lock(&metrics->lock);
	for (const struct family *f = metrics->families; f; f = f->next) {
		strbuf_printf(out, "# HELP %s ", f->name);
		put_escaped(out, f->help, strlen(f->help), false);
		strbuf_printf(out, "\n# TYPE %s %s\n", f->name, kinds[f->kind]);
		for (const struct metric *m = f->series; m; m = m->next) {
			if (f->kind == METRIC_HISTOGRAM) {
				expose_histogram(out, f, m);
				continue;
			}
			strbuf_puts(out, f->name);
			put_labels(out, m->labels, "");
			strbuf_putc(out, ' ');
			put_number(out, metric_value(m));
		}
	}
	pthread_mutex_unlock(&metrics->lock);
}
