-- expects: timeout
local T, nn, data = require "tensor", require "nn", require "data"
local ds = data.tensors(T.randn(64, 8), T.randint(0, 2, 64), { classes = { "a", "b" } })
local model = nn.sequential { nn.linear(8, 8), nn.relu(), nn.linear(8, 2) }
model:fit(ds, { steps = 1000000000, batch_size = 8 })
