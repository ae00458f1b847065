-- expects: ok
local nn = require "nn"
local T = require "tensor"
local values = { 0, -1, 1 << 40, 0 / 0, "x", {}, true }
for name, make in pairs(nn) do
	if type(make) == "function" then
		pcall(make)
		for _, a in ipairs(values) do
			pcall(make, a)
			pcall(make, { a, a })
			for _, b in ipairs(values) do pcall(make, { a, b, kernel = b, groups = a, stride = a, padding = b }) end
		end
	end
end
assert(not pcall(nn.conv2d(1, 1, { kernel = 3 }), T.ones(1, 1, 2, 2)))
assert(not pcall(nn.linear(3, 2), T.ones(4, 4)))
print "alive"
