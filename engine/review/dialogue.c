#include "engine/review/review.h"

#include <string.h>

#include "engine/base/message.h"
#include "engine/base/utf8.h"
#include "engine/review/rule.h"

#include <stdlib.h>

/* The conversation about one finding: the rule names what an answer should speak of; the teacher asks on, one step
 * narrower each time, and never says what to write. */

static const char *say(const char *ko, const char *en)
{
	return message_language() == LANGUAGE_KO ? ko : en;
}

static bool refuses(const char *folded)
{
	return strstr(folded, "모르") || strstr(folded, "don't know") || strstr(folded, "정답") ||
	       strstr(folded, "알려줘") || strstr(folded, "알려 줘") || strstr(folded, "고쳐줘") ||
	       strstr(folded, "고쳐 줘") || strstr(folded, "짜줘") || strstr(folded, "짜 줘");
}

/* How many of the words of a list stand in the answer. */
static int heard(const char *folded, const char *listen)
{
	int count = 0;
	char word[96];
	while (*listen) {
		size_t length = strcspn(listen, ",");
		if (length && length < sizeof word) {
			memcpy(word, listen, length);
			word[length] = '\0';
			char *wanted = utf8_fold(word, length);
			count += wanted && strstr(folded, wanted) != NULL;
			free(wanted);
		}
		listen += length;
		listen += *listen == ',';
	}
	return count;
}

void review_dialogue_open(struct review_dialogue *dialogue, const struct review_finding *finding,
			  struct strbuf *reply)
{
	*dialogue = (struct review_dialogue){.finding = finding};
	strbuf_printf(reply, "%s\n%s", finding->message, finding->question);
	if (finding->evidence) {
		strbuf_printf(reply, "\n%s %s", say("실제로 돌려 보니:", "When run:"),
			      finding->evidence);
	}
}

void review_dialogue_answer(struct review_dialogue *dialogue, const char *answer,
			    struct strbuf *reply)
{
	const struct rule *rule = rule_named(dialogue->finding->rule);
	char *folded = utf8_fold(answer, strlen(answer));
	int known = folded && rule ? heard(folded, rule->listen) : 0;
	size_t length = utf8_length(answer, strlen(answer));
	dialogue->turn++;
	if (folded && refuses(folded)) {
		strbuf_printf(
			reply, "%s %s",
			say("괜찮아요, 작은 것부터 볼까요? 이 줄에 도착하는 요청(또는 상황) 하나를 "
			    "골라, 위에서 "
			    "아래로 한 줄씩 따라가 보세요. 처음으로 이상해지는 곳은 어디인가요?",
			    "Let us start small: pick one request that reaches this line and "
			    "follow it. "
			    "Where does it first go wrong?"),
			"");
		strbuf_printf(reply, "\n%s %s", say("읽어 볼 것:", "Read:"),
			      dialogue->finding->read_next);
	} else if (known >= 1 && length >= 10) {
		dialogue->understood = true;
		strbuf_puts(reply, say("맞아요, 중요한 곳을 짚었어요. 그렇다면 지금 코드에서 어느 "
				       "줄을, 어떤 순서로 "
				       "바꿔 보겠어요? 고친 뒤에 다시 보여 주세요.",
				       "Yes, that is the point. Which line would you change, and "
				       "in which order? "
				       "Show me again afterwards."));
	} else if (length < 10) {
		strbuf_puts(reply,
			    say("조금 더 자세히 들려주세요. 언제, 누구에게, 무슨 일이 일어나나요?",
				"Tell me more: when, to whom, and what happens?"));
	} else if (dialogue->turn == 1) {
		strbuf_printf(reply, "%s\n%s",
			      say("그렇게 볼 수도 있겠네요. 한 걸음만 더 들어가 볼게요.",
				  "One may see it so. One step further."),
			      dialogue->finding->question);
	} else {
		strbuf_printf(reply, "%s %s\n%s",
			      say("작은 실험을 해 볼까요? 문제가 되는 입력이나 상황을 하나 만들어 "
				  "서비스에 보내 보고, "
				  "응답과 로그에 무엇이 남는지 적어 오세요.",
				  "Try a small experiment: make the troublesome input, send it, "
				  "and note what the "
				  "answer and the log show."),
			      "", "");
		strbuf_printf(reply, "%s %s", say("읽어 볼 것:", "Read:"),
			      dialogue->finding->read_next);
	}
	free(folded);
}
