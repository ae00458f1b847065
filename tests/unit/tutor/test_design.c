#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tutor/design.h"
#include "engine/tutor/design_words.h"

static const char *const products[] = {"Kubernetes", "쿠버네티스", "Docker",  "도커",   "SageMaker",
				       "Redis",      "레디스",     "Kafka",   "카프카", "AWS",
				       "GCP",        "Azure",      "FastAPI", "Flask",  "MLflow",
				       "Prometheus", "Grafana",    "Airflow", "Triton", "nginx",
				       "Spark",      "Terraform",  "Helm"};

static void names_no_product(const char *reply)
{
	for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
		if (strstr(reply, products[i])) {
			fail_msg("%s in: %s", products[i], reply);
		}
	}
}

static void how_to_deploy_is_met_with_requirements(void **state)
{
	(void)state;
	static const char *const questions[] = {
		"추천 모델을 어떻게 배포해야 하나요?",
		"사기 탐지 시스템을 어떻게 구축하면 좋을까요?",
		"이미지 분류 모델 서빙은 어떻게 해야 할까요?",
		"실시간 번역 서비스를 어떻게 구성하나요?",
		"LLM 챗봇은 어떤 아키텍처로 설계해야 하나요?",
		"모델을 쿠버네티스에 어떻게 배포하나요?",
		"검색 순위 모델 배포 방법을 알려 주세요",
		"어떤 기술로 파이프라인을 구축해야 하나요?",
		"수요 예측 모델을 운영하려면 어떻게 하면 될까요?",
		"우리 서비스에 맞는 인프라를 추천해 주세요",
		"음성 인식 모델을 서비스하려면 무엇으로 해야 하나요?",
		"트래픽이 늘면 어떻게 확장해야 하나요?",
		"대규모 추천 시스템을 어떻게 설계하죠? 알려 주세요",
		"챗봇을 배포하려는데 어떻게 하면 좋을까요",
		"배치 예측 파이프라인을 어떻게 구성해야 되나요?",
		"개인화 광고 모델을 어떻게 서빙할까요?",
		"모바일 앱에 모델을 어떻게 배포하면 되나요?",
		"이상 탐지를 실시간으로 서빙하려면 어떤 구성이 좋을까요?",
		"모델 서버를 어떻게 확장하면 좋을까요?",
		"A 회사에 모델을 납품하는데 어떻게 배포해야 할까요?"};
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		if (!design_detects(questions[i])) {
			fail_msg("not heard: %s", questions[i]);
		}
	}
	static const char *const others[] = {
		"파라미터가 줄어요", "정답 알려줘", "배포한 첫날에는 에러율을 확인합니다.",
		"왜 배워야 하나요?", "모델을 배포한 뒤에 조금씩 트래픽을 늘려 가며 확인해요."};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		assert_false(design_detects(others[i]));
	}
	struct design d;
	design_init(&d, DESIGN_SERVING);
	struct strbuf out;
	strbuf_init(&out);
	assert_int_equal(design_open(&d, &out, NULL), STATUS_OK);
	assert_non_null(strstr(out.text, "[성능]"));
	assert_non_null(strstr(out.text, "[데이터]"));
	assert_non_null(strstr(out.text, "[운영]"));
	for (int i = 0; i < DESIGN_SLOTS; i++) {
		assert_non_null(
			strstr(out.text, message(design_slots[DESIGN_SERVING][i].question)));
	}
	names_no_product(out.text);
	strbuf_release(&out);
	design_release(&d);
}

static const char *say(struct design *d, struct strbuf *out, const char *text)
{
	strbuf_reset(out);
	assert_int_equal(design_answer(d, text, out, NULL), STATUS_OK);
	names_no_product(out->text);
	assert_true(out->length > 0);
	return out->text;
}

