#include "engine/tutor/plan_route.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/tutor/clauses.h"
#include "engine/tutor/dialogue_state.h"
#include "engine/tutor/quiz.h"

/* What may be heard in an answer. */
enum heard {
	MANUAL,
	CONTAINER,
	PIPELINE_CI,
	MANAGED,
	CLOUD,
	CLUSTER,
	LANGUAGE_MODEL,
	TRAFFIC,
	NO_WATCH,
	BEGINNER,
	COST,
	DATA_FLOW,
	RELEASE,
	EXPERIMENTS,
	VERSIONS,
	RETRAINING,
	DEVICES,
	SECURITY,
	HEARD_COUNT
};

static const char *const words[HEARD_COUNT][28] = {
	[MANUAL] = {"수동",   "손으로", "직접",   "scp",   "ftp",    "노트북", "주피터",
		    "복사",   "pkl",    "파일로", "엑셀",  "메일로", "없어요", "없습니다",
		    "안하고", "아직",   "수작업", "flask", "ssh",    NULL},
	[CONTAINER] = {"도커", "docker", "컨테이너", "이미지로", "compose", "podman", NULL},
	[PIPELINE_CI] = {"ci", "cd", "ci/cd", "cicd", "github", "깃허브", "gitlab", "젠킨스",
			 "jenkins", "자동배포", "파이프라인", "actions", "argo", NULL},
	[MANAGED] = {"sagemaker", "세이지메이커", "vertex", "버텍스", "azureml", "azure", "애저",
		     "관리형", "매니지드", "bedrock", NULL},
	[CLOUD] = {"aws", "gcp", "클라우드", "ec2", "lambda", "cloud", "네이버클라우드", "ncp",
		   NULL},
	[CLUSTER] = {"쿠버네티스", "쿠버", "kubernetes", "k8s", "eks", "gke", "aks", "helm", "헬름",
		     "openshift", NULL},
	[LANGUAGE_MODEL] = {"llm", "gpt", "rag", "챗봇", "생성형", "프롬프트", "언어모델", "vllm",
			    "토큰", "에이전트", "할루시네이션", NULL},
	[TRAFFIC] = {"트래픽", "느려",     "느리",     "지연",   "몰리", "몰려",       "부하",
		     "피크",   "응답",     "타임아웃", "스케일", "확장", "오토스케일", "latency",
		     "qps",    "동시접속", "이벤트때", "터져",   "버벅", "병목",       NULL},
	[NO_WATCH] = {"모니터링", "드리프트", "알람", "알림", "모르고", "언제틀", "성능이떨어",
		      "정확도가떨어", "감시", "점점틀", "대시보드", "지표", NULL},
	[BEGINNER] = {"처음", "입문", "비전공", "초보", "학생", "배운적", "경험이없", "경험은없",
		      "경험없", "모릅니다", "공부를시작", "전무", "문외한", "모델이없", "모델은없",
		      "취업준비", NULL},
	[COST] = {"비용", "예산", "요금", "비싸", "gpu비", "청구", NULL},
	[DATA_FLOW] = {"데이터파이프라인", "스트리밍", "카프카", "kafka", "배치작업", "백필",
		       "airflow", "에어플로", "etl", "데이터가늦", "실시간데이터", NULL},
	[RELEASE] = {"롤백", "배포하다", "배포할때마다", "장애", "카나리", "a/b", "배포가무서",
		     "다운타임", "배포사고", "중단", NULL},
	[EXPERIMENTS] = {"실험", "재현", "하이퍼파라미터", "기록이", "기록을", "어떤설정", "mlflow",
			 "wandb", NULL},
	[VERSIONS] = {"버전", "어느모델", "최신모델", "레지스트리", "파일이름", "final", "최종",
		      NULL},
	[RETRAINING] = {"재학습", "재훈련", "다시학습", "자동화", "매번다시", NULL},
	[DEVICES] = {"엣지", "모바일", "임베디드", "온디바이스", "라즈베리", "기기에", "젯슨",
		     "경량", NULL},
	[SECURITY] = {"보안", "개인정보", "규제", "감사", "유출", "프라이버시", NULL},
};

