-- expects: lua memory
local T = require "tensor"
T.zeros(math.maxinteger, 2)
