-- Stage 8, retraining: three months after the launch the world has changed; candidates learn from the new loans alone and from
-- a mix with old ones, and the champion gives way only to one that wins on the new world without losing the old.
local data = require "data"
local ml = require "ml"
local project = require "lifecycle.project"

local function slice(list, from, to)
	return table.move(list, from, to, 1, {})
end

local function prepared(transform, raw)
	local out = {}
	for i, row in ipairs(raw) do out[i] = project.transform(transform, row) end
	return out
end

local function fit(x, labels, l2)
	local learned = ml.logistic(x, labels, { l2 = l2 }):learned()
	return { coefficients = learned.coefficients[1], intercept = learned.intercepts[1] }
end

local function cost(costs, threshold, model, x, labels)
	local refused = {}
	for i, row in ipairs(x) do refused[i] = project.probability(model, row) >= threshold end
	return project.cost(costs, labels, refused)
end

return {
	seed = 8,
	-- drift: what changed in the world; new, old: loans that the mix learns from; lose, gain: 10,000 won a loan
	options = { drift = "concept", new = 300, old = 1200, tested = 3000, l2 = 1, lose = 1, gain = 1 },
	run = function(before, options, seed)
		local costs, ready, champion = before[1].costs, before[3], before[4]
		local threshold = before[5] and before[5].threshold or project.threshold(costs)
		local raw = data.credit {
			count = options.new + options.tested, months = 3, drift = options.drift, drift_month = 1, seed = seed,
		}
		local x, labels = prepared(ready.transform, raw.features:totable()), raw.labels:totable()
		local new_x, new_labels = slice(x, 1, options.new), slice(labels, 1, options.new)
		local test_x, test_labels = slice(x, options.new + 1, #x), slice(labels, options.new + 1, #x)
		local train, n = ready.train, #ready.train.x
		local old_x, old_labels = slice(train.x, n - options.old + 1, n), slice(train.labels, n - options.old + 1, n)
		local function measured(model)
			return {
				old = cost(costs, threshold, model, ready.test.x, ready.test.labels),
				new = cost(costs, threshold, model, test_x, test_labels),
			}
		end
		local only = fit(new_x, new_labels, options.l2)
		local mix = fit(table.move(new_x, 1, #new_x, #old_x + 1, old_x),
			table.move(new_labels, 1, #new_labels, #old_labels + 1, old_labels), options.l2)
		local scores = { champion = measured(champion), new_only = measured(only), mix = measured(mix) }
		local winner, name = champion, "champion"
		for _, candidate in ipairs { { "new_only", only }, { "mix", mix } } do
			local s = scores[candidate[1]]
			if scores.champion.new - s.new >= options.gain and s.old - scores.champion.old <= options.lose
				and s.new < scores[name].new then
				winner, name = candidate[2], candidate[1]
			end
		end
		return {
			family = champion.family, coefficients = winner.coefficients, intercept = winner.intercept, winner = name,
			scores = scores, threshold = threshold,
		}
	end,
}
