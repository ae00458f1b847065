#include "tui/backend.h"

#include <curses.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "engine/base/base64.h"
#include "engine/base/strbuf.h"
#include "engine/base/utf8.h"
#include "tui/key.h"

/* The only file that knows curses. Frames go out row by row with the wide-character calls; curses finds what
 * changed and sends that. */

enum { CLIPBOARD_LIMIT = 74994 /* of xterm */ };

enum { CODE_PASTE_BEGIN = 0x2000, CODE_PASTE_END, CODE_CTRL_H, CODE_FIRST_MODIFIED = 0x2100 };

/* Cursor keys with modifiers as xterm, tmux and the rest send them; terminfo knows few of them. */
static const struct {
	char final;
	uint32_t key;
} modified[] = {
	{'A', INPUT_UP},   {'B', INPUT_DOWN}, {'C', INPUT_RIGHT},
	{'D', INPUT_LEFT}, {'H', INPUT_HOME}, {'F', INPUT_END},
};

struct curses_backend {
	struct backend base;
	SCREEN *screen;
	const struct theme *theme;
	cchar_t *row;
	int row_size;
	int colours;
	short pair_of[257 * 8]; /* open hash of colour pairs: see pair_for */
	int pair_key[257 * 8];
	int pair_next;
	bool entered;
};

/* What a handler of SIGSEGV may use: the settings of the terminal before we took it. */
static struct termios terminal_before;
static volatile sig_atomic_t terminal_taken;

static void restore_raw(void)
{
	static const char sequence[] =
		"\033[?2004l\033[?1000l\033[?1006l\033[0m\033[?25h\033[?1049l\r\n";
	if (terminal_taken) {
		terminal_taken = 0;
		ssize_t ignored = write(STDOUT_FILENO, sequence, sizeof sequence - 1);
		(void)ignored;
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
	}
}

static void on_crash(int signal_number)
{
	restore_raw();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static void catch_crashes(void)
{
	static char stack[16384];
	stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
	sigaltstack(&alternative, NULL);
	struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_RESETHAND};
	sigemptyset(&action.sa_mask);
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct sigaction before;
		sigaction(signals[i], NULL, &before);
		if (before.sa_handler == SIG_DFL) {
			sigaction(signals[i], &action, NULL);
		}
	}
}

static struct curses_backend *self(struct backend *backend)
{
	return (struct curses_backend *)backend;
}

static void send_now(const char *sequence)
{
	ssize_t ignored = write(STDOUT_FILENO, sequence, strlen(sequence));
	(void)ignored;
}

static void size(struct backend *backend, int *width, int *height)
{
	(void)backend;
	getmaxyx(stdscr, *height, *width);
}

static int pair_for(struct curses_backend *curses, int foreground, int background)
{
	if (!curses->colours) {
		return 0;
	}
	int key = (foreground + 1) * 512 + (background + 1) + 1;
	int slots = (int)(sizeof curses->pair_key / sizeof *curses->pair_key);
	int slot = (int)((unsigned)key * 2654435761u % (unsigned)slots);
	while (curses->pair_key[slot]) {
		if (curses->pair_key[slot] == key) {
			return curses->pair_of[slot];
		}
		slot = (slot + 1) % slots;
	}
	int limit = COLOR_PAIRS < slots / 2 ? COLOR_PAIRS : slots / 2;
	if (curses->pair_next >= limit) {
		return 0;
	}
	init_extended_pair(curses->pair_next, foreground, background);
	curses->pair_key[slot] = key;
	curses->pair_of[slot] = (short)curses->pair_next;
	return curses->pair_next++;
}

/* The nearest of 16 colours (as a terminal of 8 or 16 can show it) to one of the 256. */
static int down_to_16(int colour, int colours)
{
	if (colour < 16) {
		return colour % colours;
	}
	int red, green, blue;
	if (colour >= 232) {
		red = green = blue = 8 + (colour - 232) * 10;
	} else {
		int index = colour - 16;
		red = index / 36 * 51;
		green = index / 6 % 6 * 51;
		blue = index % 6 * 51;
	}
	int brightest = red > green ? red : green;
	brightest = blue > brightest ? blue : brightest;
	int code = (red > 96) | (green > 96) << 1 | (blue > 96) << 2;
	if (code == 7 && brightest < 160) {
		return colours >= 16 ? 8 : 7;
	}
	if (colours >= 16 && brightest > 200 && code) {
		code += 8;
	}
	return code;
}

