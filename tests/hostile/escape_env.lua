-- expects: ok
_ENV = { assert = assert, getmetatable = getmetatable }
assert(print == nil)
