-- mistake: the middle of the list as it came is taken for the median
-- expects: 크기 차례로 세운 가운데
local function mean(values)
	local sum = 0
	for _, value in ipairs(values) do
		sum = sum + value
	end
	return sum / #values
end

local function median(values)
	return values[#values // 2 + 1]
end

return { mean = mean, median = median }
