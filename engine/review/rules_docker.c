#include "engine/review/docker.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/review/secret.h"

struct docker_judge {
	struct review_private *r;
	struct source *source;
	const struct dockerfile *d;
	bool serverless;
};

static bool has(const char *text, const char *word)
{
	return strcasestr(text, word) != NULL;
}

static bool has_any(const char *text, const char *words)
{
	char word[64];
	while (*words) {
		size_t length = strcspn(words, "|");
		if (length < sizeof word) {
			memcpy(word, words, length);
			word[length] = '\0';
			if (has(text, word)) {
				return true;
			}
		}
		words += length;
		words += *words == '|';
	}
	return false;
}

static void tell(struct docker_judge *j, enum rule_id rule, const struct docker_instruction *i,
		 const char *detail)
{
	const char *text = j->source->text + i->start;
	uint32_t first = (uint32_t)strcspn(text, "\n");
	uint32_t end = i->start + first < i->end ? i->end : i->start + first;
	report_at(j->r, j->source, rule, SEVERITY_OF_RULE, i->start, end,
		  detail ? arena_strdup(&j->r->arena, detail) : NULL);
}

static bool is(const struct docker_instruction *i, const char *name)
{
	return strcmp(i->name, name) == 0;
}

/* Everything a RUN executes: its line and its heredoc. */
static const char *script(const struct docker_judge *j, const struct docker_instruction *i)
{
	if (!i->heredoc) {
		return i->expanded;
	}
	char *both = arena_alloc(&j->r->arena, strlen(i->expanded) + strlen(i->heredoc) + 2);
	if (!both) {
		return i->expanded;
	}
	strcpy(both, i->expanded);
	strcat(both, "\n");
	strcat(both, i->heredoc);
	return both;
}

/* Whether a stage ends up in the final image: it is the last one or the last one builds on it. */
static bool in_final(const struct dockerfile *d, int stage)
{
	for (int s = d->stage_count; s > 0; s = d->stages[s - 1].from_stage) {
		if (s == stage) {
			return true;
		}
	}
	return false;
}

static const struct docker_instruction *last_in_final(const struct dockerfile *d, const char *name)
{
	const struct docker_instruction *found = NULL;
	for (int i = 0; i < d->count; i++) {
		if (is(&d->instructions[i], name) && in_final(d, d->instructions[i].stage)) {
			found = &d->instructions[i];
		}
	}
	return found;
}

static const char *final_image(const struct dockerfile *d)
{
	int s = d->stage_count;
	while (s > 0 && d->stages[s - 1].from_stage) {
		s = d->stages[s - 1].from_stage;
	}
	return s > 0 ? d->stages[s - 1].image : "";
}

static void root_user(struct docker_judge *j)
{
	const struct docker_instruction *user = last_in_final(j->d, "USER");
	const char *image = final_image(j->d);
	if (!user &&
	    (has_any(image, "nonroot|unprivileged|bitnami/|jupyter/|rootless|circleci/|gitpod/|"
			    "huggingface/text-generation|mambaorg/micromamba|selenium/|"
			    "tritonserver:none") ||
	     strcmp(image, "scratch") == 0)) {
		return;
	}
	if (user && strncmp(user->expanded, "root", 4) != 0 && strcmp(user->expanded, "0") != 0 &&
	    strncmp(user->expanded, "0:", 2) != 0) {
		return;
	}
	if (review_mentions(j->r, SOURCE_KUBERNETES, "runAsNonRoot: true") ||
	    review_mentions(j->r, SOURCE_KUBERNETES, "runAsUser: 1") ||
	    source_mentions(j->source, "gosu") || source_mentions(j->source, "su-exec") ||
	    source_mentions(j->source, "setpriv")) {
		return;
	}
	const struct docker_instruction *at =
		user ? user : &j->d->instructions[j->d->stages[j->d->stage_count - 1].instruction];
	tell(j, RULE_DOCKER_ROOT, at, NULL);
}

