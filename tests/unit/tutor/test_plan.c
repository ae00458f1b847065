#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tutor/plan.h"

static const struct {
	const char *answers[4];
	const char *start, *other; /* other: also right; NULL: none */
} profiles[] = {
	{{"노트북에서 학습한 파일을 서버에 손으로 복사해서 올려요", "회사 서버 한 대요",
	  "모니터링이 없어서 언제부터 틀리는지 몰라요", "둘이서 하고 개발 경력은 3년이에요"},
	 "B1",
	 NULL},
	{{"수동으로 scp로 올립니다", "사내 서버", "딱히 지켜보는 게 없어요", "혼자입니다"},
	 "B1",
	 NULL},
	{{"flask로 만들어서 직접 띄웁니다", "제 컴퓨터요", "모르겠어요", "한 명, 백엔드 2년"},
	 "B1",
	 NULL},
	{{"도커 이미지를 GitHub Actions로 자동 배포해요", "AWS EC2",
	  "드리프트를 지켜보는 게 없어서 걱정이에요", "다섯 명"},
	 "B6",
	 NULL},
	{{"컨테이너로 만들고 젠킨스로 배포합니다", "온프레미스",
	  "배포는 잘 되는데 성능이 떨어져도 늦게 알아요", "네 명, 개발 5년"},
	 "B6",
	 NULL},
	{{"SageMaker 엔드포인트를 씁니다", "AWS", "이벤트 때 트래픽이 몰리면 응답이 느려져요",
	  "여섯 명"},
	 "M1",
	 "M3"},
	{{"Vertex AI에 올려요", "GCP", "피크 시간에 지연이 길어져요", "셋"}, "M1", "M3"},
	{{"관리형 서비스에 올립니다", "Azure ML", "특별히 없습니다",
	  "셋이고 클라우드는 처음이 아니에요"},
	 "M1",
	 "M3"},
	{{"쿠버네티스에 헬름으로 배포합니다", "EKS", "LLM 응답이 느리고 토큰 비용이 너무 나와요",
	  "열 명"},
	 "A1",
	 "A8"},
	{{"k8s에서 vLLM을 돌려요", "자체 GPU 클러스터", "RAG 챗봇이 자꾸 거짓말을 해요",
	  "여덟 명, 운영 3년"},
	 "A1",
	 "A8"},
	{{"아직 모델이 없어요", "없습니다", "머신러닝이 처음이라 무엇부터 할지 모르겠어요",
	  "혼자이고 비전공 학생입니다"},
	 "AI-01",
	 NULL},
	{{"배포해 본 적이 없어요", "노트북 한 대", "인공지능을 배운 적이 없어요",
	  "입문자예요. 하루 30분쯤 공부할 수 있어요"},
	 "AI-01",
	 NULL},
};

static void answers_choose_the_start(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
		struct plan plan;
		plan_init(&plan);
		assert_int_equal(plan_make(&plan, profiles[i].answers, 0, NULL), STATUS_OK);
		if (strcmp(plan.start, profiles[i].start) != 0 &&
		    (!profiles[i].other || strcmp(plan.start, profiles[i].other) != 0)) {
			fail_msg("%s … starts at %s", profiles[i].answers[0], plan.start);
		}
		assert_true(plan.step_count > 4);
		bool quoted = false;
		for (int a = 0; a < 4; a++) {
			const char *open = strstr(plan.reason, "“"),
				   *close = strstr(plan.reason, "”");
			if (open && close) {
				size_t n = (size_t)(close - open) - strlen("“");
				char *quote = strndup(open + strlen("“"), n);
				char *dots = strstr(quote, "…");
				if (dots) {
					*dots = '\0';
				}
				quoted = quoted || strstr(profiles[i].answers[a], quote);
				free(quote);
			}
		}
		if (!quoted) {
			fail_msg("no quote: %s", plan.reason);
		}
		for (int s = 1; s < plan.step_count; s++) {
			assert_true(plan.steps[s].week >= plan.steps[s - 1].week);
		}
		plan_release(&plan);
	}
}

static void the_first_screen_holds_four_questions(void **state)
{
	(void)state;
	struct strbuf out;
	strbuf_init(&out);
	assert_int_equal(plan_greet(&out, NULL), STATUS_OK);
	static const char *const questions[] = {"현재 ML 모델을 어떻게 배포하고 계신가요?",
						"어떤 클라우드/인프라를 사용하고 계신가요?",
						"현재 겪고 있는 운영 상의 어려움이 있나요?",
						"팀 규모와 개발/운영 경험은 어느 정도인가요?"};
	const char *at = out.text;
	for (int i = 0; i < 4; i++) {
		at = strstr(at, questions[i]);
		assert_non_null(at);
		at++;
	}
	strbuf_release(&out);
}

static void vague_answers_are_asked_once_more(void **state)
{
	(void)state;
	struct plan plan;
	plan_init(&plan);
	struct strbuf out;
	strbuf_init(&out);
	static const char *const turns[] = {"그냥요", "손으로 옮겨요",        "", "", "모르겠어요",
					    "글쎄요", "주 6시간, 두 명이에요"};
	static const int asking[] = {0, 1, 1, 2, 2, 3, 3};
	for (int i = 0; i < 7; i++) {
		strbuf_reset(&out);
		assert_int_equal(plan_answer(&plan, turns[i], &out, NULL), STATUS_OK);
		assert_int_equal(plan.asking, asking[i]);
		assert_true(out.length > 0);
	}
	assert_int_equal(plan.stage, PLAN_READY);
	assert_string_equal(plan.answers[1], "");
	assert_string_equal(plan.answers[2], "");
	assert_string_equal(plan.start, "B1");
	assert_true(plan.hours_per_week > 5.9 && plan.hours_per_week < 6.1);
	char *saved = plan_save(&plan);
	struct plan back;
	assert_int_equal(plan_load(&back, saved, NULL), STATUS_OK);
	char *again = plan_save(&back);
	assert_string_equal(saved, again);
	assert_int_equal(plan_restart_at(&back, "M3", NULL), STATUS_OK);
	assert_string_equal(back.steps[0].unit, "M3");
	assert_int_equal(plan_restart_at(&back, "Z9", NULL), STATUS_NOT_FOUND);
	struct plan none;
	assert_int_equal(plan_load(&none, "{}", NULL), STATUS_CORRUPT);
	plan_release(&none);
	free(saved);
	free(again);
	plan_release(&back);
	plan_release(&plan);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_screen_holds_four_questions),
		cmocka_unit_test(answers_choose_the_start),
		cmocka_unit_test(vague_answers_are_asked_once_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
