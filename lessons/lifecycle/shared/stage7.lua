-- Stage 7, monitoring: what the world looked like when the model learned, and from where on somebody is called.
local stats = require "stats"
local project = require "lifecycle.project"

return {
	seed = 7,
	options = { bins = 10, psi = 0.2, accuracy_drop = 0.05, missing = 0.05, outside = 0.05, delta = 0.02, threshold = 12 },
	run = function(before, options)
		local ready, service = before[3], before[6]
		local reference, columns = { p = {} }, {}
		for i, x in ipairs(ready.train.x) do reference.p[i] = project.probability(service.model, x) end
		for k, rule in ipairs(service.transform) do
			local known, missing = {}, 0
			for _, row in ipairs(ready.train.raw) do
				local value = row[rule.column]
				if value ~= value then missing = missing + 1
				elseif not (rule.most and value > rule.most) then known[#known + 1] = value end
			end
			local cuts = {}
			for b = 1, options.bins - 1 do cuts[b] = stats.quantile(known, b / options.bins) end
			columns[k] = {
				name = rule.name, column = rule.column, cuts = cuts, missing = missing / #ready.train.raw,
				low = stats.quantile(known, 0.005), high = stats.quantile(known, 0.995),
			}
		end
		local expected, said = 0, 0
		for _, p in ipairs(reference.p) do
			local refused = p >= service.threshold
			expected = expected + (refused and p or 1 - p)
			said = said + (refused and 1 or 0)
		end
		local cuts = {}
		for b = 1, options.bins - 1 do cuts[b] = stats.quantile(reference.p, b / options.bins) end
		return {
			columns = columns,
			prediction = { cuts = cuts, refused = said / #reference.p, accuracy = expected / #reference.p },
			alarms = {
				psi = options.psi, accuracy_drop = options.accuracy_drop, missing = options.missing, outside = options.outside,
			},
			labels = { value = "brier", delta = options.delta, threshold = options.threshold },
			version = service.version,
		}
	end,
}
