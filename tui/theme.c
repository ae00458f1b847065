#include "tui/theme.h"

#include <stddef.h>
#include <string.h>

#define B LOOK_BOLD
#define D LOOK_DIM
#define U LOOK_UNDERLINE
#define R LOOK_REVERSE
#define I LOOK_ITALIC

/* On the terminal's own background, whichever it is: middle tones that can be read on black and on white. */
static const struct theme themes[] = {
	{"auto",
	 "자동",
	 true,
	 {
		 [STYLE_NORMAL] = {-1, -1, -1, 0},
		 [STYLE_DIM] = {244, -1, -1, D},
		 [STYLE_BOLD] = {-1, -1, -1, B},
		 [STYLE_ACCENT] = {31, -1, 6, B},
		 [STYLE_GOOD] = {35, -1, 2, B},
		 [STYLE_BAD] = {167, -1, 1, B},
		 [STYLE_WARN] = {136, -1, 3, B},
		 [STYLE_REVERSE] = {-1, -1, -1, R},
		 [STYLE_SERIES1] = {32, -1, 4, B},
		 [STYLE_SERIES2] = {172, -1, 3, 0},
		 [STYLE_SERIES3] = {36, -1, 6, 0},
		 [STYLE_SERIES4] = {133, -1, 5, 0},
		 [STYLE_HEADING] = {31, -1, 6, B},
		 [STYLE_SUBHEADING] = {-1, -1, -1, B},
		 [STYLE_EMPHASIS] = {-1, -1, -1, U},
		 [STYLE_STRONG] = {-1, -1, -1, B},
		 [STYLE_QUOTE] = {244, -1, -1, I},
		 [STYLE_LINK] = {32, -1, 4, U},
		 [STYLE_BORDER] = {244, -1, -1, D},
		 [STYLE_TITLE] = {-1, -1, -1, B},
		 [STYLE_KEY] = {31, -1, 6, B},
		 [STYLE_TEACHER] = {31, -1, 6, B},
		 [STYLE_LEARNER] = {136, -1, 3, B},
		 [STYLE_EVIDENCE] = {35, -1, 2, U},
		 [STYLE_SELECTION] = {-1, -1, -1, R},
		 [STYLE_MATCH] = {136, -1, 3, R},
		 [STYLE_CODE] = {36, -1, 6, 0},
		 [STYLE_CODE_KEYWORD] = {133, -1, 5, B},
		 [STYLE_CODE_STRING] = {35, -1, 2, 0},
		 [STYLE_CODE_NUMBER] = {172, -1, 3, 0},
		 [STYLE_CODE_COMMENT] = {244, -1, -1, D},
		 [STYLE_CODE_FUNCTION] = {32, -1, 4, 0},
		 [STYLE_CODE_TYPE] = {36, -1, 6, 0},
		 [STYLE_LINE_NUMBER] = {244, -1, -1, D},
		 [STYLE_ERROR_LINE] = {167, -1, 1, U},
	 }},
	{"dark",
	 "어둡게",
	 true,
	 {
		 [STYLE_NORMAL] = {252, 234, 7, 0},       [STYLE_DIM] = {245, 234, 7, D},
		 [STYLE_BOLD] = {255, 234, 7, B},         [STYLE_ACCENT] = {80, 234, 6, B},
		 [STYLE_GOOD] = {114, 234, 2, B},         [STYLE_BAD] = {210, 234, 1, B},
		 [STYLE_WARN] = {221, 234, 3, B},         [STYLE_REVERSE] = {234, 80, 6, R},
		 [STYLE_SERIES1] = {75, 234, 4, B},       [STYLE_SERIES2] = {215, 234, 3, 0},
		 [STYLE_SERIES3] = {79, 234, 6, 0},       [STYLE_SERIES4] = {176, 234, 5, 0},
		 [STYLE_HEADING] = {80, 234, 6, B},       [STYLE_SUBHEADING] = {255, 234, 7, B},
		 [STYLE_EMPHASIS] = {255, 234, 7, U},     [STYLE_STRONG] = {255, 234, 7, B},
		 [STYLE_QUOTE] = {247, 234, 7, I},        [STYLE_LINK] = {75, 234, 4, U},
		 [STYLE_BORDER] = {240, 234, 7, D},       [STYLE_TITLE] = {255, 236, 7, B},
		 [STYLE_KEY] = {80, 234, 6, B},           [STYLE_TEACHER] = {80, 234, 6, B},
		 [STYLE_LEARNER] = {221, 234, 3, B},      [STYLE_EVIDENCE] = {114, 234, 2, U},
		 [STYLE_SELECTION] = {255, 24, 7, R},     [STYLE_MATCH] = {234, 221, 3, R},
		 [STYLE_CODE] = {152, 234, 6, 0},         [STYLE_CODE_KEYWORD] = {176, 234, 5, B},
		 [STYLE_CODE_STRING] = {114, 234, 2, 0},  [STYLE_CODE_NUMBER] = {215, 234, 3, 0},
		 [STYLE_CODE_COMMENT] = {244, 234, 7, D}, [STYLE_CODE_FUNCTION] = {75, 234, 4, 0},
		 [STYLE_CODE_TYPE] = {79, 234, 6, 0},     [STYLE_LINE_NUMBER] = {240, 234, 7, D},
		 [STYLE_ERROR_LINE] = {210, 52, 1, U},
	 }},
	{"light",
	 "밝게",
	 true,
	 {
		 [STYLE_NORMAL] = {235, 231, 0, 0},       [STYLE_DIM] = {243, 231, 0, D},
		 [STYLE_BOLD] = {232, 231, 0, B},         [STYLE_ACCENT] = {24, 231, 4, B},
		 [STYLE_GOOD] = {22, 231, 2, B},          [STYLE_BAD] = {124, 231, 1, B},
		 [STYLE_WARN] = {94, 231, 3, B},          [STYLE_REVERSE] = {231, 24, 4, R},
		 [STYLE_SERIES1] = {25, 231, 4, B},       [STYLE_SERIES2] = {130, 231, 3, 0},
		 [STYLE_SERIES3] = {30, 231, 6, 0},       [STYLE_SERIES4] = {90, 231, 5, 0},
		 [STYLE_HEADING] = {24, 231, 4, B},       [STYLE_SUBHEADING] = {232, 231, 0, B},
		 [STYLE_EMPHASIS] = {232, 231, 0, U},     [STYLE_STRONG] = {232, 231, 0, B},
		 [STYLE_QUOTE] = {241, 231, 0, I},        [STYLE_LINK] = {25, 231, 4, U},
		 [STYLE_BORDER] = {248, 231, 0, D},       [STYLE_TITLE] = {232, 254, 0, B},
		 [STYLE_KEY] = {24, 231, 4, B},           [STYLE_TEACHER] = {24, 231, 4, B},
		 [STYLE_LEARNER] = {94, 231, 3, B},       [STYLE_EVIDENCE] = {22, 231, 2, U},
		 [STYLE_SELECTION] = {232, 153, 0, R},    [STYLE_MATCH] = {232, 222, 3, R},
		 [STYLE_CODE] = {23, 231, 6, 0},          [STYLE_CODE_KEYWORD] = {90, 231, 5, B},
		 [STYLE_CODE_STRING] = {22, 231, 2, 0},   [STYLE_CODE_NUMBER] = {130, 231, 3, 0},
		 [STYLE_CODE_COMMENT] = {244, 231, 0, D}, [STYLE_CODE_FUNCTION] = {25, 231, 4, 0},
		 [STYLE_CODE_TYPE] = {30, 231, 6, 0},     [STYLE_LINE_NUMBER] = {248, 231, 0, D},
		 [STYLE_ERROR_LINE] = {124, 224, 1, U},
	 }},
	{"contrast",
	 "고대비",
	 true,
	 {
		 [STYLE_NORMAL] = {231, 16, 15, 0},
		 [STYLE_DIM] = {252, 16, 15, 0},
		 [STYLE_BOLD] = {231, 16, 15, B},
		 [STYLE_ACCENT] = {226, 16, 11, B},
		 [STYLE_GOOD] = {123, 16, 14, B},
		 [STYLE_BAD] = {215, 16, 11, B | U},
		 [STYLE_WARN] = {226, 16, 11, B},
		 [STYLE_REVERSE] = {16, 226, 11, R},
		 [STYLE_SERIES1] = {123, 16, 14, B},
		 [STYLE_SERIES2] = {226, 16, 11, B},
		 [STYLE_SERIES3] = {231, 16, 15, B},
		 [STYLE_SERIES4] = {219, 16, 13, B},
		 [STYLE_HEADING] = {226, 16, 11, B | U},
		 [STYLE_SUBHEADING] = {231, 16, 15, B | U},
		 [STYLE_EMPHASIS] = {231, 16, 15, U},
		 [STYLE_STRONG] = {226, 16, 11, B},
		 [STYLE_QUOTE] = {231, 16, 15, 0},
		 [STYLE_LINK] = {123, 16, 14, U},
		 [STYLE_BORDER] = {231, 16, 15, 0},
		 [STYLE_TITLE] = {16, 231, 15, R | B},
		 [STYLE_KEY] = {226, 16, 11, B},
		 [STYLE_TEACHER] = {123, 16, 14, B},
		 [STYLE_LEARNER] = {226, 16, 11, B},
		 [STYLE_EVIDENCE] = {123, 16, 14, B | U},
		 [STYLE_SELECTION] = {16, 231, 15, R},
		 [STYLE_MATCH] = {16, 226, 11, R},
		 [STYLE_CODE] = {231, 16, 15, 0},
		 [STYLE_CODE_KEYWORD] = {226, 16, 11, B},
		 [STYLE_CODE_STRING] = {123, 16, 14, 0},
		 [STYLE_CODE_NUMBER] = {219, 16, 13, 0},
		 [STYLE_CODE_COMMENT] = {252, 16, 15, 0},
		 [STYLE_CODE_FUNCTION] = {231, 16, 15, B},
		 [STYLE_CODE_TYPE] = {231, 16, 15, 0},
		 [STYLE_LINE_NUMBER] = {252, 16, 15, 0},
		 [STYLE_ERROR_LINE] = {215, 16, 11, B | U},
	 }},
	{"mono",
	 "흑백",
	 false,
	 {
		 [STYLE_NORMAL] = {-1, -1, -1, 0},
		 [STYLE_DIM] = {-1, -1, -1, 0},
		 [STYLE_BOLD] = {-1, -1, -1, B},
		 [STYLE_ACCENT] = {-1, -1, -1, B},
		 [STYLE_GOOD] = {-1, -1, -1, B},
		 [STYLE_BAD] = {-1, -1, -1, B | U},
		 [STYLE_WARN] = {-1, -1, -1, U},
		 [STYLE_REVERSE] = {-1, -1, -1, R},
		 [STYLE_SERIES1] = {-1, -1, -1, B},
		 [STYLE_SERIES2] = {-1, -1, -1, 0},
		 [STYLE_SERIES3] = {-1, -1, -1, D},
		 [STYLE_SERIES4] = {-1, -1, -1, U},
		 [STYLE_HEADING] = {-1, -1, -1, B | U},
		 [STYLE_SUBHEADING] = {-1, -1, -1, B},
		 [STYLE_EMPHASIS] = {-1, -1, -1, U},
		 [STYLE_STRONG] = {-1, -1, -1, B},
		 [STYLE_QUOTE] = {-1, -1, -1, 0},
		 [STYLE_LINK] = {-1, -1, -1, U},
		 [STYLE_BORDER] = {-1, -1, -1, 0},
		 [STYLE_TITLE] = {-1, -1, -1, B},
		 [STYLE_KEY] = {-1, -1, -1, B},
		 [STYLE_TEACHER] = {-1, -1, -1, B},
		 [STYLE_LEARNER] = {-1, -1, -1, B},
		 [STYLE_EVIDENCE] = {-1, -1, -1, U},
		 [STYLE_SELECTION] = {-1, -1, -1, R},
		 [STYLE_MATCH] = {-1, -1, -1, R},
		 [STYLE_CODE] = {-1, -1, -1, 0},
		 [STYLE_CODE_KEYWORD] = {-1, -1, -1, B},
		 [STYLE_CODE_STRING] = {-1, -1, -1, 0},
		 [STYLE_CODE_NUMBER] = {-1, -1, -1, 0},
		 [STYLE_CODE_COMMENT] = {-1, -1, -1, D},
		 [STYLE_CODE_FUNCTION] = {-1, -1, -1, 0},
		 [STYLE_CODE_TYPE] = {-1, -1, -1, 0},
		 [STYLE_LINE_NUMBER] = {-1, -1, -1, D},
		 [STYLE_ERROR_LINE] = {-1, -1, -1, B | U},
	 }},
};

