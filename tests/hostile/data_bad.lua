-- expects: ok timeout
local data, T = require "data", require "tensor"
local values = { 0, -1, 0 / 0, 1e308, "x", {}, { 1 }, true, T.ones(2), T.zeros(0) }
for name, f in pairs(data) do
	for _, a in ipairs(name ~= "fashion_mnist" and name ~= "hangul" and values or {}) do
		pcall(f, a)
		pcall(f, { count = a, limit = a, split = a, seed = a, size = a, radius = a, noise = a, position = a, task = a, length = a })
		for _, b in ipairs(values) do pcall(f, a, b) end
	end
end
local ds = data.shapes { count = 10, seed = 1 }
for _, a in ipairs(values) do
	for _, method in ipairs { "get", "subset", "split", "batches" } do
		pcall(ds[method], ds, a)
		pcall(ds[method], ds, a, a)
	end
end
print(#ds)
