#include "engine/store/registry.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/message.h"
#include "engine/store/db.h"

#define MODEL_FILE_LIMIT ((size_t)2 << 30)
#define VERSION_COLUMNS \
	"model, version, stage, digest, bytes, run, note, metadata, approved_by, created"

static bool good_name(const char *name)
{
	size_t length = strlen(name);
	if (length == 0 || length > 64) {
		return false;
	}
	for (; *name; name++) {
		if (!isalnum((unsigned char)*name) && !strchr("-_.", *name)) {
			return false;
		}
	}
	return true;
}

enum status registry_path(struct store *store, struct strbuf *out, const char *digest,
			  struct error *err)
{
	const char *path = store_path(store);
	const char *slash = strrchr(path, '/');
	strbuf_add(out, path, slash ? (size_t)(slash - path) : 0);
	strbuf_printf(out, "%sartifacts/%.2s/%s", slash ? "/" : "", digest, digest + 2);
	return strbuf_ok(out) ? STATUS_OK
			      : error_set(err, STATUS_NOMEM, "registry", "out of memory");
}

/* Puts the bytes under their digest; content that is there already is left alone. */
static enum status keep_bytes(struct store *store, const struct strbuf *bytes, const char *digest,
			      struct error *err)
{
	struct strbuf path;
	strbuf_init(&path);
	enum status status = registry_path(store, &path, digest, err);
	if (status == STATUS_OK && access(path.text, R_OK) != 0) {
		char *slash = strrchr(path.text, '/');
		*slash = '\0';
		status = file_make_folder(path.text, err);
		*slash = '/';
		if (status == STATUS_OK) {
			status = file_write(path.text, bytes->text, bytes->length, err);
		}
	}
	strbuf_release(&path);
	return status;
}

static enum status log_event(struct store *store, const char *model, int version, const char *what,
			     const char *detail, const char *actor, struct error *err)
{
	return db_run(store, err,
		      "INSERT INTO model_event(model, version, what, detail, actor, at)"
		      " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
		      "tittt"
		      "l",
		      model, version, what, detail, actor, clock_unix());
}

static enum status finish(struct store *store, enum status status, struct error *err)
{
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	return store_commit(store, err);
}

static enum status insert_version(struct store *store, const struct model_version *v,
				  const char *digest, int64_t bytes, const char *actor, int *number,
				  struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct db_query query;
	db_query(&query, store,
		 "SELECT coalesce(max(version), 0) + 1 FROM model_version WHERE model = ?1", "t",
		 v->model);
	if (db_next(&query)) {
		*number = (int)db_integer(&query, 0);
	}
	status = db_end(&query, err);
	if (status == STATUS_OK) {
		status = db_run(store, err,
				"INSERT INTO model_version(" VERSION_COLUMNS ")"
				" VALUES(?1, ?2, 'none', ?3, ?4, ?5, ?6, ?7, '', ?8)",
				"titllttl", v->model, *number, digest, bytes, v->run, v->note,
				v->metadata, clock_unix());
	}
	if (status == STATUS_OK) {
		status = log_event(store, v->model, *number, "register", digest, actor, err);
	}
	return finish(store, status, err);
}

enum status registry_add(struct store *store, const char *path, const struct model_version *version,
			 const char *actor, int *number, struct error *err)
{
	if (!good_name(version->model)) {
		return error_set(err, STATUS_INVALID, version->model,
				 message(MSG_REGISTRY_BAD_NAME), version->model);
	}
	struct strbuf bytes;
	char digest[65];
	strbuf_init(&bytes);
	enum status status = file_read(&bytes, path, MODEL_FILE_LIMIT, err);
	if (status == STATUS_OK) {
		status = digest_sha256(digest, bytes.text, bytes.length, err);
	}
	if (status == STATUS_OK) {
		status = keep_bytes(store, &bytes, digest, err);
	}
	if (status == STATUS_OK) {
		status = insert_version(store, version, digest, (int64_t)bytes.length, actor,
					number, err);
	}
	strbuf_release(&bytes);
	return status;
}

