-- expects: ok
local T = require "tensor"
for _, value in ipairs { "", T.ones(1), T, string, math, require "nn".relu() } do
	assert(getmetatable(value) == false)
	assert(not pcall(setmetatable, value, {}))
end
for _, lib in ipairs { string, math, table, utf8, coroutine, os, io, debug, T, T.ones(1) } do
	assert(not pcall(rawset, lib, "x", 1))
	assert(not pcall(function() lib.x = 1 end))
	assert(not pcall(rawget, lib, "x"))
end
