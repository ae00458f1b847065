-- expects: timeout
while true do
	local co = coroutine.create(function() while true do pcall(function() while true do end end) end end)
	coroutine.resume(co)
end
