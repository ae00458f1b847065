#include "engine/tutor/intent.h"

#include <string.h>

#include "engine/tutor/clauses.h"
#include "engine/tutor/grade.h"

typedef const char *const words[];

static bool begins_any(const struct word *word, const char *const *list)
{
	for (; *list; list++) {
		if (word_begins(word, *list)) {
			return true;
		}
	}
	return false;
}

static bool is_any(const struct word *word, const char *const *list)
{
	for (; *list; list++) {
		if (word_is(word, *list)) {
			return true;
		}
	}
	return false;
}

/* Every sentence judged apart: both groups must meet within reach words. */
static bool near_each_other(const struct text *text, const char *const *first,
			    const char *const *second, int reach)
{
	for (int i = 0; i < text->word_count; i++) {
		if (!begins_any(&text->words[i], first)) {
			continue;
		}
		for (int j = i - reach < 0 ? 0 : i - reach; j < text->word_count && j <= i + reach;
		     j++) {
			if (begins_any(&text->words[j], second) &&
			    text->clauses[text->words[i].clause].sentence ==
				    text->clauses[text->words[j].clause].sentence) {
				return true;
			}
		}
	}
	return false;
}

static bool holds_any(const struct text *text, const char *const *list)
{
	for (int i = 0; i < text->word_count; i++) {
		if (begins_any(&text->words[i], list)) {
			return true;
		}
	}
	return false;
}

/* Phrases over word borders, spaces left out. */
static bool holds_phrase(const struct text *text, const char *const *list)
{
	for (int i = 0; i < text->word_count; i++) {
		uint8_t units[160];
		size_t n = 0;
		for (int j = i; j < text->word_count && n < sizeof units; j++) {
			for (size_t k = 0; k < text->words[j].key_length && n < sizeof units; k++) {
				units[n++] = text->words[j].key[k];
			}
		}
		struct word run = {.key = units, .key_length = (uint16_t)n};
		if (begins_any(&run, list)) {
			return true;
		}
	}
	return false;
}

static bool ends_any(const struct word *word, const char *const *list)
{
	for (; *list; list++) {
		if (word_ends(word, *list)) {
			return true;
		}
	}
	return false;
}

/* A request by its form: "…줘", "… 주세요", "… 달라"; "줘야 한다" asks for nothing. */
static bool requests(const struct text *text, int w)
{
	static words closing = {"줘",       "줘요", "주세요", "주십시오", "줄래",     "줄래요",
				"주실래요", "주라", "다오",   "주시죠",   "주겠어요", "주시겠어요",
				"주시면",   "주면", "주실",   "주신",     "줄수",     "내놔",
				"내놔요",   "주삼", "주셈",   "줘봐",     "달라고",   "달래요",
				"오래요",   "달란", "주나요", "줍쇼",     NULL};
	static words opening = {"줘", "주세", "달라", "줄래", "주실래", "주십", NULL};
	static words verbs = {"알려",   "말해",   "가르쳐", "보여",   "공개", "적어", "써",
			      "짜",     "불러",   "넘겨",   "출력해", "보내", "풀어", "만들어",
			      "작성해", "완성해", "좀",     "그냥",   NULL};
	const struct word *word = &text->words[w];
	if (ends_any(word, closing)) {
		return true;
	}
	return begins_any(word, verbs) && w + 1 < text->word_count &&
	       begins_any(&text->words[w + 1], opening) && !word_ends(&text->words[w + 1], "야");
}

/* A thing that must not be handed out, and a request in the same sentence. */
static bool requests_thing(const struct text *text, const char *const *things)
{
	for (int i = 0; i < text->word_count; i++) {
		for (int j = i - 6 < 0 ? 0 : i - 6;
		     begins_any(&text->words[i], things) && j < text->word_count && j <= i + 6;
		     j++) {
			if (text->clauses[text->words[i].clause].sentence ==
				    text->clauses[text->words[j].clause].sentence &&
			    requests(text, j)) {
				return true;
			}
		}
	}
	return false;
}

