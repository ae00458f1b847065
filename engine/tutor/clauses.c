#include "engine/tutor/clauses.h"

#include <ctype.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/utf8.h"

/* The lists below are of the language, not of any lesson: endings that link clauses, words that deny, and the ways
 * in which a writer hands a belief to somebody else before turning it down. */

enum { MOST_KEY = 96 };

static uint8_t final_of_jamo(uint32_t c)
{
	/* Finals 1…27 in the order of the standard, as compatibility jamo minus 0x3130. */
	static const uint8_t finals[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x09, 0x0A,
					 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x14,
					 0x15, 0x16, 0x17, 0x18, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E};
	for (size_t i = 0; i < sizeof finals; i++) {
		if (finals[i] == c - 0x3130) {
			return (uint8_t)(0xC1 + i);
		}
	}
	return 0xC1;
}

static uint8_t initial_of_jamo(uint32_t c)
{
	for (int i = 0; i < 19; i++) {
		if (korean_initial(korean_join(i, 0, 0)) == c) {
			return (uint8_t)(0x80 + i);
		}
	}
	return 0x80;
}

/* Key of a pattern; a lone jamo at its start is a final consonant. */
static size_t pattern_key(uint8_t *out, const char *pattern)
{
	size_t n = 0, length = strlen(pattern);
	for (size_t at = 0; at < length && n + 3 < MOST_KEY;) {
		uint32_t c = utf8_next(pattern, length, &at);
		if (korean_is_syllable(c)) {
			int initial, vowel, final;
			korean_split(c, &initial, &vowel, &final);
			out[n++] = (uint8_t)(0x80 + initial);
			out[n++] = (uint8_t)(0xA0 + vowel);
			if (final) {
				out[n++] = (uint8_t)(0xC0 + final);
			}
		} else if (c >= 0x3131 && c <= 0x314E) {
			if (n == 0) {
				out[n++] = final_of_jamo(c);
			} else {
				out[n++] = initial_of_jamo(c);
			}
		} else if (c < 0x80 && isalnum((int)c)) {
			out[n++] = (uint8_t)tolower((int)c);
		}
	}
	return n;
}

bool word_ends(const struct word *word, const char *ending)
{
	uint8_t key[MOST_KEY];
	size_t n = pattern_key(key, ending);
	return n > 0 && word->key_length >= n && !memcmp(word->key + word->key_length - n, key, n);
}

bool word_begins(const struct word *word, const char *beginning)
{
	uint8_t key[MOST_KEY];
	size_t n = pattern_key(key, beginning);
	return n > 0 && word->key_length >= n && !memcmp(word->key, key, n);
}

bool word_is(const struct word *word, const char *text)
{
	uint8_t key[MOST_KEY];
	size_t n = pattern_key(key, text);
	return n > 0 && word->key_length == n && !memcmp(word->key, key, n);
}

bool word_holds(const struct word *word, const char *part)
{
	uint8_t key[MOST_KEY];
	size_t n = pattern_key(key, part);
	for (size_t i = 0; n > 0 && i + n <= word->key_length; i++) {
		if (text_key_boundary(word->key, i) && !memcmp(word->key + i, key, n)) {
			return true;
		}
	}
	return false;
}

typedef bool word_test(const struct word *, const char *);

static bool any(const struct word *word, word_test *test, const char *const *list)
{
	for (; *list; list++) {
		if (test(word, *list)) {
			return true;
		}
	}
	return false;
}
#define ANY(word, test, ...) any(word, test, (const char *const[]){__VA_ARGS__, NULL})

/* ---- endings ---- */

static bool polite_end(const struct word *word)
{
	if (word->syllables < 2 ||
	    ANY(word, word_is, "필요", "중요", "주요", "수요", "개요", "소요", "불필요")) {
		return false;
	}
	return ANY(word, word_ends, "요", "니다", "니까", "죠");
}

static bool plain_end(const struct word *word)
{
	if (word->syllables < 2 || ANY(word, word_ends, "보다", "마다", "에다", "바다") ||
	    ANY(word, word_is, "모두다", "전부다", "둘다")) {
		return false;
	}
	return word_ends(word, "다");
}

static bool causal_nikka(const struct word *word)
{
	/* ~니까 links clauses; ~습니까 asks. */
	return word_ends(word, "니까") && !word_ends(word, "습니까") && !word_ends(word, "ㅂ니까");
}

