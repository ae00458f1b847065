#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/lua/catalog.h"
#include "engine/store/store.h"
#include "engine/tensor/engine.h"
#include "engine/tutor/grade.h"
#include "engine/worker/worker.h"
#include "tui/cli/doctor.h"
#include "tui/cli/drive.h"

enum { LEAST_COLUMNS = 80, LEAST_ROWS = 24, LEAST_FREE_MB = 100 };

void doctor_terminal(struct doctor *doctor)
{
	char detail[256];
	const char *term = getenv("TERM");
	struct winsize size = {0};
	bool terminal = isatty(STDIN_FILENO) && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 &&
			size.ws_col > 0;
	bool roomy = size.ws_col >= LEAST_COLUMNS && size.ws_row >= LEAST_ROWS;
	if (terminal) {
		snprintf(detail, sizeof detail, "%s, %d×%d", term ? term : "?", size.ws_col,
			 size.ws_row);
	} else {
		snprintf(detail, sizeof detail, "%s", message(MSG_DOCTOR_NO_TERMINAL));
	}
	bool named = term && *term && strcmp(term, "dumb") != 0;
	doctor_report(doctor, &(struct doctor_check){"terminal", MSG_DOCTOR_TERMINAL,
						     !terminal || (roomy && named), false, detail,
						     message(named ? MSG_DOCTOR_TERMINAL_SMALL
								   : MSG_DOCTOR_TERMINAL_DUMB)});
	const char *locale = setlocale(LC_CTYPE, NULL);
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	snprintf(detail, sizeof detail, "%s (%s)", locale ? locale : "?", nl_langinfo(CODESET));
	doctor_report(doctor, &(struct doctor_check){"locale", MSG_DOCTOR_LOCALE, utf8, true,
						     detail, message(MSG_DOCTOR_LOCALE_MEND)});
}

void doctor_libraries(struct doctor *doctor)
{
	static const struct {
		const char *name;
		bool there;
	} parts[] = {
#ifdef NO_HANGUL
		{"libhangul", false},
#else
		{"libhangul", true},
#endif
#ifdef NO_SECCOMP
		{"libseccomp", false},
#else
		{"libseccomp", true},
#endif
#ifdef NO_MICROHTTPD
		{"libmicrohttpd", false},
#else
		{"libmicrohttpd", true},
#endif
#ifdef NO_CURL
		{"libcurl", false},
#else
		{"libcurl", true},
#endif
#ifdef NO_TREE_SITTER
		{"tree-sitter", false},
#else
		{"tree-sitter", true},
#endif
#ifdef NO_CRYPTO
		{"libcrypto", false},
#else
		{"libcrypto", true},
#endif
	};
	struct strbuf missing;
	strbuf_init(&missing);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].there) {
			strbuf_printf(&missing, "%s%s", missing.length ? ", " : "", parts[i].name);
		}
	}
	bool all = missing.length == 0;
	doctor_report(doctor,
		      &(struct doctor_check){"libraries", MSG_DOCTOR_LIBRARIES, all, false,
					     all ? message(MSG_DOCTOR_LIBRARIES_ALL) : missing.text,
					     message(MSG_DOCTOR_LIBRARIES_MEND)});
	strbuf_release(&missing);
}

/* A script that adds up numbers, in a worker as every lab runs. */
static void check_worker(struct doctor *doctor)
{
	static const char source[] = "local s = 0 for i = 1, 1000 do s = s + i end print(s)";
	struct worker_request request = {.kind = WORKER_RUN,
					 .file = "doctor.lua",
					 .source = source,
					 .source_length = sizeof source - 1,
					 .seconds = 10,
					 .memory_mb = 256};
	struct worker_result result;
	struct error err = ERROR_INIT;
	struct drive drive;
	char detail[1024];
	drive_init(&drive, false);
	bool ok = drive_worker(&drive, &request, &result, &err) == STATUS_OK && result.ok;
	if (ok) {
		snprintf(detail, sizeof detail,
			 message(worker_confined() ? MSG_DOCTOR_WORKER_CONFINED
						   : MSG_DOCTOR_WORKER_OPEN),
			 result.seconds, result.peak_mb);
	} else {
		snprintf(detail, sizeof detail, "%s",
			 err.status != STATUS_OK ? err.message : result.error.message);
	}
	drive_release(&drive);
	doctor_report(doctor, &(struct doctor_check){"worker", MSG_DOCTOR_WORKER, ok, true, detail,
						     message(MSG_DOCTOR_WORKER_MEND)});
}