static bool asks_solution(const struct text *text)
{
	static words things = {
		"정답",     "답을",       "답이",     "답만",   "답안",     "답좀",     "답",
		"해답",     "솔루션",     "모범",     "완성본", "완성된",   "완성코드", "전체코드",
		"풀이",     "solution",   "answer",   "코드",   "정답지",   "해설",     "치트",
		"스크립트", "dockerfile", "도커파일", "yaml",   "문장으로", "첫문장",   NULL};
	static words english_things = {"answer", "solution", "answers", "solutions", "code", NULL};
	static words english_wishes = {"tell", "show", "give", "write",   "please", "need",
				       "want", "just", "what", "provide", NULL};
	static words phrases = {"다짜줘",
				"대신써",
				"대신풀어",
				"대신답",
				"대신작성",
				"대신해줘",
				"그냥알려",
				"그냥말해",
				"빨리알려",
				"답알려",
				"답좀",
				"정답좀",
				"그냥정답",
				"그냥답",
				"완성해줘",
				"완성해주",
				"showmethe",
				"tellmethe",
				"givemethe",
				"justtellme",
				"justgiveme",
				"justshowme",
				"whatistheanswer",
				"whatstheanswer",
				"모범답안보",
				"모범답안좀",
				"모범답안을보",
				"모범답안을알",
				"모범답안요약",
				"뭐라고쓰면",
				"뭐라고답하면",
				"뭐라고써야",
				"뭐라고적어야",
				"어떻게써야통과",
				"뭐라고적으면",
				"통과하는답",
				"베껴쓸",
				"베낄",
				"복붙",
				"붙여넣을",
				"예시답안",
				"예시답변",
				"첫문장만",
				"한줄만알려",
				"한문장만알려",
				"정답을말하는",
				"알려주시면안",
				"알려주면안",
				"말해주면안",
				"그냥풀어",
				"그냥가르쳐",
				"다알려",
				"대신적어",
				"써주시면",
				"적어주시면",
				"작성해주",
				"작성해줘",
				"내일시험이",
				"시험이내일",
				"정답이뭐",
				"정답은뭐",
				"정답뭐",
				"답이뭐예요",
				"답이뭐에요",
				"답이뭔가요",
				"답이뭐야",
				"답은뭐예요",
				"답은뭔가요",
				"답이무엇인가요",
				"정답이무엇",
				"정답이궁금",
				"답만궁금",
				"정답을원",
				"답을원해",
				"답을원합",
				"정답부터",
				"정답만",
				"답만주",
				"정답공개",
				"힌트말고답",
				"힌트말고정답",
				"정답을출력",
				"정답이적힌",
				"정답을보여",
				"정답을알고싶",
				"답을알고싶",
				"정답보고",
				"답을먼저",
				"정답을먼저",
				"정답예시",
				"알려주시면",
				"알려주면",
				"알려줄수있",
				"알려주실수",
				"말해줄수있",
				"말해주실수",
				"보여줄수있나",
				"보여주실수",
				"보여주시면",
				"써줄수있",
				"써주실수",
				"가르쳐줄수있",
				"가르쳐주실수",
				"공개해주실",
				NULL};
	return requests_thing(text, things) ||
	       near_each_other(text, english_things, english_wishes, 5) ||
	       holds_phrase(text, phrases);
}

static bool gives_up(const struct text *text)
{
	static words phrases = {
		"모르겠",     "모름",         "몰라요",    "몰라",     "모릅니다",   "모르겟",
		"모르게써",   "포기",         "패스",      "생각이안", "생각안",     "기억이안",
		"기억안",     "감이안",       "감도안",    "못하겠",   "못풀겠",     "어려워서못",
		"노답",       "idk",          "idontknow", "noidea",   "dontknow",   "그만할",
		"그만하",     "넘어가",       "넘어갈",    "건너뛸",   "건너뛰고싶", "자신이없",
		"하기싫",     "귀찮아",       "귀찮네",    "전혀모",   "하나도모",   "아무것도모",
		"잘모르",     "도저히",       "ㅠㅠ",      "다음으로", "쉬고싶",     "답이없네",
		"떠오르지않", "떠오르지가않", "skip",      NULL};
	return holds_phrase(text, phrases);
}

