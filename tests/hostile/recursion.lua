-- expects: lua
local function f(x) return f(x) + 1 end
f(1)
