#include "engine/review/kubernetes.h"

#include <stdlib.h>
#include <string.h>

bool kube_is(const struct kube_object *object, const char *kinds)
{
	while (*kinds) {
		size_t length = strcspn(kinds, "|");
		if (strlen(object->kind) == length && strncmp(object->kind, kinds, length) == 0) {
			return true;
		}
		kinds += length;
		kinds += *kinds == '|';
	}
	return false;
}

struct list {
	struct kube_object *items;
	size_t count, capacity;
	bool failed;
};

static void add(struct list *list, struct source *source, int32_t root)
{
	const struct yaml *y = source->yaml;
	const char *kind = yaml_text_at(y, root, "kind");
	if (strcmp(kind, "List") == 0) {
		YAML_EACH(y, yaml_get(y, root, "items"), item)
		{
			add(list, source, item);
		}
		return;
	}
	if (!*kind || yaml_get(y, root, "apiVersion") < 0) {
		return;
	}
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 16;
		struct kube_object *items = realloc(list->items, capacity * sizeof *items);
		if (!items) {
			list->failed = true;
			return;
		}
		list->items = items;
		list->capacity = capacity;
	}
	struct kube_object *o = &list->items[list->count++];
	*o = (struct kube_object){.source = source,
				  .root = root,
				  .kind = kind,
				  .name = yaml_text_at(y, root, "metadata.name"),
				  .space = yaml_text_at(y, root, "metadata.namespace"),
				  .pod = -1,
				  .labels = -1};
	if (kube_is(o, "Pod")) {
		o->pod = yaml_get(y, root, "spec");
		o->labels = yaml_at(y, root, "metadata.labels");
	} else if (kube_is(o, "CronJob")) {
		o->pod = yaml_at(y, root, "spec.jobTemplate.spec.template.spec");
		o->labels = yaml_at(y, root, "spec.jobTemplate.spec.template.metadata.labels");
	} else if (kube_is(o, "InferenceService")) {
		int32_t predictor = yaml_at(y, root, "spec.predictor");
		o->pod = yaml_get(y, predictor, "containers") >= 0 ? predictor : -1;
	} else if (kube_is(o, "Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|Rollout|Service")) {
		o->pod = yaml_at(y, root, "spec.template.spec");
		o->labels = yaml_at(y, root, "spec.template.metadata.labels");
	}
}

struct kube_object *kube_objects(struct review_private *r, size_t *count)
{
	struct list list = {calloc(1, sizeof *list.items), 0, 1, false};
	list.failed = !list.items;
	for (size_t i = 0; i < r->count && !list.failed; i++) {
		struct source *source = &r->sources[i];
		/* a template of Helm is no YAML before it is rendered */
		if (source->kind != SOURCE_KUBERNETES || !source->yaml ||
		    source_mentions(source, "{{")) {
			continue;
		}
		for (int32_t d = 0; d < source->yaml->document_count; d++) {
			int32_t root = source->yaml->documents[d];
			if (yaml_kind_of(source->yaml, root) == YAML_LIST) {
				YAML_EACH(source->yaml, root, item)
				{
					add(&list, source, item);
				}
			} else {
				add(&list, source, root);
			}
		}
	}
	if (list.failed) {
		free(list.items);
		return NULL;
	}
	*count = list.count;
	return list.items;
}

/* Whether every pair of a selector stands in the labels. */
static bool selects(const struct yaml *y, int32_t selector, const struct yaml *of, int32_t labels)
{
	YAML_EACH(y, selector, want)
	{
		const char *key = y->values[want].key;
		int32_t have = key ? yaml_get(of, labels, key) : -1;
		if (have < 0 || strcmp(yaml_text(of, have), yaml_text(y, want)) != 0) {
			return false;
		}
	}
	return true;
}

static bool same_space(const struct kube_object *a, const struct kube_object *b)
{
	return !*a->space || !*b->space || strcmp(a->space, b->space) == 0;
}

static bool scaled_by_hpa(const struct kube_object *object, const struct kube_object *all,
			  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (kube_is(&all[i], "HorizontalPodAutoscaler|ScaledObject") &&
		    strcmp(yaml_text_at(all[i].source->yaml, all[i].root,
					"spec.scaleTargetRef.name"),
			   object->name) == 0) {
			return true;
		}
	}
	return false;
}

