#include "tui/keymap.h"

#include <string.h>

#include "tui/key.h"

enum { MAX_OWN = 256 };

/* The first row of a request is the key that the screen shows for it. */
static const struct binding built_in[] = {
	{VIEW_GENERAL, INPUT_ENTER, REQUEST_OPEN},
	{VIEW_GENERAL, 'q', REQUEST_QUIT},
	{VIEW_GENERAL, 'b', REQUEST_BACK},
	{VIEW_GENERAL, INPUT_ESCAPE, REQUEST_BACK},
	{VIEW_GENERAL, INPUT_BACKSPACE, REQUEST_BACK},
	{VIEW_GENERAL, INPUT_ALT | INPUT_LEFT, REQUEST_BACK},
	{VIEW_GENERAL, INPUT_ALT | INPUT_RIGHT, REQUEST_FORWARD},
	{VIEW_GENERAL, INPUT_UP, REQUEST_UP},
	{VIEW_GENERAL, 'k', REQUEST_UP},
	{VIEW_GENERAL, INPUT_DOWN, REQUEST_DOWN},
	{VIEW_GENERAL, 'j', REQUEST_DOWN},
	{VIEW_GENERAL, INPUT_PAGE_UP, REQUEST_PAGE_UP},
	{VIEW_GENERAL, CTRL_KEY('b'), REQUEST_PAGE_UP},
	{VIEW_GENERAL, INPUT_PAGE_DOWN, REQUEST_PAGE_DOWN},
	{VIEW_GENERAL, CTRL_KEY('f'), REQUEST_PAGE_DOWN},
	{VIEW_GENERAL, INPUT_HOME, REQUEST_TOP},
	{VIEW_GENERAL, INPUT_END, REQUEST_BOTTOM},
	{VIEW_GENERAL, 'G', REQUEST_BOTTOM},
	{VIEW_GENERAL, 'H', REQUEST_HOME},
	{VIEW_GENERAL, 'm', REQUEST_MAP},
	{VIEW_GENERAL, '/', REQUEST_SEARCH},
	{VIEW_GENERAL, ':', REQUEST_PALETTE},
	{VIEW_GENERAL, CTRL_KEY('p'), REQUEST_PALETTE},
	{VIEW_GENERAL, '?', REQUEST_HELP},
	{VIEW_GENERAL, F_KEY(1), REQUEST_HELP},
	{VIEW_GENERAL, 'g', REQUEST_GLOSSARY},
	{VIEW_GENERAL, 'n', REQUEST_NOTES},
	{VIEW_GENERAL, 'S', REQUEST_STATISTICS},
	{VIEW_GENERAL, ',', REQUEST_SETTINGS},
	{VIEW_GENERAL, 'C', REQUEST_CODE_REVIEW},
	{VIEW_GENERAL, 'E', REQUEST_EXPERIMENTS},
	{VIEW_GENERAL, 'R', REQUEST_ROAD},
	{VIEW_GENERAL, 'L', REQUEST_RUNNING},
	/* A keyboard in Hangul mode knows no capitals of these. */
	{VIEW_GENERAL, 'h', REQUEST_HOME},
	{VIEW_GENERAL, 's', REQUEST_STATISTICS},
	{VIEW_GENERAL, 'c', REQUEST_CODE_REVIEW},
	{VIEW_GENERAL, 'l', REQUEST_RUNNING},
	{VIEW_GENERAL, CTRL_KEY('z'), REQUEST_SUSPEND},
	{VIEW_GENERAL, CTRL_KEY('l'), REQUEST_REDRAW},
	{VIEW_GENERAL, CTRL_KEY('k'), REQUEST_HANGUL},
	{VIEW_GENERAL, CTRL_KEY('c'), REQUEST_QUIT},
	{VIEW_GENERAL, CTRL_KEY('q'), REQUEST_QUIT},

	{VIEW_HOME, 'r', REQUEST_REVIEWS},

	{VIEW_MAP, INPUT_ENTER, REQUEST_OPEN},
	{VIEW_MAP, INPUT_ESCAPE, REQUEST_BACK},
	{VIEW_MAP, INPUT_LEFT, REQUEST_BACK},
	{VIEW_MAP, INPUT_RIGHT, REQUEST_OPEN},

	{VIEW_LESSON, INPUT_ENTER, REQUEST_GO_ON},
	{VIEW_LESSON, ' ', REQUEST_NEXT},
	{VIEW_LESSON, 'b', REQUEST_PREVIOUS},
	{VIEW_LESSON, INPUT_RIGHT, REQUEST_NEXT},
	{VIEW_LESSON, INPUT_LEFT, REQUEST_PREVIOUS},
	{VIEW_LESSON, 'z', REQUEST_READ_ONLY},
	{VIEW_LESSON, 'f', REQUEST_FIND},
	{VIEW_LESSON, 'v', REQUEST_MARK},
	{VIEW_LESSON, 'x', REQUEST_BOOKMARK},

	{VIEW_DIALOGUE, INPUT_ENTER, REQUEST_SEND},
	{VIEW_DIALOGUE, CTRL_KEY('h'), REQUEST_HINT},
	{VIEW_DIALOGUE, F_KEY(2), REQUEST_HINT},
	{VIEW_DIALOGUE, CTRL_KEY('e'), REQUEST_EXPERIMENT},
	{VIEW_DIALOGUE, INPUT_ESCAPE, REQUEST_BACK},
	{VIEW_DIALOGUE, INPUT_PAGE_UP, REQUEST_PAGE_UP},
	{VIEW_DIALOGUE, INPUT_PAGE_DOWN, REQUEST_PAGE_DOWN},

	{VIEW_QUIZ, INPUT_ENTER, REQUEST_SEND},
	{VIEW_QUIZ, INPUT_ESCAPE, REQUEST_BACK},
	{VIEW_QUIZ, INPUT_RIGHT, REQUEST_NEXT},
	{VIEW_QUIZ, INPUT_LEFT, REQUEST_PREVIOUS},
	{VIEW_QUIZ, INPUT_PAGE_UP, REQUEST_PAGE_UP},
	{VIEW_QUIZ, INPUT_PAGE_DOWN, REQUEST_PAGE_DOWN},

	{VIEW_LAB, F_KEY(5), REQUEST_RUN},
	{VIEW_LAB, CTRL_KEY('r'), REQUEST_RUN},
	{VIEW_LAB, F_KEY(6), REQUEST_PAUSE},
	{VIEW_LAB, F_KEY(7), REQUEST_CHECK},
	{VIEW_LAB, CTRL_KEY('t'), REQUEST_CHECK},
	{VIEW_LAB, F_KEY(8), REQUEST_STOP},
	{VIEW_LAB, CTRL_KEY('c'), REQUEST_STOP},
	{VIEW_LAB, INPUT_ESCAPE, REQUEST_BACK},
	{VIEW_LAB, F_KEY(4), REQUEST_PANE},
	{VIEW_LAB, CTRL_KEY('w'), REQUEST_PANE},
	{VIEW_LAB, INPUT_SHIFT | INPUT_TAB, REQUEST_PANE_BACK},
	{VIEW_LAB, F_KEY(9), REQUEST_ZOOM},
	{VIEW_LAB, F_KEY(3), REQUEST_VALUES},
	{VIEW_LAB, F_KEY(2), REQUEST_PICTURE},
	{VIEW_LAB, CTRL_KEY('e'), REQUEST_EXTERNAL},
	{VIEW_LAB, F_KEY(12), REQUEST_RESET},
	{VIEW_LAB, F_KEY(10), REQUEST_INSPECT},
	{VIEW_LAB, CTRL_KEY('z'), REQUEST_UNDO},
	{VIEW_LAB, CTRL_KEY('y'), REQUEST_REDO},
	{VIEW_LAB, CTRL_KEY('x'), REQUEST_CUT},
	{VIEW_LAB, INPUT_ALT | 'c', REQUEST_COPY},
	{VIEW_LAB, CTRL_KEY('v'), REQUEST_PASTE},
	{VIEW_LAB, CTRL_KEY('a'), REQUEST_SELECT_ALL},
	{VIEW_LAB, CTRL_KEY('s'), REQUEST_SAVE},

	/* Letters hold where no text is typed. */
	{VIEW_LAB, 'z', REQUEST_ZOOM},
	{VIEW_LAB, 'i', REQUEST_VALUES},
	{VIEW_LAB, ' ', REQUEST_PICTURE},
	{VIEW_LAB, 'l', REQUEST_LOG_SCALE},
	{VIEW_LAB, 's', REQUEST_SMOOTH},
	{VIEW_LAB, 'o', REQUEST_OVERLAY},

	{VIEW_REVIEW, INPUT_ENTER, REQUEST_ANSWER},
	{VIEW_REVIEW, 'l', REQUEST_LIVE},
	{VIEW_REVIEW, 't', REQUEST_SKELETON},
	{VIEW_REVIEW, 'd', REQUEST_COMPARE},
	{VIEW_REVIEW, 'r', REQUEST_SUBMIT},
	{VIEW_REVIEW, INPUT_ESCAPE, REQUEST_BACK},

	{VIEW_NOTES, INPUT_DELETE, REQUEST_DELETE},
	{VIEW_NOTES, 'd', REQUEST_DELETE},
	{VIEW_NOTES, CTRL_KEY('s'), REQUEST_SAVE},
	{VIEW_NOTES, INPUT_ESCAPE, REQUEST_BACK},

	{VIEW_EXPERIMENTS, 'p', REQUEST_PICTURE},
	{VIEW_EXPERIMENTS, 't', REQUEST_REPLAY},
	{VIEW_EXPERIMENTS, 'd', REQUEST_DELETE},
	{VIEW_EXPERIMENTS, 'l', REQUEST_LOG_SCALE},
	{VIEW_EXPERIMENTS, 's', REQUEST_SMOOTH},
	{VIEW_EXPERIMENTS, 'i', REQUEST_VALUES},

	{VIEW_REPLAY, ' ', REQUEST_PLAY},
	{VIEW_REPLAY, INPUT_LEFT, REQUEST_STEP_BACK},
	{VIEW_REPLAY, INPUT_RIGHT, REQUEST_STEP},
	{VIEW_REPLAY, 'p', REQUEST_PICTURE},
	{VIEW_REPLAY, 'l', REQUEST_LOG_SCALE},
	{VIEW_REPLAY, 's', REQUEST_SMOOTH},

	{VIEW_INSPECTOR, 'i', REQUEST_VALUES},

	{VIEW_SETTINGS, INPUT_ENTER, REQUEST_CHANGE},
	{VIEW_SETTINGS, ' ', REQUEST_CHANGE},
	{VIEW_SETTINGS, INPUT_RIGHT, REQUEST_CHANGE},

	{VIEW_PALETTE, INPUT_ENTER, REQUEST_OPEN},
	{VIEW_PALETTE, INPUT_ESCAPE, REQUEST_BACK},
	{VIEW_PALETTE, INPUT_UP, REQUEST_UP},
	{VIEW_PALETTE, INPUT_DOWN, REQUEST_DOWN},
	{VIEW_PALETTE, INPUT_PAGE_UP, REQUEST_PAGE_UP},
	{VIEW_PALETTE, INPUT_PAGE_DOWN, REQUEST_PAGE_DOWN},
	{VIEW_SEARCH, INPUT_ENTER, REQUEST_OPEN},
	{VIEW_SEARCH, INPUT_ESCAPE, REQUEST_BACK},
	{VIEW_SEARCH, INPUT_UP, REQUEST_UP},
	{VIEW_SEARCH, INPUT_DOWN, REQUEST_DOWN},
	{VIEW_SEARCH, INPUT_PAGE_UP, REQUEST_PAGE_UP},
	{VIEW_SEARCH, INPUT_PAGE_DOWN, REQUEST_PAGE_DOWN},
	{VIEW_GLOSSARY, INPUT_ENTER, REQUEST_OPEN},
	{VIEW_GLOSSARY, INPUT_ESCAPE, REQUEST_BACK},
	{VIEW_GLOSSARY, INPUT_UP, REQUEST_UP},
	{VIEW_GLOSSARY, INPUT_DOWN, REQUEST_DOWN},
	{VIEW_GLOSSARY, INPUT_PAGE_UP, REQUEST_PAGE_UP},
	{VIEW_GLOSSARY, INPUT_PAGE_DOWN, REQUEST_PAGE_DOWN},
};