/* "없": an answer that says there is none of it turns the word round where that matters. */
static bool hear_one(const struct text *text, const char *const *list, struct span *where)
{
	for (int i = 0; i < text->word_count; i++) {
		uint8_t units[200];
		size_t n = 0;
		for (int j = i; j < text->word_count && j < i + 5; j++) {
			for (size_t k = 0; k < text->words[j].key_length && n < sizeof units; k++) {
				units[n++] = text->words[j].key[k];
			}
		}
		struct word run = {.key = units, .key_length = (uint16_t)n};
		for (int w = 0; list[w]; w++) {
			bool short_latin =
				strlen(list[w]) <= 3 && isalpha((unsigned char)list[w][0]);
			bool fits =
				short_latin
					? word_begins(&text->words[i], list[w]) &&
						  (text->words[i].key_length == strlen(list[w]) ||
						   text->words[i].key[strlen(list[w])] >= 0x80)
					: word_begins(&run, list[w]);
			if (fits) {
				const struct clause *clause = &text->clauses[text->words[i].clause];
				*where = (struct span){clause->start, clause->length};
				return true;
			}
		}
	}
	return false;
}

struct hearing {
	unsigned all, pain;
	int answer_of[HEARD_COUNT];
	struct span where[HEARD_COUNT];
};

static void hear(struct hearing *out, int answer, const char *source)
{
	struct arena arena;
	arena_init(&arena);
	struct text text;
	if (source && *source &&
	    text_analyse(&text, &arena, source, strlen(source), NULL) == STATUS_OK) {
		for (int h = 0; h < HEARD_COUNT; h++) {
			struct span span;
			if (!hear_one(&text, words[h], &span)) {
				continue;
			}
			if (!(out->all >> h & 1) || answer == 2) {
				out->answer_of[h] = answer;
				out->where[h] = span;
			}
			out->all |= 1u << h;
			out->pain |= answer == 2 ? 1u << h : 0;
		}
	}
	arena_release(&arena);
}

bool plan_route_hears(const char *answer)
{
	struct hearing heard = {0};
	hear(&heard, 0, answer);
	return heard.all != 0;
}

double plan_route_hours(const char *answer, double otherwise)
{
	for (const char *at = answer; at && *at; at++) {
		double value;
		const char *rest;
		if (!isdigit((unsigned char)*at) || !quiz_read_number(at, &value, &rest)) {
			continue;
		}
		rest += strspn(rest, " ");
		bool daily = strstr(answer, "하루") || strstr(answer, "매일");
		if (!strncmp(rest, "시간", strlen("시간"))) {
			value *= daily ? 5 : 1;
		} else if (!strncmp(rest, "분", strlen("분"))) {
			value *= (daily ? 5 : 1) / 60.0;
		} else {
			at = rest > at ? rest - 1 : at;
			continue;
		}
		return value < 0.5 ? 0.5 : value > 40 ? 40 : value;
	}
	return otherwise;
}

/* ---- where to start: the first row whose conditions hold ---- */

