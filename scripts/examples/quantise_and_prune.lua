-- Smaller and faster: integers of 8 bits, training that knows of the rounding, whole channels and single weights taken away.
local nn, data, compress = require "nn", require "data", require "compress"
local train, test = data.digits {}:split(0.8, 1)
local model = nn.sequential { nn.conv2d { 1, 8, padding = 1 }, nn.relu(), nn.conv2d { 8, 16, padding = 1 }, nn.relu(),
	nn.max_pool2d(2), nn.flatten(), nn.linear { 256, 32 }, nn.relu(), nn.linear { 32, 10 } }
model:fit(train, { epochs = 4, batch_size = 32, seed = 1 })
local function accuracy(m) return m:evaluate(test).accuracy end
local whole = accuracy(model)
local small = compress.quantize(model, train)
print(("float32 %.4f in %d bytes, int8 %.4f in %d bytes (%s)"):format(whole, compress.bytes(model), accuracy(small),
	compress.bytes(small), compress.kernel()))
assert(accuracy(small) > whole - 0.01 and compress.bytes(small) < 0.35 * compress.bytes(model))
local aware = compress.aware(model)
aware:fit(train, { epochs = 1, batch_size = 32, seed = 2 })
assert(accuracy(compress.convert(aware)) > accuracy(aware) - 0.01)
local thin = compress.prune_channels(model, 0.5)
assert(thin:macs(1, 1, 8, 8) < 0.55 * model:macs(1, 1, 8, 8))
thin:fit(train, { epochs = 2, batch_size = 32, seed = 3 })
local masks = compress.prune(model, 0.8)
model:fit(train, { epochs = 1, batch_size = 32, seed = 4, every = 1, callback = function() masks:apply() end })
masks:apply()
assert(compress.sparsity(model) >= 0.799)
print(("half the channels %.4f, a fifth of the weights %.4f"):format(accuracy(thin), accuracy(model)))
assert(accuracy(thin) > whole - 0.02 and accuracy(model) > whole - 0.02)
assert(math.abs(accuracy(compress.sparse(model)) - accuracy(model)) < 1e-9)