enum { BUILT_IN = sizeof built_in / sizeof *built_in };

static struct binding table[MAX_OWN + BUILT_IN];
static size_t own_count;
static bool filled;

static void fill(void)
{
	if (!filled) {
		memcpy(table + own_count, built_in, sizeof built_in);
		filled = true;
	}
}

const struct binding *keymap_all(size_t *count)
{
	fill();
	*count = own_count + BUILT_IN;
	return table;
}

enum request keymap_find(enum view_kind view, uint32_t key)
{
	size_t count;
	const struct binding *rows = keymap_all(&count);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].view == view && rows[i].key == key) {
			return rows[i].request;
		}
	}
	return REQUEST_NONE;
}

uint32_t keymap_free_key(enum view_kind view, enum request request, keymap_taken_fn *taken,
			 void *context)
{
	size_t count;
	const struct binding *rows = keymap_all(&count);
	uint32_t general = INPUT_NONE;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].request != request || (taken && taken(context, rows[i].key))) {
			continue;
		}
		/* A key that the view uses for something else does not lead there. */
		if (rows[i].view == view && keymap_find(view, rows[i].key) == request) {
			return rows[i].key;
		}
		if (rows[i].view == VIEW_GENERAL && !general &&
		    keymap_find(view, rows[i].key) == REQUEST_NONE &&
		    keymap_find(VIEW_GENERAL, rows[i].key) == request) {
			general = rows[i].key;
		}
	}
	return general;
}

