#include "engine/store/store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/message.h"
#include "engine/store/db.h"

/* Opening a database without harming it, and transactions. */

enum {
	APPLICATION_ID = 0x4D4E4450, /* "MNDP", bytes 68…71 of the file */
	HEADER_SIZE = 100,
	BUSY_MS = 5000,
	CHECKED_SIZE =
		16
		<< 20 /* larger files are checked by `mundap doctor` only: it takes too long at a start */
};

static long big_endian(const unsigned char *bytes)
{
	return (long)bytes[0] << 24 | (long)bytes[1] << 16 | (long)bytes[2] << 8 | bytes[3];
}

/* Looks at the file's first bytes before SQLite may touch anything. */
static enum status look(const char *path, bool *exists, off_t *size, struct error *err)
{
	unsigned char header[HEADER_SIZE];
	struct stat info;
	*exists = false;
	*size = 0;
	if (stat(path, &info) < 0) {
		return STATUS_OK;
	}
	if (!S_ISREG(info.st_mode)) {
		return error_set(err, STATUS_CORRUPT, "store", message(MSG_STORE_NOT_DATABASE),
				 path);
	}
	*size = info.st_size;
	*exists = info.st_size > 0;
	if (!*exists) {
		return STATUS_OK;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return error_set(err, STATUS_DENIED, "store", message(MSG_STORE_READ_ONLY), path);
	}
	ssize_t got = read(fd, header, sizeof header);
	close(fd);
	if (got < (ssize_t)sizeof header || memcmp(header, "SQLite format 3", 16) != 0 ||
	    big_endian(header + 68) != APPLICATION_ID) {
		return error_set(err, STATUS_CORRUPT, "store", message(MSG_STORE_NOT_DATABASE),
				 path);
	}
	int version = (int)big_endian(header + 60);
	if (version > schema_newest()) {
		return error_set(err, STATUS_NEWER, "store", message(MSG_STORE_NEWER), path,
				 version, schema_newest());
	}
	return STATUS_OK;
}

static enum status connect_to(struct store *store, int flags, struct error *err)
{
	int code = sqlite3_open_v2(store->path, &store->db, flags | SQLITE_OPEN_EXRESCODE, NULL);
	if (code != SQLITE_OK) {
		return db_fail(store, code, err);
	}
	sqlite3_busy_timeout(store->db, BUSY_MS);
	/* Until the file is known to be sound and ours, closing must not write to it. */
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return db_script(store, err, "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;");
}

