#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/worker/confine.h"
#include "engine/worker/worker.h"

/* Each attempt runs in a child that locked itself in first; its exit status says what happened. */
enum { REFUSED = 10, ALLOWED = 11, NOT_LOCKED = 12 };

static int try_open(void)
{
	return open("/etc/hostname", O_RDONLY) < 0 ? REFUSED : ALLOWED;
}

static int try_create(void)
{
	return open("/tmp/mundap-confine", O_CREAT | O_WRONLY, 0600) < 0 ? REFUSED : ALLOWED;
}

static int try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? REFUSED : ALLOWED;
}

static int try_fork(void)
{
	pid_t pid = fork();
	if (pid == 0) {
		_exit(0);
	}
	return pid < 0 ? REFUSED : ALLOWED;
}

static int try_exec(void)
{
	char name[] = "true";
	char *arguments[] = {name, NULL};
	execve("/bin/true", arguments, arguments + 1);
	return REFUSED;
}

static int try_executable_memory(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return page == MAP_FAILED ? REFUSED : ALLOWED;
}

static int try_kill_parent(void)
{
	return kill(getppid(), 0) != 0 ? REFUSED : ALLOWED;
}

static int try_raise_limit(void)
{
	struct rlimit limit = {1 << 20, 1 << 20};
	return setrlimit(RLIMIT_FSIZE, &limit) != 0 ? REFUSED : ALLOWED;
}

static void *nothing(void *context)
{
	return context;
}

static int try_thread(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, nothing, NULL) != 0) {
		return REFUSED;
	}
	pthread_join(thread, NULL);
	return ALLOWED;
}

static int try_memory(void)
{
	void *block = malloc(8 << 20);
	if (!block) {
		return REFUSED;
	}
	memset(block, 1, 8 << 20);
	free(block);
	return ALLOWED;
}

static int try_too_much_memory(void)
{
	void *volatile block = malloc((size_t)1 << 30);
	int result = block ? ALLOWED : REFUSED;
	free(block);
	return result;
}

static int try_pair_of(int kind)
{
	int pair[2];
	if (socketpair(AF_UNIX, kind, 0, pair) != 0) {
		return REFUSED;
	}
	char byte = 'x';
	return send(pair[0], &byte, 1, 0) == 1 && recv(pair[1], &byte, 1, 0) == 1 ? ALLOWED
										  : REFUSED;
}

static int try_stream_pair(void)
{
	return try_pair_of(SOCK_STREAM | SOCK_CLOEXEC);
}

static int try_datagram_pair(void)
{
	return try_pair_of(SOCK_DGRAM);
}

/* The exit status, or 128 plus the signal. */
static int attempt_in(int (*what)(void), bool local_services)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct confine_limits limits = {64 << 20, 10, 2, local_services};
		_exit(confine_process(&limits, NULL) == STATUS_OK ? what() : NOT_LOCKED);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int attempt(int (*what)(void))
{
	return attempt_in(what, false);
}

static void services_stay_inside(void **state)
{
	(void)state;
	if (!worker_confined()) {
		skip();
	}
	assert_int_equal(attempt(try_stream_pair), 128 + SIGSYS);
	assert_int_equal(attempt_in(try_stream_pair, true), ALLOWED);
	assert_int_equal(attempt_in(try_datagram_pair, true), REFUSED);
	assert_int_equal(attempt_in(try_socket, true), 128 + SIGSYS);
	assert_int_equal(attempt_in(try_exec, true), 128 + SIGSYS);
	assert_int_equal(attempt_in(try_open, true), REFUSED);
	assert_int_equal(attempt_in(try_thread, true), ALLOWED);
}

static void what_reaches_out_is_refused(void **state)
{
	(void)state;
	if (!worker_confined()) {
		skip();
	}
	assert_int_equal(attempt(try_open), REFUSED);
	assert_int_equal(attempt(try_create), REFUSED);
	assert_int_equal(attempt(try_executable_memory), REFUSED);
	assert_int_equal(attempt(try_kill_parent), REFUSED);
	assert_int_equal(attempt(try_raise_limit), REFUSED);
}

static void attacks_end_the_process(void **state)
{
	(void)state;
	if (!worker_confined()) {
		skip();
	}
	assert_int_equal(attempt(try_socket), 128 + SIGSYS);
	assert_int_equal(attempt(try_exec), 128 + SIGSYS);
	int forked = attempt(try_fork); /* a plain clone is refused, the call of its own kills */
	assert_true(forked == REFUSED || forked == 128 + SIGSYS);
}

static void computing_still_works(void **state)
{
	(void)state;
	assert_int_equal(attempt(try_thread), ALLOWED);
	assert_int_equal(attempt(try_memory), ALLOWED);
}

static void memory_has_a_limit(void **state)
{
	(void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_int_equal(attempt(try_too_much_memory), REFUSED);
#else
	(void)try_too_much_memory;
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_reaches_out_is_refused),
		cmocka_unit_test(attacks_end_the_process),
		cmocka_unit_test(services_stay_inside),
		cmocka_unit_test(computing_still_works),
		cmocka_unit_test(memory_has_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
