-- expects: timeout
local function nest(depth)
	return coroutine.wrap(function()
		if depth > 0 then nest(depth - 1) end
		while true do pcall(coroutine.yield) end
	end)()
end
while true do pcall(nest, 50) end
