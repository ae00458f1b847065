-- expects: lua
local t = setmetatable({}, {})
getmetatable(t).__index = function(self, k) return self[k .. "x"] end
print(t.a)
