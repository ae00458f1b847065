#ifndef MUNDAP_BASE_FILE_H
#define MUNDAP_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"

/**
 * Appends a regular file's bytes to out.
 * Errors: STATUS_NOT_FOUND, STATUS_DENIED, STATUS_IO, STATUS_RANGE when larger than limit bytes (0: 64 MB).
 */
enum status file_read(struct strbuf *out, const char *path, size_t limit, struct error *err);

/** Replaces a file in one step: written beside it, synced, renamed. A kill leaves the old or the new file. */
enum status file_write(const char *path, const void *bytes, size_t length, struct error *err);

/** Whether a name from a script may become a file of one folder: letters, digits, "_", "-", "." (not first), UTF-8; no
 * separators; at most 80 bytes. */
bool file_plain_name(const char *name);

/** Creates a folder and its parents (mode 0700 for new ones). */
enum status file_make_folder(const char *path, struct error *err);

/** Where the program keeps data: $MUNDAP_HOME, else $XDG_DATA_HOME/mundap, else ~/.local/share/mundap. */
enum status file_data_folder(struct strbuf *out, struct error *err);

/** The settings file: $XDG_CONFIG_HOME/mundap/config.lua, else ~/.config/mundap/config.lua. */
enum status file_config_path(struct strbuf *out, struct error *err);

/**
 * The folder that holds lessons/ and assets/: $MUNDAP_SHARE, else found beside or above the running binary
 * (build/release/mundap → the source tree; PREFIX/bin/mundap → PREFIX/share/mundap).
 */
enum status file_share_folder(struct strbuf *out, struct error *err);

#endif
