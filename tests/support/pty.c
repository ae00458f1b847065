#include "tests/support/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "engine/base/strbuf.h"
#include "engine/base/utf8.h"

struct pty {
	int master;
	pid_t child;
	int status; /* once it ended */
	bool ended;
	VTerm *vterm;
	VTermScreen *screen;
	int width, height;
	struct strbuf text, raw, clipboard;
	struct termios before;
	size_t bytes;
};

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct pty *pty_start(int width, int height, const char *term, char *const *words)
{
	struct pty *pty = calloc(1, sizeof *pty);
	struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};
	if (!pty) {
		return NULL;
	}
	int slave;
	if (openpty(&pty->master, &slave, NULL, NULL, &size)) {
		free(pty);
		return NULL;
	}
	tcgetattr(slave, &pty->before);
	pty->child = fork();
	if (pty->child == 0) {
		close(pty->master);
		setsid();
		ioctl(slave, TIOCSCTTY, 0);
		dup2(slave, 0);
		dup2(slave, 1);
		dup2(slave, 2);
		close(slave);
		setenv("TERM", term, 1);
		unsetenv("NO_COLOR");
		unsetenv("COLUMNS");
		unsetenv("LINES");
		execv(words[0], words);
		_exit(127);
	}
	close(slave);
	fcntl(pty->master, F_SETFL, O_NONBLOCK);
	pty->width = width;
	pty->height = height;
	pty->vterm = vterm_new(height, width);
	vterm_set_utf8(pty->vterm, 1);
	pty->screen = vterm_obtain_screen(pty->vterm);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_reset(pty->screen, 1);
	strbuf_init(&pty->text);
	strbuf_init(&pty->raw);
	strbuf_init(&pty->clipboard);
	return pty;
}

/* Reads for at most ms; whether anything came. */
static bool read_some(struct pty *pty, int ms)
{
	struct pollfd row = {pty->master, POLLIN, 0};
	char bytes[16384];
	if (poll(&row, 1, ms) <= 0) {
		return false;
	}
	ssize_t count = read(pty->master, bytes, sizeof bytes);
	if (count <= 0) {
		return false;
	}
	pty->bytes += (size_t)count;
	if (pty->raw.length > 1u << 20) {
		strbuf_reset(&pty->raw);
	}
	strbuf_add(&pty->raw, bytes, (size_t)count);
	vterm_input_write(pty->vterm, bytes, (size_t)count);
	return true;
}

bool pty_step(struct pty *pty, int limit)
{
	return read_some(pty, limit);
}

void pty_settle(struct pty *pty, int quiet, int limit)
{
	long end = now_ms() + limit;
	while (now_ms() < end && read_some(pty, quiet)) {
		continue;
	}
}

void pty_send_bytes(struct pty *pty, const char *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		ssize_t count = write(pty->master, bytes + at, length - at);
		if (count > 0) {
			at += (size_t)count;
		} else if (errno != EAGAIN || !pty_running(pty)) {
			return;
		} else {
			read_some(pty, 10); /* both sides would wait for each other */
		}
	}
}

void pty_send(struct pty *pty, const char *bytes)
{
	pty_send_bytes(pty, bytes, strlen(bytes));
}

const char *pty_screen(struct pty *pty)
{
	strbuf_reset(&pty->text);
	for (int y = 0; y < pty->height; y++) {
		size_t end = pty->text.length;
		for (int x = 0; x < pty->width; x++) {
			VTermScreenCell cell;
			VTermPos pos = {.row = y, .col = x};
			vterm_screen_get_cell(pty->screen, pos, &cell);
			if (cell.chars[0] == (uint32_t)-1) {
				continue; /* the right half of a wide character */
			}
			if (cell.chars[0] == 0) {
				strbuf_putc(&pty->text, ' ');
				continue;
			}
			for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++) {
				char bytes[4];
				strbuf_add(&pty->text, bytes,
					   (size_t)utf8_encode(cell.chars[i], bytes));
			}
			if (cell.chars[0] != ' ') {
				end = pty->text.length;
			}
		}
		strbuf_truncate(&pty->text, end);
		strbuf_putc(&pty->text, '\n');
	}
	return pty->text.text;
}

