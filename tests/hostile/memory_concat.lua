-- expects: memory
local t = {}
for i = 1, 1e7 do t[i] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" end
while true do t[1] = table.concat(t) end
