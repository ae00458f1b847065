#include "engine/lua/host.h"

const char *host_event_word(enum host_event event)
{
	switch (event) {
#define X(name, word, holds) \
	case HOST_##name: \
		return word;
		HOST_EVENTS(X)
#undef X
	case HOST_EVENT_COUNT:
		break;
	}
	return "";
}