/* ENV/ARG names that hold secrets, files that are secrets. */
static void secrets(struct docker_judge *j, const struct docker_instruction *i)
{
	char name[128];
	if (is(i, "ENV") || is(i, "ARG")) {
		const char *at = i->text;
		while (*at) {
			at += strspn(at, " \t");
			size_t length = strcspn(at, "= \t");
			if (!length) {
				break;
			}
			snprintf(name, sizeof name, "%.*s", (int)(length < 100 ? length : 100), at);
			const char *value = at + length;
			size_t value_length = 0;
			bool assigned = *value == '=';
			if (assigned) {
				value++;
				if (*value == '"' || *value == '\'') {
					const char *close = strchr(value + 1, *value);
					value_length =
						close ? (size_t)(close - value) + 1 : strlen(value);
				} else {
					value_length = strcspn(value, " \t");
				}
			} else if (is(i, "ENV")) {
				value += strspn(value, " \t");
				value_length = strlen(value);
			}
			char text[256];
			size_t shown =
				value_length < sizeof text - 1 ? value_length : sizeof text - 1;
			memcpy(text, value, shown);
			text[shown] = '\0';
			char *plain = text;
			if (shown >= 2 && (*text == '"' || *text == '\'')) {
				text[shown - 1] = '\0';
				plain++;
			}
			if (secret_name(name) || secret_shape(plain)) {
				enum secret secret = secret_value(plain);
				bool passed_on = is(i, "ENV") && strchr(plain, '$') != NULL;
				bool argument = is(i, "ARG") && !assigned;
				if (secret == SECRET_PLACEHOLDER) {
					report_at(j->r, j->source, RULE_DOCKER_SECRETS, REVIEW_LOW,
						  i->start, i->end,
						  arena_strdup(&j->r->arena, name));
				} else if (secret == SECRET_YES || passed_on || argument) {
					tell(j, RULE_DOCKER_SECRETS, i, name);
				}
			}
			at = value + value_length;
		}
		return;
	}
	if (is(i, "COPY") || is(i, "ADD")) {
		const char *at = i->text;
		while (*at) {
			at += strspn(at, " \t[\",");
			size_t length = strcspn(at, " \t\",]");
			if (!length) {
				break;
			}
			snprintf(name, sizeof name, "%.*s", (int)(length < 100 ? length : 100), at);
			const char *base = source_base_name(name);
			bool last = at[length + strspn(at + length, " \t\",]")] == '\0';
			if (!last &&
			    (strcmp(base, ".env") == 0 || strcmp(base, "id_rsa") == 0 ||
			     strcmp(base, "id_ed25519") == 0 || strcmp(base, ".npmrc") == 0 ||
			     strcmp(base, "credentials.json") == 0 || strcmp(base, ".netrc") == 0 ||
			     strcmp(base, ".pypirc") == 0 ||
			     strcmp(base, "service-account.json") == 0)) {
				tell(j, RULE_DOCKER_SECRETS, i, base);
			}
			at += length;
		}
	}
}

static void base_images(struct docker_judge *j)
{
	static const char eol[] =
		"python:2|python:3.0|python:3.1-|python:3.2|python:3.3|python:3.4|python:3.5|"
		"python:3.6|"
		"python:3.7|python:3.8|python:3.9|jessie|stretch|buster|debian:6|debian:7|debian:8|"
		"debian:9|debian:"
		"10|"
		"ubuntu:12|ubuntu:14|ubuntu:16|ubuntu:18|ubuntu:20|ubuntu14|ubuntu16|ubuntu18|"
		"ubuntu20|"
		"ubuntu:xenial|ubuntu:bionic|ubuntu:focal|ubuntu:trusty|centos:|centos7|centos8|"
		"node:4|node:6|node:8|node:10|node:12|node:14|node:16|node:18|alpine:2|alpine:3.2|"
		"alpine:3.3|alpine:3.4|alpine:3.5|alpine:3.6|alpine:3.7|alpine:3.8|alpine:3.9|"
		"alpine:3.10|"
		"alpine:3.11|alpine:3.12|alpine:3.13|alpine:3.14|alpine:3.15|alpine:3.16|alpine:3."
		"17|"
		"python2.7|python3.5|python3.6|python3.7|python3.8|python3.9|tensorflow:1.|"
		"tensorflow:0.|pytorch:0.|pytorch:1.0|pytorch:1.1|pytorch:1.2|pytorch:1.3|"
		"pytorch:1.4|pytorch:1.5|lambda/python:3.6|lambda/python:3.7|lambda/python:3.8|"
		"lambda/python:3.9";
	for (int s = 0; s < j->d->stage_count; s++) {
		const struct docker_stage *stage = &j->d->stages[s];
		const struct docker_instruction *from = &j->d->instructions[stage->instruction];
		if (stage->from_stage || strcmp(stage->image, "scratch") == 0) {
			continue;
		}
		const char *slash = strrchr(stage->image, '/');
		const char *tag = strchr(slash ? slash : stage->image, ':');
		bool given = strchr(stage->raw_image, '$') != NULL;
		if (!given && !strchr(stage->image, '@') && (!tag || strcmp(tag, ":latest") == 0)) {
			tell(j, RULE_DOCKER_LATEST, from, stage->image);
		}
		if (has_any(stage->image, eol)) {
			tell(j, RULE_DOCKER_EOL, from, stage->image);
		}
	}
}

