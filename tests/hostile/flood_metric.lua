-- expects: timeout
local plot = require "plot"
local i = 0
while true do i = i + 1 plot.metric("m" .. i, i, i) end
