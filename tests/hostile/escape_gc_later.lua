-- expects: ok
-- a finaliser put in after setmetatable is not one
local mt = {}
local t = setmetatable({}, mt)
mt.__gc = function() while true do end end
t = nil
collectgarbage()