/* pip */

struct words {
	const char *at;
};

static bool next_word(struct words *w, char *out, size_t size)
{
	w->at += strspn(w->at, " \t\n");
	size_t length = strcspn(w->at, " \t\n");
	if (!length) {
		return false;
	}
	snprintf(out, size, "%.*s", (int)(length < size - 1 ? length : size - 1), w->at);
	w->at += length;
	return true;
}

static bool ends_command(const char *word)
{
	return strcmp(word, "&&") == 0 || strcmp(word, "&") == 0 || strcmp(word, "||") == 0 ||
	       strcmp(word, ";") == 0 || strcmp(word, "|") == 0 || strchr(word, ';') != NULL;
}

/* Next `pip install` in a script; moves *at behind it. */
static const char *pip_install(const char *at)
{
	while ((at = strstr(at, "pip"))) {
		const char *after = at + 3;
		after += strspn(after, "3.0123456789");
		if (strncmp(after, " install", 8) == 0 && (after[8] == ' ' || after[8] == '\0')) {
			return after + 8;
		}
		if (*after == ' ') {
			/* options before the word: pip --no-cache-dir install */
			const char *word = after;
			while (*word == ' ' && word[1] == '-') {
				word += 1 + strcspn(word + 1, " ");
			}
			if (strncmp(word, " install", 8) == 0) {
				return word + 8;
			}
		}
		at += 3;
	}
	return NULL;
}

static bool pinned_package(const char *word)
{
	return strstr(word, "==") || strstr(word, "@") || strchr(word, '$') || strchr(word, '/') ||
	       strncmp(word, ".", 1) == 0 || strstr(word, ".whl") || strstr(word, "://") ||
	       strstr(word, ".txt") || strstr(word, "~=") || strstr(word, "<");
}

static bool named(const char *word, const char *const *names, size_t count)
{
	size_t length = strcspn(word, "=<>~![");
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i]) == length && strncasecmp(names[i], word, length) == 0) {
			return true;
		}
	}
	return false;
}

static bool installer_tool(const char *word)
{
	/* what the base image brings and everybody upgrades */
	static const char *const names[] = {"pip", "setuptools", "wheel", "virtualenv"};
	return named(word, names, sizeof names / sizeof *names);
}

/* Tools that resolve versions: where a lock file fixes these, the tool's own version matters little. */
static bool resolver(const char *word)
{
	static const char *const names[] = {"poetry", "pipenv", "uv", "pdm", "pip-tools"};
	return named(word, names, sizeof names / sizeof *names);
}

