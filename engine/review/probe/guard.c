#include "engine/review/probe/probe.h"

#include <ctype.h>
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Counts what lives inside the sandbox. The kernel's limit on processes does not hold for root, and none holds for all
 * processes together; here one look around every few hundredths of a second does. The prober and the sandbox's first
 * process are the only ones that kill(-1) spares. */

#define MOST_THREADS 600
#define MOST_MEMORY_MB 3000
#define LOOK_US 30000

static char verdict[96];
static bool judged;

static bool read_number(const char *process, const char *file, int field, long *out)
{
	char path[64], text[512];
	snprintf(path, sizeof path, "/proc/%.20s/%s", process, file);
	FILE *f = fopen(path, "re");
	size_t got = f ? fread(text, 1, sizeof text - 1, f) : 0;
	if (f) {
		fclose(f);
	}
	text[got] = '\0';
	/* the name of the program may hold anything: fields are counted from behind it */
	char *at = strrchr(text, ')');
	at = at ? at + 1 : text;
	for (int i = 0; at && *at && i < field; i++) {
		at += strspn(at, " ");
		at += strcspn(at, " ");
	}
	return at && sscanf(at, "%ld", out) == 1;
}

static void look_around(void)
{
	DIR *processes = opendir("/proc");
	long threads = 0, pages = 0;
	for (struct dirent *e; processes && (e = readdir(processes));) {
		long value;
		if (!isdigit((unsigned char)e->d_name[0])) {
			continue;
		}
		/* stat: state is the first field behind the name, num_threads the eighteenth; statm: resident the second */
		threads += read_number(e->d_name, "stat", 17, &value) ? value : 1;
		pages += read_number(e->d_name, "statm", 1, &value) ? value : 0;
	}
	if (processes) {
		closedir(processes);
	}
	long megabytes = pages / 256;
	if (threads > MOST_THREADS || megabytes > MOST_MEMORY_MB) {
		kill(-1, SIGKILL);
		if (!judged) {
			snprintf(verdict, sizeof verdict,
				 threads > MOST_THREADS
					 ? "스레드와 프로세스가 %ld개로 불어나 모두 끝냄"
					 : "메모리가 %ld MB로 불어나 모두 끝냄",
				 threads > MOST_THREADS ? threads : megabytes);
			__atomic_store_n(&judged, true, __ATOMIC_RELEASE);
		}
	}
}

static void *guard(void *context)
{
	for (;;) {
		look_around();
		usleep(LOOK_US);
	}
	return context;
}

void probe_guard_start(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, guard, NULL) == 0) {
		pthread_detach(thread);
	}
}

const char *probe_guard_verdict(void)
{
	return __atomic_load_n(&judged, __ATOMIC_ACQUIRE) ? verdict : NULL;
}
