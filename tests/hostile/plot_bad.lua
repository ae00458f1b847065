-- expects: ok
local plot, T = require "plot", require "tensor"
local values = { 0, -1, 0 / 0, 1e308, "x", ("x"):rep(1e5), "\xff\xfe", {}, { {} }, { { 1 }, { 1, 2 } }, { { "a" } }, T.ones(2, 2), T.ones(3), T.zeros(0), T.tensor { { 0 / 0, 1 / 0 } }, print }
for _, f in pairs(plot) do
	for _, a in ipairs(values) do
		pcall(f, a)
		for _, b in ipairs(values) do
			pcall(f, a, b)
			pcall(f, "name", a, b)
			pcall(f, "name", a, { title = b, labels = b, classes = b, captions = b, min = a, max = b, bins = b })
		end
	end
end
print "alive"