static enum status refuse_damaged(struct store *store, const char *check, struct error *err)
{
	sqlite3_stmt *statement = NULL;
	enum status status = STATUS_OK;
	int code = sqlite3_prepare_v2(store->db, check, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	if (code != SQLITE_ROW) {
		status = db_fail(store, code, err);
	} else {
		const char *found = (const char *)sqlite3_column_text(statement, 0);
		/* The check also reports a page it had no memory for: that is no damage. */
		const char *reason = found ? strstr(found, "error code=") : NULL;
		int reason_code = reason ? atoi(reason + strlen("error code=")) : SQLITE_CORRUPT;
		if (!found) {
			status = db_fail(store, SQLITE_NOMEM, err);
		} else if ((reason_code & 0xFF) != SQLITE_CORRUPT) {
			status = db_fail(store, reason_code, err);
		} else if (strcmp(found, "ok") != 0) {
			status = error_set(err, STATUS_CORRUPT, "store", message(MSG_STORE_DAMAGED),
					   store->path, found ? found : "?");
		}
	}
	sqlite3_finalize(statement);
	return status;
}

static enum status refuse_newer(const struct store *store, struct error *err)
{
	int version = store_file_version(store);
	if (version > schema_newest()) {
		return error_set(err, STATUS_NEWER, "store", message(MSG_STORE_NEWER), store->path,
				 version, schema_newest());
	}
	return STATUS_OK;
}

/* WAL lets a second program read while one writes. Turning it on does not wait for another that is doing the same. */
static enum status create(struct store *store, struct error *err)
{
	enum status status = STATUS_BUSY;
	for (int tries = 0; tries < 100 && status == STATUS_BUSY; tries++) {
		if (tries > 0) {
			usleep(20 * 1000);
		}
		status =
			db_script(store, NULL,
				  "PRAGMA application_id = 0x4D4E4450; PRAGMA journal_mode = WAL;");
	}
	return status == STATUS_OK ? status
				   : db_fail(store, sqlite3_extended_errcode(store->db), err);
}

static enum status make_ready(struct store *store, bool exists, off_t size, struct error *err)
{
	enum status status = STATUS_OK;
	if (exists && size <= CHECKED_SIZE) {
		status = refuse_damaged(store, "PRAGMA quick_check(1)", err);
	}
	if (status == STATUS_OK) {
		status = refuse_newer(store, err);
	}
	if (status != STATUS_OK) {
		return status;
	}
	if (sqlite3_db_readonly(store->db, "main") == 1) {
		return error_set(err, STATUS_DENIED, "store", message(MSG_STORE_READ_ONLY),
				 store->path);
	}
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	if (!exists) {
		status = create(store, err);
	}
	if (status == STATUS_OK) {
		/* Every commit reaches the disk. */
		status = db_script(store, err, "PRAGMA synchronous = FULL;");
	}
	return status == STATUS_OK ? schema_migrate(store, err) : status;
}

static enum status path_of(char **out, const char *path, bool make_folder, struct error *err)
{
	if (path) {
		*out = strdup(path);
		return *out ? STATUS_OK : error_set(err, STATUS_NOMEM, "store", "out of memory");
	}
	struct strbuf sb;
	strbuf_init(&sb);
	enum status status = file_data_folder(&sb, err);
	if (status == STATUS_OK && make_folder) {
		status = file_make_folder(sb.text, err);
	}
	strbuf_puts(&sb, "/mundap.db");
	*out = status == STATUS_OK ? strbuf_detach(&sb) : NULL;
	strbuf_release(&sb);
	if (status == STATUS_OK && !*out) {
		status = error_set(err, STATUS_NOMEM, "store", "out of memory");
	}
	return status;
}

static enum status open_file(struct store **out, const char *path, bool readonly, struct error *err)
{
	*out = NULL;
	struct store *store = calloc(1, sizeof *store);
	if (!store) {
		return error_set(err, STATUS_NOMEM, "store", "out of memory");
	}
	bool exists = false;
	off_t size = 0;
	enum status status = path_of(&store->path, path, !readonly, err);
	if (status == STATUS_OK) {
		status = look(store->path, &exists, &size, err);
	}
	if (status == STATUS_OK && readonly && !exists) {
		status = error_set(err, STATUS_NOT_FOUND, "store", message(MSG_STORE_MISSING),
				   store->path);
	}
	int flags = readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	if (status == STATUS_OK) {
		status = connect_to(store, flags, err);
	}
	if (status == STATUS_OK) {
		status = readonly ? refuse_newer(store, err) : make_ready(store, exists, size, err);
	}
	if (status != STATUS_OK) {
		store_close(store);
		return status;
	}
	*out = store;
	return STATUS_OK;
}

enum status store_open(struct store **out, const char *path, struct error *err)
{
	return open_file(out, path, false, err);
}

enum status store_open_readonly(struct store **out, const char *path, struct error *err)
{
	return open_file(out, path, true, err);
}

void store_close(struct store *store)
{
	if (!store) {
		return;
	}
	while (store->prepared_count > 0) {
		sqlite3_finalize(store->prepared[--store->prepared_count].statement);
	}
	sqlite3_close(store->db);
	free(store->path);
	free(store);
}

const char *store_path(const struct store *store)
{
	return store->path;
}

int store_schema_version(void)
{
	return schema_newest();
}

int store_file_version(const struct store *store)
{
	sqlite3_stmt *statement = NULL;
	int version = -1;
	if (sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL) ==
		    SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		version = sqlite3_column_int(statement, 0);
	}
	sqlite3_finalize(statement);
	return version;
}

enum status store_check(struct store *store, struct error *err)
{
	return refuse_damaged(store, "PRAGMA integrity_check(1)", err);
}

enum status store_begin(struct store *store, struct error *err)
{
	if (store->depth == 0) {
		enum status status = db_run(store, err, "BEGIN IMMEDIATE", "");
		if (status != STATUS_OK) {
			return status;
		}
		store->rolled_back = false;
	}
	store->depth++;
	return STATUS_OK;
}

enum status store_commit(struct store *store, struct error *err)
{
	if (store->depth > 1) {
		store->depth--;
		return STATUS_OK;
	}
	store->depth = 0;
	if (store->rolled_back) {
		return error_set(err, STATUS_CANCELLED, "store", "an inner part was rolled back");
	}
	enum status status = db_run(store, err, "COMMIT", "");
	if (status != STATUS_OK) {
		db_script(store, NULL, "ROLLBACK");
	}
	return status;
}

void store_rollback(struct store *store)
{
	if (store->depth > 0) {
		store->depth--;
	}
	if (!store->rolled_back && !sqlite3_get_autocommit(store->db)) {
		db_script(store, NULL, "ROLLBACK");
	}
	store->rolled_back = store->depth > 0;
}