static void look_of(struct curses_backend *curses, const struct cell *cell, attr_t *attributes,
		    int *pair)
{
	const struct look *look = &curses->theme->looks[cell->style];
	unsigned bits = look->attributes;
	int foreground = look->foreground, background = look->background;
	if (curses->colours >= 256 && curses->theme->coloured) {
		if (foreground >= 0) {
			bits &= ~(unsigned)LOOK_DIM;
			if (background >= 0) {
				bits &= ~(unsigned)LOOK_REVERSE;
			}
		}
	} else {
		foreground = look->foreground16;
		background = -1;
		if (curses->colours < 16 && foreground >= 8) {
			foreground -= 8;
		}
	}
	if (cell->foreground) {
		foreground = curses->colours >= 256
				     ? cell->foreground - 1
				     : down_to_16(cell->foreground - 1,
						  curses->colours ? curses->colours : 8);
	}
	if (cell->background) {
		background = curses->colours >= 256
				     ? cell->background - 1
				     : down_to_16(cell->background - 1,
						  curses->colours ? curses->colours : 8);
	}
	*attributes = 0;
	*attributes |= bits & LOOK_BOLD || cell->attributes & CELL_BOLD ? A_BOLD : 0;
	*attributes |= bits & LOOK_DIM ? A_DIM : 0;
	*attributes |= bits & LOOK_ITALIC ? A_ITALIC : 0;
	*attributes |= bits & LOOK_UNDERLINE || cell->attributes & CELL_UNDERLINE ? A_UNDERLINE : 0;
	*attributes |= !(bits & LOOK_REVERSE) != !(cell->attributes & CELL_REVERSE) ? A_REVERSE : 0;
	*pair = pair_for(curses, foreground, background);
}

static void present(struct backend *backend, const struct grid *grid)
{
	struct curses_backend *curses = self(backend);
	int width, height;
	size(backend, &width, &height);
	if (grid->width < width) {
		width = grid->width;
	}
	if (grid->height < height) {
		height = grid->height;
	}
	if (width > curses->row_size) {
		cchar_t *row = realloc(curses->row, (size_t)width * sizeof *row);
		if (!row) {
			return;
		}
		curses->row = row;
		curses->row_size = width;
	}
	for (int y = 0; y < height; y++) {
		int count = 0;
		for (int x = 0; x < width; x++) {
			const struct cell *cell = grid_at(grid, x, y);
			if (!cell->code_point) {
				continue;
			}
			wchar_t text[3] = {(wchar_t)cell->code_point, (wchar_t)cell->mark, 0};
			attr_t attributes;
			int pair;
			look_of(curses, cell, &attributes, &pair);
			setcchar(&curses->row[count++], text, attributes, (short)pair, &pair);
		}
		mvadd_wchnstr(y, 0, curses->row, count);
	}
	if (grid->cursor_x >= 0) {
		move(grid->cursor_y, grid->cursor_x);
		curs_set(1);
	} else {
		move(height - 1, 0);
		curs_set(0);
	}
	refresh();
}

static int descriptor(struct backend *backend)
{
	(void)backend;
	return STDIN_FILENO;
}

static void read_paste(struct event *event)
{
	struct strbuf text;
	strbuf_init(&text);
	timeout(200); /* a paste that was begun is read to its end */
	wint_t code;
	for (;;) {
		int kind = get_wch(&code);
		if (kind == ERR || (kind == KEY_CODE_YES && code == CODE_PASTE_END) ||
		    text.length > 16u << 20) {
			break;
		}
		if (kind == OK) {
			char bytes[4];
			uint32_t c = code == '\r' ? '\n' : (uint32_t)code;
			if (c >= ' ' || c == '\n' || c == '\t') {
				strbuf_add(&text, bytes, (size_t)utf8_encode(c, bytes));
			}
		}
	}
	nodelay(stdscr, TRUE);
	event->paste = utf8_normalise(text.text, text.length);
	strbuf_release(&text);
	event->kind = event->paste ? EVENT_PASTE : EVENT_NONE;
}

