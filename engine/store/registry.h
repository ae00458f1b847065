#ifndef MUNDAP_STORE_REGISTRY_H
#define MUNDAP_STORE_REGISTRY_H

#include "engine/store/store.h"

/* The model registry: versions of named models, their files by content hash under <data>/artifacts/, stages, approval,
 * and a log of every change. A version never changes once registered; only its stage and approval do. */

struct model_version {
	const char *model;
	int version; /* 1, 2, … set by the store */
	const char *stage; /* "none" "staging" "production" "archived" */
	const char *digest; /* SHA-256 of the file, 64 hex digits */
	int64_t bytes;
	int64_t run; /* the run it came from, 0 unknown */
	const char *note;
	const char *metadata; /* JSON object: inputs, outputs, metrics, data version … */
	const char *approved_by; /* "" when nobody has */
	int64_t created;
};

struct model_event {
	int version;
	const char *what; /* "register" "approve" "stage" "rollback" */
	const char *detail, *actor;
	int64_t at;
};

/**
 * Registers a file as the next version of a model: copied into the artifact store (once a content), hashed, recorded.
 * The file is on disk before the record is. Errors: STATUS_NOT_FOUND, STATUS_IO, STATUS_INVALID for a bad name
 */
enum status registry_add(struct store *store, const char *path, const struct model_version *version,
			 const char *actor, int *number, struct error *err);
/** Versions, newest first; model NULL: of all models, by name. */
enum status registry_list(struct store *store, struct arena *arena, const char *model,
			  struct model_version **out, size_t *count, struct error *err);
/** which: a number, a stage ("production" …) or "latest". Errors: STATUS_NOT_FOUND */
enum status registry_find(struct store *store, struct arena *arena, const char *model,
			  const char *which, struct model_version *out, struct error *err);
/** Where a digest's file is. */
enum status registry_path(struct store *store, struct strbuf *out, const char *digest,
			  struct error *err);
/** Compares the file with its digest. STATUS_CORRUPT when they differ, STATUS_NOT_FOUND when it is gone. */
enum status registry_verify(struct store *store, const struct model_version *version,
			    struct error *err);
enum status registry_approve(struct store *store, const char *model, int version, const char *actor,
			     const char *reason, struct error *err);
/**
 * Moves a version to a stage; the version that held "production" is archived in the same transaction.
 * Errors: STATUS_DENIED for production without approval; STATUS_NOT_FOUND; STATUS_INVALID for the word
 */
enum status registry_set_stage(struct store *store, const char *model, int version,
			       const char *stage, const char *actor, struct error *err);
/** Puts the version that was in production before the current one back. STATUS_NOT_FOUND when there is none. */
enum status registry_rollback(struct store *store, const char *model, const char *actor,
			      const char *reason, int *now, struct error *err);
enum status registry_events(struct store *store, struct arena *arena, const char *model,
			    struct model_event **out, size_t *count, struct error *err);

#endif