bool word_is_predicate(const struct word *word)
{
	if (polite_end(word) || plain_end(word)) {
		return true;
	}
	if (word->syllables < 2) {
		return ANY(word, word_is, "함", "됨", "임", "봄", "둠", "씀", "줌", "거", "것",
			   "듯", "해", "돼");
	}
	return ANY(word, word_ends, "함", "됨", "음", "임", "짐", "둠", "해봄", "살핌", "바꿈",
		   "나옴", "줄어듦", "늘어남", "까", "네", "군", "거든", "잖아", "니까", "는데",
		   "지만", "면", "고", "서", "해", "돼", "야", "어", "아", "져", "려", "겨", "뀜",
		   "침", "킴", "거", "것", "듯", "지", "자", "래", "대");
}

static enum link ending_link(const struct word *word)
{
	if (word->syllables < 2) {
		return LINK_NONE;
	}
	if (causal_nikka(word) ||
	    ANY(word, word_ends, "므로", "라서", "해서", "어서", "아서", "여서", "져서", "려서",
		"와서", "워서", "봐서", "커서", "돼서", "나서", "길래", "느라", "때문에", "덕분에",
		"탓에", "바람에")) {
		if (ANY(word, word_is, "따라서", "그래서", "이어서", "에서", "대해서", "위해서",
			"통해서", "의해서", "관해서", "순서", "문서", "보고서")) {
			return LINK_NONE;
		}
		return LINK_CAUSE;
	}
	if (ANY(word, word_ends, "지만", "는데", "은데", "ㄴ데", "던데", "반면", "반면에", "나마",
		"ㄴ데도", "는데도", "련만", "으나", "하나", "되나")) {
		if (ANY(word, word_is, "하지만", "그렇지만", "그런데", "근데", "하나", "아무리해도",
			"온도", "정도", "그래도", "적어도", "가운데", "한가운데")) {
			return LINK_NONE;
		}
		return LINK_BUT;
	}
	if (ANY(word, word_ends, "더라도", "어도", "아도", "해도", "여도", "라도", "으면", "하면",
		"되면", "지면", "으려면", "려면", "다면", "라면", "이면", "리면", "기면", "두면",
		"보면", "주면", "치면", "ㄹ면", "거나", "든지", "오면", "내면", "쓰면", "나면",
		"르면", "뀌면", "추면", "않으면")) {
		if (ANY(word, word_is, "아무리해도", "온도", "정도", "그래도", "적어도", "화면",
			"반면", "측면", "그러면", "어쩌면", "예를들면", "이를테면", "다르면서")) {
			return LINK_NONE;
		}
		return LINK_IF;
	}
	if (ANY(word, word_ends, "고", "으며", "하며", "되며", "이며", "지며", "면서", "라", "으니",
		"하니", "되니", "다가", "는지", "은지", "ㄴ지", "도록", "게끔", "려고", "말고",
		"대신", "대신에", "아니라", "뿐더러", "커녕")) {
		if (ANY(word, word_is, "그리고", "광고", "최고", "사고", "보고", "창고", "경고",
			"참고", "재고", "고", "권고", "예고", "신고", "하고", "이라", "나라",
			"따라", "바로", "달라", "몰라", "올라", "골라", "잘라", "별로") ||
		    (word_ends(word, "라") && !ANY(word, word_ends, "니라", "이라", "더니라")) ||
		    ANY(word, word_ends, "라고", "다고", "냐고", "자고")) {
			return LINK_NONE;
		}
		return LINK_AND;
	}
	return LINK_NONE;
}

static bool negates(const struct word *word)
{
	return ANY(word, word_is, "안", "못", "말고") ||
	       ANY(word, word_holds, "않", "아니", "아닌", "아닙", "아닐", "아냐", "아녜", "없",
		   "못하", "못해", "못한", "못했", "못합", "무관", "몰라", "모르");
}

static bool denies(const struct word *word)
{
	return ANY(word, word_holds, "아니", "아닌", "아닙", "아닐", "아녜", "아냐") ||
	       ANY(word, word_begins, "안되", "안돼", "안된", "안됩", "말고");
}

static bool others(const struct word *word)
{
	return ANY(word, word_is, "흔히", "많이들", "다들", "보통", "보통은", "대개", "얼핏",
		   "언뜻", "처음엔", "처음에는", "예전엔", "예전에는", "원래는", "막연히", "누군가",
		   "누가", "누구는") ||
	       ANY(word, word_begins, "사람들", "남들", "동료", "친구", "팀장", "선배", "상사",
		   "누군가", "인터넷", "책에서", "어떤사람", "일부", "초보자");
}

/* ~라고 (생각하), ~다고 (믿), ~줄 (알): the verb that hands the belief to a holder. */
static bool quotes(const struct word *word)
{
	return ANY(word, word_ends, "라고", "다고", "라고들", "다고들", "단", "란", "ㄴ다는",
		   "라는", "다는", "줄", "줄로");
}