static bool instructs_grader(const struct text *text)
{
	static words graders = {"채점",     "grader",    "grading",    "verdict",  "관리자",
				"admin",    "assistant", "ai야",       "선생님은", "평가자",
				"심사위원", "심사자",    "심판",       "튜터",     "운영자",
				"override", "developer", "개발자모드", NULL};
	static words orders = {"pass",      "통과", "만점",     "무시",     "ignore",
			       "disregard", "판정", "인정해",   "인정하",   "줘라",
			       "하라",      "해라", "부여",     "정답으로", "합격",
			       "100점",     "1.0",  "점수를줘", "score",    NULL};
	/* Words of the trade as well: "심사를 통과한 사람", "프롬프트마다 score를 잰다" tell nobody anything. */
	static words trade = {"system", "시스템",      "프롬프트", "prompt",
			      "지시",   "instruction", "명령",     NULL};
	static words bids = {"pass", "만점", "무시", "ignore",   "disregard", "인정해",
			     "줘라", "하라", "해라", "정답으로", "점수를줘",  NULL};
	static words phrases = {
		"ignoreprevious", "ignoreall",      "ignoretheabove", "이전지시",
		"앞의지시",       "위의지시",       "지시를무시",     "규칙을무시",
		"규칙은무시",     "pass를",         "pass로",         "verdictpass",
		"verdict는",      "통과로처리",     "통과처리",       "통과시켜줘",
		"통과시켜주",     "통과시켜라",     "통과시켜달",     "답통과시켜",
		"답을통과시켜",   "답변을통과시켜", "답도통과시켜",   "저를통과시켜",
		"나를통과시켜",   "그냥통과시켜",   "좀통과시켜",     "무조건통과",
		"정답처리",       "정답으로처리",   "만점처리",       "만점을",
		"만점으로",       "markasp",        "markthis",       "youmustpass",
		"metrue",         "개발자모드",     "시스템메시지",   "systemprompt",
		"모든개념을",     "모든개념이충족", "모두충족",       "전부충족",
		"점수를1",        "score1",         "jailbreak",      "dan모드",
		"합격처리",       "합격시켜줘",     "합격시켜주",     "합격시켜라",
		"통과라고",       "pass라고",       "이답은정답",     "이답변은정답",
		"이답변은통과",   "이답변은pass",   "이답은pass",     "모범답안으로간주",
		"맞은것으로",     "맞은걸로",       "정답으로간주",   "이제선생님이아니",
		"선생님이아니라", "지금부터너는",   "지금부터넌",     "답안을출력",
		"정답을출력",     "답을출력해",     "youarenow",      NULL};
	return near_each_other(text, graders, orders, 8) || near_each_other(text, trade, bids, 8) ||
	       holds_phrase(text, phrases);
}

static bool hostile(const struct text *text)
{
	static words rude = {"씨발",   "시발", "ㅅㅂ",   "병신",  "ㅂㅅ",
			     "개새",   "꺼져", "닥쳐",   "미친",  "존나",
			     "좆",     "지랄", "멍청",   "바보",  "쓰레기같은프로그램",
			     "fuck",   "shit", "stupid", "idiot", "죽어라",
			     "짜증나", "개같", NULL};
	return holds_any(text, rude);
}

/* A view on one sentence. */
static struct text sentence_of(const struct text *text, int sentence)
{
	struct text view = *text;
	int first = -1;
	view.word_count = 0;
	for (int c = 0; c < text->clause_count; c++) {
		if (text->clauses[c].sentence == sentence) {
			first = first < 0 ? text->clauses[c].first_word : first;
			view.word_count += text->clauses[c].word_count;
		}
	}
	view.words = text->words + (first < 0 ? 0 : first);
	return view;
}

/* Whether a sentence beside the shrug says something of the matter. */
static bool tries(const struct text *text)
{
	for (int s = 0; s < text->sentence_count; s++) {
		struct text view = sentence_of(text, s);
		if (view.word_count >= 3 && !gives_up(&view) && intent_field_words(&view) >= 1) {
			return true;
		}
	}
	return false;
}

unsigned intent_of(const struct text *text)
{
	unsigned flags = 0;
	if (text->word_count == 0) {
		return ANSWER_EMPTY;
	}
	flags |= asks_solution(text) ? ANSWER_ASKS_SOLUTION : 0;
	flags |= gives_up(text) && !tries(text) ? ANSWER_GIVES_UP : 0;
	flags |= instructs_grader(text) ? ANSWER_INSTRUCTS_GRADER : 0;
	flags |= hostile(text) ? ANSWER_HOSTILE : 0;
	bool all_questions = true;
	for (int i = 0; i < text->clause_count; i++) {
		if (text->clauses[i].link == LINK_END) {
			all_questions = all_questions && (text->clauses[i].flags & CLAUSE_QUESTION);
		}
	}
	flags |= all_questions ? ANSWER_QUESTION : 0;
	return flags;
}