static void read_version(struct db_query *query, struct arena *arena, struct model_version *out)
{
	out->model = db_text(query, arena, 0);
	out->version = (int)db_integer(query, 1);
	out->stage = db_text(query, arena, 2);
	out->digest = db_text(query, arena, 3);
	out->bytes = db_integer(query, 4);
	out->run = db_integer(query, 5);
	out->note = db_text(query, arena, 6);
	out->metadata = db_text(query, arena, 7);
	out->approved_by = db_text(query, arena, 8);
	out->created = db_integer(query, 9);
}

enum status registry_list(struct store *store, struct arena *arena, const char *model,
			  struct model_version **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct model_version);
	struct db_query query;
	db_query(&query, store,
		 "SELECT " VERSION_COLUMNS " FROM model_version WHERE ?1 = '' OR model = ?1"
		 " ORDER BY model, version DESC",
		 "t", model);
	while (db_next(&query)) {
		struct model_version *row = db_rows_add(&rows, &query);
		if (row) {
			read_version(&query, arena, row);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status registry_find(struct store *store, struct arena *arena, const char *model,
			  const char *which, struct model_version *out, struct error *err)
{
	bool number = *which && strspn(which, "0123456789") == strlen(which);
	bool latest = strcmp(which, "latest") == 0, found = false;
	struct db_query query;
	db_query(&query, store,
		 "SELECT " VERSION_COLUMNS " FROM model_version WHERE model = ?1"
		 " AND (?2 = 0 OR version = ?2) AND (?3 = '' OR stage = ?3) ORDER BY version DESC "
		 "LIMIT 1",
		 "tit", model, number ? atoi(which) : 0, number || latest ? "" : which);
	if (db_next(&query)) {
		read_version(&query, arena, out);
		found = true;
	}
	enum status status = db_end(&query, err);
	if (status == STATUS_OK && !found) {
		status = error_set(err, STATUS_NOT_FOUND, model, message(MSG_REGISTRY_NO_VERSION),
				   model, which);
	}
	return status;
}

enum status registry_verify(struct store *store, const struct model_version *version,
			    struct error *err)
{
	struct strbuf path, bytes;
	char digest[65];
	strbuf_init(&path);
	strbuf_init(&bytes);
	enum status status = registry_path(store, &path, version->digest, err);
	if (status == STATUS_OK) {
		status = file_read(&bytes, path.text, MODEL_FILE_LIMIT, err);
	}
	if (status == STATUS_OK) {
		status = digest_sha256(digest, bytes.text, bytes.length, err);
	}
	if (status == STATUS_OK && strcmp(digest, version->digest) != 0) {
		status =
			error_set(err, STATUS_CORRUPT, version->model,
				  message(MSG_REGISTRY_TAMPERED), version->model, version->version);
	}
	strbuf_release(&bytes);
	strbuf_release(&path);
	return status;
}

static enum status must_exist(struct store *store, const char *model, int version, bool *approved,
			      struct error *err)
{
	struct db_query query;
	bool found = false;
	db_query(&query, store,
		 "SELECT approved_by <> '' FROM model_version WHERE model = ?1 AND version = ?2",
		 "ti", model, version);
	if (db_next(&query)) {
		found = true;
		*approved = db_integer(&query, 0) != 0;
	}
	enum status status = db_end(&query, err);
	if (status == STATUS_OK && !found) {
		char number[16];
		snprintf(number, sizeof number, "%d", version);
		status = error_set(err, STATUS_NOT_FOUND, model, message(MSG_REGISTRY_NO_VERSION),
				   model, number);
	}
	return status;
}

enum status registry_approve(struct store *store, const char *model, int version, const char *actor,
			     const char *reason, struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	bool approved = false;
	status = must_exist(store, model, version, &approved, err);
	if (status == STATUS_OK) {
		status = db_run(store, err,
				"UPDATE model_version SET approved_by = ?3 WHERE model = ?1 AND "
				"version = ?2",
				"tit", model, version, actor);
	}
	if (status == STATUS_OK) {
		status = log_event(store, model, version, "approve", reason, actor, err);
	}
	return finish(store, status, err);
}

static enum status move_stage(struct store *store, const char *model, int version,
			      const char *stage, const char *what, const char *detail,
			      const char *actor, struct error *err)
{
	enum status status = STATUS_OK;
	if (strcmp(stage, "production") == 0) {
		status = db_run(store, err,
				"UPDATE model_version SET stage = 'archived'"
				" WHERE model = ?1 AND stage = 'production' AND version <> ?2",
				"ti", model, version);
	}
	if (status == STATUS_OK) {
		status = db_run(
			store, err,
			"UPDATE model_version SET stage = ?3 WHERE model = ?1 AND version = ?2",
			"tit", model, version, stage);
	}
	if (status == STATUS_OK) {
		status = log_event(store, model, version, what, detail, actor, err);
	}
	return status;
}

enum status registry_set_stage(struct store *store, const char *model, int version,
			       const char *stage, const char *actor, struct error *err)
{
	static const char *const stages[] = {"none", "staging", "production", "archived"};
	bool known = false;
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
		known = known || strcmp(stage, stages[i]) == 0;
	}
	if (!known) {
		return error_set(err, STATUS_INVALID, stage, message(MSG_REGISTRY_BAD_STAGE),
				 stage);
	}
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	bool approved = false;
	status = must_exist(store, model, version, &approved, err);
	if (status == STATUS_OK && strcmp(stage, "production") == 0 && !approved) {
		status = error_set(err, STATUS_DENIED, model, message(MSG_REGISTRY_NOT_APPROVED),
				   model, version, model, version);
	}
	if (status == STATUS_OK) {
		status = move_stage(store, model, version, stage, "stage", stage, actor, err);
	}
	return finish(store, status, err);
}

/* What was in production before what is there now: putting a version there stacks it, a rollback takes the top off.
 * 0 when there is none. */
static enum status previous_production(struct store *store, const char *model, int *version,
				       struct error *err)
{
	struct db_query query;
	int history[256], depth = 0;
	db_query(&query, store,
		 "SELECT version, what = 'rollback' FROM model_event WHERE model = ?1"
		 " AND (what = 'rollback' OR (what = 'stage' AND detail = 'production')) ORDER BY "
		 "id",
		 "t", model);
	while (db_next(&query)) {
		if (db_integer(&query, 1)) {
			depth -= depth > 0;
			continue;
		}
		if (depth == sizeof history / sizeof *history) {
			memmove(history, history + 1, sizeof history - sizeof *history);
			depth--;
		}
		history[depth++] = (int)db_integer(&query, 0);
	}
	*version = depth >= 2 ? history[depth - 2] : 0;
	return db_end(&query, err);
}

enum status registry_rollback(struct store *store, const char *model, const char *actor,
			      const char *reason, int *now, struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = previous_production(store, model, now, err);
	if (status == STATUS_OK && *now == 0) {
		status = error_set(err, STATUS_NOT_FOUND, model, message(MSG_REGISTRY_NO_PREVIOUS),
				   model);
	}
	if (status == STATUS_OK) {
		status = move_stage(store, model, *now, "production", "rollback", reason, actor,
				    err);
	}
	return finish(store, status, err);
}

enum status registry_events(struct store *store, struct arena *arena, const char *model,
			    struct model_event **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct model_event);
	struct db_query query;
	db_query(&query, store,
		 "SELECT version, what, detail, actor, at FROM model_event WHERE model = ?1 ORDER "
		 "BY id",
		 "t", model);
	while (db_next(&query)) {
		struct model_event *row = db_rows_add(&rows, &query);
		if (row) {
			row->version = (int)db_integer(&query, 0);
			row->what = db_text(&query, arena, 1);
			row->detail = db_text(&query, arena, 2);
			row->actor = db_text(&query, arena, 3);
			row->at = db_integer(&query, 4);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}
