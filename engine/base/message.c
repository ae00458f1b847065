#include "engine/base/message.h"

static const char *const texts[][2] = {
#define X(name, ko, en) {ko, en},
#include "engine/base/messages/all.def"
#undef X
};

static enum language chosen = LANGUAGE_KO;

const char *message(enum message id)
{
	return texts[id][chosen];
}

void message_set_language(enum language language)
{
	chosen = language;
}

enum language message_language(void)
{
	return chosen;
}
