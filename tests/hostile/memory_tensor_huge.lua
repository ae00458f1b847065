-- expects: memory lua
local T = require "tensor"
T.zeros(1 << 20, 1 << 20, 1 << 20)
