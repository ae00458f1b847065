#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "engine/base/message.h"
#include "engine/nn/files.h"

/* NumPy's formats. Source: numpy.lib.format, version 1.0; npz is a zip archive (APPNOTE.TXT) of .npy files. */

static const struct {
	const char *text;
	size_t size;
	enum dtype to;
	bool wide; /* i8: 64-bit integers become i32 */
} descriptions[] = {
	{"<f4", 4, DTYPE_F32, false}, {"<f8", 8, DTYPE_F64, false}, {"<i4", 4, DTYPE_I32, false},
	{"|i1", 1, DTYPE_I8, false},  {"|u1", 1, DTYPE_U8, false},  {"<i8", 8, DTYPE_I32, true},
};
#define DESCRIPTIONS (sizeof descriptions / sizeof *descriptions)

static enum status corrupt(struct error *err, const char *what)
{
	return error_set(err, STATUS_CORRUPT, "npy", message(MSG_NN_FILE_CORRUPT), "npy", what);
}

enum status npy_write(struct strbuf *out, const struct tensor *t, struct error *err)
{
	char header[256];
	const char *text = "<f4";
	for (size_t k = 0; k < DESCRIPTIONS; k++) {
		if (descriptions[k].to == t->dtype && !descriptions[k].wide) {
			text = descriptions[k].text;
		}
	}
	int n = snprintf(header, sizeof header,
			 "{'descr': '%s', 'fortran_order': False, 'shape': (", text);
	for (int d = 0; d < t->dims; d++) {
		n += snprintf(header + n, sizeof header - (size_t)n, "%lld,%s",
			      (long long)t->shape[d], d + 1 < t->dims ? " " : "");
	}
	n += snprintf(header + n, sizeof header - (size_t)n, "), }");
	/* Magic, version, length and header fill a multiple of 64 bytes and end in a newline. */
	int padded = (10 + n + 1 + 63) / 64 * 64 - 10;
	unsigned char size[2] = {(unsigned char)padded, (unsigned char)(padded >> 8)};
	strbuf_add(out, "\x93NUMPY\x01\x00", 8);
	strbuf_add(out, size, 2);
	strbuf_add(out, header, (size_t)n);
	for (; n < padded - 1; n++) {
		strbuf_putc(out, ' ');
	}
	strbuf_putc(out, '\n');
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *row = tensor_new(t->dtype, t->dims, t->shape, err);
	if (row) {
		tensor_copy_into(row, t, NULL);
		strbuf_add(out, tensor_data(row),
			   (size_t)tensor_numel(row) * tensor_dtype_size(row->dtype));
	}
	bool ok = row && strbuf_ok(out);
	tensor_scope_close(&scope);
	return ok ? STATUS_OK : error_set(err, STATUS_NOMEM, "npy", message(MSG_TENSOR_NOMEM), 0.0);
}

/* The value after 'key': in the header's Python dictionary. */
static const char *value_of(const char *header, const char *key)
{
	const char *at = strstr(header, key);
	at = at ? strchr(at + strlen(key), ':') : NULL;
	return at ? at + 1 + strspn(at + 1, " ") : NULL;
}

static enum status parse_shape(const char *p, int64_t *shape, int *dims)
{
	*dims = 0;
	if (!p || *p++ != '(') {
		return STATUS_CORRUPT;
	}
	for (;;) {
		p += strspn(p, " ,");
		if (*p == ')') {
			return STATUS_OK;
		}
		char *end;
		long long n = strtoll(p, &end, 10);
		if (end == p || n < 0 || *dims == TENSOR_MAX_DIMS) {
			return STATUS_CORRUPT;
		}
		shape[(*dims)++] = n;
		p = end;
	}
}

