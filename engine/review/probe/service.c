#include "engine/review/probe/probe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/clock.h"

#define SAID_LIMIT 16384

static void limit(int what, rlim_t value)
{
	struct rlimit r = {value, value};
	setrlimit(what, &r);
}

static void become_service(const char *file, bool stub, int errors)
{
	char port[16];
	snprintf(port, sizeof port, "%d", PROBE_PORT);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	limit(RLIMIT_AS, (rlim_t)3 << 30);
	limit(RLIMIT_FSIZE, (rlim_t)128 << 20);
	limit(RLIMIT_NPROC, 256);
	limit(RLIMIT_NOFILE, 512);
	limit(RLIMIT_CPU, 90);
	limit(RLIMIT_CORE, 0);
	int null = open("/dev/null", O_RDWR);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	for (int fd = 3; fd < 64; fd++) {
		close(fd);
	}
	if (!stub) {
		setenv("MUNDAP_NO_STUB", "1", 1);
	}
	execlp("python3", "python3", PROBE_TOOLS "/launcher.py", file, port, (char *)NULL);
	_exit(127);
}

bool probe_port_open(void)
{
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PROBE_PORT)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bool open = s >= 0 && connect(s, (struct sockaddr *)&address, sizeof address) == 0;
	if (s >= 0) {
		close(s);
	}
	return open;
}

static void *listen_to(void *context)
{
	struct probe_service *service = context;
	char chunk[4096];
	while (!__atomic_load_n(&service->stop_reading, __ATOMIC_ACQUIRE)) {
		struct pollfd wait = {service->errors, POLLIN, 0};
		if (poll(&wait, 1, 50) <= 0) {
			continue;
		}
		ssize_t got = read(service->errors, chunk, sizeof chunk);
		if (got <= 0) {
			break;
		}
		pthread_mutex_lock(&service->lock);
		strbuf_add(&service->heard, chunk, (size_t)got);
		if (service->heard.length > SAID_LIMIT) {
			strbuf_remove(&service->heard, 0, service->heard.length - SAID_LIMIT);
		}
		pthread_mutex_unlock(&service->lock);
	}
	return NULL;
}

static void take_said(struct probe_service *service)
{
	if (service->reading) {
		pthread_mutex_lock(&service->lock);
		strbuf_reset(&service->said);
		strbuf_add(&service->said, service->heard.text, service->heard.length);
		pthread_mutex_unlock(&service->lock);
	}
}

bool probe_service_alive(struct probe_service *service)
{
	take_said(service);
	if (service->pid && waitpid(service->pid, &service->exit_status, WNOHANG) == service->pid) {
		service->pid = 0;
		usleep(60 * 1000); /* its last words are on their way */
		take_said(service);
	}
	return service->pid != 0;
}

bool probe_service_start(struct probe_service *service, const char *file, bool stub, double seconds)
{
	int pipes[2];
	*service = (struct probe_service){.errors = -1};
	strbuf_init(&service->said);
	strbuf_init(&service->heard);
	pthread_mutex_init(&service->lock, NULL);
	if (pipe2(pipes, O_CLOEXEC) != 0) {
		return false;
	}
	service->pid = fork();
	if (service->pid == 0) {
		become_service(file, stub, pipes[1]);
	}
	close(pipes[1]);
	service->errors = pipes[0];
	service->reading = pthread_create(&service->reader, NULL, listen_to, service) == 0;
	int64_t end = clock_now_ns() + (int64_t)(seconds * 1e9);
	while (service->pid > 0 && clock_now_ns() < end && probe_service_alive(service)) {
		if (probe_port_open()) {
			return true;
		}
		usleep(50 * 1000);
	}
	return false;
}

bool probe_service_wait(struct probe_service *service, double seconds)
{
	int64_t end = clock_now_ns() + (int64_t)(seconds * 1e9);
	while (probe_service_alive(service) && clock_now_ns() < end) {
		usleep(20 * 1000);
	}
	return service->pid == 0;
}

void probe_service_stop(struct probe_service *service)
{
	if (service->pid > 0) {
		kill(-service->pid, SIGKILL);
		kill(service->pid, SIGKILL);
		waitpid(service->pid, &service->exit_status, 0);
		service->pid = 0;
	}
	if (service->reading) {
		__atomic_store_n(&service->stop_reading, true, __ATOMIC_RELEASE);
		pthread_join(service->reader, NULL);
		service->reading = false;
	}
	if (service->errors >= 0) {
		close(service->errors);
		service->errors = -1;
	}
	strbuf_release(&service->said);
	strbuf_release(&service->heard);
}

double probe_service_memory(const struct probe_service *service)
{
	char path[64], line[256];
	double kilobytes = 0;
	snprintf(path, sizeof path, "/proc/%d/status", service->pid);
	FILE *status = fopen(path, "re");
	while (status && fgets(line, sizeof line, status)) {
		if (strncmp(line, "VmHWM:", 6) == 0) {
			kilobytes = strtod(line + 6, NULL);
		}
	}
	if (status) {
		fclose(status);
	}
	return kilobytes / 1024;
}
