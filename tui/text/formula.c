#include <ctype.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/text/builder.h"

static const struct {
	const char *name, *text;
} symbols[] = {
	{"alpha", "α"},       {"beta", "β"},        {"gamma", "γ"},      {"delta", "δ"},
	{"epsilon", "ε"},     {"varepsilon", "ε"},  {"zeta", "ζ"},       {"eta", "η"},
	{"theta", "θ"},       {"iota", "ι"},        {"kappa", "κ"},      {"lambda", "λ"},
	{"mu", "μ"},          {"nu", "ν"},          {"xi", "ξ"},         {"pi", "π"},
	{"rho", "ρ"},         {"sigma", "σ"},       {"tau", "τ"},        {"phi", "φ"},
	{"varphi", "φ"},      {"chi", "χ"},         {"psi", "ψ"},        {"omega", "ω"},
	{"Gamma", "Γ"},       {"Delta", "Δ"},       {"Theta", "Θ"},      {"Lambda", "Λ"},
	{"Sigma", "Σ"},       {"Phi", "Φ"},         {"Psi", "Ψ"},        {"Omega", "Ω"},
	{"Pi", "Π"},          {"sum", "Σ"},         {"prod", "∏"},       {"int", "∫"},
	{"partial", "∂"},     {"nabla", "∇"},       {"infty", "∞"},      {"times", "×"},
	{"cdot", "·"},        {"div", "÷"},         {"pm", "±"},         {"mp", "∓"},
	{"le", "≤"},          {"leq", "≤"},         {"ge", "≥"},         {"geq", "≥"},
	{"ne", "≠"},          {"neq", "≠"},         {"approx", "≈"},     {"sim", "∼"},
	{"equiv", "≡"},       {"propto", "∝"},      {"in", "∈"},         {"notin", "∉"},
	{"subset", "⊂"},      {"cup", "∪"},         {"cap", "∩"},        {"forall", "∀"},
	{"exists", "∃"},      {"to", "→"},          {"rightarrow", "→"}, {"leftarrow", "←"},
	{"Rightarrow", "⇒"},  {"mapsto", "↦"},      {"odot", "⊙"},       {"oplus", "⊕"},
	{"otimes", "⊗"},      {"ast", "∗"},         {"circ", "∘"},       {"ldots", "…"},
	{"cdots", "⋯"},       {"dots", "…"},        {"mid", "|"},        {"parallel", "‖"},
	{"lfloor", "⌊"},      {"rfloor", "⌋"},      {"lceil", "⌈"},      {"rceil", "⌉"},
	{"langle", "⟨"},      {"rangle", "⟩"},      {"quad", "  "},      {"qquad", "    "},
	{"log", "log"},       {"ln", "ln"},         {"exp", "exp"},      {"max", "max"},
	{"min", "min"},       {"sin", "sin"},       {"cos", "cos"},      {"tanh", "tanh"},
	{"argmax", "argmax"}, {"argmin", "argmin"}, {"lim", "lim"},      {"left", ""},
	{"right", ""},        {"big", ""},          {"Big", ""},         {"displaystyle", ""},
	{"ell", "ℓ"},         {"top", "⊤"},         {"prime", "′"},      {"star", "⋆"},
};

struct scanner {
	const char *text;
	size_t length, at;
	int depth;
};

static void scan(struct scanner *in, struct strbuf *out, char until);

static void skip_spaces(struct scanner *in)
{
	while (in->at < in->length && isspace((unsigned char)in->text[in->at])) {
		in->at++;
	}
}

