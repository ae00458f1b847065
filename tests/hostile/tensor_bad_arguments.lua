-- expects: ok
-- wrong values everywhere raise, none crashes
local T = require "tensor"
local values = { 0, -1, 1, 3, 1e308, -1e308, 0 / 0, 1 / 0, math.mininteger, "x", "", true, {}, { {} }, { 1, { 2 } }, print, T }
local x = T.ones(2, 3)
local calls = 0
for name, f in pairs(T) do
	if type(f) == "function" and name ~= "no_grad" then
		for _, a in ipairs(values) do
			pcall(f, a)
			pcall(f, x, a)
			for _, b in ipairs(values) do
				pcall(f, a, b)
				pcall(f, x, a, b)
				calls = calls + 2
			end
		end
	end
end
print(calls)
