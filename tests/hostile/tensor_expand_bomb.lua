-- expects: memory lua
local T = require "tensor"
local x = T.ones(1, 1):expand(1 << 20, 1 << 20)
print(x:contiguous():sum())
