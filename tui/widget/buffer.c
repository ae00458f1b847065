#include "tui/widget/buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"

enum { GAP = 4096, UNDO_LIMIT = 4000 };

/* One change: the text that was put in or taken out. */
struct change {
	size_t at, length;
	char *text;
	bool insertion;
	bool joined; /* undone together with the change before it */
};

struct buffer {
	char *bytes;
	size_t capacity, gap, gap_end;
	struct change *changes;
	int change_count, change_room;
	int done; /* changes[done…] were undone */
	int group; /* depth of group_begin */
	bool group_started; /* a change of this group was recorded */
	bool fresh; /* the next change begins a step */
	bool replaying;
	unsigned long version;
	size_t known_offset, known_line; /* the last answer of buffer_line_of */
};

struct buffer *buffer_new(void)
{
	struct buffer *buffer = calloc(1, sizeof *buffer);
	if (!buffer) {
		return NULL;
	}
	buffer->capacity = GAP;
	buffer->bytes = malloc(buffer->capacity);
	buffer->gap_end = buffer->capacity;
	if (!buffer->bytes) {
		free(buffer);
		return NULL;
	}
	return buffer;
}

static void forget_from(struct buffer *buffer, int from)
{
	for (int i = from; i < buffer->change_count; i++) {
		free(buffer->changes[i].text);
	}
	buffer->change_count = from;
}

void buffer_free(struct buffer *buffer)
{
	if (buffer) {
		forget_from(buffer, 0);
		free(buffer->changes);
		free(buffer->bytes);
		free(buffer);
	}
}

size_t buffer_length(const struct buffer *buffer)
{
	return buffer->capacity - (buffer->gap_end - buffer->gap);
}

char buffer_at(const struct buffer *buffer, size_t at)
{
	return at < buffer->gap ? buffer->bytes[at]
				: buffer->bytes[at + (buffer->gap_end - buffer->gap)];
}

static void move_gap(struct buffer *buffer, size_t at)
{
	if (at < buffer->gap) {
		size_t count = buffer->gap - at;
		memmove(buffer->bytes + buffer->gap_end - count, buffer->bytes + at, count);
		buffer->gap -= count;
		buffer->gap_end -= count;
	} else if (at > buffer->gap) {
		size_t count = at - buffer->gap;
		memmove(buffer->bytes + buffer->gap, buffer->bytes + buffer->gap_end, count);
		buffer->gap += count;
		buffer->gap_end += count;
	}
}

/* Room for length bytes and the NUL of buffer_text. */
static bool make_room(struct buffer *buffer, size_t length)
{
	if (buffer->gap_end - buffer->gap > length) {
		return true;
	}
	size_t text = buffer_length(buffer);
	size_t capacity = text + length + GAP + text / 8;
	char *bytes = malloc(capacity);
	if (!bytes) {
		return false;
	}
	size_t behind = buffer->capacity - buffer->gap_end;
	memcpy(bytes, buffer->bytes, buffer->gap);
	memcpy(bytes + capacity - behind, buffer->bytes + buffer->gap_end, behind);
	free(buffer->bytes);
	buffer->bytes = bytes;
	buffer->gap_end = capacity - behind;
	buffer->capacity = capacity;
	return true;
}

bool buffer_load(struct buffer *buffer, const char *text, size_t length)
{
	size_t capacity = length + GAP;
	char *bytes = malloc(capacity);
	if (!bytes) {
		return false;
	}
	memcpy(bytes, text, length);
	free(buffer->bytes);
	buffer->bytes = bytes;
	buffer->capacity = capacity;
	buffer->gap = length;
	buffer->gap_end = capacity;
	forget_from(buffer, 0);
	buffer->done = 0;
	buffer->fresh = true;
	buffer->version++;
	buffer->known_offset = buffer->known_line = 0;
	return true;
}

const char *buffer_text(struct buffer *buffer)
{
	move_gap(buffer, buffer_length(buffer));
	buffer->bytes[buffer->gap] = '\0';
	return buffer->bytes;
}

