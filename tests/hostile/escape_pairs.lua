-- expects: ok
local next_function, copy = pairs(string)
copy.format = function() return "evil" end
assert(string.format("%d", 1) == "1" and ("%d"):format(2) == "2")
