-- mistake: the caller's list is sorted
-- expects: 누구의 목록을 줄 세웠나요
local function mean(values)
	local sum = 0
	for _, value in ipairs(values) do
		sum = sum + value
	end
	return sum / #values
end

local function median(values)
	table.sort(values)
	local half = #values // 2
	return #values % 2 == 1 and values[half + 1] or (values[half] + values[half + 1]) / 2
end

return { mean = mean, median = median }
