-- expects: memory
local T = require "tensor"
local keep = {}
while true do keep[#keep + 1] = T.ones(1024, 1024) end
