#include "engine/review/custom.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/file.h"
#include "engine/base/message.h"
#include "engine/lua/state.h"
#include "engine/review/custom_model.h"
#include "engine/review/rules.h"

#define RULE_MEMORY ((size_t)256 << 20)
#define RULE_INSTRUCTIONS 200000000

/* A rule speaks to us by printing lines: fields separated by tabs, with \n, \t and \\ written out. */

static void hear(void *context, enum host_event event, const char *json, const void *bytes,
		 size_t length)
{
	(void)bytes;
	(void)length;
	struct strbuf *said = context;
	json_t *log = event == HOST_LOG ? json_loads(json, 0, NULL) : NULL;
	const char *text = json_string_value(json_object_get(log, "text"));
	if (text) {
		strbuf_puts(said, text);
		strbuf_putc(said, '\n');
	}
	json_decref(log);
}

static bool run_chunk(const char *name, const char *chunk, size_t length, struct strbuf *said,
		      struct script_error *fault)
{
	struct host host = {.context = said, .emit = hear};
	const struct script_options options = {
		.memory = RULE_MEMORY, .instructions = RULE_INSTRUCTIONS, .host = &host};
	struct script *script = NULL;
	*fault = (struct script_error){0};
	if (script_new(&script, &options, NULL) != STATUS_OK) {
		snprintf(fault->message, sizeof fault->message, "out of memory");
		return false;
	}
	bool ok = script_run(script, name, chunk, length, fault);
	script_free(script);
	return ok;
}

/* The rule's own lines keep their numbers: what goes before stands on its first line. */
static void begin_chunk(struct strbuf *chunk, const struct custom_rule *rule)
{
	strbuf_puts(chunk, "local rule = (function() ");
	strbuf_add(chunk, rule->source, rule->length);
	strbuf_puts(chunk, "\nend)()\n"
			   "local function say(...)\n"
			   "  local out = {}\n"
			   "  for i = 1, select('#', ...) do\n"
			   "    local text = tostring((select(i, ...)))\n"
			   "    text = text:gsub('\\\\', '\\\\\\\\'):gsub('\\n', "
			   "'\\\\n'):gsub('\\t', '\\\\t')\n"
			   "    out[i] = text:gsub('[%z\\1-\\8\\11-\\31]', ' ')\n"
			   "  end\n"
			   "  print(table.concat(out, '\\t'))\n"
			   "end\n");
}

static const char describe[] =
	"if type(rule) ~= 'table' then error('규칙 파일은 표를 돌려줘야 합니다(return { … })', 0) "
	"end\n"
	"for _, key in ipairs{'id', 'category', 'severity', 'message', 'question'} do\n"
	"  if type(rule[key]) ~= 'string' or rule[key] == '' then error(key .. ': a text is "
	"missing', 0) end\n"
	"  say(key, rule[key])\n"
	"end\n"
	"say('read_next', rule.read_next or '')\n"
	"if type(rule.find) ~= 'function' then error('find: 함수가 있어야 합니다', 0) end\n"
	"for _, kind in ipairs{'good', 'bad'} do\n"
	"  for _, sample in ipairs(rule[kind] or {}) do\n"
	"    if type(sample) ~= 'table' or type(sample.code) ~= 'string' then\n"
	"      error(kind .. ': 예는 { file = \"app.py\", code = [[…]] } 꼴입니다', 0)\n"
	"    end\n"
	"    local lines = type(sample.line) == 'table' and sample.line or { sample.line }\n"
	"    say('sample', kind, sample.file or 'app.py', table.concat(lines, ','), sample.code)\n"
	"  end\n"
	"end\n";