static void pip(struct docker_judge *j, const struct docker_instruction *i)
{
	const char *text = script(j, i);
	const char *at = text;
	bool cache_told = false, pin_told = false;
	bool locked = source_mentions(j->source, ".lock") ||
		      source_mentions(j->source, "--frozen") ||
		      source_mentions(j->source, "--locked") || review_has(j->r, SOURCE_LOCK);
	bool no_cache =
		has_any(text, "--no-cache-dir|type=cache|pip cache purge|rm -rf /root/.cache|"
			      "rm -rf ~/.cache|--no-cache|PIP_NO_CACHE_DIR") ||
		source_mentions(j->source, "PIP_NO_CACHE_DIR");
	while ((at = pip_install(at))) {
		struct words w = {at};
		char word[160];
		bool skip_next = false;
		char unpinned[160] = "";
		bool installs = false;
		while (next_word(&w, word, sizeof word) && !ends_command(word)) {
			if (skip_next) {
				skip_next = false;
				installs |= true;
				continue;
			}
			if (*word == '-') {
				skip_next = strcmp(word, "-r") == 0 || strcmp(word, "-c") == 0 ||
					    strcmp(word, "-e") == 0 || strcmp(word, "-i") == 0 ||
					    strcmp(word, "-f") == 0 || strcmp(word, "-t") == 0 ||
					    strcmp(word, "--requirement") == 0 ||
					    strcmp(word, "--index-url") == 0 ||
					    strcmp(word, "--extra-index-url") == 0 ||
					    strcmp(word, "--find-links") == 0 ||
					    strcmp(word, "--target") == 0 ||
					    strcmp(word, "--prefix") == 0 ||
					    strcmp(word, "--trusted-host") == 0 ||
					    strcmp(word, "--timeout") == 0 ||
					    strcmp(word, "--default-timeout") == 0 ||
					    strcmp(word, "--retries") == 0 ||
					    strcmp(word, "--progress-bar") == 0 ||
					    strcmp(word, "--constraint") == 0;
				continue;
			}
			char *plain = word + (*word == '"' || *word == '\'');
			size_t length = strlen(plain);
			if (length && (plain[length - 1] == '"' || plain[length - 1] == '\'')) {
				plain[length - 1] = '\0';
			}
			installs = true;
			if (*plain && (isalpha((unsigned char)*plain)) && !pinned_package(plain) &&
			    !installer_tool(plain) && !(locked && resolver(plain)) && !*unpinned) {
				snprintf(unpinned, sizeof unpinned, "%s", plain);
			}
		}
		if (*unpinned && !pin_told) {
			tell(j, RULE_DOCKER_UNPINNED, i, unpinned);
			pin_told = true;
		}
		if (installs && !no_cache && !cache_told && in_final(j->d, i->stage)) {
			tell(j, RULE_DOCKER_PIP_CACHE, i, NULL);
			cache_told = true;
		}
	}
}

static void apt(struct docker_judge *j, const struct docker_instruction *i)
{
	const char *text = script(j, i);
	bool update = has(text, "apt-get update") || has(text, "apt update") ||
		      has(text, "apt-get -y update") || has(text, "apt-get -qq update") ||
		      has(text, "apt-get update");
	bool install =
		has_any(text, "apt-get install|apt install|apt-get -y install|apt-get -yq install|"
			      "apt-get -qq install|apt -y install|apt-get -qy install");
	if (!update && !install) {
		return;
	}
	if (update && !install) {
		/* update alone; the install follows in another layer */
		for (int k = 0; k < j->d->count; k++) {
			const struct docker_instruction *other = &j->d->instructions[k];
			if (other != i && is(other, "RUN") && other->stage == i->stage &&
			    other > i &&
			    has_any(script(j, other),
				    "apt-get install|apt install|apt-get -y install") &&
			    !has_any(script(j, other), "apt-get update|apt update")) {
				tell(j, RULE_DOCKER_APT, i, "update와 install이 다른 층");
				return;
			}
		}
		return;
	}
	if (!in_final(j->d, i->stage)) {
		return;
	}
	bool cleaned = has_any(text, "/var/lib/apt/lists|type=cache");
	bool lean = has(text, "no-install-recommends") || has(text, "APT::Install-Recommends");
	if (!cleaned) {
		tell(j, RULE_DOCKER_APT, i, "apt 목록이 남음");
	} else if (!lean) {
		tell(j, RULE_DOCKER_APT, i, "권장 꾸러미까지 설치");
	}
	if (!has_any(
		    text,
		    "apt-get purge|apt-get remove|apt purge|apt remove|autoremove|apt-get -y purge|"
		    "apt-get -y remove")) {
		static const char *const tools[] = {"build-essential", "gcc",   "g++",
						    "cmake",           "clang", "make"};
		for (size_t t = 0; t < sizeof tools / sizeof *tools; t++) {
			const char *found = strstr(text, tools[t]);
			size_t length = strlen(tools[t]);
			if (found && (found == text || strchr(" \t\n", found[-1])) &&
			    (!found[length] || strchr(" \t\n;&", found[length]))) {
				tell(j, RULE_DOCKER_BUILD_TOOLS, i, tools[t]);
				break;
			}
		}
	}
}

