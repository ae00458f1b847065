#include "tui/widget/hangul.h"

/* Its header has declarations of the old kind. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <hangul.h>
#pragma GCC diagnostic pop

#include "engine/base/utf8.h"
#include "tui/key.h"

void hangul_input_init(struct hangul_input *input)
{
	*input = (struct hangul_input){HANGUL_OFF, NULL};
}

void hangul_input_release(struct hangul_input *input)
{
	if (input->context) {
		hangul_ic_delete(input->context);
	}
	hangul_input_init(input);
}

static void append(struct strbuf *out, const ucschar *text)
{
	for (; text && *text; text++) {
		char bytes[4];
		strbuf_add(out, bytes, (size_t)utf8_encode((uint32_t)*text, bytes));
	}
}

void hangul_flush(struct hangul_input *input, struct strbuf *committed)
{
	if (input->context) {
		append(committed, hangul_ic_flush(input->context));
	}
}

void hangul_next_layout(struct hangul_input *input, struct strbuf *committed)
{
	hangul_flush(input, committed);
	if (input->context) {
		hangul_ic_delete(input->context);
		input->context = NULL;
	}
	input->layout = (enum hangul_layout)((input->layout + 1) % HANGUL_LAYOUTS);
	if (input->layout != HANGUL_OFF) {
		input->context = hangul_ic_new(input->layout == HANGUL_2SET ? "2" : "3f");
		if (!input->context) {
			input->layout = HANGUL_OFF;
		}
	}
}

const char *hangul_layout_name(enum hangul_layout layout)
{
	static const char *const names[HANGUL_LAYOUTS] = {"", "두벌식", "세벌식"};
	return names[layout];
}

void hangul_key(struct hangul_input *input, uint32_t key, struct strbuf *committed, bool *consumed)
{
	*consumed = false;
	if (!input->context) {
		return;
	}
	if (key == INPUT_BACKSPACE) {
		*consumed = hangul_ic_backspace(input->context);
		return;
	}
	if (key > 0x20 && key < 0x7F) {
		*consumed = hangul_ic_process(input->context, (int)key);
		append(committed, hangul_ic_get_commit_string(input->context));
		return;
	}
	hangul_flush(input, committed);
}

const char *hangul_preedit(struct hangul_input *input)
{
	static char text[64];
	struct strbuf sb;
	text[0] = '\0';
	if (input->context) {
		strbuf_init(&sb);
		append(&sb, hangul_ic_get_preedit_string(input->context));
		size_t length = sb.length < sizeof text - 1 ? sb.length : 0;
		for (size_t i = 0; i < length; i++) {
			text[i] = sb.text[i];
		}
		text[length] = '\0';
		strbuf_release(&sb);
	}
	return text;
}