static struct tensor *read_array(const unsigned char *p, size_t length, struct error *err)
{
	if (length < 12 || memcmp(p, "\x93NUMPY", 6) != 0 || p[6] < 1 || p[6] > 3) {
		corrupt(err, "magic");
		return NULL;
	}
	size_t start = p[6] == 1 ? 10 : 12;
	size_t size = p[6] == 1 ? (size_t)p[8] | (size_t)p[9] << 8
				: (size_t)p[8] | (size_t)p[9] << 8 | (size_t)p[10] << 16 |
					  (size_t)p[11] << 24;
	char header[4096];
	if (size >= sizeof header || size > length - start) {
		corrupt(err, "header");
		return NULL;
	}
	memcpy(header, p + start, size);
	header[size] = '\0';
	const char *descr = value_of(header, "'descr'"),
		   *order = value_of(header, "'fortran_order'");
	int64_t shape[TENSOR_MAX_DIMS];
	int dims;
	if (!descr || !order || parse_shape(value_of(header, "'shape'"), shape, &dims)) {
		corrupt(err, "header");
		return NULL;
	}
	size_t k = 0;
	while (k < DESCRIPTIONS && strncmp(descr + 1, descriptions[k].text, 3) != 0) {
		k++;
	}
	if (k == DESCRIPTIONS || strncmp(order, "False", 5) != 0) {
		error_set(err, STATUS_UNSUPPORTED, "npy", message(MSG_NN_FILE_TYPE), "npy",
			  k == DESCRIPTIONS ? "dtype" : "fortran_order");
		return NULL;
	}
	size_t room = length - start - size, count = 1;
	for (int d = 0; d < dims; d++) {
		if (shape[d] && count > room / (size_t)shape[d] + 1) {
			corrupt(err, "shape");
			return NULL;
		}
		count *= (size_t)shape[d];
	}
	if (count > room / descriptions[k].size) {
		corrupt(err, "data");
		return NULL;
	}
	struct tensor *t = tensor_new(descriptions[k].to, dims, shape, err);
	const unsigned char *data = p + start + size;
	for (size_t i = 0; t && i < count && descriptions[k].wide; i++) {
		int64_t v;
		memcpy(&v, data + 8 * i, 8);
		tensor_set(t, (int64_t)i, (double)v);
	}
	if (t && !descriptions[k].wide && count > 0) {
		memcpy(tensor_data(t), data, count * descriptions[k].size);
	}
	return t;
}

struct tensor *npy_read(const void *bytes, size_t length, struct error *err)
{
	return read_array(bytes, length, err);
}

/* --- zip --- */
static void put(struct strbuf *out, uint64_t value, int bytes)
{
	for (int k = 0; k < bytes; k++) {
		strbuf_putc(out, (char)(value >> (8 * k)));
	}
}

static uint32_t get(const unsigned char *p, int bytes)
{
	uint32_t v = 0;
	for (int k = 0; k < bytes; k++) {
		v |= (uint32_t)p[k] << (8 * k);
	}
	return v;
}

/* The fields a local header and a directory entry have in common. */
static void put_entry(struct strbuf *out, uint32_t crc, size_t size, size_t name_length)
{
	put(out, 20, 2); /* version needed */
	put(out, 0, 2); /* flags */
	put(out, 0, 2); /* stored */
	put(out, 0, 2); /* time */
	put(out, 0x21, 2); /* 1980-01-01 */
	put(out, crc, 4);
	put(out, size, 4);
	put(out, size, 4);
	put(out, name_length, 2);
	put(out, 0, 2); /* extra */
}

enum status npz_write(struct strbuf *out, const struct module_list *list, struct error *err)
{
	struct strbuf directory, array;
	strbuf_init(&directory);
	strbuf_init(&array);
	enum status status = STATUS_OK;
	for (int i = 0; i < list->count && status == STATUS_OK; i++) {
		char name[MODULE_NAME + 8];
		int n = snprintf(name, sizeof name, "%s.npy", list->items[i].name);
		strbuf_reset(&array);
		status = npy_write(&array, list->items[i].tensor, err);
		uint32_t crc = (uint32_t)crc32(0, (const Bytef *)array.text, (uInt)array.length);
		size_t at = out->length;
		if (array.length > UINT32_MAX / 2 || at > UINT32_MAX / 2) {
			status = error_set(err, STATUS_RANGE, "npz", message(MSG_NN_FILE_TYPE),
					   "npz", "zip64");
		}
		put(out, 0x04034b50, 4);
		put_entry(out, crc, array.length, (size_t)n);
		strbuf_add(out, name, (size_t)n);
		strbuf_add(out, array.text, array.length);
		put(&directory, 0x02014b50, 4);
		put(&directory, 20, 2);
		put_entry(&directory, crc, array.length, (size_t)n);
		put(&directory, 0, 2); /* comment */
		put(&directory, 0, 2); /* disk */
		put(&directory, 0, 2); /* internal attributes */
		put(&directory, 0, 4); /* external attributes */
		put(&directory, at, 4);
		strbuf_add(&directory, name, (size_t)n);
	}
	size_t at = out->length;
	strbuf_add(out, directory.text, directory.length);
	put(out, 0x06054b50, 4);
	put(out, 0, 4); /* disks */
	put(out, (uint64_t)list->count, 2);
	put(out, (uint64_t)list->count, 2);
	put(out, directory.length, 4);
	put(out, at, 4);
	put(out, 0, 2);
	if (status == STATUS_OK && (!strbuf_ok(out) || !strbuf_ok(&directory))) {
		status = error_set(err, STATUS_NOMEM, "npz", message(MSG_TENSOR_NOMEM), 0.0);
	}
	strbuf_release(&directory);
	strbuf_release(&array);
	return status;
}