#define H(x) (1u << (x))
static const struct route_rule {
	unsigned all; /* heard anywhere */
	unsigned any; /* one of these heard anywhere; 0: no matter */
	unsigned pain; /* one of these named as a difficulty; 0: no matter */
	unsigned none; /* none of these */
	const char *start;
	enum heard quote; /* whose words explain the choice */
	enum message reason;
} rules[] = {
	{H(BEGINNER), 0, 0, H(CONTAINER) | H(PIPELINE_CI) | H(CLUSTER) | H(MANAGED), "AI-01",
	 BEGINNER, MSG_PLAN_WHY_BEGINNER},
	{H(CLUSTER), 0, H(LANGUAGE_MODEL), 0, "A8", LANGUAGE_MODEL, MSG_PLAN_WHY_LLM},
	{H(CLUSTER) | H(LANGUAGE_MODEL), 0, H(TRAFFIC) | H(COST), 0, "A1", CLUSTER,
	 MSG_PLAN_WHY_CLUSTER},
	{H(CLUSTER) | H(LANGUAGE_MODEL), 0, 0, 0, "A8", LANGUAGE_MODEL, MSG_PLAN_WHY_LLM},
	{0, H(CLUSTER) | H(CONTAINER), H(DEVICES), 0, "A4", DEVICES, MSG_PLAN_WHY_DEVICES},
	{H(CLUSTER), 0, H(SECURITY), 0, "A6", SECURITY, MSG_PLAN_WHY_SECURITY},
	{H(CLUSTER), 0, H(COST) | H(TRAFFIC), 0, "A1", CLUSTER, MSG_PLAN_WHY_CLUSTER},
	{0, H(MANAGED) | H(CLOUD), H(TRAFFIC), 0, "M3", TRAFFIC, MSG_PLAN_WHY_TRAFFIC},
	{0, H(CONTAINER) | H(PIPELINE_CI) | H(CLUSTER) | H(MANAGED), H(RELEASE), 0, "M7", RELEASE,
	 MSG_PLAN_WHY_RELEASE},
	{0, H(CONTAINER) | H(PIPELINE_CI) | H(CLUSTER) | H(MANAGED), H(DATA_FLOW), 0, "M5",
	 DATA_FLOW, MSG_PLAN_WHY_DATA},
	{H(MANAGED), 0, H(COST), 0, "M2", COST, MSG_PLAN_WHY_MANAGED},
	{H(MANAGED), 0, 0, H(NO_WATCH), "M1", MANAGED, MSG_PLAN_WHY_MANAGED},
	{H(PIPELINE_CI) | H(CONTAINER), 0, 0, 0, "B6", NO_WATCH, MSG_PLAN_WHY_WATCH},
	{0, H(PIPELINE_CI) | H(CLUSTER) | H(MANAGED), H(NO_WATCH), 0, "B6", NO_WATCH,
	 MSG_PLAN_WHY_WATCH},
	{0, 0, H(EXPERIMENTS), 0, "B2", EXPERIMENTS, MSG_PLAN_WHY_EXPERIMENTS},
	{0, 0, H(VERSIONS), 0, "B3", VERSIONS, MSG_PLAN_WHY_VERSIONS},
	{0, 0, H(RETRAINING), H(MANUAL), "B4", RETRAINING, MSG_PLAN_WHY_RETRAINING},
	{H(CONTAINER), 0, H(TRAFFIC), 0, "B5", TRAFFIC, MSG_PLAN_WHY_TRAFFIC},
	{H(CONTAINER), 0, 0, 0, "B4", CONTAINER, MSG_PLAN_WHY_RETRAINING},
	{H(CLUSTER), 0, 0, 0, "A1", CLUSTER, MSG_PLAN_WHY_CLUSTER},
	{0, 0, H(TRAFFIC), 0, "B5", TRAFFIC, MSG_PLAN_WHY_TRAFFIC},
	{H(MANUAL), 0, 0, 0, "B1", MANUAL, MSG_PLAN_WHY_MANUAL},
	{0, 0, 0, 0, "B1", MANUAL, MSG_PLAN_WHY_DEFAULT},
};

/* The order of units; a roadmap runs from its start to the end of the line's next course. */
static const char *const line[] = {"AI-01", "AI-02", "AI-03", "AI-04", "LC-1", "LC-2", "LC-3",
				   "LC-4",  "LC-5",  "B1",    "B2",    "B3",   "B4",   "B5",
				   "B6",    "M1",    "M2",    "M3",    "M4",   "M5",   "M6",
				   "M7",    "M8",    "A1",    "A2",    "A3",   "A4",   "A5",
				   "A6",    "A7",    "A8",    "A9",    "A10",  NULL};
/* Units that lie beside the line and what they lead to. */
static const char *const beside[] = {
	"AI-05",   "AI-06",   "AI-07",   "AI-08",   "AI-09",   "AI-10",   "AI-11",
	"AI-12",   "AI-13",   "AI-14",   "LC-6",    "LC-7",    "LC-8",    "LC-9",
	"STACK-1", "STACK-2", "STACK-3", "STACK-4", "STACK-5", "STACK-6", NULL};

static int place_of(const char *const *list, const char *unit)
{
	for (int i = 0; list[i]; i++) {
		if (strcmp(list[i], unit) == 0) {
			return i;
		}
	}
	return -1;
}

bool plan_route_known(const char *unit)
{
	return place_of(line, unit) >= 0 || place_of(beside, unit) >= 0;
}

static void add_step(struct plan *plan, const char *unit, double hours_of_unit, double *used,
		     int *week, const char *reason)
{
	if (plan->step_count == PLAN_MAX_STEPS) {
		return;
	}
	/* A unit takes what is left of the week; a longer one runs on into the next weeks. */
	if (*used + hours_of_unit > plan->hours_per_week + 0.01 && *used > 0) {
		++*week;
		*used = 0;
	}
	struct plan_step *step = &plan->steps[plan->step_count++];
	snprintf(step->unit, sizeof step->unit, "%s", unit);
	step->week = *week;
	step->hours = plan->hours_per_week;
	step->reason = reason ? strdup(reason) : NULL;
	*used += hours_of_unit;
	while (*used > plan->hours_per_week + 0.01) {
		++*week;
		*used -= plan->hours_per_week;
	}
}

