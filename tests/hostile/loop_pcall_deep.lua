-- expects: timeout
local function again() pcall(again) again() end
while true do pcall(again) end