static bool believes(const struct word *word)
{
	return ANY(word, word_begins, "생각", "믿", "알았", "아는", "알고", "알지", "알기", "여기",
		   "여겼", "말하", "말씀", "하지만", "하는데", "하던데", "했는데", "하더라", "보기",
		   "오해", "착각", "해요", "합니다", "하죠", "한다", "느끼", "느낄", "기대", "주장",
		   "우기", "하기");
}

static bool turns(const struct word *word)
{
	return ANY(word, word_is, "하지만", "그러나", "근데", "그런데", "그렇지만", "사실",
		   "사실은", "실제로", "실제로는", "실은", "그건", "그게", "그렇지", "정작",
		   "오히려", "아니요", "아뇨", "아니에요", "but", "however", "actually");
}

static bool asks(const struct word *word)
{
	return ANY(word, word_ends, "까요", "나요", "가요", "ㄹ까", "을까", "는지요", "습니까",
		   "ㅂ니까", "은지요", "인지요", "건가요");
}

static bool hedges(const struct word *word)
{
	return ANY(word, word_is, "아마", "아마도", "혹시", "글쎄요", "글쎄") ||
	       ANY(word, word_begins, "같아", "같습", "같은데", "듯해", "듯합", "모르겠지만",
		   "싶어", "싶습");
}

/* Words about the belief itself, over word borders: "…는 말은 틀렸다", "…는 건 아니다", "오해". */
static bool holds_strong_denial(const struct text *text, const struct clause *clause)
{
	static const char *const phrases[] = {
		"오해",     "착각",       "틀린말",   "틀린생각",   "틀린이야기", "틀린주장",
		"틀린믿음", "말은틀",     "생각은틀", "주장은틀",   "것은틀",     "건틀",
		"말이틀",   "잘못된생각", "잘못된말", "잘못된믿음", "잘못된이야", "잘못된통념",
		"잘못알",   "거짓이에",   "거짓입니", "거짓된",     "말은맞지않", "말이맞지않",
		"건맞지않", "것은맞지않", "말은옳지", "사실이아니", "사실아니",   "사실과다",
		"그릇된",   "건아니",     "건아닌",   "건아닙",     "것은아니",   "것은아닙",
		"게아니",   "게아닙",     "게아닌",   "것이아니",   "것이아닙",   "것도아니",
		"말은아니", "뜻은아니",   "뜻이아니", "법은없",     "리가없",     "리는없",
		"보장은없", "보장이없",   "그렇지않", "그런건아니", NULL};
	for (int i = 0; i < clause->word_count; i++) {
		uint8_t units[MOST_KEY];
		size_t n = 0;
		for (int j = i; j < clause->word_count && j < i + 3; j++) {
			const struct word *word = &text->words[clause->first_word + j];
			for (size_t k = 0; k < word->key_length && n < sizeof units; k++) {
				units[n++] = word->key[k];
			}
		}
		struct word run = {.key = units, .key_length = (uint16_t)n};
		/* "…한다는게아니라": the head noun may hang on the verb. */
		if (any(&run, word_begins, phrases) ||
		    any(&run, word_ends, (const char *const[]){"게아니라", "건아니라", NULL})) {
			return true;
		}
	}
	return false;
}

static void mark(const struct text *text, struct clause *clause, bool question)
{
	const struct word *words = text->words + clause->first_word;
	bool by_others = false, quoted = false, believed = false;
	for (int i = 0; i < clause->word_count; i++) {
		const struct word *word = &words[i];
		clause->flags |= negates(word) ? CLAUSE_NEGATED : 0;
		clause->flags |= denies(word) ? CLAUSE_DENIED : 0;
		clause->flags |= hedges(word) ? CLAUSE_HEDGED : 0;
		by_others = by_others || others(word) || ANY(word, word_ends, "다고들", "라고들") ||
			    (quoted &&
			     ANY(word, word_begins, "사람도", "사람이", "분도", "분들도", "이도"));
		believed = believed || (quoted && believes(word));
		quoted = quoted || quotes(word);
	}
	for (int i = 0; i + 1 < clause->word_count; i++) {
		/* "~면 안 된다": what stands before is turned down. */
		if (word_is(&words[i], "안") &&
		    ANY(&words[i + 1], word_begins, "되", "돼", "된", "됩", "될")) {
			clause->flags |= CLAUSE_DENIED;
		}
	}
	const struct word *last = &words[clause->word_count - 1];
	if (by_others && (believed || quoted || clause->link == LINK_BUT)) {
		clause->flags |= CLAUSE_REPORTED;
	}
	/* "~라고 생각하기 쉽지만", "~인 줄 알았는데", "~ㄹ 것 같지만": said only to be turned down. */
	if (clause->link == LINK_BUT &&
	    (believed || by_others ||
	     ANY(last, word_begins, "같지만", "같은데", "듯하지만", "보이지만"))) {
		clause->flags |= CLAUSE_REPORTED | CLAUSE_DENIED | CLAUSE_REFUTED;
	}
	if (holds_strong_denial(text, clause)) {
		clause->flags |= CLAUSE_DENIED | CLAUSE_REFUTED;
	}
	if (question || asks(last)) {
		clause->flags |= CLAUSE_QUESTION;
	}
	if (word_is_predicate(last)) {
		clause->flags |= CLAUSE_PREDICATE;
	}
}

