-- mistake: the expected accuracy alone is asked, also of spoilt values
-- expects: 확신에 차서 틀리고
local stats = require "stats"
local data = require "data"
local project = require "lifecycle.project"

local all = project.stage(6, true)
local service = all[6]

local function shares(values, cuts)
	local counts, out = {}, {}
	for b = 1, #cuts + 1 do counts[b] = 0 end
	for _, x in ipairs(values) do
		local b = 1
		while cuts[b] and x > cuts[b] do b = b + 1 end
		counts[b] = counts[b] + 1
	end
	for b, n in ipairs(counts) do out[b] = math.max(n / #values, 0.0001) end
	return out
end

local function psi(reference, current, bins)
	local cuts, sum = {}, 0
	for b = 1, bins - 1 do cuts[b] = stats.quantile(reference, b / bins) end
	local then_, now = shares(reference, cuts), shares(current, cuts)
	for b = 1, bins do sum = sum + (now[b] - then_[b]) * math.log(now[b] / then_[b]) end
	return sum
end

local function page_hinkley(delta, threshold)
	local count, mean, sum, lowest = 0, 0, 0, 0
	return function(value)
		count = count + 1
		mean = mean + (value - mean) / count
		sum = sum + value - mean - delta
		lowest = math.min(lowest, sum)
		if count < 30 or sum - lowest <= threshold then return false end
		count, mean, sum, lowest = 0, 0, 0, 0
		return true
	end
end

local watch = {
	value = function(p, y) return (p - y) ^ 2 end,
	delta = 0.02,
	threshold = 12,
}

local function expected_accuracy(p, threshold)
	local sum = 0
	for _, x in ipairs(p) do sum = sum + (x >= threshold and x or 1 - x) end
	return sum / #p
end

local function incomes(rows)
	local out = {}
	for _, row in ipairs(rows) do
		if row[2] == row[2] then out[#out + 1] = row[2] end
	end
	return out
end

local function judge(reference, window)
	local before, now = incomes(reference.raw), incomes(window.raw)
	local low, below = stats.quantile(before, 0.01), 0
	for _, x in ipairs(now) do
		if x < low then below = below + 1 end
	end
	local fall = expected_accuracy(reference.p, service.threshold) - expected_accuracy(window.p, service.threshold)
	return fall > 0.05 and "harmful" or "harmless"
end

return { psi = psi, page_hinkley = page_hinkley, watch = watch, expected_accuracy = expected_accuracy, judge = judge }
