-- expects: ok
local T = require "tensor"
local x = T.ones(2, 3)
for _, i in ipairs { 0, 3, -3, math.maxinteger, math.mininteger } do
	assert(not pcall(function() return x[i] end))
	assert(not pcall(x.get, x, i, 1))
	assert(not pcall(x.set, x, i, 1, 0))
	assert(not pcall(x.select, x, 1, i))
	assert(not pcall(x.narrow, x, 1, i, 1))
	assert(not pcall(x.narrow, x, 1, 1, i == 0 and 99 or i))
	assert(not pcall(x.sum, x, i))
end
local rows = T.tensor({ 5, -7 }, "i32")
assert(not pcall(x.index_select, x, 1, rows))
assert(not pcall(x.gather, x, 1, T.tensor({ { 9, 9, 9 } }, "i32")))
assert(not pcall(rows.one_hot, rows, 3))
