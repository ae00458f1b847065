#include "engine/tutor/bank.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"

#define COMMON_FILE "common.tsv" /* sentences that say nothing of any unit: read with each */

uint16_t bank_label_bit(const char *label, size_t length)
{
	const char *dot = memchr(label, '.', length);
	if (dot) {
		length -= (size_t)(dot + 1 - label);
		label = dot + 1;
	}
	if (length < 2 || length > 3 || (*label != 'k' && *label != 'm')) {
		return 0;
	}
	int number = 0;
	for (size_t i = 1; i < length; i++) {
		if (label[i] < '0' || label[i] > '9') {
			return 0;
		}
		number = number * 10 + label[i] - '0';
	}
	int most =
		*label == 'k' ? BANK_FIRST_MISCONCEPTION : BANK_LABELS - BANK_FIRST_MISCONCEPTION;
	if (number < 1 || number > most) {
		return 0;
	}
	return (uint16_t)(1u << (number - 1 + (*label == 'k' ? 0 : BANK_FIRST_MISCONCEPTION)));
}

static bool parse_labels(const char *text, size_t length, struct bank_sentence *out)
{
	const char *end = text + length;
	while (text < end) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		const char *stop = comma ? comma : end;
		while (text < stop && *text == ' ') {
			text++;
		}
		bool near = text < stop && *text == '!';
		text += near;
		size_t n = (size_t)(stop - text);
		while (n > 0 && text[n - 1] == ' ') {
			n--;
		}
		if (n != 4 || memcmp(text, "none", 4) != 0) {
			uint16_t bit = bank_label_bit(text, n);
			if (!bit) {
				return false;
			}
			*(near ? &out->near : &out->labels) |= bit;
		}
		text = stop + 1;
	}
	return true;
}

static enum status read_unit(struct bank *bank, int *room, int unit, const char *path,
			     struct error *err)
{
	struct strbuf sb;
	strbuf_init(&sb);
	enum status status = file_read(&sb, path, 0, err);
	int number = 0;
	for (char *line = sb.text; !status && line < sb.text + sb.length;) {
		char *stop = strchr(line, '\n');
		char *next = stop ? stop + 1 : sb.text + sb.length;
		size_t length = stop ? (size_t)(stop - line) : strlen(line);
		number++;
		if (length > 0 && line[length - 1] == '\r') {
			length--;
		}
		const char *tab = memchr(line, '\t', length);
		if (length > 0 && *line != '#') {
			if (bank->count == *room) {
				int wanted = *room ? *room * 2 : 4096;
				struct bank_sentence *more =
					realloc(bank->sentences, (size_t)wanted * sizeof *more);
				if (!more) {
					status =
						error_set(err, STATUS_NOMEM, path, "out of memory");
					break;
				}
				bank->sentences = more;
				*room = wanted;
			}
			struct bank_sentence *sentence = &bank->sentences[bank->count];
			memset(sentence, 0, sizeof *sentence);
			sentence->unit = unit;
			if (!tab || !parse_labels(line, (size_t)(tab - line), sentence)) {
				status = error_set(err, STATUS_PARSE, path,
						   "line %d: expected label<TAB>sentence", number);
				break;
			}
			size_t left = length - (size_t)(tab + 1 - line);
			const char *tail = memchr(tab + 1, '\t', left); /* further columns: notes */
			sentence->text = arena_strndup(&bank->arena, tab + 1,
						       tail ? (size_t)(tail - tab - 1) : left);
			if (!sentence->text) {
				status = error_set(err, STATUS_NOMEM, path, "out of memory");
				break;
			}
			bank->count++;
			bank->units[unit].sentences++;
		}
		line = next;
	}
	strbuf_release(&sb);
	return status;
}

/* By unit, then by hand. */
static int by_file(const void *a, const void *b)
{
	const char *x = a, *y = b;
	size_t n = strcspn(x, "."), m = strcspn(y, ".");
	int order = strncmp(x, y, n < m ? n : m);
	return order ? order : n != m ? (n < m ? -1 : 1) : strcmp(x, y);
}

enum status bank_read(struct bank *out, const char *folder, struct error *err)
{
	memset(out, 0, sizeof *out);
	arena_init(&out->arena);
	DIR *dir = opendir(folder);
	if (!dir) {
		return error_set(err, STATUS_NOT_FOUND, folder, "no such folder");
	}
	enum { MOST = 128 };
	out->units = arena_alloc(&out->arena, MOST * sizeof *out->units);
	enum status status = out->units ? STATUS_OK : STATUS_NOMEM;
	char(*files)[64] = arena_alloc(&out->arena, MOST * 4 * sizeof *files);
	int file_count = 0;
	bool common = false;
	status = files ? status : STATUS_NOMEM;
	for (struct dirent *entry; !status && (entry = readdir(dir)) && file_count < MOST * 4;) {
		size_t n = strlen(entry->d_name);
		if (n > 4 && n < sizeof *files && !strcmp(entry->d_name + n - 4, ".tsv")) {
			memcpy(files[file_count++], entry->d_name, n + 1);
			common = common || strcmp(entry->d_name, COMMON_FILE) == 0;
		}
	}
	closedir(dir);
	if (file_count > 1) {
		qsort(files, (size_t)file_count, sizeof *files, by_file);
	}
	int room = 0;
	for (int f = 0; f < file_count && !status; f++) {
		char path[1024], id[sizeof out->units->id];
		if (strcmp(files[f], COMMON_FILE) == 0) {
			continue;
		}
		/* UNIT.tsv and UNIT.<hand>.tsv hold sentences of one unit; their names sort together. */
		snprintf(id, sizeof id, "%.*s", (int)strcspn(files[f], "."), files[f]);
		int unit = out->unit_count - 1;
		if (unit < 0 || strcmp(out->units[unit].id, id) != 0) {
			if (out->unit_count == MOST) {
				break;
			}
			unit = out->unit_count++;
			memcpy(out->units[unit].id, id, sizeof id);
			snprintf(path, sizeof path, "%s/%s", folder, COMMON_FILE);
			status = common ? read_unit(out, &room, unit, path, err) : STATUS_OK;
		}
		snprintf(path, sizeof path, "%s/%s", folder, files[f]);
		status = status ? status : read_unit(out, &room, unit, path, err);
	}
	if (status) {
		bank_release(out);
	}
	return status;
}

void bank_release(struct bank *bank)
{
	arena_release(&bank->arena);
	free(bank->sentences);
	memset(bank, 0, sizeof *bank);
}