static void check_kernels(struct doctor *doctor)
{
	struct error err = ERROR_INIT;
	char detail[640];
	bool ok = engine_start(0, &err) == STATUS_OK;
	snprintf(detail, sizeof detail, "%s · %s", engine_simd_name(),
		 ok ? engine_blas_name() : err.message);
	doctor_report(doctor, &(struct doctor_check){"kernels", MSG_DOCTOR_KERNELS, ok, false,
						     detail, message(MSG_DOCTOR_KERNELS_MEND)});
}

void doctor_engine(struct doctor *doctor)
{
	struct utsname system;
	char detail[256];
	uname(&system);
	snprintf(detail, sizeof detail, "%s %s, %ld CPU", system.sysname, system.machine,
		 sysconf(_SC_NPROCESSORS_ONLN));
	doctor_report(doctor, &(struct doctor_check){"machine", MSG_DOCTOR_MACHINE, true, true,
						     detail, NULL});
	check_kernels(doctor);
	check_worker(doctor);
	static const char *const places[] = {"/usr/bin/bwrap", "/bin/bwrap",
					     "/usr/local/bin/bwrap"};
	const char *found = NULL;
	for (size_t i = 0; i < 3 && !found; i++) {
		found = access(places[i], X_OK) == 0 ? places[i] : NULL;
	}
	doctor_report(doctor,
		      &(struct doctor_check){"bubblewrap", MSG_DOCTOR_BUBBLEWRAP, found != NULL,
					     false, found ? found : message(MSG_DOCTOR_ABSENT),
					     message(MSG_DOCTOR_BUBBLEWRAP_MEND)});
}

static void check_grader(struct doctor *doctor, const char *share)
{
	struct grader *grader = NULL;
	struct error err = ERROR_INIT;
	bool opened = grader_open(&grader, share, &err) == STATUS_OK;
	bool ok = opened && grader_knows(grader, "B1");
	doctor_report(doctor, &(struct doctor_check){"grader", MSG_DOCTOR_GRADER, ok, true,
						     ok       ? message(MSG_DOCTOR_GRADER_GOOD)
						     : opened ? message(MSG_DOCTOR_ABSENT)
							      : err.message,
						     message(MSG_DOCTOR_REINSTALL)});
	grader_free(grader);
}

void doctor_data(struct doctor *doctor)
{
	const char *datasets = getenv("MUNDAP_DATASETS");
	struct strbuf path, share;
	strbuf_init(&path);
	strbuf_init(&share);
	strbuf_printf(&path, "%s/fashion-mnist/train-images-idx3-ubyte.gz",
		      datasets && *datasets ? datasets : "/usr/share/datasets");
	bool fashion = access(path.text, R_OK) == 0;
	doctor_report(doctor, &(struct doctor_check){
				      "fashion-mnist", MSG_DOCTOR_FASHION, fashion, false,
				      fashion ? path.text : message(MSG_DOCTOR_FASHION_ABSENT),
				      message(MSG_DOCTOR_FASHION_MEND)});
	bool shared = file_share_folder(&share, NULL) == STATUS_OK;
	strbuf_reset(&path);
	strbuf_printf(&path, "%s/assets/data", share.text);
	bool built_in = shared && access(path.text, R_OK) == 0;
	doctor_report(doctor,
		      &(struct doctor_check){"built-in-data", MSG_DOCTOR_BUILT_IN, built_in, true,
					     built_in ? path.text : message(MSG_DOCTOR_ABSENT),
					     message(MSG_DOCTOR_REINSTALL)});
	check_grader(doctor, shared ? share.text : "");
	strbuf_release(&path);
	strbuf_release(&share);
}

