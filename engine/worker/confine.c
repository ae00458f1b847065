#include "engine/worker/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/worker/worker.h"

#ifndef NO_SECCOMP
#include <seccomp.h>
#endif

/* Sanitizers map terabytes of shadow memory. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static enum status set_limit(int resource, rlim_t value, struct error *err)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) == 0 && limit.rlim_max != RLIM_INFINITY &&
	    value > limit.rlim_max) {
		value = limit.rlim_max;
	}
	limit.rlim_cur = limit.rlim_max = value;
	if (setrlimit(resource, &limit) != 0) {
		return error_set(err, STATUS_INTERNAL, "setrlimit", "%s", strerror(errno));
	}
	return STATUS_OK;
}

/* Bytes mapped now; 0 when unknown. */
static size_t mapped_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;
	if (file) {
		if (fscanf(file, "%lu", &pages) != 1) {
			pages = 0;
		}
		fclose(file);
	}
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static enum status limit_resources(const struct confine_limits *limits, struct error *err)
{
	struct rlimit no_core = {0, 0};
	setrlimit(RLIMIT_CORE, &no_core);
	rlim_t seconds = (rlim_t)(limits->seconds * limits->threads) + 5;
	if (set_limit(RLIMIT_CPU, seconds, err) || set_limit(RLIMIT_FSIZE, 0, err) ||
	    set_limit(RLIMIT_NOFILE, limits->local_services ? 2048 : 256, err)) {
		return err ? err->status : STATUS_INTERNAL;
	}
	/* Without a filter this at least keeps an unprivileged worker from forking; all threads run already. */
	if (!worker_confined() && set_limit(RLIMIT_NPROC, 0, err)) {
		return err ? err->status : STATUS_INTERNAL;
	}
	size_t mapped = mapped_bytes();
	if (!SANITIZED && mapped) {
		return set_limit(RLIMIT_AS, mapped + limits->memory, err);
	}
	return STATUS_OK;
}

#ifdef NO_SECCOMP
bool worker_confined(void)
{
	return false;
}

static enum status filter_calls(const struct confine_limits *limits, struct error *err)
{
	(void)limits;
	(void)err;
	return STATUS_OK;
}
#else

bool worker_confined(void)
{
	return true;
}

/* What computing, memory, threads, time and the open descriptors need. */
static const char *const allowed[] = {
	"read",
	"dup",
	"readv",
	"pread64",
	"write",
	"writev",
	"lseek",
	"_llseek",
	"close",
	"fstat",
	"fstat64",
	"newfstatat",
	"statx",
	"poll",
	"ppoll",
	"ppoll_time64",
	"brk",
	"munmap",
	"mremap",
	"madvise",
	"futex",
	"futex_time64",
	"set_robust_list",
	"rseq",
	"sched_yield",
	"sched_getaffinity",
	"getcpu",
	"membarrier",
	"exit",
	"exit_group",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sigreturn",
	"sigaltstack",
	"restart_syscall",
	"clock_gettime",
	"clock_gettime64",
	"clock_getres",
	"clock_nanosleep",
	"clock_nanosleep_time64",
	"nanosleep",
	"gettimeofday",
	"time",
	"getpid",
	"gettid",
	"getrusage",
	"getrandom",
	"sysinfo",
	"uname",
	"getrlimit",
	"ugetrlimit",
};

/* Trying one of these is an attack, not an accident: the process dies and the run is reported as denied. */
static const char *const fatal[] = {
	"execve",
	"execveat",
	"fork",
	"vfork",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"socket",
	"connect",
	"bind",
	"listen",
	"mount",
	"umount2",
	"bpf",
	"kexec_load",
	"init_module",
	"finit_module",
	"unshare",
	"setns",
	"pivot_root",
	"chroot",
	"reboot",
	"perf_event_open",
	"keyctl",
	"io_uring_setup",
	"userfaultfd",
};

/* Names that this architecture does not know are passed over. */
static bool add_names(scmp_filter_ctx filter, uint32_t action, const char *const *names,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int number = seccomp_syscall_resolve_name(names[i]);
		if (number == __NR_SCMP_ERROR || number < 0) {
			continue;
		}
		if (seccomp_rule_add(filter, action, number, 0) != 0) {
			return false;
		}
	}
	return true;
}

static bool add_conditional(scmp_filter_ctx filter)
{
	const scmp_datum_t thread = CLONE_THREAD | CLONE_VM | CLONE_SIGHAND;
	const pid_t self = getpid();
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread)) == 0 &&
	       /* its flags lie in memory where no filter can look: the C library falls back on clone */
	       seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)self, 0)) == 0 &&
	       /* reading limits only */
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
				SCMP_A2(SCMP_CMP_EQ, 0, 0)) == 0;
}

/* What an HTTP server and its clients inside one process need. Nothing here names an address: connections come from
 * socketpair(), of the stream kind only, because a datagram socket could still send to any name. */
static const char *const serving[] = {
	"sendmsg",     "recvmsg",       "recvfrom",    "shutdown",  "setsockopt",
	"getsockopt",  "getsockname",   "getpeername", "epoll_ctl", "epoll_wait",
	"epoll_pwait", "epoll_create1", "eventfd2",    "pipe2",
};

static bool add_serving(scmp_filter_ctx filter)
{
	static const int commands[] = {F_GETFD, F_SETFD, F_GETFL, F_SETFL};
	const scmp_datum_t kind = ~(scmp_datum_t)(SOCK_CLOEXEC | SOCK_NONBLOCK) & 0xffffffffu;
	bool added =
		add_names(filter, SCMP_ACT_ALLOW, serving, sizeof(serving) / sizeof(*serving)) &&
		seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 2,
				 SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0),
				 SCMP_A1(SCMP_CMP_MASKED_EQ, kind, SOCK_STREAM)) == 0 &&
		seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1,
				 SCMP_A4(SCMP_CMP_EQ, 0, 0)) == 0;
	for (size_t i = 0; added && i < sizeof(commands) / sizeof(*commands); i++) {
		added = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
					 SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)commands[i], 0)) == 0;
	}
	return added;
}

static enum status filter_calls(const struct confine_limits *limits, struct error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter) {
		return error_set(err, STATUS_NOMEM, "seccomp", "out of memory");
	}
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE,
			 2); /* a tree, not a list: each call is checked */
	int failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	bool added =
		add_names(filter, SCMP_ACT_ALLOW, allowed, sizeof(allowed) / sizeof(*allowed)) &&
		add_names(filter, SCMP_ACT_KILL_PROCESS, fatal, sizeof(fatal) / sizeof(*fatal)) &&
		add_conditional(filter) &&
		(limits->local_services ? add_serving(filter)
					: seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS,
							   SCMP_SYS(socketpair), 0) == 0);
	if (!failed && added) {
		failed = seccomp_load(filter);
	}
	seccomp_release(filter);
	if (failed || !added) {
		return error_set(err, STATUS_INTERNAL, "seccomp", "the filter could not be loaded");
	}
	return STATUS_OK;
}
#endif

enum status confine_process(const struct confine_limits *limits, struct error *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		return error_set(err, STATUS_INTERNAL, "prctl", "%s", strerror(errno));
	}
	enum status status = limit_resources(limits, err);
	return status ? status : filter_calls(limits, err);
}