static void replicas(struct review_private *r, struct kube_object *o, struct kube_object *all,
		     size_t count)
{
	const struct yaml *y = o->source->yaml;
	if (!kube_is(o, "Deployment|Rollout") || o->pod < 0) {
		return;
	}
	int32_t given = yaml_at(y, o->root, "spec.replicas");
	const char *number = yaml_text(y, given);
	bool single = given < 0 || strcmp(number, "1") == 0;
	if (single && !scaled_by_hpa(o, all, count)) {
		int32_t kind = yaml_get(y, o->root, "kind");
		yaml_report(r, o->source, RULE_K8S_SINGLE, given >= 0 ? given : kind, o->name);
		return;
	}
	if (single || strcmp(number, "0") == 0) {
		return;
	}
	bool spread = yaml_get(y, o->pod, "affinity") >= 0 ||
		      yaml_get(y, o->pod, "topologySpreadConstraints") >= 0;
	for (size_t i = 0; i < count; i++) {
		spread |= kube_is(&all[i], "PodDisruptionBudget") && same_space(o, &all[i]) &&
			  selects(all[i].source->yaml,
				  yaml_at(all[i].source->yaml, all[i].root,
					  "spec.selector.matchLabels"),
				  y, o->labels);
	}
	if (!spread) {
		yaml_report(r, o->source, RULE_K8S_NO_PDB, given >= 0 ? given : o->root, o->name);
	}
}

static void selectors(struct review_private *r, struct kube_object *o, struct kube_object *all,
		      size_t count)
{
	const struct yaml *y = o->source->yaml;
	if (kube_is(o, "Deployment|StatefulSet|DaemonSet|ReplicaSet|Rollout") && o->labels >= 0) {
		int32_t selector = yaml_at(y, o->root, "spec.selector.matchLabels");
		if (selector >= 0 && !selects(y, selector, y, o->labels)) {
			yaml_report(r, o->source, RULE_K8S_SELECTOR, selector, o->name);
		}
	}
	int32_t selector = yaml_at(y, o->root, "spec.selector");
	if (!kube_is(o, "Service") || o->pod >= 0 || selector < 0 || yaml_size(y, selector) == 0) {
		return;
	}
	bool workloads = false, met = false;
	for (size_t i = 0; i < count; i++) {
		if (all[i].labels >= 0 && all[i].source == o->source && same_space(o, &all[i])) {
			workloads = true;
		}
		met |= all[i].labels >= 0 && same_space(o, &all[i]) &&
		       selects(y, selector, all[i].source->yaml, all[i].labels);
	}
	if (workloads && !met) {
		yaml_report(r, o->source, RULE_K8S_SELECTOR, selector, o->name);
	}
}

static bool has_requests(const struct kube_object *o)
{
	const struct yaml *y = o->source->yaml;
	YAML_EACH(y, yaml_get(y, o->pod, "containers"), c)
	{
		if (yaml_at(y, c, "resources.requests") < 0 &&
		    yaml_at(y, c, "resources.limits") < 0) {
			return false;
		}
	}
	return true;
}

static void autoscaler(struct review_private *r, struct kube_object *o, struct kube_object *all,
		       size_t count)
{
	const struct yaml *y = o->source->yaml;
	if (!kube_is(o, "HorizontalPodAutoscaler")) {
		return;
	}
	bool by_use = yaml_at(y, o->root, "spec.targetCPUUtilizationPercentage") >= 0;
	YAML_EACH(y, yaml_at(y, o->root, "spec.metrics"), m)
	{
		by_use |= strcmp(yaml_text_at(y, m, "type"), "Resource") == 0 &&
			  (strcmp(yaml_text_at(y, m, "resource.target.type"), "Utilization") == 0 ||
			   yaml_at(y, m, "resource.targetAverageUtilization") >= 0);
	}
	const char *target = yaml_text_at(y, o->root, "spec.scaleTargetRef.name");
	for (size_t i = 0; by_use && i < count; i++) {
		if (all[i].pod >= 0 && strcmp(all[i].name, target) == 0 && !has_requests(&all[i])) {
			yaml_report(r, o->source, RULE_K8S_HPA,
				    yaml_at(y, o->root, "spec.scaleTargetRef"), target);
			return;
		}
	}
}

void kube_judge_workload(struct review_private *r, struct kube_object *object,
			 struct kube_object *all, size_t count)
{
	replicas(r, object, all, count);
	selectors(r, object, all, count);
	autoscaler(r, object, all, count);
}