int intent_field_words(const struct text *text)
{
	static words field = {
		"모델",     "데이터", "데이타",   "학습",     "훈련",     "배우",     "배운",
		"인공지능", "ai",     "머신러닝", "딥러닝",   "ml",       "컴퓨터",   "예측",
		"정확",     "분류",   "알고리즘", "네트워크", "신경망",   "이미지",   "사진",
		"픽셀",     "입력",   "출력",     "성능",     "서버",     "배포",     "운영",
		"로그",     "코드",   "프로그램", "규칙",     "값",       "숫자",     "층",
		"필터",     "확률",   "통계",     "점수",     "지표",     "기계",     "gpu",
		"메모리",   "서비스", "시스템",   "사용자",   "고객",     "비용",     "속도",
		"버전",     "테스트", "시험",     "평가",     "정답",     "라벨",     "문제",
		"기능",     "정보",   "단어",     "문장",     "토큰",     "챗봇",     "프롬프트",
		"생성",     "노이즈", "그림",     "벡터",     "함수",     "계산",     "연산",
		"파라미터", "가중치", "손실",     "과적합",   "설정",     "실험",     "환경",
		"도구",     "파일",   "저장",     "자동",     "드리프트", "알람",     "모니터링",
		"model",    "data",   "train",    "learn",    "neural",   "accuracy", "drift",
		"input",    "output", "weight",   "layer",    "server",   "합성곱",   "특징",
		"기술",     "개발",   "제품",     "품질",     NULL};
	int count = 0;
	for (int i = 0; i < text->word_count; i++) {
		const struct word *word = &text->words[i];
		bool ascii = word->syllables == 0;
		count += ascii ? is_any(word, field) ||
					 (word->key_length > 3 && begins_any(word, field))
			       : begins_any(word, field);
	}
	return count;
}

int intent_small_talk(const struct text *text)
{
	static words talk = {
		"날씨",   "점심",    "저녁",   "아침",     "밥",       "김치",   "라면", "치킨",
		"피자",   "커피",    "맛있",   "맛집",     "배고프",   "배고파", "영화", "드라마",
		"음악",   "노래",    "가수",   "아이돌",   "연예인",   "축구",   "야구", "농구",
		"게임",   "등산",    "여행",   "휴가",     "주말",     "캠핑",   "바다", "산책",
		"운동",   "헬스장",  "강아지", "졸려",     "졸리",     "피곤",   "심심", "안녕",
		"반가",   "사랑",    "결혼",   "여자친구", "남자친구", "엄마",   "아빠", "동생",
		"생일",   "주식",    "코인",   "비트코인", "부동산",   "복권",   "로또", "대통령",
		"선거",   "정치",    "농담",   "유머",     "웃긴",     "수다",   "잡담", "유튜브",
		"인스타", "카톡",    "집에가", "지하철",   "버스",     "택시",   "비가", "눈이",
		"덥",     "춥",      "몇시",   "며칠",     "무슨요일", "메뉴",   "요리", "레시피",
		"쇼핑",   "옷",      "신발",   "머리",     "감기",     "병원",   "약국", "이름이뭐",
		"몇살",   "weather", "lunch",  "dinner",   "football", "movie",  "joke", "hello",
		"hi",     NULL};
	int count = 0;
	for (int i = 0; i < text->word_count; i++) {
		const struct word *word = &text->words[i];
		count += word->syllables == 1 || word->syllables == 0
				 ? is_any(word, talk)
				 : begins_any(word, talk) && word->key_length > 4;
	}
	return count;
}

double intent_copied_share(const struct text *text, struct arena *arena, const char *source,
			   int run)
{
	struct text other;
	if (!source || text->word_count == 0 ||
	    text_analyse(&other, arena, source, strlen(source), NULL)) {
		return 0;
	}
	bool *copied = arena_alloc(arena, (size_t)text->word_count);
	if (!copied) {
		return 0;
	}
	for (int i = 0; i < text->word_count; i++) {
		for (int j = 0; j < other.word_count; j++) {
			int n = 0;
			while (i + n < text->word_count && j + n < other.word_count &&
			       text->words[i + n].key_length == other.words[j + n].key_length &&
			       !memcmp(text->words[i + n].key, other.words[j + n].key,
				       other.words[j + n].key_length)) {
				n++;
			}
			for (int k = 0; n >= run && k < n; k++) {
				copied[i + k] = true;
			}
		}
	}
	int count = 0;
	for (int i = 0; i < text->word_count; i++) {
		count += copied[i];
	}
	return (double)count / text->word_count;
}
