-- mistake: the sum is divided by a count fixed in advance
-- expects: 모두 더한 다음 무엇으로 나누었나요
local function mean(values)
	local sum = 0
	for _, value in ipairs(values) do
		sum = sum + value
	end
	return sum / 4
end

local function median(values)
	local sorted = { table.unpack(values) }
	table.sort(sorted)
	local half = #sorted // 2
	return #sorted % 2 == 1 and sorted[half + 1] or (sorted[half] + sorted[half + 1]) / 2
end

return { mean = mean, median = median }
