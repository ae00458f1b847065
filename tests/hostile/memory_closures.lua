-- expects: memory
local f
while true do local old = f f = function() return old end end
