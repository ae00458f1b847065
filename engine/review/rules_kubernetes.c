#include "engine/review/yaml.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/review/kubernetes.h"
#include "engine/review/secret.h"

static bool is_true(const char *text)
{
	return strcmp(text, "true") == 0 || strcmp(text, "True") == 0 || strcmp(text, "yes") == 0;
}

static bool image_unpinned(const char *image)
{
	if (!*image || strchr(image, '@') || strchr(image, '$') || strstr(image, "{{")) {
		return false;
	}
	const char *slash = strrchr(image, '/');
	const char *tag = strchr(slash ? slash : image, ':');
	return !tag || strcmp(tag, ":latest") == 0;
}

static bool same_value(const struct yaml *y, int32_t a, int32_t b, int depth)
{
	a = yaml_real(y, a);
	b = yaml_real(y, b);
	if (depth > 10 || yaml_kind_of(y, a) != yaml_kind_of(y, b)) {
		return false;
	}
	if (yaml_kind_of(y, a) == YAML_SCALAR) {
		return strcmp(yaml_text(y, a), yaml_text(y, b)) == 0;
	}
	if (yaml_size(y, a) != yaml_size(y, b)) {
		return false;
	}
	int32_t other = yaml_first(y, b);
	YAML_EACH(y, a, c)
	{
		int32_t match = yaml_kind_of(y, a) == YAML_MAP && y->values[c].key
					? yaml_get(y, b, y->values[c].key)
					: other;
		if (match < 0 || !same_value(y, c, match, depth + 1)) {
			return false;
		}
		other = other >= 0 ? y->values[other].next : -1;
	}
	return true;
}

/* The questions two probes ask, without their times. */
static bool same_probe(const struct yaml *y, int32_t a, int32_t b)
{
	static const char *const ways[] = {"httpGet", "exec", "tcpSocket", "grpc"};
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		int32_t x = yaml_get(y, a, ways[i]), z = yaml_get(y, b, ways[i]);
		if (x >= 0 && z >= 0) {
			return same_value(y, x, z, 0);
		}
	}
	return false;
}

struct container {
	struct kube_object *object;
	int32_t node;
	const char *name;
	bool init, first;
};

static void resources(struct review_private *r, const struct container *c)
{
	const struct yaml *y = c->object->source->yaml;
	int32_t limits = yaml_at(y, c->node, "resources.limits");
	int32_t requests = yaml_at(y, c->node, "resources.requests");
	if ((limits < 0 || yaml_size(y, limits) == 0) && !c->init) {
		yaml_report(r, c->object->source, RULE_K8S_NO_LIMITS, c->node, c->name);
	}
	(void)requests;
}

static void probes(struct review_private *r, const struct container *c)
{
	struct source *source = c->object->source;
	const struct yaml *y = source->yaml;
	bool lasting = kube_is(c->object, "Deployment|StatefulSet|DaemonSet|Rollout|ReplicaSet");
	bool serves = yaml_get(y, c->node, "ports") >= 0 || c->first;
	if (!lasting || c->init || !serves) {
		return;
	}
	int32_t ready = yaml_get(y, c->node, "readinessProbe");
	int32_t live = yaml_get(y, c->node, "livenessProbe");
	int32_t start = yaml_get(y, c->node, "startupProbe");
	char detail[200];
	if (ready < 0) {
		snprintf(detail, sizeof detail, "%.100s\n%s", c->name,
			 live < 0 ? "readinessProbe와 livenessProbe" : "readinessProbe");
		yaml_report(r, source, RULE_K8S_NO_PROBES, c->node, detail);
	}
	if (live >= 0 && ready >= 0 && same_probe(y, live, ready)) {
		yaml_report(r, source, RULE_K8S_SAME_PROBES, live, c->name);
	}
	if (live >= 0 && start < 0) {
		yaml_report(r, source, RULE_K8S_STARTUP, live, c->name);
	}
	if (kube_is(c->object, "Deployment|Rollout") &&
	    yaml_at(y, c->node, "lifecycle.preStop") < 0 &&
	    yaml_get(y, c->object->pod, "terminationGracePeriodSeconds") < 0) {
		yaml_report(r, source, RULE_K8S_PRESTOP, c->node, c->name);
	}
}

