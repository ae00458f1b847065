#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/tutor/baseline.h"
#include "engine/tutor/train.h"
#include "tui/cli/bank_report.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap bank: trains the sentence encoder on assets/bank and measures the grader. */

static double ratio(long part, long rest)
{
	return part + rest > 0 ? (double)part / (double)(part + rest) : 0;
}

static void figures(json_t *root, const char *method, const struct train_report reports[2],
		    bool print)
{
	const char *const names[2] = {"concepts", "misconceptions"};
	json_t *rows = json_object();
	for (int i = 0; i < 2; i++) {
		double precision = ratio(reports[i].true_positive, reports[i].false_positive);
		double recall = ratio(reports[i].true_positive, reports[i].false_negative);
		double f1 =
			precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
		json_object_set_new(rows, names[i],
				    json_pack("{s:f,s:f,s:f}", "precision", precision, "recall",
					      recall, "f1", f1));
		if (print) {
			printf("%-9s %-15s precision %.3f recall %.3f F1 %.3f\n", method, names[i],
			       precision, recall, f1);
		}
	}
	json_object_set_new(root, method, rows);
}

static void print_figures(const struct bank *bank, const struct train_report reports[2],
			  const struct train_report baseline[2], size_t bytes,
			  const struct cli_options *options)
{
	json_t *root = json_pack("{s:i,s:i,s:I}", "units", bank->unit_count, "sentences",
				 bank->count, "bytes", (json_int_t)bytes);
	if (!options->json) {
		printf("%d units, %d sentences, %zu bytes; single sentences, each held out:\n",
		       bank->unit_count, bank->count, bytes);
	}
	figures(root, "encoder", reports, !options->json);
	figures(root, "nearest", baseline, !options->json);
	if (options->json) {
		cli_print_json(root);
	} else {
		json_decref(root);
	}
}

static int train(int argc, char **argv, const struct cli_options *options)
{
	const char *out = NULL;
	long epochs = 8, seed = 1;
	const struct cli_option wanted[] = {
		{"--out", CLI_TEXT, &out, 0, 0},
		{"--epochs", CLI_INTEGER, &epochs, 1, 1000},
		{"--seed", CLI_INTEGER, &seed, 0, 1e9},
	};
	int code = cli_take_options(&argc, argv, wanted, 3, options);
	if (code) {
		return code;
	}
	struct error err = ERROR_INIT;
	struct strbuf share, file;
	strbuf_init(&share);
	strbuf_init(&file);
	struct bank bank = {0};
	struct thesaurus *thesaurus = NULL;
	struct encoder *encoder = NULL;
	struct train_report reports[2] = {{0}}, baseline[2] = {{0}};
	char path[1200];
	enum status status = file_share_folder(&share, &err);
	if (!status) {
		snprintf(path, sizeof path, "%s/assets/thesaurus.tsv", share.text);
		status = file_read(&file, path, 0, &err);
	}
	if (!status) {
		status = thesaurus_read(&thesaurus, file.text, file.length, &err);
	}
	if (!status) {
		snprintf(path, sizeof path, "%s/assets/bank", share.text);
		status = bank_read(&bank, path, &err);
	}
	if (!status) {
		status = train_all(&encoder, &bank, thesaurus, (uint64_t)seed, (int)epochs, reports,
				   &err);
	}
	if (!status) {
		status = baseline_measure(&bank, 4, baseline, &err);
	}
	strbuf_reset(&file);
	if (!status) {
		status = encoder_write(encoder, &file);
	}
	if (!status) {
		snprintf(path, sizeof path, "%s/assets/encoder.bin", share.text);
		status = file_write(out ? out : path, file.text, file.length, &err);
	}
	if (status) {
		code = cli_fail_error(options, &err);
	} else {
		print_figures(&bank, reports, baseline, file.length, options);
	}
	encoder_free(encoder);
	thesaurus_free(thesaurus);
	bank_release(&bank);
	strbuf_release(&share);
	strbuf_release(&file);
	return code;
}

int cmd_bank(int argc, char **argv, const struct cli_options *options)
{
	if (argc > 1 && strcmp(argv[1], "train") == 0) {
		return train(argc - 1, argv + 1, options);
	}
	if (argc > 1 && strcmp(argv[1], "report") == 0) {
		return bank_report(argc - 1, argv + 1, options);
	}
	return cli_fail(options, CLI_WRONG_USE, "usage", "%s", message(MSG_BANK_NEEDS_VERB));
}
