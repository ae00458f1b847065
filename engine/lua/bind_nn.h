#ifndef MUNDAP_LUA_BIND_NN_H
#define MUNDAP_LUA_BIND_NN_H

#include "engine/lua/handle.h"
#include "engine/nn/nn.h"

/* Shared by the files that bind layers, models, training and data sets. Each handle holds one reference. */

#define MODEL_KEY "mundap.Model"
#define OPTIMIZER_KEY "mundap.Optimizer"
#define DATASET_KEY "mundap.Dataset"
#define EMA_KEY "mundap.Ema"

struct model_handle {
	struct module *module;
};
struct optimizer_handle {
	struct optimizer *optimizer;
	bool filled; /* parameters were added */
};
struct dataset_handle {
	struct dataset *dataset;
};

extern const struct bound_type model_type, optimizer_type, dataset_type, ema_type;
extern const struct bound_module nn_module, data_module, compress_module;
extern const struct binding bind_layers[]; /* constructors, one for each kind of module */
extern const struct binding bind_losses[];
extern const struct binding bind_functional[];
extern const struct binding bind_generate_model[], bind_generative[];
extern const struct binding bind_inside_model[], bind_inside_nn[], bind_inside_tensor[];
extern const struct binding bind_optimizers[], bind_ema[];

/** Pushes an empty handle. */
struct model_handle *model_new(lua_State *L);
struct dataset_handle *dataset_new_handle(lua_State *L);
struct module *model_check(lua_State *L, int index);
/** NULL when the value is no model. */
struct module *model_test(lua_State *L, int index);
struct optimizer *optimizer_check(lua_State *L, int index);
struct dataset *dataset_check(lua_State *L, int index);
struct ema *ema_check(lua_State *L, int index);

/** Adds the parameters at index (a model, a tensor, or a list of tensors) to an optimiser. */
void optimizer_fill(lua_State *L, struct optimizer_handle *handle, int index);

/** model:fit(dataset, options) and model:evaluate(dataset, options) (bind_fit.c). */
int bind_fit(lua_State *L);
int bind_evaluate(lua_State *L);

#endif
