#include "engine/review/docker.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/strbuf.h"

struct variable {
	const char *name, *value;
	bool has_value;
};

struct parser {
	struct dockerfile *out;
	struct arena *arena;
	const char *text, *at, *limit;
	struct variable *variables;
	int count, capacity;
	char escape;
	bool failed;
};

static void *grown(struct parser *p, void *array, int count, int *capacity, size_t size)
{
	if (count < *capacity) {
		return array;
	}
	int wanted = *capacity ? *capacity * 2 : 16;
	void *more = realloc(array, (size_t)wanted * size);
	if (!more) {
		p->failed = true;
		return array;
	}
	*capacity = wanted;
	return more;
}

static const char *line_end(const struct parser *p, const char *at)
{
	const char *newline = memchr(at, '\n', (size_t)(p->limit - at));
	return newline ? newline : p->limit;
}

static const struct variable *find(const struct parser *p, const char *name, size_t length)
{
	for (int i = p->count - 1; i >= 0; i--) {
		if (strncmp(p->variables[i].name, name, length) == 0 &&
		    !p->variables[i].name[length]) {
			return &p->variables[i];
		}
	}
	return NULL;
}

/* $NAME, ${NAME}, ${NAME:-default}; what is not known stays as it is written. */
static void expand(const struct parser *p, const char *text, struct strbuf *out)
{
	for (const char *c = text; *c;) {
		if (*c != '$' || c[1] == '\0' || (c > text && c[-1] == '\\')) {
			strbuf_putc(out, *c++);
			continue;
		}
		bool braced = c[1] == '{';
		const char *name = c + 1 + braced;
		size_t length = 0;
		while (isalnum((unsigned char)name[length]) || name[length] == '_') {
			length++;
		}
		const char *end = name + length;
		const char *fallback = NULL;
		size_t fallback_length = 0;
		if (braced) {
			if (end[0] == ':' && end[1] == '-') {
				fallback = end + 2;
			}
			const char *close = strchr(end, '}');
			if (!close) {
				strbuf_putc(out, *c++);
				continue;
			}
			fallback_length = fallback ? (size_t)(close - fallback) : 0;
			end = close + 1;
		}
		const struct variable *v = length ? find(p, name, length) : NULL;
		if (v && v->has_value) {
			strbuf_puts(out, v->value);
		} else if (fallback) {
			strbuf_add(out, fallback, fallback_length);
		} else {
			strbuf_add(out, c, (size_t)(end - c));
		}
		c = end;
	}
}

static void remember(struct parser *p, const char *name, size_t length, const char *value,
		     size_t value_length, bool has_value)
{
	p->variables = grown(p, p->variables, p->count, &p->capacity, sizeof *p->variables);
	if (p->failed) {
		return;
	}
	if (value_length >= 2 && (*value == '"' || *value == '\'') &&
	    value[value_length - 1] == *value) {
		value++;
		value_length -= 2;
	}
	p->variables[p->count++] =
		(struct variable){arena_strndup(p->arena, name, length),
				  arena_strndup(p->arena, value, value_length), has_value};
}

/* ARG NAME=value …, ENV NAME=value … and the old ENV NAME value */
static void remember_all(struct parser *p, const char *text, bool old_form)
{
	const char *at = text;
	while (*at) {
		while (isspace((unsigned char)*at)) {
			at++;
		}
		size_t length = strcspn(at, "= \t");
		if (!length) {
			break;
		}
		if (at[length] != '=') {
			if (old_form && at[length]) {
				const char *value = at + length;
				while (isspace((unsigned char)*value)) {
					value++;
				}
				remember(p, at, length, value, strlen(value), true);
				return;
			}
			remember(p, at, length, "", 0, false);
			at += length;
			continue;
		}
		const char *value = at + length + 1;
		size_t value_length = 0;
		if (*value == '"' || *value == '\'') {
			const char *close = strchr(value + 1, *value);
			value_length = close ? (size_t)(close - value) + 1 : strlen(value);
		} else {
			value_length = strcspn(value, " \t");
		}
		remember(p, at, length, value, value_length, true);
		at = value + value_length;
	}
}

