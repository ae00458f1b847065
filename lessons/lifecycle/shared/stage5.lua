-- Stage 5, evaluation: the threshold that is cheapest on the validation rows, and the score card of the test rows, read once.
local project = require "lifecycle.project"

local function probabilities(model, part)
	local out = {}
	for i, x in ipairs(part.x) do out[i] = project.probability(model, x) end
	return out
end

-- Counts, rates and cost of refusing from a threshold on.
local function card(p, labels, threshold, costs)
	local tp, fp, fn, tn = 0, 0, 0, 0
	for i, label in ipairs(labels) do
		local refused = p[i] >= threshold
		if refused and label == 1 then tp = tp + 1
		elseif refused then fp = fp + 1
		elseif label == 1 then fn = fn + 1
		else tn = tn + 1 end
	end
	local n = #labels
	return {
		tp = tp, fp = fp, fn = fn, tn = tn, accuracy = (tp + tn) / n,
		precision = tp + fp > 0 and tp / (tp + fp) or 0, recall = tp + fn > 0 and tp / (tp + fn) or 0,
		f1 = tp > 0 and 2 * tp / (2 * tp + fp + fn) or 0, cost = (fn * costs.miss + fp * costs.alarm) / n,
	}
end

return {
	seed = 5,
	options = { steps = 100 },
	run = function(before, options)
		local costs, ready, model = before[1].costs, before[3], before[4]
		local p = probabilities(model, ready.valid)
		local best, threshold = math.huge, 0.5
		for k = 1, options.steps do
			local cost = card(p, ready.valid.labels, k / options.steps, costs).cost
			if cost < best then best, threshold = cost, k / options.steps end
		end
		return {
			threshold = threshold,
			valid = card(p, ready.valid.labels, threshold, costs),
			test = card(probabilities(model, ready.test), ready.test.labels, threshold, costs),
		}
	end,
}