static uint32_t key_of_code(wint_t code)
{
	static const struct {
		int code;
		uint32_t key;
	} rows[] = {
		{KEY_UP, INPUT_UP},
		{KEY_DOWN, INPUT_DOWN},
		{KEY_LEFT, INPUT_LEFT},
		{KEY_RIGHT, INPUT_RIGHT},
		{KEY_HOME, INPUT_HOME},
		{KEY_END, INPUT_END},
		{KEY_PPAGE, INPUT_PAGE_UP},
		{KEY_NPAGE, INPUT_PAGE_DOWN},
		{KEY_IC, INPUT_INSERT},
		{KEY_DC, INPUT_DELETE},
		{KEY_ENTER, INPUT_ENTER},
		{KEY_BACKSPACE, INPUT_BACKSPACE},
		{KEY_BTAB, INPUT_SHIFT | INPUT_TAB},
		{KEY_SLEFT, INPUT_SHIFT | INPUT_LEFT},
		{KEY_SRIGHT, INPUT_SHIFT | INPUT_RIGHT},
		{KEY_SR, INPUT_SHIFT | INPUT_UP},
		{KEY_SF, INPUT_SHIFT | INPUT_DOWN},
		{CODE_CTRL_H, CTRL_KEY('h')},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if ((wint_t)rows[i].code == code) {
			return rows[i].key;
		}
	}
	if (code >= (wint_t)KEY_F(1) && code <= (wint_t)KEY_F(12)) {
		return F_KEY((uint32_t)code - (uint32_t)KEY_F(0));
	}
	if (code >= CODE_FIRST_MODIFIED) {
		uint32_t index = (uint32_t)code - CODE_FIRST_MODIFIED;
		uint32_t bits = index / 8 + 1;
		if (index % 8 < sizeof modified / sizeof *modified && bits < 8) {
			return modified[index % 8].key | (bits & 1 ? INPUT_SHIFT : 0) |
			       (bits & 2 ? INPUT_ALT : 0) | (bits & 4 ? INPUT_CTRL : 0);
		}
	}
	return INPUT_NONE;
}

static uint32_t key_of_character(wint_t code)
{
	switch (code) {
	case '\r':
	case '\n':
		return INPUT_ENTER;
	case '\t':
		return INPUT_TAB;
	case 27:
		return INPUT_ESCAPE;
	case 0x7F:
		return INPUT_BACKSPACE;
	case 0:
		return CTRL_KEY(' ');
	}
	if (code < 27) {
		return CTRL_KEY('a' + code - 1);
	}
	if (code < 32) {
		return CTRL_KEY("\\]^_"[code - 28]);
	}
	return (uint32_t)code;
}

/* A sequence that curses does not know is read to its end and means nothing, rather than the letters in it. */
static uint32_t skip_sequence(wint_t introducer)
{
	wint_t code;
	int count = 0;
	while (count < 32 && get_wch(&code) == OK) {
		count++;
		if (introducer == 'O' || (code >= 0x40 && code <= 0x7E)) {
			break;
		}
	}
	return count ? INPUT_NONE : INPUT_ALT | (uint32_t)introducer;
}

static void next(struct backend *backend, struct event *event)
{
	(void)backend;
	*event = (struct event){EVENT_NONE};
	wint_t code;
	int kind = get_wch(&code);
	if (kind == ERR) {
		return;
	}
	if (kind == KEY_CODE_YES) {
		MEVENT mouse;
		if (code == CODE_PASTE_BEGIN) {
			read_paste(event);
			return;
		}
		if (code == KEY_MOUSE) {
			if (getmouse(&mouse) == OK) {
				*event = (struct event){.kind = EVENT_MOUSE,
							.x = mouse.x,
							.y = mouse.y,
							.wheel = mouse.bstate & BUTTON4_PRESSED ? -1
								 : mouse.bstate & BUTTON5_PRESSED
									 ? 1
									 : 0};
			}
			return;
		}
		event->key = key_of_code(code);
	} else {
		event->key = key_of_character(code);
		if (event->key == INPUT_ESCAPE) {
			/* Escape and a key that came with it: Alt with that key. */
			wint_t second;
			int what = get_wch(&second);
			if (what == OK && (second == '[' || second == 'O')) {
				event->key = skip_sequence(second);
			} else if (what == OK) {
				event->key = INPUT_ALT | key_of_character(second);
			} else if (what == KEY_CODE_YES) {
				event->key = INPUT_ALT | key_of_code(second);
			}
		}
	}
	/* A key that is not known still is an event, so that the caller goes on reading. */
	event->kind = EVENT_KEY;
}

static void resized(struct backend *backend)
{
	(void)backend;
	struct winsize window;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row && window.ws_col) {
		resizeterm(window.ws_row, window.ws_col);
		clearok(curscr, TRUE);
	}
}

static void leave(struct backend *backend)
{
	struct curses_backend *curses = self(backend);
	if (curses->entered) {
		curses->entered = false;
		send_now("\033[?2004l");
		curs_set(1);
		endwin();
		terminal_taken = 0;
	}
}

