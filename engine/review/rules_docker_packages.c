#include "engine/review/docker_judge.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What a RUN installs: packages of pip and apt. */

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

void docker_pip(struct docker_judge *j, const struct docker_instruction *i)
{
	const char *text = docker_script(j, i);
	const char *at = text;
	bool cache_told = false, pin_told = false;
	bool locked = source_mentions(j->source, ".lock") ||
		      source_mentions(j->source, "--frozen") ||
		      source_mentions(j->source, "--locked") || review_has(j->r, SOURCE_LOCK);
	bool no_cache =
		text_has_any(text, "--no-cache-dir|type=cache|pip cache purge|rm -rf /root/.cache|"
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
			docker_tell(j, RULE_DOCKER_UNPINNED, i, unpinned);
			pin_told = true;
		}
		if (installs && !no_cache && !cache_told && docker_in_final(j->d, i->stage)) {
			docker_tell(j, RULE_DOCKER_PIP_CACHE, i, NULL);
			cache_told = true;
		}
	}
}

void docker_apt(struct docker_judge *j, const struct docker_instruction *i)
{
	const char *text = docker_script(j, i);
	bool update = text_has_any(text, "apt-get update") || text_has_any(text, "apt update") ||
		      text_has_any(text, "apt-get -y update") ||
		      text_has_any(text, "apt-get -qq update") ||
		      text_has_any(text, "apt-get update");
	bool install = text_has_any(
		text, "apt-get install|apt install|apt-get -y install|apt-get -yq install|"
		      "apt-get -qq install|apt -y install|apt-get -qy install");
	if (!update && !install) {
		return;
	}
	if (update && !install) {
		/* update alone; the install follows in another layer */
		for (int k = 0; k < j->d->count; k++) {
			const struct docker_instruction *other = &j->d->instructions[k];
			if (other != i && docker_is(other, "RUN") && other->stage == i->stage &&
			    other > i &&
			    text_has_any(docker_script(j, other),
					 "apt-get install|apt install|apt-get -y install") &&
			    !text_has_any(docker_script(j, other), "apt-get update|apt update")) {
				docker_tell(j, RULE_DOCKER_APT, i, "update와 install이 다른 층");
				return;
			}
		}
		return;
	}
	if (!docker_in_final(j->d, i->stage)) {
		return;
	}
	bool cleaned = text_has_any(text, "/var/lib/apt/lists|type=cache");
	bool lean = text_has_any(text, "no-install-recommends") ||
		    text_has_any(text, "APT::Install-Recommends");
	if (!cleaned) {
		docker_tell(j, RULE_DOCKER_APT, i, "apt 목록이 남음");
	} else if (!lean) {
		docker_tell(j, RULE_DOCKER_APT, i, "권장 꾸러미까지 설치");
	}
	if (!text_has_any(
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
				docker_tell(j, RULE_DOCKER_BUILD_TOOLS, i, tools[t]);
				break;
			}
		}
	}
}