static void security(struct review_private *r, const struct container *c)
{
	struct source *source = c->object->source;
	const struct yaml *y = source->yaml;
	int32_t own = yaml_get(y, c->node, "securityContext");
	int32_t pod = yaml_get(y, c->object->pod, "securityContext");
	const char *user = yaml_text_at(y, own, "runAsUser");
	const char *non_root = yaml_text_at(y, own, "runAsNonRoot");
	if (!*user) {
		user = yaml_text_at(y, pod, "runAsUser");
	}
	if (!*non_root) {
		non_root = yaml_text_at(y, pod, "runAsNonRoot");
	}
	bool other_user = *user && strcmp(user, "0") != 0;
	if (!is_true(non_root) && !other_user) {
		yaml_report(r, source, RULE_K8S_ROOT, c->node, c->name);
	}
	int32_t privileged = yaml_get(y, own, "privileged");
	int32_t escalation = yaml_get(y, own, "allowPrivilegeEscalation");
	if (is_true(yaml_text(y, privileged))) {
		yaml_report(r, source, RULE_K8S_ESCALATION, privileged, c->name);
	} else if (escalation >= 0 && is_true(yaml_text(y, escalation))) {
		yaml_report(r, source, RULE_K8S_ESCALATION, escalation, c->name);
	} else if (escalation < 0) {
		yaml_report(r, source, RULE_K8S_ESCALATION, c->node, c->name);
	}
	if (!is_true(yaml_text_at(y, own, "readOnlyRootFilesystem"))) {
		yaml_report(r, source, RULE_K8S_ROOTFS, c->node, c->name);
	}
}

static void environment(struct review_private *r, const struct container *c)
{
	struct source *source = c->object->source;
	const struct yaml *y = source->yaml;
	YAML_EACH(y, yaml_get(y, c->node, "env"), e)
	{
		int32_t value = yaml_get(y, e, "value");
		const char *name = yaml_text_at(y, e, "name");
		if (value < 0 || yaml_kind_of(y, value) != YAML_SCALAR ||
		    (!secret_name(name) && !secret_shape(yaml_text(y, value)))) {
			continue;
		}
		if (secret_value(yaml_text(y, value)) == SECRET_YES) {
			yaml_report(r, source, RULE_K8S_LITERAL_SECRET, value, name);
		}
	}
}

static void judge_container(struct review_private *r, struct container *c)
{
	struct source *source = c->object->source;
	const struct yaml *y = source->yaml;
	int32_t image = yaml_get(y, c->node, "image");
	if (image >= 0 && image_unpinned(yaml_text(y, image))) {
		yaml_report(r, source, RULE_K8S_LATEST, image, yaml_text(y, image));
	}
	resources(r, c);
	probes(r, c);
	security(r, c);
	environment(r, c);
	int32_t command = yaml_get(y, c->node, "command"), args = yaml_get(y, c->node, "args");
	bool gunicorn = false, workers = false;
	const int32_t lists[] = {command, args};
	for (size_t i = 0; i < 2; i++) {
		YAML_EACH(y, lists[i], word)
		{
			const char *text = yaml_text(y, word);
			gunicorn |= strstr(text, "gunicorn") != NULL;
			workers |= strcmp(text, "-w") == 0 || strstr(text, "--workers") ||
				   strcmp(text, "-c") == 0 || strstr(text, "--config") ||
				   strstr(text, " -w");
		}
	}
	if (gunicorn && !workers) {
		yaml_report(r, source, RULE_GUNICORN_WORKERS, command >= 0 ? command : args, NULL);
	}
}

static void judge_pod(struct review_private *r, struct kube_object *object)
{
	struct source *source = object->source;
	const struct yaml *y = source->yaml;
	bool first = true;
	YAML_EACH(y, yaml_get(y, object->pod, "containers"), c)
	{
		struct container container = {object, c, yaml_text_at(y, c, "name"), false, first};
		judge_container(r, &container);
		first = false;
	}
	YAML_EACH(y, yaml_get(y, object->pod, "volumes"), v)
	{
		int32_t path = yaml_get(y, v, "hostPath");
		if (path >= 0) {
			yaml_report(r, source, RULE_K8S_HOSTPATH, path, "hostPath");
		}
	}
	static const char *const shared[] = {"hostNetwork", "hostPID", "hostIPC"};
	for (size_t i = 0; i < 3; i++) {
		int32_t v = yaml_get(y, object->pod, shared[i]);
		if (v >= 0 && is_true(yaml_text(y, v))) {
			yaml_report(r, source, RULE_K8S_HOSTPATH, v, shared[i]);
		}
	}
}

