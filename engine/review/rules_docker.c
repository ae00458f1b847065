#include "engine/review/docker_judge.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/review/secret.h"

static const struct docker_instruction *last_in_final(const struct dockerfile *d, const char *name)
{
	const struct docker_instruction *found = NULL;
	for (int i = 0; i < d->count; i++) {
		if (docker_is(&d->instructions[i], name) &&
		    docker_in_final(d, d->instructions[i].stage)) {
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
	    (text_has_any(image,
			  "nonroot|unprivileged|bitnami/|jupyter/|rootless|circleci/|gitpod/|"
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
	docker_tell(j, RULE_DOCKER_ROOT, at, NULL);
}

/* ENV/ARG names that hold secrets, files that are secrets. */
static void secrets(struct docker_judge *j, const struct docker_instruction *i)
{
	char name[128];
	if (docker_is(i, "ENV") || docker_is(i, "ARG")) {
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
			} else if (docker_is(i, "ENV")) {
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
				bool passed_on = docker_is(i, "ENV") && strchr(plain, '$') != NULL;
				bool argument = docker_is(i, "ARG") && !assigned;
				if (secret == SECRET_PLACEHOLDER) {
					report_at(j->r, j->source, RULE_DOCKER_SECRETS, REVIEW_LOW,
						  i->start, i->end,
						  arena_strdup(&j->r->arena, name));
				} else if (secret == SECRET_YES || passed_on || argument) {
					docker_tell(j, RULE_DOCKER_SECRETS, i, name);
				}
			}
			at = value + value_length;
		}
		return;
	}
	if (docker_is(i, "COPY") || docker_is(i, "ADD")) {
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
				docker_tell(j, RULE_DOCKER_SECRETS, i, base);
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
			docker_tell(j, RULE_DOCKER_LATEST, from, stage->image);
		}
		if (text_has_any(stage->image, eol)) {
			docker_tell(j, RULE_DOCKER_EOL, from, stage->image);
		}
	}
}

static void downloads(struct docker_judge *j, const struct docker_instruction *i)
{
	const char *text = docker_script(j, i);
	if (docker_is(i, "ADD")) {
		if (text_has_any(i->expanded, "http://") || text_has_any(i->expanded, "https://")) {
			if (!text_has_any(i->text, "--checksum=") &&
			    !text_has_any(i->expanded, ".git#")) {
				docker_tell(j, RULE_DOCKER_DOWNLOAD, i, NULL);
			}
		}
		return;
	}
	if (!docker_is(i, "RUN") ||
	    (!text_has_any(text, "curl ") && !text_has_any(text, "wget ")) ||
	    (!text_has_any(text, "http://") && !text_has_any(text, "https://") &&
	     !text_has_any(text, "ftp://"))) {
		return;
	}
	if (text_has_any(text,
			 "sha256sum|sha512sum|sha1sum|md5sum|shasum|gpg|apt-key|--checksum|cosign|"
			 "openssl dgst|"
			 "/etc/apt/keyrings|trusted.gpg.d|minisign")) {
		return;
	}
	/* a health question to itself is no download */
	if (text_has_any(text, "localhost|127.0.0.1")) {
		return;
	}
	docker_tell(j, RULE_DOCKER_DOWNLOAD, i, NULL);
}

static bool copies_everything(const struct docker_instruction *i)
{
	if ((!docker_is(i, "COPY") && !docker_is(i, "ADD")) || strstr(i->text, "--from")) {
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
	return text_has_any(
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
			if (docker_is(run, "RUN") && run->stage == copy->stage &&
			    installs_listed(docker_script(j, run))) {
				before |= k < i;
				after |= k > i;
			}
		}
		if (after && !before) {
			docker_tell(j, RULE_DOCKER_COPY_BEFORE_DEPS, copy, NULL);
		}
		/* without the folder nobody knows what is ignored */
		if (!review_has(j->r, SOURCE_DOCKERIGNORE) && j->r->count > 1 &&
		    docker_in_final(j->d, copy->stage)) {
			docker_tell(j, RULE_DOCKER_COPY_ALL, copy, NULL);
		}
	}
}

static bool archive(const char *text)
{
	return text_has_any(text, ".tar|.tgz|.zip|.gz|.xz|.bz2");
}

static bool runs_a_service(const struct docker_judge *j)
{
	const struct docker_instruction *cmd = last_in_final(j->d, "CMD");
	const struct docker_instruction *entry = last_in_final(j->d, "ENTRYPOINT");
	if (!cmd && !entry) {
		return last_in_final(j->d, "EXPOSE") != NULL ||
		       text_has_any(final_image(j->d),
				    "nginx|httpd|redis|postgres|serving|triton|torchserve|"
				    "uvicorn-gunicorn");
	}
	const char *text = entry ? entry->expanded : cmd->expanded;
	if (last_in_final(j->d, "EXPOSE")) {
		return true;
	}
	return !text_has_any(
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
		docker_tell(j, RULE_DOCKER_NO_HEALTHCHECK, at, NULL);
	}
	const struct docker_instruction *both[] = {cmd, entry};
	for (size_t k = 0; k < 2; k++) {
		const struct docker_instruction *i = both[k];
		if (!i) {
			continue;
		}
		if (!i->exec_form && strncmp(i->text, "exec ", 5) != 0 && *i->text &&
		    !text_has_any(i->text, "exec ")) {
			docker_tell(j, RULE_DOCKER_SHELL_CMD, i, NULL);
		}
		if (text_has_any(i->expanded, "gunicorn") &&
		    !text_has_any(i->expanded,
				  "--workers|-w|--config|-c |\"-c\"|gunicorn.conf|gunicorn_conf") &&
		    !source_mentions(j->source, "WEB_CONCURRENCY") &&
		    !source_mentions(j->source, "GUNICORN_CMD_ARGS") &&
		    !(cmd && cmd != i && text_has_any(cmd->expanded, "--workers|\"-w|\"-c"))) {
			docker_tell(j, RULE_GUNICORN_WORKERS, i, NULL);
		}
	}
}

static void judge_one(struct docker_judge *j)
{
	if (j->d->stage_count == 0) {
		return;
	}
	const char *image = final_image(j->d);
	j->serverless =
		text_has_any(image, "lambda|azure-functions|functions-framework|serverless");
	base_images(j);
	for (int i = 0; i < j->d->count; i++) {
		const struct docker_instruction *instruction = &j->d->instructions[i];
		secrets(j, instruction);
		downloads(j, instruction);
		if (docker_is(instruction, "RUN")) {
			docker_pip(j, instruction);
			docker_apt(j, instruction);
		}
		if (docker_is(instruction, "ADD") && !text_has_any(instruction->expanded, "://") &&
		    !archive(instruction->expanded) && !instruction->heredoc) {
			docker_tell(j, RULE_DOCKER_ADD, instruction, NULL);
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
