#ifndef MUNDAP_TUI_MATCH_H
#define MUNDAP_TUI_MATCH_H

#include <stdbool.h>

/** Whether text holds what is looked for: case and spaces aside, by initials too (ㄷㄹㅍㅌ finds 드리프트). */
bool match_text(const char *text, const char *wanted);

#endif
