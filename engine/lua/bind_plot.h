#ifndef MUNDAP_LUA_BIND_PLOT_H
#define MUNDAP_LUA_BIND_PLOT_H

#include "engine/lua/binding.h"

extern const struct bound_module plot_module;

#endif
