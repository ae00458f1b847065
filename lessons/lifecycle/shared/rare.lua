-- The preferred loan of stage 5: one applicant in twenty does not pay back. Three tables that share no month, ready for a model.

local data = require "data"

local rare = {}

rare.columns = { "나이", "소득", "부채", "연체", "거래 기간", "신청액", "자영업", "계좌 수" }

local function columns_of(row)
	return { row[1], math.log(1 + row[2]), math.log(1 + row[3]), row[4], math.log(1 + row[5]), math.log(1 + row[6]), row[7], row[8] }
end

-- Means and deviations of a list of rows.
local function scale_of(rows)
	local scale = {}
	for c = 1, #rows[1] do
		local sum, squares = 0, 0
		for _, row in ipairs(rows) do sum, squares = sum + row[c], squares + row[c] ^ 2 end
		local mean = sum / #rows
		scale[c] = { mean = mean, std = math.sqrt(math.max(squares / #rows - mean ^ 2, 1e-12)) }
	end
	return scale
end

-- train, valid, test: { x = rows, labels = 0 or 1 }, in order of time; scaled by what the training rows show.
function rare.tables(options)
	local counts = { options.train or 5000, options.valid or 3000, options.test or 4000 }
	local total = counts[1] + counts[2] + counts[3]
	local raw = data.credit { count = total, months = 24, rate = 0.05, fraud = 0, seed = options.seed }
	local rows, labels = raw.features:totable(), raw.labels:totable()
	local parts, at = {}, 0
	for p, count in ipairs(counts) do
		parts[p] = { x = {}, labels = {} }
		for i = 1, count do
			parts[p].x[i], parts[p].labels[i] = columns_of(rows[at + i]), labels[at + i]
		end
		at = at + count
	end
	local scale = scale_of(parts[1].x)
	for _, part in ipairs(parts) do
		for _, row in ipairs(part.x) do
			for c, s in ipairs(scale) do row[c] = (row[c] - s.mean) / s.std end
		end
	end
	return parts[1], parts[2], parts[3]
end

-- Probabilities of class 1 by a fitted model of the ml module.
function rare.probabilities(model, x)
	local out = {}
	for i, p in ipairs(model:probabilities(x):totable()) do out[i] = p[2] end
	return out
end

return rare
