#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "engine/nn/dataset.h"
#include "engine/nn/files.h"

/* Readers of safetensors, npy, npz and idx: the first byte chooses. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_idx(const uint8_t *data, size_t size)
{
	int ends[2];
	if (size > 32768 || pipe(ends) != 0) {
		return;
	}
	if (write(ends[1], data, size) == (ssize_t)size) {
		close(ends[1]);
		struct error err = ERROR_INIT;
		tensor_unref(idx_read_fd(ends[0], "fuzz", 1 << 20, &err));
	} else {
		close(ends[1]);
	}
	close(ends[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1) {
		return 0;
	}
	struct error err = ERROR_INIT;
	struct module_list list = {NULL, 0};
	tensor_memory_limit(64 << 20);
	switch (data[0] % 4) {
	case 0:
		if (safetensors_read(&list, data + 1, size - 1, &err) == STATUS_OK) {
			module_list_release(&list);
		}
		break;
	case 1:
		tensor_unref(npy_read(data + 1, size - 1, &err));
		break;
	case 2:
		if (npz_read(&list, data + 1, size - 1, &err) == STATUS_OK) {
			module_list_release(&list);
		}
		break;
	default:
		read_idx(data + 1, size - 1);
		break;
	}
	return 0;
}
