#include "engine/tutor/design_words.h"

#include <ctype.h>
#include <string.h>

#include "engine/tutor/clauses.h"

const struct design_slot design_slots[2][DESIGN_SLOTS] =
	{
		[DESIGN_SERVING] =
			{
				{"qps",
				 MSG_DESIGN_QPS,
				 {"qps", "tps", "rps", "초당", "분당", "요청", "동시", "하루에",
				  NULL},
				 true},
				{"latency",
				 MSG_DESIGN_LATENCY,
				 {"ms", "밀리초", "응답", "지연", "초안에", "초이내", "sla",
				  "초까지", NULL},
				 true},
				{"peak",
				 MSG_DESIGN_PEAK,
				 {"피크", "평상시", "평소", "몰릴때", "몰리", "최대부하", "성수기",
				  NULL},
				 true},
				{"features",
				 MSG_DESIGN_FEATURES,
				 {"피처", "특성", "실시간데이터", "실시간갱신", "실시간반영",
				  "실시간으로", "하루전데이터", "배치로갱신", "클릭이바로", NULL},
				 false},
				{"cache",
				 MSG_DESIGN_CACHE,
				 {"캐시", "캐싱", "재사용", "cache", "미리계산", "저장해두", NULL},
				 false},
				{"personal",
				 MSG_DESIGN_PERSONAL,
				 {"개인화", "사용자별", "사람마다", "모두같은", "맞춤", "개인별",
				  "공통", "그룹별", NULL},
				 false},
				{"availability",
				 MSG_DESIGN_AVAILABILITY,
				 {"가용", "99", "무중단", "다운타임", "중단", "24시간", NULL},
				 true},
				{"update",
				 MSG_DESIGN_UPDATE,
				 {"매일", "매주", "매월", "주기", "일간", "주간", "월간", "한달에",
				  "일주일에", "하루에한번", "업데이트", "분기", NULL},
				 false},
				{"fallback",
				 MSG_DESIGN_FALLBACK,
				 {"폴백", "fallback", "장애", "죽으면", "기본값", "규칙으로",
				  "이전모델", "대신", "인기순", NULL},
				 false},
			},
		[DESIGN_PIPELINE] =
			{
				{"traffic",
				 MSG_DESIGN_TRAFFIC,
				 {"배치", "실시간", "스트리밍", "batch", NULL},
				 false},
				{"volume",
				 MSG_DESIGN_VOLUME,
				 {"gb", "tb", "pb", "기가", "테라", "페타", "건쯤", "용량", NULL},
				 true},
				{"response",
				 MSG_DESIGN_RESPONSE,
				 {"ms", "밀리초", "응답", "1초", "초안", "초이내", "분단위",
				  "몇분", NULL},
				 true},
				{"availability",
				 MSG_DESIGN_AVAILABILITY,
				 {"가용", "99", "무중단", "다운타임", NULL},
				 true},
				{"update",
				 MSG_DESIGN_UPDATE,
				 {"매일", "매주", "매월", "일간", "주간", "월간", "주기", NULL},
				 false},
				{"team",
				 MSG_DESIGN_TEAM,
				 {"명", "팀", "혼자", "경력", "경험", NULL},
				 false},
				{"budget",
				 MSG_DESIGN_BUDGET,
				 {"예산", "만원", "원", "비용", "돈", "달러", NULL},
				 true},
				{"regulation",
				 MSG_DESIGN_REGULATION,
				 {"규제", "개인정보", "법", "감사", "심의", "반출", "인증", NULL},
				 false},
				{"legacy",
				 MSG_DESIGN_LEGACY,
				 {"기존", "레거시", "연동", "사내시스템", "erp", "이미쓰", NULL},
				 false},
			},
};

bool design_hears(const char *source, const char *const *words)
{
	struct arena arena;
	arena_init(&arena);
	struct text text;
	bool found = false;
	if (source && text_analyse(&text, &arena, source, strlen(source), NULL) == STATUS_OK) {
		for (int i = 0; i < text.word_count && !found; i++) {
			uint8_t units[120];
			size_t n = 0;
			for (int j = i; j < text.word_count && j < i + 4; j++) {
				for (size_t k = 0; k < text.words[j].key_length && n < sizeof units;
				     k++) {
					units[n++] = text.words[j].key[k];
				}
			}
			struct word run = {.key = units, .key_length = (uint16_t)n};
			for (int w = 0; words[w] && !found; w++) {
				/* Units hang on numbers: 50ms, 3명. */
				found = word_begins(&run, words[w]) ||
					(strlen(words[w]) <= 6 &&
					 word_holds(&text.words[i], words[w]));
			}
		}
	}
	arena_release(&arena);
	return found;
}

bool design_asks(const char *source)
{
	struct arena arena;
	arena_init(&arena);
	struct text text;
	bool asks = false;
	if (text_analyse(&text, &arena, source, strlen(source), NULL) == STATUS_OK) {
		for (int c = 0; c < text.clause_count; c++) {
			asks = asks || (text.clauses[c].flags & CLAUSE_QUESTION);
		}
	}
	arena_release(&arena);
	return asks;
}

