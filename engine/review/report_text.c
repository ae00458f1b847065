#include "engine/review/review.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/message.h"

#define SHOWN_PER_HEADING 2

static bool korean(void)
{
	return message_language() == LANGUAGE_KO;
}

static const char *say(const char *ko, const char *en)
{
	return korean() ? ko : en;
}

/* Consoles without colour fonts get ASCII marks. */
static const char *mark(const char *emoji, const char *ascii)
{
	const char *term = getenv("TERM");
	return term && (strcmp(term, "linux") == 0 || strcmp(term, "vt100") == 0) ? ascii : emoji;
}

/* Graver first; among equals what stands in a line before what is absent, then by rule order of importance. */
static int weight(const struct review_finding *f)
{
	static const char *const first[] = {
		"command-injection",
		"sql-injection",
		"unsafe-deserialization",
		"debug-server",
		"ssrf",
		"path-traversal",
		"hardcoded-secret",
		"no-input-validation",
		"blocking-call-in-async-handler",
		"model-loaded-per-request",
		"global-mutable-state",
		"model-loaded-only-under-main",
	};
	int rank = 20;
	for (int i = 0; i < (int)(sizeof first / sizeof *first); i++) {
		if (strcmp(f->rule, first[i]) == 0) {
			rank = i;
		}
	}
	return (2 - (int)f->severity) * 100 + (f->whole_file ? 30 : 0) + rank;
}

struct ranked {
	struct review_pick pick;
	int weight;
	size_t order;
};

static int by_weight(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->weight != y->weight) {
		return x->weight < y->weight ? -1 : 1;
	}
	return x->order < y->order ? -1 : x->order > y->order;
}

/* All findings that count, most important first. The caller frees. */
static struct ranked *rank(const struct review *review, size_t *count)
{
	size_t total = 0;
	for (size_t f = 0; f < review->file_count; f++) {
		total += review->files[f].finding_count;
	}
	struct ranked *list = calloc(total + 1, sizeof *list);
	*count = 0;
	for (size_t f = 0; list && f < review->file_count; f++) {
		const struct review_file *file = &review->files[f];
		for (size_t i = 0; i < file->finding_count; i++) {
			if (!file->findings[i].suppressed) {
				list[*count] = (struct ranked){{file, &file->findings[i]},
							       weight(&file->findings[i]),
							       *count};
				++*count;
			}
		}
	}
	if (list && *count) {
		qsort(list, *count, sizeof *list, by_weight);
	}
	return list;
}

size_t review_most_important(const struct review *review, struct review_pick out[3])
{
	size_t count, taken = 0;
	struct ranked *list = rank(review, &count);
	for (size_t i = 0; list && i < count && taken < 3; i++) {
		bool repeated = false;
		for (size_t k = 0; k < taken; k++) {
			repeated |= strcmp(out[k].finding->rule, list[i].pick.finding->rule) == 0;
		}
		if (!repeated) {
			out[taken++] = list[i].pick;
		}
	}
	free(list);
	return taken;
}

static void put_built(const struct review *review, struct strbuf *out)
{
	if (review->framework) {
		static const struct {
			const char *id, *title;
		} titles[] = {
			{"flask", "Flask"},
			{"fastapi", "FastAPI"},
			{"starlette", "Starlette"},
			{"aiohttp", "aiohttp"},
			{"tornado", "Tornado"},
			{"bentoml", "BentoML"},
			{"http.server", "http.server"},
			{"grpc", "gRPC"},
		};
		const char *title = review->framework;
		for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
			title = strcmp(titles[i].id, title) == 0 ? titles[i].title : title;
		}
		if (korean()) {
			strbuf_printf(out, "%s%s 만든 모델 서비스를 잘 읽어 보았어요.\n", title,
				      korean_particle(title, PARTICLE_BY));
		} else {
			strbuf_printf(out, "I read your model service built with %s.\n", title);
		}
	} else {
		strbuf_puts(out, say("보내 주신 파일을 잘 읽어 보았어요.\n",
				     "I read the files you sent.\n"));
	}
}

static void put_praise(const struct review *review, bool all, struct strbuf *out)
{
	size_t said = 0;
	for (size_t f = 0; f < review->file_count; f++) {
		const struct review_file *file = &review->files[f];
		for (size_t i = 0; i < file->strength_count && said < (all ? 12u : 1u);
		     i++, said++) {
			strbuf_printf(out, "%s %s (%s:%d)\n", mark("👍", "[+]"),
				      file->strengths[i].text, file->path, file->strengths[i].line);
		}
	}
	if (said == 0) {
		strbuf_printf(out, "%s %s\n", mark("👍", "[+]"),
			      say("직접 만들어 보고 검토를 청한 것부터가 좋은 출발이에요.",
				  "Building it yourself and asking for a review is a good start."));
	}
}