size_t buffer_copy(const struct buffer *buffer, size_t at, size_t length, char *out)
{
	size_t total = buffer_length(buffer);
	if (at >= total) {
		return 0;
	}
	length = length > total - at ? total - at : length;
	size_t before = at < buffer->gap ? buffer->gap - at : 0;
	before = before > length ? length : before;
	memcpy(out, buffer->bytes + at, before);
	if (length > before) {
		memcpy(out + before, buffer->bytes + at + before + (buffer->gap_end - buffer->gap),
		       length - before);
	}
	return length;
}

static void forget_oldest(struct buffer *buffer)
{
	int drop = UNDO_LIMIT / 4;
	while (drop < buffer->change_count && buffer->changes[drop].joined) {
		drop++;
	}
	for (int i = 0; i < drop; i++) {
		free(buffer->changes[i].text);
	}
	memmove(buffer->changes, buffer->changes + drop,
		(size_t)(buffer->change_count - drop) * sizeof *buffer->changes);
	buffer->change_count -= drop;
	buffer->done -= drop;
}

/* Typing on from the last change makes it longer instead of adding one. */
static bool extend_last(struct buffer *buffer, size_t at, const char *text, size_t length)
{
	if (buffer->fresh || buffer->group || buffer->done == 0) {
		return false;
	}
	struct change *last = &buffer->changes[buffer->done - 1];
	if (!last->insertion || last->at + last->length != at || memchr(text, '\n', length) ||
	    last->length > 200) {
		return false;
	}
	char *longer = realloc(last->text, last->length + length);
	if (!longer) {
		return false;
	}
	memcpy(longer + last->length, text, length);
	last->text = longer;
	last->length += length;
	return true;
}

static void record(struct buffer *buffer, size_t at, const char *text, size_t length,
		   bool insertion)
{
	if (buffer->replaying) {
		return;
	}
	forget_from(buffer, buffer->done);
	if (insertion && extend_last(buffer, at, text, length)) {
		return;
	}
	if (buffer->change_count >= UNDO_LIMIT) {
		forget_oldest(buffer);
	}
	if (buffer->change_count == buffer->change_room) {
		int room = buffer->change_room ? buffer->change_room * 2 : 64;
		struct change *changes = realloc(buffer->changes, (size_t)room * sizeof *changes);
		if (!changes) {
			return;
		}
		buffer->changes = changes;
		buffer->change_room = room;
	}
	char *copy = malloc(length ? length : 1);
	if (!copy) {
		return;
	}
	memcpy(copy, text, length);
	buffer->changes[buffer->change_count++] = (struct change){
		at, length, copy, insertion, buffer->group && buffer->group_started};
	buffer->group_started = true;
	buffer->done = buffer->change_count;
	buffer->fresh = false;
	// cppcheck-suppress memleak
}

/* The remembered line stays right when the change lies behind it, else it goes back to the change. */
static void move_known(struct buffer *buffer, size_t at)
{
	if (at < buffer->known_offset) {
		buffer_line_of(buffer, at);
	}
}

bool buffer_insert(struct buffer *buffer, size_t at, const char *text, size_t length)
{
	if (!length) {
		return true;
	}
	if (!make_room(buffer, length + 1)) {
		return false;
	}
	move_known(buffer, at);
	record(buffer, at, text, length, true);
	move_gap(buffer, at);
	memcpy(buffer->bytes + buffer->gap, text, length);
	buffer->gap += length;
	buffer->version++;
	return true;
}

bool buffer_delete(struct buffer *buffer, size_t at, size_t length)
{
	size_t total = buffer_length(buffer);
	if (at >= total || !length) {
		return true;
	}
	length = length > total - at ? total - at : length;
	move_known(buffer, at);
	move_gap(buffer, at);
	record(buffer, at, buffer->bytes + buffer->gap_end, length, false);
	buffer->gap_end += length;
	buffer->version++;
	return true;
}

void buffer_group_begin(struct buffer *buffer)
{
	if (buffer->group++ == 0) {
		buffer->group_started = false;
	}
}

void buffer_group_end(struct buffer *buffer)
{
	if (buffer->group > 0 && --buffer->group == 0) {
		buffer->fresh = true;
	}
}

void buffer_break(struct buffer *buffer)
{
	buffer->fresh = true;
}

