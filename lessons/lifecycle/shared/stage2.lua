-- Stage 2, the data: what was collected (with its faults), and how far it is from the people who apply.
local data = require "data"

return {
	seed = 20260101,
	options = { count = 6000, months = 20, bias = 0.7, noise = 0.03, missing = 0.08, duplicates = 0.04,
		unit_errors = 0.01, leak = true },
	run = function(_, options, seed)
		options.seed = seed
		local raw = data.credit(options)
		local counts, total = { 0, 0, 0 }, raw.count
		for _, group in ipairs(raw.group:totable()) do counts[group + 1] = counts[group + 1] + 1 end
		local weights = {}
		for g = 1, #counts do weights[g] = raw.shares[g] / (counts[g] / total) end
		-- the truth and the probabilities belong to the generator: no later stage may look at them
		return {
			columns = raw.columns, features = raw.features, labels = raw.labels, month = raw.month,
			group = raw.group, id = raw.id, count = raw.count, weights = weights, shares = raw.shares,
		}
	end,
}
