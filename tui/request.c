#include "tui/request.h"

#include <string.h>

#include "engine/base/message.h"

static const struct {
	const char *name, *label, *help, *english;
} rows[] = {[REQUEST_NONE] = {"none", "", "", ""},
#define X(name, word, label, help, english) [REQUEST_##name] = {word, label, help, english},
	    REQUESTS(X)
#undef X
};

const char *request_name(enum request request)
{
	return rows[request].name;
}

const char *request_label(enum request request)
{
	return message_language() == LANGUAGE_KO ? rows[request].label : rows[request].english;
}

const char *request_help(enum request request)
{
	return message_language() == LANGUAGE_KO ? rows[request].help : rows[request].english;
}

const char *request_english(enum request request)
{
	return rows[request].english;
}

enum request request_find(const char *name)
{
	for (int i = 1; i < REQUEST_COUNT; i++) {
		if (!strcmp(rows[i].name, name)) {
			return (enum request)i;
		}
	}
	return REQUEST_NONE;
}
