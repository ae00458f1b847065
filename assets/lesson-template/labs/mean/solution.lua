local function mean(values)
	local sum = 0
	for _, value in ipairs(values) do
		sum = sum + value
	end
	return sum / #values
end

local function median(values)
	local sorted = {}
	for i, value in ipairs(values) do
		sorted[i] = value
	end
	table.sort(sorted)
	local half = #sorted // 2
	if #sorted % 2 == 1 then
		return sorted[half + 1]
	end
	return (sorted[half] + sorted[half + 1]) / 2
end

return { mean = mean, median = median }