static void secrets_object(struct review_private *r, struct kube_object *object)
{
	struct source *source = object->source;
	const struct yaml *y = source->yaml;
	static const char *const places[] = {"stringData", "data"};
	bool config = kube_is(object, "ConfigMap");
	if (!config && !kube_is(object, "Secret")) {
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		YAML_EACH(y, yaml_get(y, object->root, places[i]), v)
		{
			const char *text = yaml_text(y, v);
			const char *key = y->values[v].key ? y->values[v].key : "";
			if ((config && !secret_name(key)) || !secret_name(key)) {
				continue;
			}
			if (secret_value(text) == SECRET_YES) {
				yaml_report(r, source, RULE_K8S_LITERAL_SECRET, v, key);
			}
		}
	}
}

static void traffic(struct review_private *r, struct kube_object *object)
{
	struct source *source = object->source;
	const struct yaml *y = source->yaml;
	char detail[32];
	if (kube_is(object, "VirtualService")) {
		YAML_EACH(y, yaml_at(y, object->root, "spec.http"), http)
		{
			int32_t routes = yaml_get(y, http, "route");
			int sum = 0, weighted = 0;
			YAML_EACH(y, routes, route)
			{
				const char *weight = yaml_text_at(y, route, "weight");
				if (isdigit((unsigned char)*weight)) {
					sum += atoi(weight);
					weighted++;
				}
			}
			if (weighted && sum != 100 && (weighted > 1 || yaml_size(y, routes) > 1)) {
				snprintf(detail, sizeof detail, "%d", sum);
				yaml_report(r, source, RULE_K8S_WEIGHTS, routes, detail);
			}
		}
	}
	int32_t shares = yaml_at(y, object->root, "spec.traffic");
	if (yaml_kind_of(y, shares) == YAML_LIST) {
		int sum = 0, given = 0;
		YAML_EACH(y, shares, share)
		{
			const char *percent = yaml_text_at(y, share, "percent");
			given += *percent != '\0';
			sum += atoi(percent);
		}
		if (given && sum != 100) {
			snprintf(detail, sizeof detail, "%d", sum);
			yaml_report(r, source, RULE_K8S_WEIGHTS, shares, detail);
		}
	}
	int32_t canary = yaml_at(y, object->root, "spec.strategy.canary");
	if (kube_is(object, "Rollout") && canary >= 0 && yaml_get(y, canary, "analysis") < 0) {
		bool analysed = false;
		YAML_EACH(y, yaml_get(y, canary, "steps"), step)
		{
			analysed |= yaml_get(y, step, "analysis") >= 0 ||
				    yaml_get(y, step, "experiment") >= 0;
		}
		if (!analysed) {
			yaml_report(r, source, RULE_K8S_CANARY, canary, NULL);
		}
	}
	int32_t analysis = yaml_at(y, object->root, "spec.analysis");
	if (kube_is(object, "Canary") && (analysis < 0 || yaml_get(y, analysis, "metrics") < 0)) {
		yaml_report(r, source, RULE_K8S_CANARY, analysis >= 0 ? analysis : object->root,
			    NULL);
	}
}

static void judge_object(struct review_private *r, struct kube_object *object,
			 struct kube_object *all, size_t count)
{
	if (object->pod >= 0) {
		judge_pod(r, object);
	}
	secrets_object(r, object);
	traffic(r, object);
	kube_judge_workload(r, object, all, count);
}

void judge_kubernetes(struct review_private *r)
{
	size_t count;
	struct kube_object *all = kube_objects(r, &count);
	for (size_t i = 0; all && i < count; i++) {
		judge_object(r, &all[i], all, count);
	}
	r->nomem |= !all;
	free(all);
}
