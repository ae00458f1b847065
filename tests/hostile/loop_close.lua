-- expects: timeout
local forever = setmetatable({}, { __close = function() while true do end end })
while true do
	pcall(function() local x <close> = forever; while true do end end)
end
