#ifndef MUNDAP_LUA_BIND_WATCH_H
#define MUNDAP_LUA_BIND_WATCH_H

#include "engine/lua/binding.h"

extern const struct bound_type window_type, alert_type, slo_type, metrics_type, metric_type;
extern const struct binding bind_watch[]; /* bind_watch.c */
extern const struct binding bind_metrics[]; /* bind_metrics.c */

#endif