static void downloads(struct docker_judge *j, const struct docker_instruction *i)
{
	const char *text = script(j, i);
	if (is(i, "ADD")) {
		if (has(i->expanded, "http://") || has(i->expanded, "https://")) {
			if (!has(i->text, "--checksum=") && !has(i->expanded, ".git#")) {
				tell(j, RULE_DOCKER_DOWNLOAD, i, NULL);
			}
		}
		return;
	}
	if (!is(i, "RUN") || (!has(text, "curl ") && !has(text, "wget ")) ||
	    (!has(text, "http://") && !has(text, "https://") && !has(text, "ftp://"))) {
		return;
	}
	if (has_any(text, "sha256sum|sha512sum|sha1sum|md5sum|shasum|gpg|apt-key|--checksum|cosign|"
			  "openssl dgst|"
			  "/etc/apt/keyrings|trusted.gpg.d|minisign")) {
		return;
	}
	/* a health question to itself is no download */
	if (has_any(text, "localhost|127.0.0.1")) {
		return;
	}
	tell(j, RULE_DOCKER_DOWNLOAD, i, NULL);
}

static bool copies_everything(const struct docker_instruction *i)
{
	if ((!is(i, "COPY") && !is(i, "ADD")) || strstr(i->text, "--from")) {
		return false;
	}
	const char *at = i->text;
	while (strncmp(at, "--", 2) == 0) {
		at += strcspn(at, " \t");
		at += strspn(at, " \t");
	}
	at += strspn(at, "[\" ");
	size_t length = strcspn(at, " \t\",");
	return (length == 1 && *at == '.') || (length == 2 && strncmp(at, "./", 2) == 0);
}

static bool installs_listed(const char *text)
{
	return has_any(
		text,
		"requirements|poetry install|pipenv install|pipenv sync|npm install|npm ci|yarn "
		"install|uv sync|pdm install|conda env");
}

static void layers(struct docker_judge *j)
{
	for (int i = 0; i < j->d->count; i++) {
		const struct docker_instruction *copy = &j->d->instructions[i];
		if (!copies_everything(copy)) {
			continue;
		}
		/* is the first installation from a list after it, in the same stage? */
		bool before = false, after = false;
		for (int k = 0; k < j->d->count; k++) {
			const struct docker_instruction *run = &j->d->instructions[k];
			if (is(run, "RUN") && run->stage == copy->stage &&
			    installs_listed(script(j, run))) {
				before |= k < i;
				after |= k > i;
			}
		}
		if (after && !before) {
			tell(j, RULE_DOCKER_COPY_BEFORE_DEPS, copy, NULL);
		}
		/* without the folder nobody knows what is ignored */
		if (!review_has(j->r, SOURCE_DOCKERIGNORE) && j->r->count > 1 &&
		    in_final(j->d, copy->stage)) {
			tell(j, RULE_DOCKER_COPY_ALL, copy, NULL);
		}
	}
}

static bool archive(const char *text)
{
	return has_any(text, ".tar|.tgz|.zip|.gz|.xz|.bz2");
}

static bool runs_a_service(const struct docker_judge *j)
{
	const struct docker_instruction *cmd = last_in_final(j->d, "CMD");
	const struct docker_instruction *entry = last_in_final(j->d, "ENTRYPOINT");
	if (!cmd && !entry) {
		return last_in_final(j->d, "EXPOSE") != NULL ||
		       has_any(final_image(j->d),
			       "nginx|httpd|redis|postgres|serving|triton|torchserve|"
			       "uvicorn-gunicorn");
	}
	const char *text = entry ? entry->expanded : cmd->expanded;
	if (last_in_final(j->d, "EXPOSE")) {
		return true;
	}
	return !has_any(
		text, "train|batch|pytest|bash\"|\"sh\"|/bin/bash|migrate|pipeline|job|jupyter|etl|"
		      "lambda_function|handler");
}

