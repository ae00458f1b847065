#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/utf8.h"

static void particles_follow_the_sound(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		enum particle particle;
		const char *expected;
	} rows[] = {
		{"모델", PARTICLE_OBJECT, "을"},
		{"드리프트", PARTICLE_SUBJECT, "가"},
		{"모델", PARTICLE_BY, "로"},
		{"합성곱", PARTICLE_BY, "으로"},
		{"CNN", PARTICLE_TOPIC, "은"},
		{"GPU", PARTICLE_TOPIC, "는"},
		{"3", PARTICLE_SUBJECT, "이"},
		{"2", PARTICLE_SUBJECT, "가"},
		{"10", PARTICLE_OBJECT, "을"},
		{"국소 특징(Local Feature)", PARTICLE_OBJECT, "을"},
		{"batch", PARTICLE_WITH, "와"},
		{"LSTM", PARTICLE_SUBJECT, "이"},
		{"50%", PARTICLE_BY, "로"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_string_equal(korean_particle(rows[i].word, rows[i].particle),
				    rows[i].expected);
	}
}

static void open_particles_are_settled(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {{"학습률은 0보다 커야 해요. 3을(를) 받았어요.",
		     "학습률은 0보다 커야 해요. 3을 받았어요."},
		    {"2을(를) 쓸 수 없고 weight이(가) 없어요.", "2를 쓸 수 없고 weight가 없어요."},
		    {"모델은(는) 파일(으)로, 층(으)로", "모델은 파일로, 층으로"},
		    {"0.5은(는)", "0.5는"},
		    {"그대로", "그대로"},
		    {"", ""}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[128];
		strcpy(text, rows[i].text);
		korean_settle_particles(text);
		assert_string_equal(text, rows[i].want);
	}
}

static void jamo_and_initials(void **state)
{
	(void)state;
	struct strbuf sb;
	strbuf_init(&sb);
	korean_decompose(&sb, "모델", strlen("모델"));
	assert_string_equal(sb.text, "ㅁㅗㄷㅔㄹ");
	strbuf_reset(&sb);
	korean_initials(&sb, "드리프트 A", strlen("드리프트 A"));
	assert_string_equal(sb.text, "ㄷㄹㅍㅌ A");
	strbuf_release(&sb);
}

static void hangul_keyboard_maps_back(void **state)
{
	(void)state;
	static const char jamo[] = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ";
	static const char keys[] = "qwertyuiopasdfghjklzxcvbnm";
	size_t at = 0;
	for (size_t i = 0; keys[i]; i++) {
		assert_int_equal(korean_key_of_jamo(utf8_next(jamo, sizeof jamo - 1, &at)),
				 keys[i]);
	}
}

static void partial_code_points_are_cut(void **state)
{
	(void)state;
	char text[] = "가나\xEB\x8B";
	utf8_trim_partial(text);
	assert_string_equal(text, "가나");
	char whole[] = "가나";
	utf8_trim_partial(whole);
	assert_string_equal(whole, "가나");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(particles_follow_the_sound),
		cmocka_unit_test(open_particles_are_settled),
		cmocka_unit_test(jamo_and_initials),
		cmocka_unit_test(hangul_keyboard_maps_back),
		cmocka_unit_test(partial_code_points_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