static double hours_of(const char *unit)
{
	switch (unit[0]) {
	case 'L':
		return 2;
	case 'B':
		return 4;
	case 'M':
	case 'S':
		return 4;
	default:
		return unit[1] == 'I' ? 2 : 5;
	}
}

/* A unit's course gives the reason of the weeks that nothing in the answers called for. */
static enum message course_reason(const char *unit)
{
	switch (unit[0]) {
	case 'L':
		return MSG_PLAN_COURSE_LIFECYCLE;
	case 'B':
		return MSG_PLAN_COURSE_BEGINNER;
	case 'M':
		return MSG_PLAN_COURSE_INTERMEDIATE;
	case 'S':
		return MSG_PLAN_COURSE_STACK;
	default:
		return unit[1] == 'I' ? MSG_PLAN_COURSE_FOUNDATIONS : MSG_PLAN_COURSE_ADVANCED;
	}
}

enum status plan_route_from(struct plan *plan, struct error *err)
{
	double used = 0;
	int week = 1;
	const char *beginning = plan->start;
	if (strcmp(plan->start, "A8") == 0) {
		/* Prerequisites that a language-model team rarely had as a course. */
		add_step(plan, "AI-11", 2, &used, &week, message(MSG_PLAN_COURSE_FOUNDATIONS));
		add_step(plan, "AI-12", 2, &used, &week, message(MSG_PLAN_COURSE_FOUNDATIONS));
	}
	int at = place_of(line, beginning);
	if (at < 0) {
		int side = place_of(beside, beginning);
		for (int i = side; i >= 0 && beside[i] && beside[i][0] == beginning[0]; i++) {
			add_step(plan, beside[i], hours_of(beside[i]), &used, &week,
				 i == side ? plan->reason : message(course_reason(beside[i])));
		}
		at = place_of(line, "B1");
	}
	int units = 0;
	for (int i = at; line[i] && units < 16; i++, units++) {
		add_step(plan, line[i], hours_of(line[i]), &used, &week,
			 i == at && units == 0 && place_of(line, beginning) >= 0
				 ? plan->reason
				 : message(course_reason(line[i])));
	}
	/* What lies before the start may be tested out of. */
	for (int i = at - 1; i >= 0 && plan->placement_count < 3; i--) {
		if (line[i][0] == 'B' || line[i][0] == 'M' ||
		    (at <= place_of(line, "B1") && i < 9)) {
			snprintf(plan->placement[plan->placement_count++],
				 sizeof plan->placement[0], "%s", line[i]);
		}
	}
	if (plan->placement_count == 0) {
		snprintf(plan->placement[plan->placement_count++], sizeof plan->placement[0], "%s",
			 line[at]);
	}
	for (int i = 0; i < plan->step_count; i++) {
		if (!plan->steps[i].reason) {
			return error_set(err, STATUS_NOMEM, "plan", "out of memory");
		}
	}
	return STATUS_OK;
}

enum status plan_route(struct plan *plan, struct error *err)
{
	struct hearing heard = {0};
	for (int i = 0; i < PLAN_QUESTIONS; i++) {
		hear(&heard, i, plan->answers[i]);
	}
	const struct route_rule *rule = rules;
	while ((heard.all & rule->all) != rule->all || (rule->any && !(heard.all & rule->any)) ||
	       (rule->pain && !(heard.pain & rule->pain)) || (heard.all & rule->none)) {
		rule++; /* the last one asks for nothing */
	}
	snprintf(plan->start, sizeof plan->start, "%s", rule->start);
	char *quote = NULL;
	int quoted = heard.all >> rule->quote & 1 ? (int)rule->quote : -1;
	for (int h = 0; quoted < 0 && h < HEARD_COUNT; h++) {
		quoted = heard.all >> h & 1 ? h : -1;
	}
	if (quoted >= 0) {
		const struct span *span = &heard.where[quoted];
		quote = dialogue_excerpt(plan->answers[heard.answer_of[quoted]] + span->start,
					 span->length, 36);
	}
	struct strbuf reason;
	strbuf_init(&reason);
	if (quote && *quote) {
		strbuf_printf(&reason, message(MSG_PLAN_QUOTE), quote);
		strbuf_putc(&reason, ' ');
	}
	strbuf_puts(&reason, message(rule->reason));
	free(quote);
	free(plan->reason);
	plan->reason = strbuf_detach(&reason);
	if (!plan->reason) {
		return error_set(err, STATUS_NOMEM, "plan", "out of memory");
	}
	return plan_route_from(plan, err);
}