static void enter(struct backend *backend)
{
	struct curses_backend *curses = self(backend);
	if (!curses->entered) {
		curses->entered = true;
		terminal_taken = 1;
		clearok(curscr, TRUE);
		refresh();
		send_now("\033[?2004h");
		resized(backend);
	}
}

static void set_theme(struct backend *backend, const struct theme *theme)
{
	struct curses_backend *curses = self(backend);
	curses->theme = theme;
	const struct cell normal = {.code_point = ' '};
	attr_t attributes;
	int pair;
	look_of(curses, &normal, &attributes, &pair);
	cchar_t background;
	setcchar(&background, L" ", attributes, (short)pair, &pair);
	bkgrndset(&background);
	clearok(curscr, TRUE);
}

static void copy(struct backend *backend, const char *text)
{
	(void)backend;
	struct strbuf sequence;
	strbuf_init(&sequence);
	strbuf_puts(&sequence, "\033]52;c;");
	base64_add(&sequence, text, strlen(text));
	strbuf_puts(&sequence, "\a");
	/* Longer ones are more than terminals take; they stay in the editor's own clipboard. */
	if (strbuf_ok(&sequence) && sequence.length < CLIPBOARD_LIMIT) {
		send_now(sequence.text);
	}
	strbuf_release(&sequence);
}

static int colours(struct backend *backend)
{
	return self(backend)->colours;
}

static void free_backend(struct backend *backend)
{
	struct curses_backend *curses = self(backend);
	leave(backend);
	delscreen(curses->screen);
	free(curses->row);
	free(curses);
}

static void define_keys(void)
{
	define_key("\033[200~", CODE_PASTE_BEGIN);
	define_key("\033[201~", CODE_PASTE_END);
	for (int bits = 1; bits < 8; bits++) {
		for (size_t i = 0; i < sizeof modified / sizeof *modified; i++) {
			char sequence[16];
			snprintf(sequence, sizeof sequence, "\033[1;%d%c", bits + 1,
				 modified[i].final);
			define_key(sequence, CODE_FIRST_MODIFIED + (bits - 1) * 8 + (int)i);
		}
	}
	/* Both forms of the plain ones, whichever mode the terminal is in. */
	static const int plain[] = {KEY_UP, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END};
	for (size_t i = 0; i < sizeof modified / sizeof *modified; i++) {
		char sequence[8];
		snprintf(sequence, sizeof sequence, "\033[%c", modified[i].final);
		define_key(sequence, plain[i]);
		snprintf(sequence, sizeof sequence, "\033O%c", modified[i].final);
		define_key(sequence, plain[i]);
	}
	define_key("\033[Z", KEY_BTAB);
	define_key("\177", KEY_BACKSPACE);
	if (terminal_before.c_cc[VERASE] != '\b') {
		define_key("\b", CODE_CTRL_H); /* the key that deletes sends DEL here */
	}
}

static const struct backend_ops ops = {size,  present,   next, descriptor, resized,     leave,
				       enter, set_theme, copy, colours,    free_backend};

struct backend *backend_curses_new(bool mono, const char **reason)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		*reason = "tty";
		return NULL;
	}
	const char *term = getenv("TERM");
	int problem;
	if (!term || !*term || !strcmp(term, "dumb") ||
	    setupterm(term, STDOUT_FILENO, &problem) == ERR || !cursor_address) {
		*reason = "term";
		return NULL;
	}
	struct curses_backend *curses = calloc(1, sizeof *curses);
	if (!curses) {
		*reason = "memory";
		return NULL;
	}
	tcgetattr(STDIN_FILENO, &terminal_before);
	curses->base.ops = &ops;
	curses->screen = newterm(NULL, stdout, stdin);
	if (!curses->screen) {
		free(curses);
		*reason = "term";
		return NULL;
	}
	set_term(curses->screen);
	terminal_taken = 1;
	curses->entered = true;
	catch_crashes();
	raw();
	noecho();
	nonl();
	set_escdelay(25);
	keypad(stdscr, TRUE);
	meta(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	define_keys();
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	mouseinterval(0);
	send_now("\033[?2004h");
	if (!mono && has_colors() && start_color() == OK) {
		use_default_colors();
		curses->colours = COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : 8;
	}
	curses->pair_next = 1;
	set_theme(&curses->base, theme_find(curses->colours ? "auto" : "mono"));
	return &curses->base;
}