/* Data of one directory entry, inflated when need be. Owns: *own is to be freed. */
static const unsigned char *entry_data(const unsigned char *p, size_t length,
				       const unsigned char *entry, size_t *size, void **own,
				       struct error *err)
{
	uint32_t method = get(entry + 10, 2), packed = get(entry + 20, 4), at = get(entry + 42, 4);
	*size = get(entry + 24, 4);
	*own = NULL;
	if ((size_t)at + 30 > length || get(p + at, 4) != 0x04034b50) {
		corrupt(err, "zip");
		return NULL;
	}
	size_t start = (size_t)at + 30 + get(p + at + 26, 2) + get(p + at + 28, 2);
	if (start > length || packed > length - start) {
		corrupt(err, "zip");
		return NULL;
	}
	if (method == 0) {
		*size = packed;
		return p + start;
	}
	if (method != 8 || *size > (size_t)1 << 30) {
		error_set(err, STATUS_UNSUPPORTED, "npz", message(MSG_NN_FILE_TYPE), "npz", "zip");
		return NULL;
	}
	z_stream z;
	memset(&z, 0, sizeof z);
	*own = malloc(*size + 1);
	z.next_in = (Bytef *)(uintptr_t)(p + start);
	z.avail_in = packed;
	z.next_out = *own;
	z.avail_out = (uInt)*size;
	int done = *own && inflateInit2(&z, -15) == Z_OK ? inflate(&z, Z_FINISH) : Z_MEM_ERROR;
	inflateEnd(&z);
	if (done != Z_STREAM_END) {
		free(*own);
		*own = NULL;
		corrupt(err, "deflate");
		return NULL;
	}
	*size -= z.avail_out;
	return *own;
}

enum status npz_read(struct module_list *out, const void *bytes, size_t length, struct error *err)
{
	*out = (struct module_list){NULL, 0};
	const unsigned char *p = bytes;
	size_t end = length;
	while (end >= 22 && get(p + end - 22, 4) != 0x06054b50) {
		end--;
	}
	if (end < 22) {
		return corrupt(err, "zip");
	}
	size_t count = get(p + end - 12, 2), at = get(p + end - 6, 4);
	out->items = calloc(count + 1, sizeof *out->items);
	if (!out->items) {
		return error_set(err, STATUS_NOMEM, "npz", message(MSG_TENSOR_NOMEM), 0.0);
	}
	enum status status = STATUS_OK;
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		if (at > length || length - at < 46 || get(p + at, 4) != 0x02014b50) {
			status = corrupt(err, "zip");
			break;
		}
		size_t n = get(p + at + 28, 2), size;
		size_t next = at + 46 + n + get(p + at + 30, 2) + get(p + at + 32, 2);
		if (n < 4 || n - 4 >= MODULE_NAME || n > length - at - 46) {
			status = corrupt(err, "zip");
			break;
		}
		void *own;
		const unsigned char *data = entry_data(p, length, p + at, &size, &own, err);
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct tensor *t = data ? read_array(data, size, err) : NULL;
		if (t) {
			struct module_tensor *to = &out->items[out->count++];
			memcpy(to->name, p + at + 46, n - 4);
			to->name[n - 4] = '\0';
			to->tensor = tensor_ref(t);
		}
		status = t ? STATUS_OK : err ? err->status : STATUS_CORRUPT;
		tensor_scope_close(&scope);
		free(own);
		at = next;
	}
	if (status != STATUS_OK) {
		module_list_release(out);
	}
	return status;
}
