-- expects: timeout
local T, plot = require "tensor", require "plot"
local image = T.randn(256, 64, 64)
while true do plot.images("x", image) end
