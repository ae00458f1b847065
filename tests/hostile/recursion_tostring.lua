-- expects: lua
local t = setmetatable({}, { __tostring = function(self) return tostring(self) end })
print(tostring(t))
