#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/base/message.h"
#include "engine/nn/dataset.h"

/* The MNIST file format, plain or gzip: 0, 0, type, number of dimensions, big-endian sizes, data row-major. */

enum { IDX_U8 = 0x08, IDX_I32 = 0x0C };

/* Reads exactly n bytes; how many are missing otherwise. */
static size_t read_exactly(gzFile file, void *to, size_t n)
{
	char *p = to;
	while (n > 0) {
		unsigned want = n > 1u << 20 ? 1u << 20 : (unsigned)n;
		int got = gzread(file, p, want);
		if (got <= 0) {
			break;
		}
		p += got;
		n -= (size_t)got;
	}
	return n;
}

static enum status short_file(gzFile file, const char *name, size_t missing, struct error *err)
{
	int code;
	const char *why = gzerror(file, &code);
	if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
		return error_set(err, STATUS_CORRUPT, name, message(MSG_NN_IDX_GZIP), name, why);
	}
	return error_set(err, STATUS_CORRUPT, name, message(MSG_NN_IDX_SHORT), name, missing);
}

static uint32_t big_endian(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static struct tensor *read_body(gzFile file, const char *name, size_t max_bytes, struct error *err)
{
	unsigned char head[4], size[4];
	size_t missing = read_exactly(file, head, 4);
	if (missing) {
		short_file(file, name, missing, err);
		return NULL;
	}
	bool known = head[0] == 0 && head[1] == 0 && (head[2] == IDX_U8 || head[2] == IDX_I32);
	if (!known || head[3] < 1 || head[3] > TENSOR_MAX_DIMS) {
		error_set(err, STATUS_CORRUPT, name, message(MSG_NN_IDX_MAGIC), name, head[0],
			  head[1], head[2], head[3]);
		return NULL;
	}
	int64_t shape[TENSOR_MAX_DIMS];
	size_t element = head[2] == IDX_U8 ? 1 : 4, bytes = element;
	for (int d = 0; d < head[3]; d++) {
		missing = read_exactly(file, size, 4);
		if (missing) {
			short_file(file, name, missing, err);
			return NULL;
		}
		shape[d] = (int64_t)big_endian(size);
		if (shape[d] > INT32_MAX || shape[d] < 1) {
			error_set(err, STATUS_CORRUPT, name, message(MSG_NN_IDX_SIZE), name, d + 1,
				  (long long)(int32_t)big_endian(size));
			return NULL;
		}
		if (bytes > SIZE_MAX / (size_t)shape[d] || bytes * (size_t)shape[d] > max_bytes) {
			error_set(err, STATUS_RANGE, name, message(MSG_NN_IDX_LIMIT), name,
				  max_bytes, bytes * (size_t)shape[d]);
			return NULL;
		}
		bytes *= (size_t)shape[d];
	}
	struct tensor *t =
		tensor_new(head[2] == IDX_U8 ? DTYPE_U8 : DTYPE_I32, head[3], shape, err);
	if (!t) {
		return NULL;
	}
	unsigned char *data = tensor_data(t);
	missing = read_exactly(file, data, bytes);
	if (missing) {
		short_file(file, name, missing, err);
		return NULL;
	}
	for (size_t i = 0; element == 4 && i < bytes; i += 4) {
		uint32_t value = big_endian(data + i);
		memcpy(data + i, &value, 4);
	}
	return t;
}

struct tensor *idx_read_fd(int fd, const char *name, size_t max_bytes, struct error *err)
{
	int own = dup(fd);
	gzFile file = own < 0 ? NULL : gzdopen(own, "rb");
	if (!file) {
		if (own >= 0) {
			close(own);
		}
		error_set(err, STATUS_IO, name, "%s: %s", name, strerror(errno));
		return NULL;
	}
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *t = read_body(file, name, max_bytes, err);
	tensor_scope_keep(&scope, t);
	tensor_scope_close(&scope);
	gzclose(file);
	return t;
}

struct tensor *idx_read(const char *path, size_t max_bytes, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		error_set(err, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, path, "%s: %s", path,
			  strerror(errno));
		return NULL;
	}
	struct tensor *t = idx_read_fd(fd, path, max_bytes, err);
	close(fd);
	return t;
}

/* --- Fashion-MNIST --- */
const char *const fashion_mnist_class_names[10] = {
	"티셔츠/상의", "바지", "스웨터", "드레스", "코트",
	"샌들",        "셔츠", "운동화", "가방",   "앵클부츠",
};

struct dataset *fashion_mnist_open_fds(int images_fd, int labels_fd, struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct dataset *ds = NULL;
	struct tensor *images = idx_read_fd(images_fd, "fashion-mnist images", 256u << 20, err);
	struct tensor *labels =
		images ? idx_read_fd(labels_fd, "fashion-mnist labels", 16u << 20, err) : NULL;
	struct tensor *classes = NULL;
	if (labels) {
		int64_t n = tensor_numel(labels);
		classes = tensor_new(DTYPE_I32, 1, &n, err);
		for (int64_t i = 0; classes && i < n; i++) {
			tensor_i32(classes)[i] = ((const uint8_t *)tensor_data(labels))[i];
		}
	}
	if (classes && images->dims == 3) {
		/* [N, H, W] gets its one channel. */
		images->dims = 4;
		images->shape[3] = images->shape[2];
		images->shape[2] = images->shape[1];
		images->shape[1] = 1;
		for (int64_t d = 3, stride = 1; d >= 0; d--) {
			images->stride[d] = stride;
			stride *= images->shape[d];
		}
		ds = dataset_new(images, classes, err);
	}
	if (ds) {
		snprintf(ds->name, sizeof ds->name, "fashion-mnist");
		ds->class_count = ds->class_count < 10 ? 10 : ds->class_count;
		ds->class_names = calloc((size_t)ds->class_count, sizeof *ds->class_names);
		for (int c = 0; ds->class_names && c < ds->class_count; c++) {
			ds->class_names[c] = strdup(c < 10 ? fashion_mnist_class_names[c] : "?");
		}
	}
	tensor_scope_close(&scope);
	return ds;
}

struct dataset *fashion_mnist_open(bool train, struct error *err)
{
	static const char *const files[2][2] = {
		{FASHION_MNIST_FOLDER "/t10k-images-idx3-ubyte.gz",
		 FASHION_MNIST_FOLDER "/t10k-labels-idx1-ubyte.gz"},
		{FASHION_MNIST_FOLDER "/train-images-idx3-ubyte.gz",
		 FASHION_MNIST_FOLDER "/train-labels-idx1-ubyte.gz"},
	};
	int images = open(files[train][0], O_RDONLY | O_CLOEXEC);
	int labels = open(files[train][1], O_RDONLY | O_CLOEXEC);
	struct dataset *ds = NULL;
	if (images < 0 || labels < 0) {
		error_set(err, STATUS_NOT_FOUND, "fashion_mnist", message(MSG_NN_FASHION_MISSING),
			  files[train][images >= 0]);
	} else {
		ds = fashion_mnist_open_fds(images, labels, err);
	}
	if (images >= 0) {
		close(images);
	}
	if (labels >= 0) {
		close(labels);
	}
	return ds;
}