/* Cuts a line into its fields, in place; the escapes are undone. */
static int fields_of(char *line, char **out, int most)
{
	int count = 0;
	char *to = line;
	out[count++] = line;
	for (char *at = line; *at; at++) {
		if (*at == '\t') {
			*to++ = '\0';
			if (count == most) {
				return count;
			}
			out[count++] = to;
		} else if (*at == '\\' && at[1]) {
			at++;
			*to++ = *at == 'n' ? '\n' : *at == 't' ? '\t' : *at;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
	return count;
}

static char *next_line(char **text)
{
	char *line = *text;
	if (!line || !*line) {
		return NULL;
	}
	char *end = strchr(line, '\n');
	*text = end ? end + 1 : line + strlen(line);
	if (end) {
		*end = '\0';
	}
	return line;
}

static bool good_id(const char *id)
{
	return *id >= 'a' && *id <= 'z' &&
	       id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' && !rule_named(id);
}

static enum status take_field(struct custom_rule *rule, struct arena *arena, char **field,
			      int count, struct error *err)
{
	const char *value = count > 1 ? arena_strdup(arena, field[1]) : "";
	if (!value) {
		return error_set(err, STATUS_NOMEM, "review", "out of memory");
	}
	if (strcmp(field[0], "id") == 0) {
		if (!good_id(value)) {
			return error_set(err, STATUS_PARSE, rule->name, "%s:1: id: %s", rule->name,
					 value);
		}
		rule->rule.id = value;
	} else if (strcmp(field[0], "category") == 0) {
		for (int i = 0; i < REVIEW_CATEGORY_COUNT; i++) {
			if (strcmp(value, review_category_name((enum review_category)i)) == 0) {
				rule->rule.category = (enum review_category)i;
				return STATUS_OK;
			}
		}
		return error_set(err, STATUS_PARSE, rule->name,
				 "%s:1: category: security, stability, scalability, monitoring",
				 rule->name);
	} else if (strcmp(field[0], "severity") == 0) {
		if (!review_severity_parse(value, &rule->rule.severity)) {
			return error_set(err, STATUS_PARSE, rule->name,
					 "%s:1: severity: high, medium, low", rule->name);
		}
	} else if (strcmp(field[0], "message") == 0) {
		rule->rule.message[0] = rule->rule.message[1] = value;
	} else if (strcmp(field[0], "question") == 0) {
		rule->rule.question[0] = rule->rule.question[1] = value;
	} else if (strcmp(field[0], "read_next") == 0) {
		rule->rule.read_next = value;
	}
	return STATUS_OK;
}

/* Runs the rule file once for what it says of itself; its samples stay in *said, line by line. */
static enum status describe_rule(struct custom_rule *rule, struct arena *arena, struct strbuf *said,
				 struct error *err)
{
	struct strbuf chunk;
	struct script_error fault;
	strbuf_init(&chunk);
	begin_chunk(&chunk, rule);
	strbuf_puts(&chunk, describe);
	bool ok =
		strbuf_ok(&chunk) && run_chunk(rule->name, chunk.text, chunk.length, said, &fault);
	strbuf_release(&chunk);
	if (!ok) {
		return error_set(err, STATUS_PARSE, rule->name, "%s:%d: %s", rule->name,
				 fault.line > 0 ? fault.line : 1, fault.message);
	}
	rule->rule.scope = SCOPE_LINE;
	rule->rule.listen = "";
	char *copy = strdup(said->text), *rest = copy;
	enum status status =
		copy ? STATUS_OK : error_set(err, STATUS_NOMEM, "review", "out of memory");
	for (char *line; status == STATUS_OK && (line = next_line(&rest));) {
		char *field[8];
		int count = fields_of(line, field, 8);
		if (strcmp(field[0], "sample") != 0) {
			status = take_field(rule, arena, field, count, err);
		}
	}
	free(copy);
	return status;
}

enum status review_add_rule(struct review *review, const char *name, const char *source,
			    size_t length, struct error *err)
{
	struct review_private *r = review->private;
	struct custom_rule *rule = arena_alloc(&r->arena, sizeof *rule);
	struct strbuf said;
	if (!rule) {
		return error_set(err, STATUS_NOMEM, "review", "out of memory");
	}
	rule->name = arena_strdup(&r->arena, source_base_name(name));
	rule->source = arena_strndup(&r->arena, source, length);
	rule->length = length;
	if (!rule->name || !rule->source) {
		return error_set(err, STATUS_NOMEM, "review", "out of memory");
	}
	strbuf_init(&said);
	enum status status = describe_rule(rule, &r->arena, &said, err);
	strbuf_release(&said);
	if (status == STATUS_OK) {
		rule->next = r->custom;
		r->custom = rule;
	}
	return status;
}

static enum status add_file(struct review *review, const char *path, struct error *err)
{
	struct strbuf text;
	strbuf_init(&text);
	enum status status = file_read(&text, path, (size_t)1 << 20, err);
	if (status == STATUS_OK) {
		status = review_add_rule(review, path, text.text, text.length, err);
	}
	strbuf_release(&text);
	return status;
}

enum status review_add_rules(struct review *review, const char *path, struct error *err)
{
	struct stat info;
	if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
		return add_file(review, path, err);
	}
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	enum status status = STATUS_OK;
	for (int i = 0; i < count; i++) {
		size_t length = strlen(entries[i]->d_name);
		struct strbuf file;
		strbuf_init(&file);
		if (status == STATUS_OK && length > 4 && *entries[i]->d_name != '.' &&
		    strcmp(entries[i]->d_name + length - 4, ".lua") == 0) {
			strbuf_printf(&file, "%s/%s", path, entries[i]->d_name);
			status = add_file(review, file.text, err);
		}
		strbuf_release(&file);
		free(entries[i]);
	}
	if (count >= 0) {
		free(entries);
	}
	return status;
}

enum status review_each_rule_folder(enum status (*visit)(void *context, const char *folder,
							 struct error *err),
				    void *context, struct error *err)
{
	struct strbuf all, folder;
	struct stat info;
	const char *wish = getenv("MUNDAP_LESSONS");
	strbuf_init(&all);
	strbuf_init(&folder);
	if (file_share_folder(&all, NULL) == STATUS_OK) {
		strbuf_puts(&all, "/lessons");
	}
	strbuf_printf(&all, ":%s", wish ? wish : "");
	enum status status = STATUS_OK;
	for (const char *at = all.text; status == STATUS_OK && *at;) {
		size_t length = strcspn(at, ":");
		strbuf_reset(&folder);
		strbuf_printf(&folder, "%.*s/rules", (int)length, at);
		if (length && stat(folder.text, &info) == 0 && S_ISDIR(info.st_mode)) {
			status = visit(context, folder.text, err);
		}
		at += length;
		at += *at == ':';
	}
	strbuf_release(&all);
	strbuf_release(&folder);
	return status;
}

static enum status add_folder(void *context, const char *folder, struct error *err)
{
	return review_add_rules(context, folder, err);
}

enum status review_add_lesson_rules(struct review *review, struct error *err)
{
	return review_each_rule_folder(add_folder, review, err);
}

/* Running */

static void take_finding(struct review_private *r, const struct custom_rule *rule, char **field)
{
	long file = strtol(field[0], NULL, 10), line = strtol(field[1], NULL, 10),
	     column = strtol(field[2], NULL, 10);
	if (file < 1 || (size_t)file > r->count || !r->sources[file - 1].text) {
		return;
	}
	struct source *source = &r->sources[file - 1];
	if (line < 1 || (uint32_t)line > source->line_count) {
		return;
	}
	uint32_t start = source->lines[line - 1];
	uint32_t end = (uint32_t)line < source->line_count ? source->lines[line] - 1
							   : (uint32_t)source->length;
	uint32_t at = start;
	if (column > 1) {
		at += (uint32_t)column - 1 < end - start ? (uint32_t)column - 1 : 0;
	} else {
		at += (uint32_t)strspn(source->text + start, " \t");
	}
	report_rule(r, source, &rule->rule, SEVERITY_OF_RULE, at < end ? at : start, end, field[3]);
}

static void run_rule(struct review_private *r, const struct custom_rule *rule, const char *model)
{
	struct strbuf chunk, said;
	struct script_error fault;
	strbuf_init(&chunk);
	strbuf_init(&said);
	begin_chunk(&chunk, rule);
	strbuf_puts(&chunk, "local service = ");
	strbuf_puts(&chunk, model);
	strbuf_puts(&chunk,
		    "\nfor _, found in ipairs(rule.find(service) or {}) do\n"
		    "  local at = found.at or found\n"
		    "  say(at.file or 1, math.floor(at.line or 1), math.floor(at.column or 0), "
		    "found.detail or at.detail or '')\n"
		    "end\n");
	bool ok =
		strbuf_ok(&chunk) && run_chunk(rule->name, chunk.text, chunk.length, &said, &fault);
	strbuf_release(&chunk);
	char *rest = said.length ? said.text : NULL;
	for (char *line; ok && (line = next_line(&rest));) {
		char *field[4] = {"1", "1", "0", ""};
		if (fields_of(line, field, 4) == 4) {
			take_finding(r, rule, field);
		}
	}
	strbuf_release(&said);
	if (!ok && !r->custom_problem) {
		char text[1400];
		snprintf(text, sizeof text, "%s:%d: %s", rule->name, fault.line, fault.message);
		r->custom_problem = arena_strdup(&r->arena, text);
	}
}

void custom_rules_run(struct review_private *r, struct py_project *project)
{
	if (!r->custom) {
		return;
	}
	struct strbuf model;
	strbuf_init(&model);
	custom_model_write(&model, r, project);
	for (const struct custom_rule *rule = r->custom; rule && strbuf_ok(&model);
	     rule = rule->next) {
		run_rule(r, rule, model.text);
	}
	strbuf_release(&model);
}

const char *review_rule_trouble(const struct review *review)
{
	return review->private->custom_problem;
}

/* Samples */

static bool line_wanted(const char *lines, int line)
{
	char *end;
	for (const char *at = lines; *at; at = *end ? end + 1 : end) {
		if (strtol(at, &end, 10) == line) {
			return true;
		}
		if (end == at) {
			break;
		}
	}
	return false;
}

static enum status try_sample(const char *path, const char *source, size_t length, char **field,
			      int number, review_rule_problem tell, void *context,
			      struct error *err)
{
	bool bad = strcmp(field[1], "bad") == 0;
	char text[400];
	struct review *review = review_new();
	if (!review) {
		return error_set(err, STATUS_NOMEM, "review", "out of memory");
	}
	enum status status = review_add_rule(review, path, source, length, err);
	if (status == STATUS_OK) {
		status = review_add(review, field[2], field[4], strlen(field[4]), err);
	}
	if (status == STATUS_OK) {
		status = review_run(review, err);
	}
	if (status == STATUS_OK && review->private->custom_problem) {
		tell(context, path, 1, review->private->custom_problem);
	} else if (status == STATUS_OK) {
		const char *id = review->private->custom->rule.id;
		const struct review_file *file = &review->files[0];
		int found = 0, wanted = 0;
		for (const char *at = field[3]; bad && *at; at++) {
			wanted += at == field[3] || at[-1] == ',';
		}
		for (size_t i = 0; i < file->finding_count; i++) {
			const struct review_finding *f = &file->findings[i];
			if (strcmp(f->rule, id) != 0) {
				continue;
			}
			if (bad && line_wanted(field[3], f->line)) {
				found++;
			} else {
				snprintf(text, sizeof text, message(MSG_REVIEW_RULE_ALARM),
					 field[1], number, f->line);
				tell(context, path, 1, text);
			}
		}
		if (found < wanted || (bad && wanted == 0)) {
			snprintf(text, sizeof text, message(MSG_REVIEW_RULE_MISSED), field[1],
				 number, *field[3] ? field[3] : "?");
			tell(context, path, 1, text);
		}
	}
	review_free(review);
	return status;
}

enum status review_check_rule(const char *path, review_rule_problem tell, void *context,
			      struct error *err)
{
	struct strbuf text, said;
	struct custom_rule rule = {0};
	struct arena arena;
	int good = 0, bad = 0;
	strbuf_init(&text);
	strbuf_init(&said);
	arena_init(&arena);
	enum status status = file_read(&text, path, (size_t)1 << 20, err);
	rule.name = source_base_name(path);
	rule.source = text.text;
	rule.length = text.length;
	if (status == STATUS_OK) {
		struct error wrong = ERROR_INIT;
		status = describe_rule(&rule, &arena, &said, &wrong);
		if (status == STATUS_PARSE) {
			const char *colon = strchr(wrong.message, ':');
			tell(context, path, colon ? atoi(colon + 1) : 1, wrong.message);
			status = STATUS_OK;
			good = bad = 1;
			strbuf_reset(&said);
		}
	}
	char *rest = said.length ? said.text : NULL;
	for (char *line; status == STATUS_OK && (line = next_line(&rest));) {
		char *field[8];
		if (fields_of(line, field, 8) == 5 && strcmp(field[0], "sample") == 0) {
			int number = strcmp(field[1], "bad") == 0 ? ++bad : ++good;
			status = try_sample(path, text.text, text.length, field, number, tell,
					    context, err);
		}
	}
	if (status == STATUS_OK && (!good || !bad)) {
		tell(context, path, 1, message(MSG_REVIEW_RULE_SAMPLES));
	}
	arena_release(&arena);
	strbuf_release(&text);
	strbuf_release(&said);
	return status;
}
