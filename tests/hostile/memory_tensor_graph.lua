-- expects: memory
local T = require "tensor"
local x = T.ones(512, 512):requires_grad()
local y = x
while true do y = y * 1.0001 end