static bool has_digit(const char *text)
{
	for (; *text; text++) {
		if (isdigit((unsigned char)*text)) {
			return true;
		}
	}
	return false;
}

bool design_vague(const char *text)
{
	static const char *const words[] = {
		"빠르게", "빨리", "빠른",   "많이", "많은",     "많아", "안정적",   "적당",
		"자주",   "가끔", "크게",   "충분", "대충",     "금방", "여유",     "고성능",
		"꽤",     "웬만", "최대한", "엄청", "느리지않", "보통", "그럭저럭", NULL};
	return !has_digit(text) && design_hears(text, words);
}

bool design_left_open(const char *text)
{
	static const char *const words[] = {"미정",   "모르",     "모름",     "몰라",
					    "나중에", "아직정하", "정해지지", "글쎄",
					    "상관없", "패스",     NULL};
	return !*text || design_hears(text, words);
}

/* Two requirements that do not go together, as words in two answers. */
static const struct contradiction {
	enum message question;
	const char *first[10], *second[10];
} contradictions[] = {
	{MSG_DESIGN_CLASH_BATCH_LATENCY,
	 {"일간배치", "하루한번배치", "배치로", "배치만", "배치", NULL},
	 {"50ms", "100ms", "30ms", "20ms", "10ms", "실시간응답", "밀리초", NULL}},
	{MSG_DESIGN_CLASH_AVAILABLE_FALLBACK,
	 {"99.99", "무중단", "24시간", NULL},
	 {"폴백없", "폴백은없", "대책없", "대책은없", "대안없", "그냥에러", "없습니다폴백",
	  "에러를보여", NULL}},
	{MSG_DESIGN_CLASH_CACHE_PERSONAL,
	 {"캐시가능", "캐시할수", "모두캐시", "전부캐시", "캐싱가능", NULL},
	 {"사용자별실시간", "완전개인화", "사람마다다르게실시간", "실시간개인화", "완전한개인화",
	  NULL}},
	{MSG_DESIGN_CLASH_TEAM_AVAILABLE,
	 {"혼자", "1명", "한명", NULL},
	 {"99.99", "24시간", "무중단", NULL}},
	{MSG_DESIGN_CLASH_BUDGET_LOAD,
	 {"예산이없", "예산없", "예산은거의없", "돈이없", "무료로", NULL},
	 {"10만qps", "100배", "gpu", "페타", "pb", "만qps", NULL}},
	{MSG_DESIGN_CLASH_REGULATION_OUTSIDE,
	 {"반출금지", "외부반출", "밖으로나가면안", "외부로나가면안", "망분리", NULL},
	 {"외부api", "외부클라우드", "외부서비스", "공용클라우드", NULL}},
	{MSG_DESIGN_CLASH_FRESH_UPDATE,
	 {"실시간피처", "피처는실시간", "실시간으로반영", "실시간갱신", NULL},
	 {"하루전데이터", "어제데이터만", "월간으로만", "한달에한번만", NULL}},
};

int design_contradiction(const struct design *d, unsigned done)
{
	struct strbuf all;
	strbuf_init(&all);
	for (int i = 0; i < DESIGN_SLOTS; i++) {
		if (d->answers[i]) {
			strbuf_puts(&all, d->answers[i]);
			strbuf_puts(&all, ".\n");
		}
	}
	int found = -1;
	for (size_t i = 0; i < sizeof contradictions / sizeof *contradictions && found < 0; i++) {
		if (!(done >> i & 1) && design_hears(all.text, contradictions[i].first) &&
		    design_hears(all.text, contradictions[i].second)) {
			found = (int)i;
		}
	}
	strbuf_release(&all);
	return found;
}

enum message design_contradiction_question(int contradiction)
{
	return contradictions[contradiction].question;
}

unsigned design_drill_parts(const char *text)
{
	static const char *const detection[] = {"알람",   "알림", "모니터링", "감지",     "탐지",
						"지표",   "헬스", "로그",     "대시보드", "알아차",
						"알아채", "확인", "경보",     "추적",     NULL};
	static const char *const mitigation[] = {
		"롤백", "되돌",     "재시작",   "차단", "우회", "폴백", "늘리", "늘려", "격리",
		"전환", "이전버전", "이전모델", "복구", "빼고", "제외", "끊",   "대체", NULL};
	static const char *const follow[] = {"원인", "재발",       "회고",   "사후", "테스트를추가",
					     "문서", "개선",       "점검표", "공유", "방지",
					     "고쳐", "훈련을다시", "재훈련", "보완", NULL};
	return (design_hears(text, detection) ? 1u : 0u) |
	       (design_hears(text, mitigation) ? 2u : 0u) | (design_hears(text, follow) ? 4u : 0u);
}
