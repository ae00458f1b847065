#include "engine/review/yaml.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/review/secret.h"

/* Compose files and Prometheus rules. */

static void password(struct review_private *r, struct source *source, int32_t at, const char *name,
		     const char *value)
{
	if ((secret_name(name) && secret_value(value) == SECRET_YES) || secret_in_url(value)) {
		yaml_report(r, source, RULE_COMPOSE_PASSWORD, at, name);
	}
}

static void environment(struct review_private *r, struct source *source, int32_t env)
{
	const struct yaml *y = source->yaml;
	YAML_EACH(y, env, e)
	{
		if (y->values[e].key) {
			password(r, source, e, y->values[e].key, yaml_text(y, e));
			continue;
		}
		const char *text = yaml_text(y, e);
		const char *equals = strchr(text, '=');
		char name[128];
		if (equals) {
			snprintf(name, sizeof name, "%.*s",
				 (int)(equals - text < 120 ? equals - text : 120), text);
			password(r, source, e, name, equals + 1);
		}
	}
}

static bool depended_on(const struct yaml *y, int32_t services, const char *name)
{
	YAML_EACH(y, services, s)
	{
		int32_t depends = yaml_get(y, s, "depends_on");
		YAML_EACH(y, depends, d)
		{
			const char *other = y->values[d].key ? y->values[d].key : yaml_text(y, d);
			if (strcmp(other, name) == 0) {
				return true;
			}
		}
	}
	return false;
}

static void command(struct review_private *r, struct source *source, int32_t v)
{
	const struct yaml *y = source->yaml;
	char all[1024] = "";
	if (yaml_kind_of(y, v) == YAML_SCALAR) {
		snprintf(all, sizeof all, "%s", yaml_text(y, v));
	}
	YAML_EACH(y, v, word)
	{
		size_t length = strlen(all);
		if (length < sizeof all - 2) {
			snprintf(all + length, sizeof all - length, " %s", yaml_text(y, word));
		}
	}
	const char *gunicorn = strstr(all, "gunicorn");
	if (gunicorn && !strstr(gunicorn, " -w") && !strstr(gunicorn, "--workers") &&
	    !strstr(gunicorn, " -c") && !strstr(gunicorn, "--config")) {
		yaml_report(r, source, RULE_GUNICORN_WORKERS, v, NULL);
	}
}

void judge_compose(struct review_private *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct source *source = &r->sources[i];
		if (source->kind != SOURCE_COMPOSE || !source->yaml ||
		    source->yaml->document_count == 0) {
			continue;
		}
		const struct yaml *y = source->yaml;
		int32_t services = yaml_get(y, y->documents[0], "services");
		bool real = false;
		YAML_EACH(y, services, s)
		{
			real |= yaml_get(y, s, "image") >= 0 || yaml_get(y, s, "build") >= 0;
		}
		if (!real) {
			source->kind = SOURCE_YAML; /* something else that has `services:` */
			continue;
		}
		YAML_EACH(y, services, s)
		{
			const char *name = y->values[s].key ? y->values[s].key : "";
			environment(r, source, yaml_get(y, s, "environment"));
			command(r, source, yaml_get(y, s, "command"));
			if (yaml_get(y, s, "healthcheck") < 0 && depended_on(y, services, name) &&
			    !review_mentions(r, SOURCE_DOCKERFILE, "HEALTHCHECK")) {
				yaml_report(r, source, RULE_COMPOSE_HEALTH, s, name);
			}
			if (yaml_at(y, s, "deploy.resources.limits") < 0 &&
			    yaml_get(y, s, "mem_limit") < 0 && yaml_get(y, s, "restart") < 0 &&
			    yaml_at(y, s, "deploy.restart_policy") < 0 &&
			    yaml_get(y, s, "extends") < 0) {
				yaml_report(r, source, RULE_COMPOSE_LIMITS, s, name);
			}
		}
	}
}

/* Prometheus */

static bool metric_is_gauge(const char *name, size_t length)
{
	static const char *const ends[] = {"_bytes",       "_usage",   "_ratio",    "_percent",
					   "_celsius",     "_size",    "_length",   "_in_progress",
					   "_temperature", "_current", "_inflight", "_gauge",
					   "_depth",       "_active",  "_memory",   "_utilization"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t n = strlen(ends[i]);
		if (length > n && strncmp(name + length - n, ends[i], n) == 0) {
			return true;
		}
	}
	return false;
}

static void expression(struct review_private *r, struct source *source, int32_t expr)
{
	const char *text = yaml_text(source->yaml, expr);
	static const char *const functions[] = {"rate(", "irate(", "increase("};
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		for (const char *at = text; (at = strstr(at, functions[i]));) {
			bool whole = at == text || !isalnum((unsigned char)at[-1]);
			at += strlen(functions[i]);
			at += strspn(at, " \n\t");
			size_t length = 0;
			while (isalnum((unsigned char)at[length]) || at[length] == '_' ||
			       at[length] == ':') {
				length++;
			}
			if (whole && length && metric_is_gauge(at, length)) {
				char name[128];
				snprintf(name, sizeof name, "%.*s",
					 (int)(length < 120 ? length : 120), at);
				yaml_report(r, source, RULE_PROM_RATE_GAUGE, expr, name);
			}
		}
	}
	const char *quantile = strstr(text, "histogram_quantile");
	if (quantile && !strstr(quantile, "_bucket")) {
		yaml_report(r, source, RULE_PROM_QUANTILE, expr, NULL);
	} else if (quantile && strstr(quantile, "by") && !strstr(quantile, "le")) {
		yaml_report(r, source, RULE_PROM_QUANTILE, expr, NULL);
	}
}

void judge_prometheus(struct review_private *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct source *source = &r->sources[i];
		if (source->kind != SOURCE_PROMETHEUS || !source->yaml ||
		    source->yaml->document_count == 0) {
			continue;
		}
		const struct yaml *y = source->yaml;
		YAML_EACH(y, yaml_get(y, y->documents[0], "groups"), group)
		{
			YAML_EACH(y, yaml_get(y, group, "rules"), rule)
			{
				int32_t alert = yaml_get(y, rule, "alert");
				int32_t expr = yaml_get(y, rule, "expr");
				if (expr >= 0) {
					expression(r, source, expr);
				}
				if (alert < 0) {
					continue;
				}
				if (yaml_get(y, rule, "for") < 0) {
					yaml_report(r, source, RULE_PROM_NO_FOR, alert,
						    yaml_text(y, alert));
				}
				if (yaml_at(y, rule, "labels.severity") < 0) {
					yaml_report(r, source, RULE_PROM_NO_SEVERITY, alert,
						    yaml_text(y, alert));
				}
			}
		}
	}
}