uint32_t keymap_key(enum view_kind view, enum request request)
{
	return keymap_free_key(view, request, NULL, NULL);
}

bool keymap_bind(enum view_kind view, uint32_t key, enum request request)
{
	fill();
	if (own_count == MAX_OWN) {
		return false;
	}
	memmove(table + 1, table, (own_count + BUILT_IN) * sizeof *table);
	table[0] = (struct binding){view, key, request};
	own_count++;
	return true;
}

void keymap_reset(void)
{
	own_count = 0;
	filled = false;
}

static const char *const kind_names[VIEW_KINDS] = {
	[VIEW_GENERAL] = "general",
	[VIEW_HOME] = "home",
	[VIEW_MAP] = "map",
	[VIEW_LESSON] = "lesson",
	[VIEW_DIALOGUE] = "dialogue",
	[VIEW_QUIZ] = "quiz",
	[VIEW_LAB] = "lab",
	[VIEW_REVIEW] = "review",
	[VIEW_NOTES] = "notes",
	[VIEW_GLOSSARY] = "glossary",
	[VIEW_STATISTICS] = "statistics",
	[VIEW_SETTINGS] = "settings",
	[VIEW_HELP] = "help",
	[VIEW_PALETTE] = "palette",
	[VIEW_SEARCH] = "search",
	[VIEW_EXPERIMENTS] = "experiments",
	[VIEW_REPLAY] = "replay",
	[VIEW_INSPECTOR] = "inspector",
};

const char *view_kind_name(enum view_kind kind)
{
	return kind < VIEW_KINDS ? kind_names[kind] : "";
}

enum view_kind view_kind_find(const char *name)
{
	for (int i = 0; i < VIEW_KINDS; i++) {
		if (!strcmp(kind_names[i], name)) {
			return (enum view_kind)i;
		}
	}
	return VIEW_KINDS;
}
