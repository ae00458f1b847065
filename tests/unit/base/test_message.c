#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/message.h"
#include "engine/base/utf8.h"

/* The message tables: both languages take the same arguments, and each is in its own language. */

static const struct {
	const char *name, *ko, *en;
} rows[] = {
#define X(name, ko, en) {#name, ko, en},
#include "engine/base/messages/all.def"
#undef X
};
static const size_t count = sizeof rows / sizeof *rows;

enum { ARGUMENTS = 12 };

/* What each argument of a format is taken for ("d", "zu", "s"), in the order of the arguments: "%2$s %1$d" gives "d s ". */
static void conversions(const char *format, char *out, size_t size)
{
	char kinds[ARGUMENTS][8] = {{0}};
	size_t next = 0, used = 0;
	for (const char *at = strchr(format, '%'); at; at = strchr(at, '%')) {
		at++;
		if (*at == '%') {
			at++;
			continue;
		}
		size_t digits = strspn(at, "0123456789");
		size_t place = next;
		if (digits > 0 && at[digits] == '$') {
			place = (size_t)atoi(at) - 1;
			at += digits + 1;
		}
		for (; *at && strchr("-+ #0.123456789*", *at); at++) {
			if (*at == '*' && place < ARGUMENTS) {
				strcpy(kinds[place++], "*");
			}
		}
		size_t length = strspn(at, "hljzt");
		if (place < ARGUMENTS) {
			snprintf(kinds[place], sizeof kinds[place], "%.*s", (int)length + 1, at);
		}
		next = place + 1;
		at += length;
	}
	out[0] = '\0';
	for (size_t i = 0; i < ARGUMENTS; i++) {
		used += (size_t)snprintf(out + used, size - used, "%s ", kinds[i]);
	}
}

static void both_languages_take_the_same_arguments(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		char ko[128], en[128];
		conversions(rows[i].ko, ko, sizeof ko);
		conversions(rows[i].en, en, sizeof en);
		if (strcmp(ko, en) != 0) {
			fail_msg("%s: '%s' but '%s'", rows[i].name, ko, en);
		}
	}
}

static bool holds_syllable(const char *text)
{
	size_t length = strlen(text);
	for (size_t at = 0; at < length;) {
		if (korean_is_syllable(utf8_next(text, length, &at))) {
			return true;
		}
	}
	return false;
}

static void each_text_is_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(utf8_valid(rows[i].ko, strlen(rows[i].ko)));
		assert_true(utf8_valid(rows[i].en, strlen(rows[i].en)));
		bool silent = *rows[i].ko == '\0';
		assert_true(silent == (*rows[i].en == '\0'));
		if (strncmp(rows[i].name, "USAGE_", 6) == 0 && !silent) {
			/* What --help prints ends its last line. */
			assert_int_equal(rows[i].ko[strlen(rows[i].ko) - 1], '\n');
			assert_true(holds_syllable(rows[i].ko));
		}
	}
}

static void the_language_can_be_changed(void **state)
{
	(void)state;
	assert_true(holds_syllable(message(MSG_CLI_NO_MEMORY)));
	message_set_language(LANGUAGE_EN);
	assert_false(holds_syllable(message(MSG_CLI_NO_MEMORY)));
	message_set_language(LANGUAGE_KO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_languages_take_the_same_arguments),
		cmocka_unit_test(each_text_is_well_formed),
		cmocka_unit_test(the_language_can_be_changed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
