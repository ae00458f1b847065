#ifndef MUNDAP_TEST_PTY_H
#define MUNDAP_TEST_PTY_H

#include <stdbool.h>
#include <stddef.h>

/* A program run in a terminal of our own: keys go in, the screen is what libvterm makes of the bytes that come out. */

struct pty;

/** Starts the program with words (NULL-ended) in a terminal; TERM is term. NULL when it cannot be started. */
struct pty *pty_start(int width, int height, const char *term, char *const *words);
/** Ends it (SIGKILL when it does not go by itself); returns the exit status, 128 + signal, or -1. */
int pty_end(struct pty *pty);
/** Sends bytes as they are. */
void pty_send(struct pty *pty, const char *bytes);
void pty_send_bytes(struct pty *pty, const char *bytes, size_t length);
/** Reads what comes until nothing came for quiet ms (at most limit ms). */
void pty_settle(struct pty *pty, int quiet, int limit);
/** Reads once, waiting at most limit ms; false when nothing came. */
bool pty_step(struct pty *pty, int limit);
/** Reads until the screen holds the text; false when limit ms passed. */
bool pty_wait(struct pty *pty, const char *text, int limit);
bool pty_holds(struct pty *pty, const char *text);
/** The screen as text, rows ended by newlines, trailing spaces cut; valid until the next call. */
const char *pty_screen(struct pty *pty);
void pty_resize(struct pty *pty, int width, int height);
void pty_signal(struct pty *pty, int signal_number);
/** Whether the program still runs. */
bool pty_running(struct pty *pty);
/** Waits until it stopped itself (SIGSTOP, SIGTSTP); false when limit ms passed. */
bool pty_wait_stopped(struct pty *pty, int limit);
/** Waits for its end; the exit status, 128 + signal, or -1 when it still runs after limit ms. */
int pty_wait_end(struct pty *pty, int limit);
void pty_cursor(struct pty *pty, int *x, int *y);
/** Bytes that came out so far. */
size_t pty_bytes(const struct pty *pty);
/** Whether the terminal's settings are those it began with (echo, line mode). */
bool pty_restored(struct pty *pty);
/** What the program put into the terminal's clipboard last, in base64; "" for nothing. */
const char *pty_clipboard(struct pty *pty);
int pty_process(const struct pty *pty);

#endif
