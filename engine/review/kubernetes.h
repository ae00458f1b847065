#ifndef MUNDAP_REVIEW_KUBERNETES_H
#define MUNDAP_REVIEW_KUBERNETES_H

#include "engine/review/yaml.h"

/* Objects of every manifest submitted, with the pod template of those that have one. */

struct kube_object {
	struct source *source;
	int32_t root;
	const char *kind, *name, *space;
	int32_t pod; /* the pod's spec, -1 */
	int32_t labels; /* the pod's labels, -1 */
};

/** Every object of every manifest. Owns: the caller frees. NULL when memory ran out. */
struct kube_object *kube_objects(struct review_private *r, size_t *count);
/** Whether the kind is one of "A|B". */
bool kube_is(const struct kube_object *object, const char *kinds);
/** Rules that look at an object and at the others: replicas, selectors, autoscalers, disruption budgets. */
void kube_judge_workload(struct review_private *r, struct kube_object *object,
			 struct kube_object *all, size_t count);

#endif