/* Reads the body of <<EOF … EOF; several markers in a line are read one after the other. */
static void read_heredocs(struct parser *p, const char *line, struct strbuf *body)
{
	const char *mark = line;
	while ((mark = strstr(mark, "<<"))) {
		mark += 2;
		mark += *mark == '-';
		char quote = *mark == '"' || *mark == '\'' ? *mark++ : 0;
		size_t length = strspn(
			mark, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
		if (!length || isdigit((unsigned char)*mark)) {
			continue;
		}
		(void)quote;
		while (p->at < p->limit) {
			const char *end = line_end(p, p->at);
			const char *start = p->at;
			while (start < end && *start == '\t') {
				start++;
			}
			p->at = end < p->limit ? end + 1 : end;
			if ((size_t)(end - start) == length && strncmp(start, mark, length) == 0) {
				break;
			}
			strbuf_add(body, start, (size_t)(end - start));
			strbuf_putc(body, '\n');
		}
		mark += length;
	}
}

static void new_stage(struct parser *p, const struct docker_instruction *from, int index)
{
	struct dockerfile *d = p->out;
	d->stages = grown(p, d->stages, d->stage_count, &d->stage_capacity, sizeof *d->stages);
	if (p->failed) {
		return;
	}
	const char *words[2] = {from->expanded, from->text};
	const char *images[2] = {"", ""};
	const char *name = NULL;
	for (int k = 0; k < 2; k++) {
		const char *at = words[k];
		while (strncmp(at, "--", 2) == 0) {
			at += strcspn(at, " \t");
			at += strspn(at, " \t");
		}
		size_t length = strcspn(at, " \t");
		images[k] = arena_strndup(p->arena, at, length);
		const char *rest = at + length + strspn(at + length, " \t");
		if (strncasecmp(rest, "as ", 3) == 0) {
			rest += 3 + strspn(rest + 3, " \t");
			name = arena_strndup(p->arena, rest, strcspn(rest, " \t"));
		}
	}
	int from_stage = 0;
	for (int s = 0; s < d->stage_count; s++) {
		if (images[0] && d->stages[s].name &&
		    strcasecmp(d->stages[s].name, images[0]) == 0) {
			from_stage = s + 1;
		}
	}
	d->stages[d->stage_count++] = (struct docker_stage){
		images[0] ? images[0] : "", images[1] ? images[1] : "", name, from_stage, index};
}

static void add_instruction(struct parser *p, const char *name, size_t name_length,
			    const struct strbuf *text, const char *heredoc, uint32_t start,
			    uint32_t end)
{
	struct dockerfile *d = p->out;
	d->instructions =
		grown(p, d->instructions, d->count, &d->capacity, sizeof *d->instructions);
	char *upper = arena_strndup(p->arena, name, name_length);
	if (p->failed || !upper) {
		p->failed = true;
		return;
	}
	for (char *c = upper; *c; c++) {
		*c = (char)toupper((unsigned char)*c);
	}
	struct strbuf expanded;
	strbuf_init(&expanded);
	expand(p, text->text, &expanded);
	struct docker_instruction *i = &d->instructions[d->count];
	*i = (struct docker_instruction){
		.name = upper,
		.text = arena_strdup(p->arena, text->text),
		.expanded = arena_strdup(p->arena, expanded.text),
		.heredoc = heredoc,
		.start = start,
		.end = end,
		.stage = d->stage_count,
	};
	strbuf_release(&expanded);
	if (!i->text || !i->expanded) {
		p->failed = true;
		return;
	}
	const char *at = i->text;
	while (strncmp(at, "--", 2) == 0) {
		at += strcspn(at, " \t");
		at += strspn(at, " \t");
	}
	i->exec_form = *at == '[';
	if (strcmp(upper, "FROM") == 0) {
		new_stage(p, i, d->count);
		i->stage = d->stage_count;
	} else if (strcmp(upper, "ARG") == 0) {
		remember_all(p, i->expanded, false);
	} else if (strcmp(upper, "ENV") == 0) {
		remember_all(p, i->expanded, true);
	}
	d->count++;
}

/* One logical line: continuations joined, comment lines between them dropped. */
static void read_instruction(struct parser *p)
{
	const char *start = p->at;
	struct strbuf joined;
	strbuf_init(&joined);
	const char *end = p->at;
	bool more = true;
	while (more && p->at < p->limit) {
		const char *line = p->at;
		end = line_end(p, line);
		p->at = end < p->limit ? end + 1 : end;
		const char *first = line;
		while (first < end && isspace((unsigned char)*first)) {
			first++;
		}
		if (first > start && line != start && (first == end || *first == '#')) {
			continue; /* comments and empty lines within an instruction */
		}
		const char *last = end;
		while (last > first && isspace((unsigned char)last[-1])) {
			last--;
		}
		more = last > first && last[-1] == p->escape;
		if (more) {
			last--;
		}
		if (joined.length) {
			strbuf_putc(&joined, ' ');
		}
		strbuf_add(&joined, first, (size_t)(last - first));
	}
	size_t name_length =
		strspn(joined.text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
	if (name_length && name_length < 20) {
		const char *name = arena_strndup(p->arena, joined.text, name_length);
		size_t skip = name_length + strspn(joined.text + name_length, " \t");
		strbuf_remove(&joined, 0, skip);
		const char *heredoc = NULL;
		bool takes =
			name && (strcasecmp(name, "RUN") == 0 || strcasecmp(name, "COPY") == 0 ||
				 strcasecmp(name, "ADD") == 0);
		if (takes && strstr(joined.text, "<<")) {
			struct strbuf body;
			strbuf_init(&body);
			read_heredocs(p, joined.text, &body);
			heredoc = arena_strdup(p->arena, body.text);
			strbuf_release(&body);
			end = p->at;
		}
		if (name) {
			add_instruction(p, name, name_length, &joined, heredoc,
					(uint32_t)(start - p->text), (uint32_t)(end - p->text));
		}
	}
	strbuf_release(&joined);
}

bool docker_parse(struct dockerfile *out, struct arena *arena, const struct source *source)
{
	*out = (struct dockerfile){0};
	struct parser p = {.out = out,
			   .arena = arena,
			   .text = source->text,
			   .at = source->text,
			   .limit = source->text + source->length,
			   .escape = '\\'};
	bool directives = true;
	while (p.at < p.limit && !p.failed) {
		const char *end = line_end(&p, p.at);
		const char *first = p.at;
		while (first < end && isspace((unsigned char)*first)) {
			first++;
		}
		if (first == end || *first == '#') {
			if (directives && first < end &&
			    memmem(first, (size_t)(end - first), "escape=`", 8)) {
				p.escape = '`';
			}
			directives = directives && first < end;
			p.at = end < p.limit ? end + 1 : end;
			continue;
		}
		directives = false;
		p.at = first;
		read_instruction(&p);
	}
	free(p.variables);
	return !p.failed;
}

void docker_release(struct dockerfile *docker)
{
	free(docker->instructions);
	free(docker->stages);
}

const char *docker_flag(const struct docker_instruction *i, const char *flag, struct arena *arena)
{
	size_t length = strlen(flag);
	for (const char *at = i->text; strncmp(at, "--", 2) == 0;) {
		size_t word = strcspn(at, " \t");
		if (word > length && strncmp(at, flag, length) == 0 && at[length] == '=') {
			return arena_strndup(arena, at + length + 1, word - length - 1);
		}
		at += word;
		at += strspn(at, " \t");
	}
	return NULL;
}
