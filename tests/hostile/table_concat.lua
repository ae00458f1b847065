-- expects: timeout lua memory
local t = setmetatable({}, { __len = function() return math.maxinteger end, __index = function() return "x" end })
table.concat(t)