static void replay(struct buffer *buffer, const struct change *change, bool insert, size_t *caret)
{
	buffer->replaying = true;
	if (insert) {
		buffer_insert(buffer, change->at, change->text, change->length);
		*caret = change->at + change->length;
	} else {
		buffer_delete(buffer, change->at, change->length);
		*caret = change->at;
	}
	buffer->replaying = false;
}

bool buffer_undo(struct buffer *buffer, size_t *caret)
{
	if (buffer->done == 0) {
		return false;
	}
	bool joined;
	do {
		const struct change *change = &buffer->changes[--buffer->done];
		joined = change->joined;
		replay(buffer, change, !change->insertion, caret);
	} while (joined && buffer->done > 0);
	buffer->fresh = true;
	return true;
}

bool buffer_redo(struct buffer *buffer, size_t *caret)
{
	if (buffer->done == buffer->change_count) {
		return false;
	}
	do {
		const struct change *change = &buffer->changes[buffer->done++];
		replay(buffer, change, change->insertion, caret);
	} while (buffer->done < buffer->change_count && buffer->changes[buffer->done].joined);
	buffer->fresh = true;
	return true;
}

unsigned long buffer_version(const struct buffer *buffer)
{
	return buffer->version;
}

static bool continues(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t buffer_next(const struct buffer *buffer, size_t at)
{
	size_t length = buffer_length(buffer);
	if (at >= length) {
		return length;
	}
	char bytes[4];
	size_t count = buffer_copy(buffer, at, 4, bytes), step = 0;
	utf8_next(bytes, count, &step);
	return at + step;
}

size_t buffer_previous(const struct buffer *buffer, size_t at)
{
	if (at == 0) {
		return 0;
	}
	size_t start = at - 1;
	while (start > 0 && at - start < 4 && continues(buffer_at(buffer, start))) {
		start--;
	}
	return buffer_next(buffer, start) == at ? start : at - 1;
}

/* Looks for a newline in [from, to), the two parts around the gap one after the other. */
static size_t find_newline(const struct buffer *buffer, size_t from, size_t to)
{
	size_t shift = buffer->gap_end - buffer->gap;
	if (from < buffer->gap) {
		size_t end = to < buffer->gap ? to : buffer->gap;
		const char *found = memchr(buffer->bytes + from, '\n', end - from);
		if (found) {
			return (size_t)(found - buffer->bytes);
		}
		from = end;
	}
	if (from < to) {
		const char *found = memchr(buffer->bytes + from + shift, '\n', to - from);
		if (found) {
			return (size_t)(found - buffer->bytes) - shift;
		}
	}
	return to;
}

size_t buffer_line_start(const struct buffer *buffer, size_t at)
{
	while (at > 0 && buffer_at(buffer, at - 1) != '\n') {
		at--;
	}
	return at;
}

size_t buffer_line_end(const struct buffer *buffer, size_t at)
{
	return find_newline(buffer, at, buffer_length(buffer));
}

static size_t count_newlines(const struct buffer *buffer, size_t from, size_t to)
{
	size_t count = 0;
	while ((from = find_newline(buffer, from, to)) < to) {
		count++;
		from++;
	}
	return count;
}

size_t buffer_line_of(struct buffer *buffer, size_t at)
{
	if (at < buffer->known_offset / 2) {
		buffer->known_line = count_newlines(buffer, 0, at);
	} else if (at < buffer->known_offset) {
		buffer->known_line -= count_newlines(buffer, at, buffer->known_offset);
	} else {
		buffer->known_line += count_newlines(buffer, buffer->known_offset, at);
	}
	buffer->known_offset = at;
	return buffer->known_line;
}

size_t buffer_line_offset(struct buffer *buffer, size_t line)
{
	size_t length = buffer_length(buffer), at = 0, current = 0;
	if (line >= buffer->known_line) {
		at = buffer_line_start(buffer, buffer->known_offset);
		current = buffer->known_line;
	}
	while (current < line) {
		size_t end = find_newline(buffer, at, length);
		if (end == length) {
			break;
		}
		at = end + 1;
		current++;
	}
	return at;
}

unsigned buffer_code_point(const struct buffer *buffer, size_t at)
{
	char bytes[4];
	size_t count = buffer_copy(buffer, at, 4, bytes), step = 0;
	return count ? utf8_next(bytes, count, &step) : 0;
}
