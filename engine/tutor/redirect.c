#include "engine/tutor/redirect.h"

#include <string.h>

#include "engine/base/korean.h"
#include "engine/tutor/clauses.h"
#include "engine/tutor/reply.h"

/* What kind of thing is asked for, by the words in the text. */
static bool mentions(const char *text, const char *const *list)
{
	struct arena arena;
	arena_init(&arena);
	struct text parts;
	bool found = false;
	if (text_analyse(&parts, &arena, text, strlen(text), NULL) == STATUS_OK) {
		for (int i = 0; i < parts.word_count && !found; i++) {
			for (int k = 0; list[k] && !found; k++) {
				found = word_begins(&parts.words[i], list[k]);
			}
		}
	}
	arena_release(&arena);
	return found;
}

static const char *const scripts[] = {
	"스크립트", "도커파일",  "dockerfile", "매니페스트", "yaml",     "yml",        "docker",
	"helm",     "terraform", "배포파일",   "설정파일",   "워크플로", "젠킨스파일", NULL};
static const char *const facts[] = {"가격",     "요금",   "최신버전", "최신",       "얼마예요",
				    "얼마인가", "얼마죠", "출시",     "업데이트됐", NULL};

static void stuck(struct dialogue *d)
{
	d->stuck++;
	if (d->stuck < 2) {
		reply_vary(d, MSG_TUTOR_STUCK_1, 2);
		return;
	}
	d->offers |= OFFER_BREAK;
	if (d->prerequisite_title) {
		d->offers |= OFFER_PREREQUISITE;
		reply_say(d, MSG_TUTOR_OFFER_PREREQUISITE, d->prerequisite_title,
			  korean_particle(d->prerequisite_title, PARTICLE_OBJECT));
	} else {
		reply_say(d, MSG_TUTOR_OFFER_BREAK);
	}
}

bool redirect_reply(struct dialogue *d, const char *text)
{
	unsigned flags = d->grade.flags;
	if (flags & ANSWER_INSTRUCTS_GRADER) {
		reply_say(d, MSG_TUTOR_INSTRUCTS);
		return false;
	}
	if (flags & ANSWER_ASKS_SOLUTION) {
		d->refusals++;
		if (mentions(text, scripts)) {
			reply_say(d, MSG_TUTOR_REFUSE_SCRIPT);
		} else {
			reply_say(d, (enum message)(MSG_TUTOR_REFUSE_1 + (d->refusals - 1) % 3));
		}
		return d->asked < 0 || d->concepts[d->asked].level < 1;
	}
	if (flags & ANSWER_HOSTILE) {
		reply_say(d, MSG_TUTOR_HOSTILE);
		return false;
	}
	if (flags & ANSWER_EMPTY) {
		if (d->stuck > 0) {
			stuck(d);
			return true;
		}
		d->stuck++;
		reply_say(d, MSG_TUTOR_EMPTY);
		return true;
	}
	if (flags & ANSWER_GIVES_UP) {
		stuck(d);
		return true;
	}
	if (flags & ANSWER_COPIED) {
		reply_say(d, MSG_TUTOR_COPIED);
	} else if (flags & ANSWER_KEYWORDS_ONLY) {
		reply_say(d, MSG_TUTOR_KEYWORDS);
	} else if ((flags & ANSWER_QUESTION) && mentions(text, facts)) {
		reply_say(d, MSG_TUTOR_UNKNOWN_FACT);
	} else if (flags & ANSWER_OFF_TOPIC) {
		reply_say(d, MSG_TUTOR_OFF_TOPIC);
	} else if (flags & ANSWER_QUESTION) {
		reply_say(d, MSG_TUTOR_ASKED_BACK);
	} else {
		reply_say(d, MSG_TUTOR_TOO_SHORT);
	}
	return false;
}