static void put_finding(const struct review_pick *pick, struct strbuf *out)
{
	const struct review_finding *f = pick->finding;
	strbuf_printf(out, "- %s:%d [%s] %s\n", pick->file->path, f->line,
		      review_severity_title(f->severity), f->message);
	strbuf_printf(out, "  → %s\n", f->question);
	if (f->evidence) {
		strbuf_printf(out, "  %s %s\n", say("실제로 돌려 보니:", "When run:"), f->evidence);
	}
}

static void put_headings(const struct review *review, const struct ranked *list, size_t count,
			 bool all, struct strbuf *out)
{
	strbuf_printf(out, "\n%s %s\n", mark("🤔", "[?]"),
		      say("프로덕션 관점에서 함께 생각해 볼까요?", "Thinking of production"));
	size_t hidden = 0;
	for (int c = 0; c < REVIEW_CATEGORY_COUNT; c++) {
		size_t shown = 0;
		bool titled = false;
		for (size_t i = 0; i < count; i++) {
			if ((int)list[i].pick.finding->category != c) {
				continue;
			}
			if (!titled) {
				strbuf_printf(out, "\n## %s\n",
					      review_category_title((enum review_category)c));
				titled = true;
			}
			if (all || shown < SHOWN_PER_HEADING) {
				put_finding(&list[i].pick, out);
				shown++;
			} else {
				hidden++;
			}
		}
		for (size_t q = 0; q < review->question_count; q++) {
			if ((int)review->questions[q].category != c) {
				continue;
			}
			if (!titled) {
				strbuf_printf(out, "\n## %s\n",
					      review_category_title((enum review_category)c));
				titled = true;
			}
			strbuf_printf(out, "- %s\n", review->questions[q].text);
			if (!all) {
				break;
			}
		}
	}
	if (hidden) {
		strbuf_printf(out,
			      say("\n이 밖에 %zu가지가 더 있어요. --all로 모두 볼 수 있어요.\n",
				  "\n%zu more; --all shows them.\n"),
			      hidden);
	}
}

static void put_live(const struct review *review, struct strbuf *out)
{
	if (!review->live.ran && !review->live.problem) {
		return;
	}
	strbuf_printf(out, "\n## %s\n", say("직접 돌려 본 결과", "What running it showed"));
	if (review->live.problem) {
		strbuf_printf(out, "%s\n", review->live.problem);
	}
	for (size_t i = 0; i < review->live.probe_count; i++) {
		const struct review_probe *p = &review->live.probes[i];
		strbuf_printf(out, "- [%s] %s: %s\n",
			      p->passed ? say("통과", "passed") : say("실패", "failed"), p->name,
			      p->detail);
	}
}

void review_to_text(const struct review *review, bool all, struct strbuf *out)
{
	size_t count;
	struct ranked *list = rank(review, &count);
	put_built(review, out);
	put_praise(review, all, out);
	for (size_t f = 0; f < review->file_count; f++) {
		if (review->files[f].problem) {
			strbuf_printf(out, "%s: %s\n", review->files[f].path,
				      review->files[f].problem);
		}
	}
	struct review_pick picks[3];
	size_t picked = review_most_important(review, picks);
	if (picked) {
		strbuf_printf(out, "\n%s\n", say("먼저 볼 것", "Look at these first"));
		for (size_t i = 0; i < picked; i++) {
			strbuf_printf(out, "%zu. %s:%d %s\n", i + 1, picks[i].file->path,
				      picks[i].finding->line, picks[i].finding->message);
		}
	} else {
		strbuf_printf(out, "\n%s\n",
			      say("고칠 곳을 찾지 못했어요. 아래 질문은 코드만으로는 알 수 없는 "
				  "것들이에요.",
				  "Nothing to mend was found. Code alone cannot answer the "
				  "questions below."));
	}
	if (list) {
		put_headings(review, list, count, all, out);
	}
	put_live(review, out);
	if (review->skeleton && *review->skeleton && count) {
		strbuf_printf(out, "\n%s %s\n\n```%s\n%s```\n", mark("💡", "[!]"),
			      say("다음 단계: 아래 뼈대의 TODO를 직접 채워 보세요.",
				  "Next step: fill in the TODOs yourself."),
			      review->framework ? "python" : "", review->skeleton);
	}
	strbuf_printf(out, "\n%s\n",
		      say("고친 버전을 보여 주시겠어요? 무엇이 달라졌는지 함께 볼게요.",
			  "Would you show me the improved version? We will look at what changed."));
	free(list);
}