enum { BUILT_IN = sizeof themes / sizeof *themes };

static struct theme own;
static bool has_own;

void theme_set_own(const struct theme *theme)
{
	has_own = theme != NULL;
	if (theme) {
		own = *theme;
	}
}

const struct theme *theme_at(int index)
{
	if (index == BUILT_IN && has_own) {
		return &own;
	}
	return index >= 0 && index < BUILT_IN ? &themes[index] : NULL;
}

const struct theme *theme_find(const char *id)
{
	for (int i = 0; id && theme_at(i); i++) {
		if (!strcmp(theme_at(i)->id, id)) {
			return theme_at(i);
		}
	}
	return &themes[0];
}

static const char *const style_names[STYLE_COUNT] = {
	[STYLE_NORMAL] = "normal",
	[STYLE_DIM] = "dim",
	[STYLE_BOLD] = "bold",
	[STYLE_ACCENT] = "accent",
	[STYLE_GOOD] = "good",
	[STYLE_BAD] = "bad",
	[STYLE_WARN] = "warn",
	[STYLE_REVERSE] = "reverse",
	[STYLE_SERIES1] = "series1",
	[STYLE_SERIES2] = "series2",
	[STYLE_SERIES3] = "series3",
	[STYLE_SERIES4] = "series4",
	[STYLE_HEADING] = "heading",
	[STYLE_SUBHEADING] = "subheading",
	[STYLE_EMPHASIS] = "emphasis",
	[STYLE_STRONG] = "strong",
	[STYLE_QUOTE] = "quote",
	[STYLE_LINK] = "link",
	[STYLE_BORDER] = "border",
	[STYLE_TITLE] = "title",
	[STYLE_KEY] = "key",
	[STYLE_TEACHER] = "teacher",
	[STYLE_LEARNER] = "learner",
	[STYLE_EVIDENCE] = "evidence",
	[STYLE_SELECTION] = "selection",
	[STYLE_MATCH] = "match",
	[STYLE_CODE] = "code",
	[STYLE_CODE_KEYWORD] = "code-keyword",
	[STYLE_CODE_STRING] = "code-string",
	[STYLE_CODE_NUMBER] = "code-number",
	[STYLE_CODE_COMMENT] = "code-comment",
	[STYLE_CODE_FUNCTION] = "code-function",
	[STYLE_CODE_TYPE] = "code-type",
	[STYLE_LINE_NUMBER] = "line-number",
	[STYLE_ERROR_LINE] = "error-line",
};

const char *style_name(int style)
{
	return style >= 0 && style < STYLE_COUNT ? style_names[style] : NULL;
}
