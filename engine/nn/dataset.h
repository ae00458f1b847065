#ifndef MUNDAP_NN_DATASET_H
#define MUNDAP_NN_DATASET_H

#include "engine/tensor/tensor.h"

/* Examples and what they should become. Images are kept as bytes and scaled when a batch is gathered. */

struct dataset {
	struct tensor *inputs; /* [N, …]: u8 (scaled by 1/255), f32 or i32 (token ids) */
	struct tensor *targets; /* [N] i32 classes, [N, …] f32 values, or NULL */
	int64_t *order; /* NULL: all rows in order; else the rows chosen */
	int64_t count;
	char **class_names; /* NULL, or class_count strings */
	int class_count;
	char name[64];
	double scale, shift; /* of u8 inputs: value * scale + shift */
	int refs;
};

/** Holds references to the tensors given. */
struct dataset *dataset_new(struct tensor *inputs, struct tensor *targets, struct error *err);
struct dataset *dataset_ref(struct dataset *ds);
void dataset_unref(struct dataset *ds);
/** Rows chosen by position; shares memory. */
struct dataset *dataset_subset(struct dataset *ds, const int64_t *rows, int64_t count,
			       struct error *err);
/** First fraction and the rest after a seeded shuffle; stratified by class when targets are classes. */
enum status dataset_split(struct dataset **first, struct dataset **rest, struct dataset *ds,
			  double fraction, uint64_t seed, struct error *err);
/**
 * An epoch's order of rows: shuffled, and where targets are classes each class is spread evenly over the epoch, so that
 * every batch holds the classes in their shares and the last steps lean to none of them. order: ds->count places.
 * Errors: STATUS_NOMEM
 */
enum status dataset_shuffle(uint32_t *order, const struct dataset *ds, uint64_t seed,
			    uint64_t epoch, struct error *err);
/** One batch: rows at positions[0…count) copied into inputs f32/i32 [count, …] and targets. */
enum status dataset_gather(struct tensor *inputs, struct tensor *targets, const struct dataset *ds,
			   const uint32_t *positions, int64_t count, struct error *err);
/** Batch tensors of the right shapes and types for count rows. */
enum status dataset_batch_tensors(struct tensor **inputs, struct tensor **targets,
				  const struct dataset *ds, int64_t count, struct error *err);

/**
 * Reads an idx file (gzip or plain) of unsigned bytes or 32-bit integers from an open descriptor; the descriptor is
 * left open. Source: the MNIST file format: magic 0x0000TTDD, big-endian sizes, data.
 * Errors: STATUS_CORRUPT with what is wrong (short file, negative or impossible sizes), STATUS_RANGE over max_bytes
 */
struct tensor *idx_read_fd(int fd, const char *name, size_t max_bytes, struct error *err);
struct tensor *idx_read(const char *path, size_t max_bytes, struct error *err);

/** Files of Fashion-MNIST. */
#define FASHION_MNIST_FOLDER "/usr/share/datasets/fashion-mnist"
extern const char *const fashion_mnist_class_names[10]; /* Korean */
/** train: 60,000 rows, else 10,000. Errors: STATUS_NOT_FOUND naming the package to install */
struct dataset *fashion_mnist_open(bool train, struct error *err);
/** From descriptors that were opened before a sandbox closed the file system. */
struct dataset *fashion_mnist_open_fds(int images_fd, int labels_fd, struct error *err);

#endif
