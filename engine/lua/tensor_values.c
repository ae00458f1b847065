/* Tensors where any value may stand. */
#include "engine/lua/values.h"

bool binding_describe_tensor(lua_State *L, int index, char *out, size_t size)
{
	(void)L, (void)index, (void)out, (void)size;
	return false;
}

bool binding_tensors_equal(lua_State *L, int a, int b, bool *equal)
{
	(void)L, (void)a, (void)b, (void)equal;
	return false;
}

bool binding_tensor_difference(lua_State *L, int actual, int expected, double *largest, char *why,
			       size_t size)
{
	(void)L, (void)actual, (void)expected, (void)largest, (void)why, (void)size;
	return false;
}

void binding_seed_engine(uint64_t seed)
{
	(void)seed;
}
