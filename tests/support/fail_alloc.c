#include "tests/support/fail_alloc.h"

#include <errno.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define REPLACED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define REPLACED 0
#endif
#endif
#ifndef REPLACED
#ifdef __GLIBC__
#define REPLACED 1
#else
#include <features.h>
#ifdef __GLIBC__
#define REPLACED 1
#else
#define REPLACED 0
#endif
#endif
#endif

static _Thread_local long countdown;
static _Thread_local bool happened;

bool fail_alloc_works(void)
{
	return REPLACED;
}

void fail_alloc_at(long nth)
{
	countdown = nth;
	happened = false;
}

bool fail_alloc_happened(void)
{
	return happened;
}

#if REPLACED
/* glibc's allocator under its other names. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void *aligned_alloc(size_t alignment, size_t size);

static bool fails(void)
{
	if (countdown == 0 || --countdown > 0) {
		return false;
	}
	happened = true;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	return fails() ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}
#endif