static void check_folder(struct doctor *doctor, const char *folder)
{
	struct error err = ERROR_INIT;
	struct statvfs disk;
	char detail[768];
	bool made = file_make_folder(folder, &err) == STATUS_OK;
	bool writable = made && access(folder, W_OK) == 0;
	double free_mb = made && statvfs(folder, &disk) == 0
				 ? (double)disk.f_bavail * (double)disk.f_frsize / 1e6
				 : 0;
	snprintf(detail, sizeof detail, message(MSG_DOCTOR_FOLDER_DETAIL), folder, free_mb);
	doctor_report(doctor, &(struct doctor_check){"data-folder", MSG_DOCTOR_FOLDER,
						     writable && free_mb >= LEAST_FREE_MB, true,
						     made ? detail : err.message,
						     message(writable ? MSG_DOCTOR_FOLDER_FULL
								      : MSG_DOCTOR_FOLDER_MEND)});
}

void doctor_database(struct doctor *doctor)
{
	struct strbuf folder;
	struct store *store = NULL;
	struct error err = ERROR_INIT;
	char detail[1024];
	strbuf_init(&folder);
	if (file_data_folder(&folder, &err) != STATUS_OK) {
		doctor_report(doctor,
			      &(struct doctor_check){"data-folder", MSG_DOCTOR_FOLDER, false, true,
						     err.message, message(MSG_DOCTOR_FOLDER_MEND)});
		strbuf_release(&folder);
		return;
	}
	check_folder(doctor, folder.text);
	strbuf_release(&folder);
	enum status status = store_open_readonly(&store, NULL, &err);
	if (status == STATUS_OK) {
		snprintf(detail, sizeof detail, message(MSG_DOCTOR_DATABASE_DETAIL),
			 store_path(store), store_file_version(store));
		status = store_check(store, &err);
	} else if (status == STATUS_NOT_FOUND) {
		snprintf(detail, sizeof detail, "%s", message(MSG_DOCTOR_DATABASE_NEW));
	}
	bool ok = status == STATUS_OK || status == STATUS_NOT_FOUND;
	doctor_report(doctor, &(struct doctor_check){"database", MSG_DOCTOR_DATABASE, ok, true,
						     ok ? detail : err.message,
						     message(MSG_DOCTOR_DATABASE_MEND)});
	store_close(store);
}

void doctor_lessons(struct doctor *doctor)
{
	struct catalog *catalog = NULL;
	struct error err = ERROR_INIT;
	char detail[640];
	size_t count = 0, ready = 0, waiting = 0, broken = 0;
	if (catalog_load(&catalog, &err) != STATUS_OK) {
		doctor_report(doctor,
			      &(struct doctor_check){"lessons", MSG_DOCTOR_LESSONS, false, true,
						     err.message, message(MSG_DOCTOR_REINSTALL)});
		return;
	}
	const struct course *courses = catalog_courses(catalog, &count);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < courses[i].lesson_count; k++) {
			const struct lesson_entry *entry = courses[i].lessons[k];
			broken += entry->problem != NULL;
			ready += entry->ready;
			waiting += !entry->ready && !entry->problem;
		}
	}
	snprintf(detail, sizeof detail, message(MSG_DOCTOR_LESSONS_DETAIL), count, ready, waiting,
		 broken);
	doctor_report(doctor,
		      &(struct doctor_check){
			      "lessons", MSG_DOCTOR_LESSONS, broken == 0 && ready > 0, true, detail,
			      message(broken ? MSG_DOCTOR_LESSONS_MEND : MSG_DOCTOR_REINSTALL)});
	catalog_free(catalog);
}
