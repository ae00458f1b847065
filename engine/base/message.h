#ifndef MUNDAP_BASE_MESSAGE_H
#define MUNDAP_BASE_MESSAGE_H

/* Every sentence of the interface, Korean first, English beside it. One file per area under messages/, each a
 * list of X(NAME, "한국어", "English"); formats take the same arguments in both. No sentence is glued from parts
 * without korean_particle(). */

enum message {
#define X(name, ko, en) MSG_##name,
#include "engine/base/messages/all.def"
#undef X
	MSG_COUNT
};

enum language { LANGUAGE_KO, LANGUAGE_EN };

/** The text in the language chosen; may be a printf format. Never NULL. */
const char *message(enum message id);
void message_set_language(enum language language);
enum language message_language(void);

#endif