/* One argument: a group in braces, a command, or one code point. */
static void argument(struct scanner *in, struct strbuf *out)
{
	skip_spaces(in);
	if (in->at >= in->length) {
		return;
	}
	if (in->text[in->at] == '{') {
		in->at++;
		scan(in, out, '}');
		return;
	}
	size_t start = in->at;
	if (in->text[start] == '\\') {
		struct scanner one = {in->text, in->length, in->at, in->depth};
		one.at++;
		while (one.at < one.length && isalpha((unsigned char)one.text[one.at])) {
			one.at++;
		}
		struct scanner part = {in->text + start, one.at - start, 0, in->depth + 1};
		in->at = one.at > start + 1 ? one.at : start + 1;
		if (part.depth < 20) {
			scan(&part, out, 0);
		}
		return;
	}
	utf8_next(in->text, in->length, &in->at);
	strbuf_add(out, in->text + start, in->at - start);
}

static const char *raised(uint32_t c)
{
	static const char *const rows[][2] = {
		{"0", "⁰"}, {"1", "¹"}, {"2", "²"}, {"3", "³"}, {"4", "⁴"}, {"5", "⁵"}, {"6", "⁶"},
		{"7", "⁷"}, {"8", "⁸"}, {"9", "⁹"}, {"+", "⁺"}, {"-", "⁻"}, {"=", "⁼"}, {"(", "⁽"},
		{")", "⁾"}, {"n", "ⁿ"}, {"i", "ⁱ"}, {"T", "ᵀ"}, {"t", "ᵗ"}, {"k", "ᵏ"}, {"x", "ˣ"},
		{"d", "ᵈ"}, {"m", "ᵐ"}, {"l", "ˡ"}, {"j", "ʲ"}, {"a", "ᵃ"}, {"b", "ᵇ"}, {"c", "ᶜ"},
		{"⊤", "ᵀ"}, {"′", "′"}, {"∗", "*"}, {"*", "*"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t at = 0;
		if (utf8_next(rows[i][0], strlen(rows[i][0]), &at) == c) {
			return rows[i][1];
		}
	}
	return NULL;
}

static const char *lowered(uint32_t c)
{
	static const char *const rows[][2] = {
		{"0", "₀"}, {"1", "₁"}, {"2", "₂"}, {"3", "₃"}, {"4", "₄"}, {"5", "₅"}, {"6", "₆"},
		{"7", "₇"}, {"8", "₈"}, {"9", "₉"}, {"+", "₊"}, {"-", "₋"}, {"=", "₌"}, {"(", "₍"},
		{")", "₎"}, {"a", "ₐ"}, {"e", "ₑ"}, {"h", "ₕ"}, {"i", "ᵢ"}, {"j", "ⱼ"}, {"k", "ₖ"},
		{"l", "ₗ"}, {"m", "ₘ"}, {"n", "ₙ"}, {"o", "ₒ"}, {"p", "ₚ"}, {"r", "ᵣ"}, {"s", "ₛ"},
		{"t", "ₜ"}, {"u", "ᵤ"}, {"v", "ᵥ"}, {"x", "ₓ"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t at = 0;
		if (utf8_next(rows[i][0], strlen(rows[i][0]), &at) == c) {
			return rows[i][1];
		}
	}
	return NULL;
}

/* An index or power: raised or lowered signs where Unicode has them all, else with ^ or _ and brackets. */
static void shifted(struct strbuf *out, const struct strbuf *what, char sign)
{
	struct strbuf moved;
	strbuf_init(&moved);
	bool all = what->length > 0;
	for (size_t at = 0; all && at < what->length;) {
		uint32_t c = utf8_next(what->text, what->length, &at);
		const char *one = sign == '^' ? raised(c) : lowered(c);
		if (one) {
			strbuf_puts(&moved, one);
		} else {
			all = false;
		}
	}
	if (all) {
		strbuf_add(out, moved.text, moved.length);
	} else {
		bool group = utf8_length(what->text, what->length) > 1;
		strbuf_putc(out, sign);
		strbuf_puts(out, group ? "(" : "");
		strbuf_add(out, what->text, what->length);
		strbuf_puts(out, group ? ")" : "");
	}
	strbuf_release(&moved);
}

static void bracketed(struct strbuf *out, const struct strbuf *what)
{
	bool simple = true;
	for (size_t i = 0; i < what->length; i++) {
		simple = simple && !strchr("+-*/= ", what->text[i]);
	}
	strbuf_puts(out, simple ? "" : "(");
	strbuf_add(out, what->text, what->length);
	strbuf_puts(out, simple ? "" : ")");
}

static void command(struct scanner *in, struct strbuf *out)
{
	size_t start = in->at;
	while (in->at < in->length && isalpha((unsigned char)in->text[in->at])) {
		in->at++;
	}
	size_t length = in->at - start;
	const char *name = in->text + start;
	if (length == 0) {
		if (in->at < in->length) {
			char c = in->text[in->at++];
			strbuf_puts(out, c == '\\' ? "\n" : strchr(",;:! ", c) && c ? " " : "");
			if (strchr("{}%$&#_|", c) && c) {
				strbuf_putc(out, c);
			}
		}
		return;
	}
#define IS(word) (length == sizeof(word) - 1 && !memcmp(name, word, length))
	struct strbuf one, two;
	strbuf_init(&one);
	strbuf_init(&two);
	if (IS("frac") || IS("tfrac") || IS("dfrac")) {
		argument(in, &one);
		argument(in, &two);
		bracketed(out, &one);
		strbuf_puts(out, "/");
		bracketed(out, &two);
	} else if (IS("sqrt")) {
		argument(in, &one);
		strbuf_puts(out, "√");
		bracketed(out, &one);
	} else if (IS("hat") || IS("bar") || IS("tilde") || IS("vec") || IS("overline")) {
		argument(in, &one);
		strbuf_add(out, one.text, one.length);
		strbuf_puts(out, IS("hat") ? "\u0302" : IS("tilde") ? "\u0303" : "\u0304");
	} else if (IS("text") || IS("mathrm") || IS("mathbf") || IS("mathcal") || IS("mathbb") ||
		   IS("operatorname") || IS("textbf") || IS("mathit") || IS("boldsymbol")) {
		argument(in, out);
	} else {
		bool known = false;
		for (size_t i = 0; i < sizeof symbols / sizeof *symbols && !known; i++) {
			if (strlen(symbols[i].name) == length &&
			    !memcmp(symbols[i].name, name, length)) {
				strbuf_puts(out, symbols[i].text);
				known = true;
			}
		}
		if (!known) {
			strbuf_add(out, name, length);
		}
		/* "\log p" and "\le b" keep their space, "\alpha x" is read without one. */
		size_t last = out->length ? utf8_previous(out->text, out->length) : 0;
		uint32_t c = utf8_next(out->text, out->length, &last);
		if (known && c > ' ' && !(c >= 0x370 && c < 0x400) && in->at < in->length &&
		    in->text[in->at] == ' ') {
			strbuf_putc(out, ' ');
		}
		skip_spaces(in);
	}
#undef IS
	strbuf_release(&one);
	strbuf_release(&two);
}

static void scan(struct scanner *in, struct strbuf *out, char until)
{
	if (++in->depth > 20) {
		in->at = in->length;
		in->depth--;
		return;
	}
	while (in->at < in->length) {
		char c = in->text[in->at++];
		if (until && c == until) {
			break;
		}
		if (c == '\\') {
			command(in, out);
		} else if (c == '^' || c == '_') {
			struct strbuf what;
			strbuf_init(&what);
			argument(in, &what);
			shifted(out, &what, c);
			strbuf_release(&what);
		} else if (c == '{') {
			scan(in, out, '}');
		} else if (c == '}') {
			continue;
		} else if (c == '~' || c == '\n') {
			strbuf_putc(out, ' ');
		} else if (c != '&') {
			strbuf_putc(out, c);
		}
	}
	in->depth--;
}

void formula_unicode(struct strbuf *out, const char *latex, size_t length)
{
	struct scanner in = {latex, length, 0, 0};
	while (in.at < in.length) {
		scan(&in, out, 0);
	}
}
