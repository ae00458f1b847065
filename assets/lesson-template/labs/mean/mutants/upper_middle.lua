-- mistake: with an even count only one of the two middle values is taken
-- expects: 하나인가요, 둘인가요
local function mean(values)
	local sum = 0
	for _, value in ipairs(values) do
		sum = sum + value
	end
	return sum / #values
end

local function median(values)
	local sorted = { table.unpack(values) }
	table.sort(sorted)
	return sorted[#sorted // 2 + 1]
end

return { mean = mean, median = median }
