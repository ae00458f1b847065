#include "tui/cli/bank_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/lua/catalog.h"
#include "engine/tutor/bank.h"
#include "engine/tutor/grade.h"
#include "tui/cli/cli_json.h"

enum { MOST_KINDS = 40 };

struct figures {
	char kind[40];
	long answers, right, passes, passes_refused, others, false_passes;
	long concept_hits, concept_misses, concept_extra;
	long wrong_hits, wrong_misses, wrong_extra;
};

struct report {
	struct catalog *catalog;
	struct grader *grader;
	struct figures kinds[MOST_KINDS];
	int kind_count;
	double *milliseconds;
	size_t timed, room;
	bool verbose;
	long skipped;
};

static struct figures *figures_of(struct report *report, const char *kind)
{
	for (int i = 0; i < report->kind_count; i++) {
		if (strcmp(report->kinds[i].kind, kind) == 0) {
			return &report->kinds[i];
		}
	}
	int at = report->kind_count < MOST_KINDS ? report->kind_count++ : MOST_KINDS - 1;
	snprintf(report->kinds[at].kind, sizeof report->kinds[at].kind, "%s", kind);
	return &report->kinds[at];
}

static int bits(unsigned value)
{
	return __builtin_popcount(value);
}

static void print_labels(const char *title, uint16_t labels)
{
	printf(" %s", title);
	for (int l = 0; l < BANK_LABELS; l++) {
		if (labels >> l & 1) {
			bool wrong = l >= BANK_FIRST_MISCONCEPTION;
			printf(" %c%d", wrong ? 'm' : 'k',
			       wrong ? l - BANK_FIRST_MISCONCEPTION + 1 : l + 1);
		}
	}
}

static void count(struct figures *f, const struct grade *grade, enum verdict wanted,
		  uint16_t labels, uint16_t found)
{
	const uint16_t concepts = (1u << BANK_FIRST_MISCONCEPTION) - 1;
	f->answers++;
	f->right += grade->verdict == wanted;
	if (wanted == VERDICT_PASS) {
		f->passes++;
		f->passes_refused += grade->verdict != VERDICT_PASS;
	} else {
		f->others++;
		f->false_passes += grade->verdict == VERDICT_PASS;
	}
	f->concept_hits += bits(labels & found & concepts);
	f->concept_misses += bits(labels & ~found & concepts);
	f->concept_extra += bits(found & ~labels & concepts);
	f->wrong_hits += bits(labels & found & ~concepts);
	f->wrong_misses += bits(labels & ~found & (uint16_t)~concepts);
	f->wrong_extra += bits(found & ~labels & ~concepts);
}

static void take(struct report *report, const struct checkpoint *checkpoint, const char *kind,
		 enum verdict wanted, uint16_t labels, const char *answer)
{
	struct grade grade;
	struct grade_context context = {0};
	int64_t start = clock_now_ns();
	if (grade_answer(&grade, report->grader, checkpoint, &context, answer, strlen(answer),
			 NULL) != STATUS_OK) {
		return;
	}
	if (report->timed == report->room) {
		size_t room = report->room ? report->room * 2 : 1024;
		double *more = realloc(report->milliseconds, room * sizeof *more);
		if (!more) {
			grade_release(&grade);
			return;
		}
		report->milliseconds = more;
		report->room = room;
	}
	report->milliseconds[report->timed++] = (double)(clock_now_ns() - start) / 1e6;
	uint16_t found = 0;
	for (int i = 0; i < grade.concept_count && i < BANK_FIRST_MISCONCEPTION; i++) {
		found |= (uint16_t)(grade.concepts[i].met << i);
	}
	for (int i = 0; i < grade.misconception_count; i++) {
		found |= (uint16_t)(grade.misconceptions[i].held << (BANK_FIRST_MISCONCEPTION + i));
	}
	count(figures_of(report, kind), &grade, wanted, labels, found);
	if (report->verbose && (grade.verdict != wanted || found != labels)) {
		printf("%s %s: %s → %s", checkpoint->id, kind, verdict_name(wanted),
		       verdict_name(grade.verdict));
		print_labels("missed", labels & (uint16_t)~found);
		print_labels("extra", found & (uint16_t)~labels);
		printf(" flags %x\n    %s\n", grade.flags, answer);
		for (int i = 0; i < grade.concept_count; i++) {
			printf("    k%d %.2f", i + 1, grade.concepts[i].score);
		}
		for (int i = 0; i < grade.misconception_count; i++) {
			printf("    m%d %.2f", i + 1, grade.misconceptions[i].score);
		}
		putchar('\n');
	}
	grade_release(&grade);
}

