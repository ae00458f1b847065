#ifndef MUNDAP_TUI_STYLE_H
#define MUNDAP_TUI_STYLE_H

/* What a piece of text means. A theme says how each meaning looks; nothing else in the program names a colour,
 * pictures of data apart. Every meaning is also told by an attribute, a sign or its place, never by hue alone. */
enum style {
	STYLE_NORMAL,
	STYLE_DIM,
	STYLE_BOLD,
	STYLE_ACCENT, /* where the eye should go next */
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_WARN,
	STYLE_REVERSE, /* the chosen row, the button under the cursor */
	STYLE_SERIES1,
	STYLE_SERIES2,
	STYLE_SERIES3,
	STYLE_SERIES4,
	STYLE_HEADING,
	STYLE_SUBHEADING,
	STYLE_EMPHASIS,
	STYLE_STRONG,
	STYLE_QUOTE,
	STYLE_LINK,
	STYLE_BORDER,
	STYLE_TITLE, /* the first row of the screen */
	STYLE_KEY, /* a key in the row of hints */
	STYLE_TEACHER,
	STYLE_LEARNER,
	STYLE_EVIDENCE, /* the part of an answer that counted */
	STYLE_SELECTION,
	STYLE_MATCH, /* found text */
	STYLE_CODE,
	STYLE_CODE_KEYWORD,
	STYLE_CODE_STRING,
	STYLE_CODE_NUMBER,
	STYLE_CODE_COMMENT,
	STYLE_CODE_FUNCTION,
	STYLE_CODE_TYPE,
	STYLE_LINE_NUMBER,
	STYLE_ERROR_LINE,
	STYLE_COUNT
};

#endif
