#include "engine/review/secret.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool has(const char *text, const char *word)
{
	return strcasestr(text, word) != NULL;
}

bool secret_name(const char *name)
{
	static const char *const words[] = {"password",    "passwd",  "secret", "api_key",
					    "apikey",      "api-key", "token",  "access_key",
					    "private_key", "pwd"};
	/* names about secrets, or that only mean something else by the word */
	static const char *const not_these[] = {
		"token_url",     "tokenizer",   "max_token",      "num_token",   "n_token",
		"tokens",        "secret_name", "secretname",     "token_type",  "token_id",
		"token_limit",   "secret_id",   "_path",          "_file",       "file_path",
		"header",        "_field",      "special_token",  "pad_token",   "eos_token",
		"bos_token",     "unk_token",   "sep_token",      "cls_token",   "mask_token",
		"_arn",          "secret_ref",  "tokenurl",       "_expire",     "algorithm",
		"password_hash", "_regex",      "_pattern",       "_label",      "_length",
		"_env",          "_var",        "key_name",       "token_count", "secret_version",
		"_url",          "_uri",        "secret_key_ref", "_endpoint",   "_prefix",
	};
	bool found = false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		found |= has(name, words[i]);
	}
	for (size_t i = 0; found && i < sizeof not_these / sizeof *not_these; i++) {
		found = !has(name, not_these[i]);
	}
	return found;
}

/* user:password@ within an address, the password written out. */
bool secret_in_url(const char *value)
{
	const char *host = strstr(value, "://");
	const char *at = host ? strchr(host, '@') : NULL;
	const char *colon = at ? memchr(host + 3, ':', (size_t)(at - host - 3)) : NULL;
	if (!colon || colon == host + 3 || strcspn(host, "/ ") == 0) {
		return false;
	}
	char password[64];
	size_t length = (size_t)(at - colon - 1);
	if (length == 0 || length >= sizeof password || memchr(colon, '/', length)) {
		return false;
	}
	memcpy(password, colon + 1, length);
	password[length] = '\0';
	return secret_value(password) == SECRET_YES;
}

enum secret secret_value(const char *value)
{
	static const char *const placeholders[] = {
		"changeme", "change-me", "change_me",   "change-this", "your",
		"example",  "xxx",       "placeholder", "<",           "todo",
		"dummy",    "replace",   "insert",      "put-",        "fake",
		"sample",   "not-set",   "notset",      "redacted",    "****",
	};
	size_t length = strlen(value);
	if (length < 3 || strchr(value, '$') || strncmp(value, "{{", 2) == 0 || has(value, "${{") ||
	    has(value, "environ") || strncmp(value, "vault:", 6) == 0 ||
	    strncmp(value, "arn:", 4) == 0 || strncmp(value, "ssm:", 4) == 0 ||
	    strncmp(value, "file:", 5) == 0 || strncmp(value, "/", 1) == 0 || has(value, "://") ||
	    strchr(value, ' ') || strchr(value, '\n')) {
		return SECRET_NO;
	}
	for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++) {
		if (has(value, placeholders[i])) {
			return SECRET_PLACEHOLDER;
		}
	}
	/* the name of a variable or a header rather than a value */
	bool shouting = true, digits = false;
	for (const char *c = value; *c; c++) {
		shouting = shouting && (isupper((unsigned char)*c) || *c == '_');
		digits |= isdigit((unsigned char)*c) != 0;
	}
	if ((shouting && strchr(value, '_')) || strcasecmp(value, "x-api-key") == 0 ||
	    strcasecmp(value, "authorization") == 0 || strcasecmp(value, "bearer") == 0 ||
	    strcasecmp(value, "none") == 0 || strcasecmp(value, "null") == 0 ||
	    strcasecmp(value, "true") == 0 || strcasecmp(value, "false") == 0) {
		return SECRET_NO;
	}
	(void)digits;
	return SECRET_YES;
}

bool secret_shape(const char *value)
{
	size_t length = strlen(value);
	static const struct {
		const char *start;
		size_t least;
	} shapes[] = {{"AKIA", 20},
		      {"ASIA", 20},
		      {"ghp_", 36},
		      {"github_pat_", 40},
		      {"sk-", 30},
		      {"xoxb-", 30},
		      {"hf_", 30},
		      {"AIza", 35},
		      {"glpat-", 20},
		      {"sk_live_", 24},
		      {"gho_", 36},
		      {"-----BEGIN RSA PRIVATE KEY", 27},
		      {"-----BEGIN PRIVATE KEY", 22},
		      {"-----BEGIN OPENSSH PRIVATE KEY", 30}};
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		if (length >= shapes[i].least &&
		    strncmp(value, shapes[i].start, strlen(shapes[i].start)) == 0 &&
		    secret_value(value) != SECRET_PLACEHOLDER) {
			return true;
		}
	}
	return false;
}