/* A denial at the end takes with it the conditions and causes before it; "…는 오해다" the whole sentence. */
static void spread_denial(struct text *text)
{
	for (int i = text->clause_count - 1; i > 0; i--) {
		const struct clause *clause = &text->clauses[i];
		struct clause *before = &text->clauses[i - 1];
		if (!(clause->flags & CLAUSE_DENIED) || before->sentence != clause->sentence) {
			continue;
		}
		bool depends = before->link == LINK_IF || before->link == LINK_CAUSE;
		if (depends || (before->link == LINK_AND && (clause->flags & CLAUSE_REFUTED))) {
			before->flags |= clause->flags & (CLAUSE_DENIED | CLAUSE_REFUTED);
		}
	}
}

/* A belief told first and turned down by what follows: "…라고들 해요. 하지만 …", "… 그건 오해예요." */
static void settle(struct text *text)
{
	for (int i = 0; i + 1 < text->clause_count; i++) {
		struct clause *clause = &text->clauses[i], *next = &text->clauses[i + 1];
		const struct word *first = &text->words[next->first_word];
		bool short_denial =
			next->word_count <= 4 && (next->flags & CLAUSE_DENIED) &&
			ANY(first, word_begins, "그", "이건", "이게", "이는", "이런", "아니",
			    "아뇨", "틀", "오해", "착각", "잘못", "전혀", "하지만");
		if (short_denial || ((clause->flags & CLAUSE_REPORTED) && turns(first))) {
			clause->flags |= CLAUSE_DENIED | CLAUSE_REFUTED;
		}
	}
}

/* Whether nothing but quotation marks or brackets stands between two words. */
static bool glued(const struct text *text, const struct word *a, const struct word *b)
{
	for (size_t i = a->start + a->length; i < b->start; i++) {
		if (strchr(" \t\r\n,.!?;", text->source[i])) {
			return false;
		}
	}
	return true;
}

enum status clauses_split(struct text *text, struct arena *arena, const uint8_t *links,
			  struct error *err)
{
	text->clauses = arena_alloc(arena, ((size_t)text->word_count + 1) * sizeof *text->clauses);
	if (!text->clauses) {
		return error_set(err, STATUS_NOMEM, "text", "out of memory");
	}
	int first = 0, sentence = 0;
	for (int i = 0; i < text->word_count; i++) {
		struct word *word = &text->words[i];
		enum link link = (enum link)(links[i] & 0x7F);
		bool question = links[i] & 0x80;
		bool last = i + 1 == text->word_count;
		word->clause = (uint16_t)text->clause_count;
		if (last) {
			link = LINK_END;
		} else if (link != LINK_END) {
			enum link ending = ending_link(word);
			const struct word *next = &text->words[i + 1];
			if (ending == LINK_IF &&
			    (ANY(next, word_begins, "안되", "안돼", "안된", "안됩") ||
			     word_is(next, "안") || word_is(next, "돼") ||
			     ANY(next, word_begins, "됩", "된다", "되"))) {
				ending =
					LINK_NONE; /* "~면 안 된다", "~면 된다" are one predicate */
			}
			/* ‘…한다’는: the quotation goes on. */
			bool quoted = glued(text, word, next);
			if (ending == LINK_NONE && !quoted && !causal_nikka(word) &&
			    (polite_end(word) || plain_end(word))) {
				ending = LINK_END;
			}
			/* "~기 때문에" closes its clause; so does a link word after 반면, 대신. */
			link = ending != LINK_NONE ? ending : link;
		}
		/* A single word is no clause of its own unless a sentence ends there. */
		if (link == LINK_NONE || (link != LINK_END && i == first && links[i] == LINK_NONE &&
					  !(links[i] & 0x80))) {
			continue;
		}
		struct clause *clause = &text->clauses[text->clause_count++];
		clause->first_word = first;
		clause->word_count = i + 1 - first;
		clause->start = text->words[first].start;
		clause->length = word->start + word->length - clause->start;
		clause->sentence = sentence;
		clause->link = link;
		mark(text, clause, question);
		if (link == LINK_END) {
			text->predicate_sentences += (clause->flags & CLAUSE_PREDICATE) != 0;
			sentence++;
		}
		first = i + 1;
	}
	text->sentence_count = sentence;
	settle(text);
	spread_denial(text);
	return STATUS_OK;
}