static void endings(struct docker_judge *j)
{
	const struct docker_instruction *cmd = last_in_final(j->d, "CMD");
	const struct docker_instruction *entry = last_in_final(j->d, "ENTRYPOINT");
	const struct docker_instruction *health = last_in_final(j->d, "HEALTHCHECK");
	bool elsewhere = review_mentions(j->r, SOURCE_KUBERNETES, "livenessProbe") ||
			 review_mentions(j->r, SOURCE_KUBERNETES, "readinessProbe") ||
			 review_mentions(j->r, SOURCE_COMPOSE, "healthcheck:");
	if ((!health || strncasecmp(health->text, "NONE", 4) == 0) && !elsewhere &&
	    runs_a_service(j)) {
		const struct docker_instruction *at =
			health ? health
			       : &j->d->instructions[j->d->stages[j->d->stage_count - 1]
							     .instruction];
		tell(j, RULE_DOCKER_NO_HEALTHCHECK, at, NULL);
	}
	const struct docker_instruction *both[] = {cmd, entry};
	for (size_t k = 0; k < 2; k++) {
		const struct docker_instruction *i = both[k];
		if (!i) {
			continue;
		}
		if (!i->exec_form && strncmp(i->text, "exec ", 5) != 0 && *i->text &&
		    !has(i->text, "exec ")) {
			tell(j, RULE_DOCKER_SHELL_CMD, i, NULL);
		}
		if (has(i->expanded, "gunicorn") &&
		    !has_any(i->expanded,
			     "--workers|-w|--config|-c |\"-c\"|gunicorn.conf|gunicorn_conf") &&
		    !source_mentions(j->source, "WEB_CONCURRENCY") &&
		    !source_mentions(j->source, "GUNICORN_CMD_ARGS") &&
		    !(cmd && cmd != i && has_any(cmd->expanded, "--workers|\"-w|\"-c"))) {
			tell(j, RULE_GUNICORN_WORKERS, i, NULL);
		}
	}
}

static void judge_one(struct docker_judge *j)
{
	if (j->d->stage_count == 0) {
		return;
	}
	const char *image = final_image(j->d);
	j->serverless = has_any(image, "lambda|azure-functions|functions-framework|serverless");
	base_images(j);
	for (int i = 0; i < j->d->count; i++) {
		const struct docker_instruction *instruction = &j->d->instructions[i];
		secrets(j, instruction);
		downloads(j, instruction);
		if (is(instruction, "RUN")) {
			pip(j, instruction);
			apt(j, instruction);
		}
		if (is(instruction, "ADD") && !has(instruction->expanded, "://") &&
		    !archive(instruction->expanded) && !instruction->heredoc) {
			tell(j, RULE_DOCKER_ADD, instruction, NULL);
		}
	}
	layers(j);
	if (!j->serverless) {
		root_user(j);
		endings(j);
	}
}

static void praise(struct docker_judge *j)
{
	const struct dockerfile *d = j->d;
	if (d->stage_count > 1) {
		report_strength(j->r, j->source, d->instructions[d->stages[1].instruction].start,
				"다단계 빌드로 실행 이미지를 가볍게 했어요.",
				"A multi-stage build keeps the image small.");
	}
	const struct docker_instruction *user = last_in_final(d, "USER");
	if (user && strncmp(user->expanded, "root", 4) != 0 && strcmp(user->expanded, "0") != 0) {
		report_strength(j->r, j->source, user->start, "root가 아닌 사용자로 실행해요.",
				"It does not run as root.");
	}
	const struct docker_instruction *health = last_in_final(d, "HEALTHCHECK");
	if (health && strncasecmp(health->text, "NONE", 4) != 0) {
		report_strength(j->r, j->source, health->start, "컨테이너의 건강 상태를 확인해요.",
				"There is a health check.");
	}
	if (d->stage_count && strstr(d->stages[d->stage_count - 1].image, "slim")) {
		report_strength(j->r, j->source,
				d->instructions[d->stages[d->stage_count - 1].instruction].start,
				"작은 바탕 이미지(slim)를 골랐어요.",
				"The base image is a small one.");
	}
}

void judge_dockerfiles(struct review_private *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct source *source = &r->sources[i];
		if (source->kind != SOURCE_DOCKERFILE || !source->text) {
			continue;
		}
		struct dockerfile docker;
		if (docker_parse(&docker, &r->arena, source)) {
			struct docker_judge j = {r, source, &docker, false};
			judge_one(&j);
			praise(&j);
		} else {
			r->nomem = true;
		}
		docker_release(&docker);
	}
}
