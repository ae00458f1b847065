#include "engine/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/message.h"
#include "engine/base/utf8.h"

/* Words errno for the learner. */
static enum status fail(struct error *err, const char *path)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return error_set(err, STATUS_NOT_FOUND, path, message(MSG_FILE_NOT_FOUND), path);
	case EACCES:
	case EPERM:
		return error_set(err, STATUS_DENIED, path, message(MSG_FILE_DENIED), path);
	case ENOMEM:
		return error_set(err, STATUS_NOMEM, path, "%s: out of memory", path);
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return error_set(err, STATUS_IO, path, message(MSG_FILE_FULL), path);
	case EROFS:
		return error_set(err, STATUS_IO, path, message(MSG_FILE_READ_ONLY), path);
	case EISDIR:
		return error_set(err, STATUS_INVALID, path, message(MSG_FILE_FOLDER), path);
	default:
		return error_set(err, STATUS_IO, path, message(MSG_FILE_OTHER), path,
				 strerror(errno));
	}
}

enum status file_read(struct strbuf *out, const char *path, size_t limit, struct error *err)
{
	if (!limit) {
		limit = (size_t)64 << 20;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		return fail(err, path);
	}
	enum status status = STATUS_OK;
	struct stat info;
	if (fstat(fd, &info) < 0) {
		status = fail(err, path);
	} else if (!S_ISREG(info.st_mode)) {
		status = error_set(
			err, STATUS_INVALID, path,
			message(S_ISDIR(info.st_mode) ? MSG_FILE_FOLDER : MSG_FILE_NOT_REGULAR),
			path);
	} else {
		char buffer[65536];
		size_t total = 0;
		ssize_t n;
		while ((n = read(fd, buffer, sizeof buffer)) != 0) {
			if (n < 0 && errno == EINTR) {
				continue;
			}
			if (n < 0) {
				status = fail(err, path);
				break;
			}
			total += (size_t)n;
			if (total > limit) {
				status = error_set(err, STATUS_RANGE, path,
						   message(MSG_FILE_TOO_LARGE), path, limit);
				break;
			}
			strbuf_add(out, buffer, (size_t)n);
		}
		if (status == STATUS_OK && !strbuf_ok(out)) {
			status = error_set(err, STATUS_NOMEM, path, "%s: out of memory", path);
		}
	}
	close(fd);
	return status;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t n = write(fd, bytes, length);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return -1;
		}
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

enum status file_write(const char *path, const void *bytes, size_t length, struct error *err)
{
	struct strbuf part;
	strbuf_init(&part);
	strbuf_printf(&part, "%s.%ld.part", path, (long)getpid());
	if (!strbuf_ok(&part)) {
		strbuf_release(&part);
		return error_set(err, STATUS_NOMEM, path, "out of memory");
	}
	enum status status = STATUS_OK;
	int fd = open(part.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		status = fail(err, part.text);
		strbuf_release(&part);
		return status;
	}
	if (write_all(fd, bytes, length) < 0 || fsync(fd) < 0) {
		status = fail(err, part.text);
	}
	if (close(fd) < 0 && status == STATUS_OK) {
		status = fail(err, part.text);
	}
	if (status == STATUS_OK && rename(part.text, path) < 0) {
		status = fail(err, path);
	}
	if (status != STATUS_OK) {
		unlink(part.text);
	}
	strbuf_release(&part);
	return status;
}

bool file_plain_name(const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)name[i];
		bool letter = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
		if (!letter && c < 0x80 && c != '_' && c != '-' && c != '.') {
			return false;
		}
	}
	return length > 0 && length <= 80 && name[0] != '.' && utf8_valid(name, length);
}

enum status file_make_folder(const char *path, struct error *err)
{
	char step[PATH_MAX];
	size_t length = strlen(path);
	if (length == 0 || length >= sizeof step) {
		return error_set(err, STATUS_INVALID, path, "bad folder name");
	}
	memcpy(step, path, length + 1);
	for (size_t i = 1; i <= length; i++) {
		if (step[i] != '/' && step[i] != '\0') {
			continue;
		}
		char kept = step[i];
		step[i] = '\0';
		if (mkdir(step, 0700) < 0 && errno != EEXIST) {
			return fail(err, step);
		}
		step[i] = kept;
	}
	struct stat info;
	if (stat(path, &info) < 0) {
		return fail(err, path);
	}
	if (!S_ISDIR(info.st_mode)) {
		return error_set(err, STATUS_EXISTS, path, message(MSG_FILE_NOT_FOLDER), path);
	}
	return STATUS_OK;
}

static enum status under_home(struct strbuf *out, const char *variable, const char *fallback,
			      const char *name, struct error *err)
{
	const char *base = getenv(variable);
	const char *home = getenv("HOME");
	if (base && base[0] == '/') {
		strbuf_printf(out, "%s/%s", base, name);
	} else if (home && home[0] == '/') {
		strbuf_printf(out, "%s/%s/%s", home, fallback, name);
	} else {
		return error_set(err, STATUS_NOT_FOUND, "HOME", "neither HOME nor %s is set",
				 variable);
	}
	return strbuf_ok(out) ? STATUS_OK : error_set(err, STATUS_NOMEM, variable, "out of memory");
}

enum status file_data_folder(struct strbuf *out, struct error *err)
{
	const char *home = getenv("MUNDAP_HOME");
	if (home && *home) {
		strbuf_puts(out, home);
		return STATUS_OK;
	}
	return under_home(out, "XDG_DATA_HOME", ".local/share", "mundap", err);
}

enum status file_config_path(struct strbuf *out, struct error *err)
{
	return under_home(out, "XDG_CONFIG_HOME", ".config", "mundap/config.lua", err);
}

static int holds_lessons(const char *folder)
{
	char path[PATH_MAX];
	size_t length = strlen(folder);
	if (length + sizeof "/lessons" > sizeof path) {
		return 0;
	}
	memcpy(path, folder, length);
	memcpy(path + length, "/lessons", sizeof "/lessons");
	return access(path, R_OK | X_OK) == 0;
}

enum status file_share_folder(struct strbuf *out, struct error *err)
{
	const char *share = getenv("MUNDAP_SHARE");
	if (share && *share) {
		strbuf_puts(out, share);
		return STATUS_OK;
	}
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 32);
	if (n > 0) {
		path[n] = '\0';
		for (char *slash = strrchr(path, '/'); slash; slash = strrchr(path, '/')) {
			*slash = '\0';
			size_t length = strlen(path);
			memcpy(slash, "/share/mundap", sizeof "/share/mundap");
			if (holds_lessons(path)) {
				strbuf_puts(out, path);
				return STATUS_OK;
			}
			path[length] = '\0';
			if (holds_lessons(path)) {
				strbuf_puts(out, path);
				return STATUS_OK;
			}
		}
	}
	return error_set(err, STATUS_NOT_FOUND, "share",
			 "the lessons folder was not found; set MUNDAP_SHARE");
}