static bool verdict_of(const char *word, enum verdict *out)
{
	for (int v = VERDICT_PASS; v <= VERDICT_REDIRECT; v++) {
		if (strcmp(word, verdict_name((enum verdict)v)) == 0) {
			*out = (enum verdict)v;
			return true;
		}
	}
	return false;
}

static uint16_t labels_of(char *list)
{
	uint16_t labels = 0;
	char *rest = NULL;
	for (char *word = strtok_r(list, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest)) {
		labels |= bank_label_bit(word, strlen(word));
	}
	return labels;
}

/* "\n" in a column stands for a line's end. */
static void unescape(char *text)
{
	char *out = text;
	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == 'n') {
			*out++ = '\n';
			text++;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

static enum status read_answers(struct report *report, const char *path, struct error *err)
{
	struct strbuf sb;
	strbuf_init(&sb);
	enum status status = file_read(&sb, path, 0, err);
	char *rest = NULL;
	int number = 0;
	for (char *line = status ? NULL : strtok_r(sb.text, "\n", &rest); line && !status;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *columns[6];
		int n = 0;
		number++;
		if (*line == '#') {
			continue;
		}
		for (char *at = line; at && n < 6; n++) {
			columns[n] = at;
			at = n < 5 ? strchr(at, '\t') : NULL;
			if (at) {
				*at++ = '\0';
			}
		}
		enum verdict wanted;
		if (n < 6 || !verdict_of(columns[2], &wanted)) {
			status = error_set(err, STATUS_PARSE, path,
					   "row %d: checkpoint, kind, verdict, concepts, "
					   "misconceptions, answer expected",
					   number);
			break;
		}
		const struct checkpoint *checkpoint = NULL;
		if (catalog_checkpoint(report->catalog, columns[0], &checkpoint, NULL, NULL) !=
		    STATUS_OK) {
			report->skipped++;
			continue;
		}
		uint16_t labels = (uint16_t)(labels_of(columns[3]) | labels_of(columns[4]));
		unescape(columns[5]);
		take(report, checkpoint, columns[1], wanted, labels, columns[5]);
	}
	strbuf_release(&sb);
	return status;
}

static void read_samples(struct report *report)
{
	size_t courses = 0;
	const struct course *list = catalog_courses(report->catalog, &courses);
	for (size_t c = 0; c < courses; c++) {
		for (size_t l = 0; l < list[c].lesson_count; l++) {
			const struct lesson_entry *entry = list[c].lessons[l];
			const struct checkpoint *cp = NULL;
			if (entry->checkpoints.count == 0 ||
			    catalog_checkpoint(report->catalog, entry->checkpoints.items[0], &cp,
					       NULL, NULL) != STATUS_OK) {
				continue;
			}
			for (size_t s = 0; s < cp->sample_count; s++) {
				const struct sample_answer *sample = &cp->samples[s];
				uint16_t labels = 0;
				for (size_t i = 0; i < sample->concepts.count; i++) {
					labels |= bank_label_bit(sample->concepts.items[i],
								 strlen(sample->concepts.items[i]));
				}
				for (size_t i = 0; i < sample->misconceptions.count; i++) {
					labels |= bank_label_bit(
						sample->misconceptions.items[i],
						strlen(sample->misconceptions.items[i]));
				}
				take(report, cp, verdict_name(sample->verdict), sample->verdict,
				     labels, sample->text);
			}
		}
	}
}

static double share(long part, long whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 100.0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void add_up(struct figures *all, const struct figures *f)
{
	all->answers += f->answers;
	all->right += f->right;
	all->passes += f->passes;
	all->passes_refused += f->passes_refused;
	all->others += f->others;
	all->false_passes += f->false_passes;
	all->concept_hits += f->concept_hits;
	all->concept_misses += f->concept_misses;
	all->concept_extra += f->concept_extra;
	all->wrong_hits += f->wrong_hits;
	all->wrong_misses += f->wrong_misses;
	all->wrong_extra += f->wrong_extra;
}

static void print_row(const struct figures *f)
{
	printf("%-22s %5ld %8.1f %11.1f %14.1f %9.1f %9.1f %9.1f %9.1f\n", f->kind, f->answers,
	       share(f->right, f->answers), share(f->false_passes, f->others) * (f->others > 0),
	       share(f->passes_refused, f->passes) * (f->passes > 0),
	       share(f->concept_hits, f->concept_hits + f->concept_misses),
	       share(f->concept_hits, f->concept_hits + f->concept_extra),
	       share(f->wrong_hits, f->wrong_hits + f->wrong_misses),
	       share(f->wrong_hits, f->wrong_hits + f->wrong_extra));
}

static json_t *row_json(const struct figures *f)
{
	return json_pack(
		"{s:s,s:I,s:f,s:f,s:f,s:f,s:f,s:f,s:f}", "kind", f->kind, "answers",
		(json_int_t)f->answers, "verdict_accuracy", share(f->right, f->answers) / 100,
		"false_passes", share(f->false_passes, f->others) / 100 * (f->others > 0),
		"passes_refused", share(f->passes_refused, f->passes) / 100 * (f->passes > 0),
		"concept_recall", share(f->concept_hits, f->concept_hits + f->concept_misses) / 100,
		"concept_precision",
		share(f->concept_hits, f->concept_hits + f->concept_extra) / 100,
		"misconception_recall", share(f->wrong_hits, f->wrong_hits + f->wrong_misses) / 100,
		"misconception_precision",
		share(f->wrong_hits, f->wrong_hits + f->wrong_extra) / 100);
}

static int print_report(struct report *report, const struct cli_options *options)
{
	struct figures all = {.kind = "all"};
	for (int i = 0; i < report->kind_count; i++) {
		add_up(&all, &report->kinds[i]);
	}
	double median = 0, most = 0;
	if (report->timed > 0) {
		qsort(report->milliseconds, report->timed, sizeof(double), by_size);
		median = report->milliseconds[report->timed / 2];
		most = report->milliseconds[report->timed - 1];
	}
	if (options->json) {
		json_t *rows = json_array();
		for (int i = 0; i < report->kind_count; i++) {
			json_array_append_new(rows, row_json(&report->kinds[i]));
		}
		json_t *root = json_pack("{s:o,s:o,s:f,s:f,s:I}", "kinds", rows, "all",
					 row_json(&all), "median_ms", median, "max_ms", most,
					 "skipped", (json_int_t)report->skipped);
		return cli_print_json(root) ? CLI_PASSED : CLI_FAULT;
	}
	printf("%-22s %5s %8s %11s %14s %9s %9s %9s %9s\n", "kind", "n", "verdict", "false pass",
	       "pass refused", "concept R", "concept P", "misc R", "misc P");
	for (int i = 0; i < report->kind_count; i++) {
		print_row(&report->kinds[i]);
	}
	print_row(&all);
	printf("median %.2f ms, most %.2f ms; %ld skipped\n", median, most, report->skipped);
	return CLI_PASSED;
}

int bank_report(int argc, char **argv, const struct cli_options *options)
{
	struct report report = {0};
	bool samples = false, plain = false;
	const struct cli_option wanted[] = {
		{"--samples", CLI_FLAG, &samples, 0, 0},
		{"--verbose", CLI_FLAG, &report.verbose, 0, 0},
		{"--terms-only", CLI_FLAG, &plain, 0, 0},
	};
	int code = cli_take_options(&argc, argv, wanted, 3, options);
	if (code) {
		return code;
	}
	struct error err = ERROR_INIT;
	struct strbuf share_folder;
	strbuf_init(&share_folder);
	enum status status = file_share_folder(&share_folder, &err);
	if (!status) {
		status = catalog_load(&report.catalog, &err);
	}
	if (!status) {
		status = grader_open(&report.grader, plain ? NULL : share_folder.text, &err);
	}
	if (!status && samples) {
		read_samples(&report);
	}
	for (int i = 1; i < argc && !status; i++) {
		status = read_answers(&report, argv[i], &err);
	}
	code = status ? cli_fail_error(options, &err) : print_report(&report, options);
	free(report.milliseconds);
	grader_free(report.grader);
	catalog_free(report.catalog);
	strbuf_release(&share_folder);
	return code;
}