bool pty_holds(struct pty *pty, const char *text)
{
	return strstr(pty_screen(pty), text) != NULL;
}

bool pty_wait(struct pty *pty, const char *text, int limit)
{
	long end = now_ms() + limit;
	while (!pty_holds(pty, text)) {
		long left = end - now_ms();
		if (left <= 0) {
			return false;
		}
		read_some(pty, left > 50 ? 50 : (int)left);
	}
	return true;
}

void pty_resize(struct pty *pty, int width, int height)
{
	struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};
	pty->width = width;
	pty->height = height;
	vterm_set_size(pty->vterm, height, width);
	ioctl(pty->master, TIOCSWINSZ, &size);
}

void pty_signal(struct pty *pty, int signal_number)
{
	kill(pty->child, signal_number);
}

static void collect(struct pty *pty, int status)
{
	pty->ended = true;
	pty->status = WIFEXITED(status)     ? WEXITSTATUS(status)
		      : WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					    : -1;
}

bool pty_running(struct pty *pty)
{
	int status;
	if (!pty->ended && waitpid(pty->child, &status, WNOHANG) == pty->child) {
		collect(pty, status);
	}
	return !pty->ended;
}

bool pty_wait_stopped(struct pty *pty, int limit)
{
	long end = now_ms() + limit;
	while (!pty->ended && now_ms() < end) {
		int status;
		if (waitpid(pty->child, &status, WNOHANG | WUNTRACED) == pty->child) {
			if (WIFSTOPPED(status)) {
				return true;
			}
			collect(pty, status);
		}
		read_some(pty, 20);
	}
	return false;
}

int pty_wait_end(struct pty *pty, int limit)
{
	long end = now_ms() + limit;
	while (pty_running(pty) && now_ms() < end) {
		read_some(pty, 20);
	}
	pty_settle(pty, 30, 300);
	return pty->ended ? pty->status : -1;
}

int pty_end(struct pty *pty)
{
	if (pty_running(pty)) {
		kill(pty->child, SIGKILL);
		pty_wait_end(pty, 5000);
	}
	int status = pty->status;
	close(pty->master);
	vterm_free(pty->vterm);
	strbuf_release(&pty->text);
	strbuf_release(&pty->raw);
	strbuf_release(&pty->clipboard);
	free(pty);
	return status;
}

void pty_cursor(struct pty *pty, int *x, int *y)
{
	VTermPos pos;
	vterm_state_get_cursorpos(vterm_obtain_state(pty->vterm), &pos);
	*x = pos.col;
	*y = pos.row;
}

size_t pty_bytes(const struct pty *pty)
{
	return pty->bytes;
}

bool pty_restored(struct pty *pty)
{
	struct termios now;
	if (tcgetattr(pty->master, &now)) {
		return false;
	}
	tcflag_t wanted = ECHO | ICANON | ISIG;
	return (now.c_lflag & wanted) == (pty->before.c_lflag & wanted);
}

int pty_process(const struct pty *pty)
{
	return pty->child;
}

const char *pty_clipboard(struct pty *pty)
{
	static const char mark[] = "\033]52;c;";
	const char *found = NULL;
	for (size_t at = 0; at + sizeof mark <= pty->raw.length; at++) {
		if (!memcmp(pty->raw.text + at, mark, sizeof mark - 1)) {
			found = pty->raw.text + at + sizeof mark - 1;
		}
	}
	strbuf_reset(&pty->clipboard);
	if (found) {
		strbuf_add(&pty->clipboard, found, strcspn(found, "\a"));
	}
	return pty->clipboard.text;
}
