#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"
#include "tui/cli/doctor.h"

/* mundap doctor: the checks of doctor_*.c, and how to mend what they find. */

void doctor_report(struct doctor *doctor, const struct doctor_check *check)
{
	const char *name = message(check->name);
	const char *mend = check->ok || !check->mend ? "" : check->mend;
	if (!check->ok && check->needed) {
		doctor->failed++;
	} else if (!check->ok) {
		doctor->missing++;
	}
	if (doctor->checks) {
		json_array_append_new(doctor->checks,
				      json_pack("{s:s,s:s,s:b,s:b,s:s,s:s}", "id", check->id,
						"name", name, "ok", (int)check->ok, "needed",
						(int)check->needed, "detail", check->detail, "mend",
						mend));
		return;
	}
	const char *sign = check->ok ? "✓" : check->needed ? "✗" : "–";
	const char *color = check->ok ? "\033[32m" : check->needed ? "\033[31m" : "\033[33m";
	int pad = 14 - (int)utf8_width(name, strlen(name));
	printf("%s%s%s %s%*s %s\n", doctor->color ? color : "", sign,
	       doctor->color ? "\033[0m" : "", name, pad > 0 ? pad : 0, "", check->detail);
	if (*mend) {
		printf("  → %s\n", mend);
	}
}

int cmd_doctor(int argc, char **argv, const struct cli_options *options)
{
	int status = cli_take_options(&argc, argv, NULL, 0, options);
	if (status != 0) {
		return status;
	}
	if (argc > 1) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_TOO_MANY_WORDS),
				argv[1], "doctor");
	}
	struct doctor doctor = {.checks = options->json ? json_array() : NULL,
				.color = options->color};
	doctor_terminal(&doctor);
	doctor_libraries(&doctor);
	doctor_engine(&doctor);
	doctor_data(&doctor);
	doctor_database(&doctor);
	doctor_lessons(&doctor);
	if (options->json) {
		bool ok = cli_print_json(
			json_pack("{s:o,s:s}", "checks", doctor.checks, "version", MUNDAP_VERSION));
		return !ok ? CLI_FAULT : doctor.failed ? CLI_NOT_PASSED : CLI_PASSED;
	}
	if (doctor.failed) {
		printf(message(MSG_DOCTOR_SUM_FAILED), doctor.failed);
	} else if (doctor.missing) {
		printf(message(MSG_DOCTOR_SUM_MISSING), doctor.missing);
	} else {
		puts(message(MSG_DOCTOR_SUM_GOOD));
	}
	return doctor.failed ? CLI_NOT_PASSED : CLI_PASSED;
}