static void the_talk_unlocks_thinks_and_drills(void **state)
{
	(void)state;
	struct design d;
	design_init(&d, DESIGN_SERVING);
	struct strbuf out;
	strbuf_init(&out);
	say(&d, &out, "초당 200건쯤이고, 응답은 300ms 안이면 됩니다");
	assert_int_equal(design_answered(&d), 2);
	assert_int_equal(d.asking, 2);
	assert_non_null(strstr(say(&d, &out, "많이 몰려요"), "숫자와 단위"));
	say(&d, &out, "피크는 평소의 5배입니다");
	say(&d, &out, "하루 전 값이면 충분해요");
	assert_false(design_unlocked(&d));
	assert_int_equal(d.stage, DESIGN_REQUIREMENTS);
	say(&d, &out, "캐시해도 됩니다");
	say(&d, &out, "미정");
	const char *reply = say(&d, &out, "99.9% 정도면 돼요");
	assert_true(design_unlocked(&d));
	assert_int_equal(d.stage, DESIGN_THINKING_STAGE);
	assert_non_null(strstr(reply, "가정"));
	assert_non_null(strstr(reply, "개인화"));
	assert_non_null(strstr(reply, "프로덕션에서 어떻게 동작"));
	reply = say(&d, &out, "모르겠어요");
	assert_non_null(strstr(reply, "프로덕션에서 어떻게 동작"));
	reply = say(&d, &out,
		    "요청이 오면 캐시를 먼저 보고, 없으면 모델 서버 세 대 가운데 하나가 200ms 안에 "
		    "답합니다.");
	assert_non_null(strstr(reply, "확장성과 안정성"));
	reply = say(&d, &out,
		    "부하가 70%를 넘으면 서버를 한 대씩 늘리고 상태를 10초마다 확인합니다.");
	assert_non_null(strstr(reply, "장애가 발생하면"));
	char *saved = design_save(&d);
	struct design back;
	assert_int_equal(design_load(&back, saved, NULL), STATUS_OK);
	char *again = design_save(&back);
	assert_string_equal(saved, again);
	free(saved);
	free(again);
	design_release(&back);
	say(&d, &out, "어제의 인기 순위를 대신 보여 주고 담당자에게 알려 10분 안에 되돌립니다.");
	assert_int_equal(d.stage, DESIGN_DRILL);
	reply = say(&d, &out, "알람이 울리면 알 수 있어요");
	assert_non_null(strstr(reply, "피해를 먼저 멈추려면"));
	reply = say(&d, &out, "이전 버전으로 롤백합니다");
	assert_non_null(strstr(reply, "또 생기지 않게"));
	say(&d, &out, "원인을 찾아 문서로 남기고 시험을 추가해요");
	assert_int_equal(d.stage, DESIGN_CLOSED);
	strbuf_release(&out);
	design_release(&d);
}

static void contradictions_are_asked_about(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{"업데이트는 일간 배치로 합니다", "응답은 50ms 안이어야 해요"},
		{"가용성은 99.99%입니다", "장애 때 폴백은 없어요"},
		{"예측은 캐시 가능합니다", "개인화는 실시간 개인화예요"},
		{"팀은 혼자예요", "가용성은 99.99%가 목표예요"},
		{"예산은 거의 없어요", "데이터 크기는 5 PB입니다"},
		{"규제 때문에 외부 반출이 안 돼요", "기존 시스템은 외부 API와 연동해요"},
		{"피처는 실시간 갱신이 필요해요", "모델은 한 달에 한 번만 업데이트해요"},
	};
	static const enum design_kind kinds[] = {DESIGN_SERVING,  DESIGN_SERVING,  DESIGN_SERVING,
						 DESIGN_PIPELINE, DESIGN_PIPELINE, DESIGN_PIPELINE,
						 DESIGN_SERVING};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct design d;
		design_init(&d, kinds[i]);
		struct strbuf out;
		strbuf_init(&out);
		say(&d, &out, pairs[i][0]);
		say(&d, &out, pairs[i][1]);
		if (d.contradictions == 0) {
			fail_msg("not seen: %s / %s", pairs[i][0], pairs[i][1]);
		}
		strbuf_release(&out);
		design_release(&d);
	}
}

static void vague_words_want_numbers(void **state)
{
	(void)state;
	static const char *const vague[] = {
		"빠르게 답해야 해요", "많이 들어와요", "안정적이어야 해요",  "적당히 자주 바꿔요",
		"충분히 빨라야죠",    "엄청 몰려요",   "가끔 느려요",        "꽤 많은 편이에요",
		"보통이에요",         "최대한 빨리요", "대충 괜찮으면 돼요", "금방 답해야죠",
		"고성능이어야 해요",  "여유 있게요",   "느리지 않으면 돼요"};
	for (size_t i = 0; i < sizeof vague / sizeof *vague; i++) {
		if (!design_vague(vague[i])) {
			fail_msg("%s", vague[i]);
		}
	}
	assert_false(design_vague("50ms 안에 빠르게 답해야 해요"));
	struct design d;
	design_init(&d, DESIGN_PIPELINE);
	assert_false(design_canvas_open(&d));
	design_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_to_deploy_is_met_with_requirements),
		cmocka_unit_test(the_talk_unlocks_thinks_and_drills),
		cmocka_unit_test(contradictions_are_asked_about),
		cmocka_unit_test(vague_words_want_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
