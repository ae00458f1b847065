#ifndef MUNDAP_LUA_BIND_RECORDS_H
#define MUNDAP_LUA_BIND_RECORDS_H

#include "engine/lua/bind_mlops.h"

/* Records, registries and versions of data inside a script. */

extern const struct bound_type run_type, registry_type, data_store_type, pipeline_type;
extern const struct binding bind_track[]; /* bind_track.c */
extern const struct binding bind_registry[]; /* bind_registry.c */
extern const struct binding bind_versions[]; /* bind_versions.c */
extern const struct binding bind_pipeline[]; /* bind_pipeline.c */

/** Pushes the SHA-256 (64 hex digits) of the content at index: text, tensor, data set, or whatever JSON can hold. */
void records_push_hash(lua_State *L, int index);

#endif
