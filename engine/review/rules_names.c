#include "engine/review/rules.h"

#include <string.h>

/* Names that are defined nowhere. Silent for files that star-import: anything may come in. */

static const char *const builtins[] = {
	"ArithmeticError",
	"AssertionError",
	"AttributeError",
	"BaseException",
	"BaseExceptionGroup",
	"BlockingIOError",
	"BrokenPipeError",
	"BufferError",
	"BytesWarning",
	"ChildProcessError",
	"ConnectionAbortedError",
	"ConnectionError",
	"ConnectionRefusedError",
	"ConnectionResetError",
	"DeprecationWarning",
	"EOFError",
	"Ellipsis",
	"EncodingWarning",
	"EnvironmentError",
	"Exception",
	"ExceptionGroup",
	"False",
	"FileExistsError",
	"FileNotFoundError",
	"FloatingPointError",
	"FutureWarning",
	"GeneratorExit",
	"IOError",
	"ImportError",
	"ImportWarning",
	"IndentationError",
	"IndexError",
	"InterruptedError",
	"IsADirectoryError",
	"KeyError",
	"KeyboardInterrupt",
	"LookupError",
	"MemoryError",
	"ModuleNotFoundError",
	"NameError",
	"None",
	"NotADirectoryError",
	"NotImplemented",
	"NotImplementedError",
	"OSError",
	"OverflowError",
	"PendingDeprecationWarning",
	"PermissionError",
	"ProcessLookupError",
	"PythonFinalizationError",
	"RecursionError",
	"ReferenceError",
	"ResourceWarning",
	"RuntimeError",
	"RuntimeWarning",
	"StopAsyncIteration",
	"StopIteration",
	"SyntaxError",
	"SyntaxWarning",
	"SystemError",
	"SystemExit",
	"TabError",
	"TimeoutError",
	"True",
	"TypeError",
	"UnboundLocalError",
	"UnicodeDecodeError",
	"UnicodeEncodeError",
	"UnicodeError",
	"UnicodeTranslateError",
	"UnicodeWarning",
	"UserWarning",
	"ValueError",
	"Warning",
	"WindowsError",
	"ZeroDivisionError",
	"__build_class__",
	"__debug__",
	"__doc__",
	"__file__",
	"__import__",
	"__loader__",
	"__name__",
	"__package__",
	"__path__",
	"__spec__",
	"__class__",
	"__module__",
	"__qualname__",
	"__annotations__",
	"__builtins__",
	"__dict__",
	"abs",
	"aiter",
	"all",
	"anext",
	"any",
	"ascii",
	"bin",
	"bool",
	"breakpoint",
	"bytearray",
	"bytes",
	"callable",
	"chr",
	"classmethod",
	"compile",
	"complex",
	"copyright",
	"credits",
	"delattr",
	"dict",
	"dir",
	"display",
	"divmod",
	"enumerate",
	"eval",
	"exec",
	"exit",
	"filter",
	"float",
	"format",
	"frozenset",
	"get_ipython",
	"getattr",
	"globals",
	"hasattr",
	"hash",
	"help",
	"hex",
	"id",
	"input",
	"int",
	"isinstance",
	"issubclass",
	"iter",
	"len",
	"license",
	"list",
	"locals",
	"map",
	"max",
	"memoryview",
	"min",
	"next",
	"object",
	"oct",
	"open",
	"ord",
	"pow",
	"print",
	"property",
	"quit",
	"range",
	"repr",
	"reversed",
	"round",
	"set",
	"setattr",
	"slice",
	"sorted",
	"staticmethod",
	"str",
	"sum",
	"super",
	"tuple",
	"type",
	"vars",
	"zip",
	"_",
	"reveal_type",
};

static bool is_builtin(const char *name)
{
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++) {
		if (strcmp(builtins[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_use(const struct py *py, int32_t n)
{
	const struct syntax_tree *tree = py->tree;
	int32_t parent = tree->nodes[n].parent;
	enum syntax_kind kind = syntax_kind_of(tree, parent);
	uint8_t field = tree->nodes[n].field;
	switch (kind) {
	case SYN_ATTRIBUTE:
		return field == FIELD_OBJECT;
	case SYN_KEYWORD_ARGUMENT:
		return field == FIELD_VALUE;
	case SYN_FUNCTION_DEFINITION:
	case SYN_CLASS_DEFINITION:
		return field != FIELD_NAME;
	case SYN_DOTTED_NAME:
	case SYN_ALIASED_IMPORT:
	case SYN_GLOBAL_STATEMENT:
	case SYN_NONLOCAL_STATEMENT:
	case SYN_PARAMETERS:
	case SYN_LAMBDA_PARAMETERS:
	case SYN_TYPED_PARAMETER:
	case SYN_LIST_SPLAT_PATTERN:
	case SYN_DICTIONARY_SPLAT_PATTERN:
	case SYN_AS_PATTERN_TARGET:
	case SYN_KEYWORD_PATTERN:
	case SYN_CLASS_PATTERN:
	case SYN_TYPE_PARAMETER:
	case SYN_DELETE_STATEMENT:
		return false;
	case SYN_DEFAULT_PARAMETER:
	case SYN_TYPED_DEFAULT_PARAMETER:
		return field == FIELD_VALUE;
	default:
		return true;
	}
}

static bool within(const struct py *py, int32_t n, enum syntax_kind kind)
{
	return syntax_enclosing(py->tree, n, kind) != SYNTAX_NO_NODE;
}

void rules_names(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	if (py->wildcard_count || tree->has_error) {
		return;
	}
	const char *told[64];
	int count = 0;
	for (int32_t n = 0; n < tree->count && count < 64; n++) {
		if (tree->nodes[n].kind != SYN_IDENTIFIER || tree->nodes[n].missing ||
		    !is_use(py, n)) {
			continue;
		}
		size_t length;
		const char *text = syntax_text(tree, n, &length);
		if (py_lookup(py, py->scope_of[n], text, length) >= 0) {
			continue;
		}
		const char *name = py_text(py, n);
		if (is_builtin(name) ||
		    name_is(name, "xrange|raw_input|unicode|basestring|unichr|execfile|reduce|long|"
				  "cmp|file|"
				  "reload|apply|buffer|coerce|intern") ||
		    within(py, n, SYN_CASE_PATTERN) || within(py, n, SYN_TYPE_PARAMETER) ||
		    within(py, n, SYN_TYPE) || within(py, n, SYN_TYPE_ALIAS_STATEMENT)) {
			continue;
		}
		/* a name that some scope binds may come here by ways not seen (globals(), exec) */
		bool bound_somewhere = false;
		int32_t inner = py_lookup_here(py, 0, text, length);
		bound_somewhere = inner >= 0;
		/* tried: except NameError */
		int32_t tried = py_try_around(py, n);
		if (tried != SYNTAX_NO_NODE && text_has(py_text(py, tried), "NameError")) {
			continue;
		}
		bool repeated = bound_somewhere;
		for (int i = 0; i < count; i++) {
			repeated |= strcmp(told[i], name) == 0;
		}
		if (!repeated) {
			told[count++] = name;
			report_text(j->r, j->source, RULE_UNDEFINED_NAME, n, n);
		}
	}
}
