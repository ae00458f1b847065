-- expects: timeout
local t = setmetatable({}, { __tostring = function() while true do end end })
while true do pcall(print, t) end
