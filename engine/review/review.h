#ifndef MUNDAP_REVIEW_REVIEW_H
#define MUNDAP_REVIEW_REVIEW_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"

/* Review of submitted serving code. Files submitted together are judged together.
 *
 *	struct review *review = review_new();
 *	review_add_path(review, "service/", err);
 *	review_run(review, err);
 *	… read review->files …
 *	review_free(review);
 *
 * Everything reached from a review lives until review_free. All texts are UTF-8. */

enum review_category {
	REVIEW_SECURITY,
	REVIEW_STABILITY,
	REVIEW_SCALABILITY,
	REVIEW_MONITORING,
	REVIEW_CATEGORY_COUNT
};
enum review_severity { REVIEW_LOW, REVIEW_MEDIUM, REVIEW_HIGH };

struct review_finding {
	const char *rule; /* "debug-server" */
	enum review_category category;
	enum review_severity severity;
	bool whole_file; /* said once a file: the line is only where to look first */
	int line, column; /* from 1; column in characters */
	int end_line;
	const char *message; /* one sentence: what is there */
	const char *question; /* what the teacher asks */
	const char *read_next; /* a unit of the curriculum or a term to look up */
	const char *evidence; /* what the live probe saw, NULL when it was not run */
	bool suppressed; /* by a comment with a reason; left out of every report */
};

struct review_strength {
	int line;
	const char *text; /* names a construct that is in the code */
};

/* Asked without being a finding: it cannot be seen in the code. */
struct review_question {
	enum review_category category;
	const char *text;
};

struct review_file {
	const char *path; /* as submitted */
	const char *
		language; /* "python", "dockerfile", "kubernetes", "compose", "workflow", … or "unknown" */
	const char *problem; /* why it was read only in part or not at all; NULL */
	const char *text; /* decoded to UTF-8, line ends \n; NULL when unread */
	size_t length;
	struct review_finding *findings; /* by line */
	size_t finding_count;
	struct review_strength *strengths;
	size_t strength_count;
};

struct review_probe {
	const char *name;
	bool passed;
	const char *detail;
};

struct review_live {
	bool ran;
	const char *problem; /* why it did not run: what is missing and how to get it */
	struct review_probe *probes;
	size_t probe_count;
};

struct review {
	struct review_file *files;
	size_t file_count;
	struct review_question *questions;
	size_t question_count;
	const char *framework; /* "flask", "fastapi", … or NULL */
	const char *skeleton; /* TODO code in the learner's framework */
	struct review_live live;
	struct review_private *private;
};

struct review *review_new(void);
void review_free(struct review *review);

/** Adds bytes under a name. Errors: STATUS_NOMEM. */
enum status review_add(struct review *review, const char *path, const char *bytes, size_t length,
		       struct error *err);
/**
 * Adds a file, a folder (what is reviewable in it, links not followed) or a glob pattern.
 * Errors: STATUS_NOT_FOUND, STATUS_DENIED, STATUS_NOMEM. An unreadable file within a folder is no error: it is
 * listed with its problem.
 */
enum status review_add_path(struct review *review, const char *path, struct error *err);
/** Judges what was added. Once per review. */
enum status review_run(struct review *review, struct error *err);

typedef void (*review_progress)(void *context, const char *text, int done, int total);
/**
 * Starts the submitted service in a sandbox and probes it; attaches evidence to the findings. After review_run.
 * Blocks for up to a minute: the TUI calls it from a child process. progress may be NULL.
 * A service that cannot be started is no error: review->live says why.
 */
enum status review_probe_live(struct review *review, review_progress progress, void *context,
			      struct error *err);

const char *review_category_name(enum review_category category); /* "security" */
const char *review_category_title(enum review_category category); /* "보안" */
const char *review_severity_name(enum review_severity severity); /* "high" */
const char *review_severity_title(enum review_severity severity); /* "높음" */
/** Parses "high", "medium", "low"; false for anything else. */
bool review_severity_parse(const char *name, enum review_severity *out);
/** Whether a finding that is not suppressed reaches the severity. */
bool review_reaches(const struct review *review, enum review_severity severity);

/** The findings asked about first, at most three over all files. Returns how many. */
struct review_pick {
	const struct review_file *file;
	const struct review_finding *finding;
};
size_t review_most_important(const struct review *review, struct review_pick out[3]);

/* Reports */

/** The document of `mundap review --format json`. The caller owns the reference. NULL when memory ran out. */
json_t *review_to_json(const struct review *review);
/** SARIF 2.1.0. */
json_t *review_to_sarif(const struct review *review);
/** The teacher's words. all: every finding, not only the most important ones. */
void review_to_text(const struct review *review, bool all, struct strbuf *out);

/* A second submission */

struct review_change {
	enum { REVIEW_MENDED, REVIEW_NEW, REVIEW_STILL } kind;
	const char *rule;
	const char *path;
	int line; /* in the newer submission; of the older one for what was mended */
};
/**
 * What was mended and what is new since an earlier report (a document of review_to_json).
 * Findings are matched by file and rule, nearest line first. Owns: *out is the caller's (free); the strings in it
 * belong to the two arguments.
 */
enum status review_compare(const json_t *before, const json_t *after, struct review_change **out,
			   size_t *count, struct error *err);
/** The teacher's words about a comparison. */
void review_compare_text(const struct review_change *changes, size_t count, struct strbuf *out);

/* Dialogue about one finding */

struct review_dialogue {
	const struct review_finding *finding;
	int turn; /* answers given so far */
	bool understood;
};
void review_dialogue_open(struct review_dialogue *dialogue, const struct review_finding *finding,
			  struct strbuf *reply);
/** Judges an answer by what the rule expects to hear, appends the teacher's next words. */
void review_dialogue_answer(struct review_dialogue *dialogue, const char *answer,
			    struct strbuf *reply);

#endif
