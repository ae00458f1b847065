-- Families of models from the simplest to the heaviest, all with the same handle, and four small tables to choose on.
--
--   family = { name, options = { … }, fit = function(x, y, option, seed) → predict(x) }
-- Classification predicts class numbers (0, 1, …), regression numbers. Every family scales its columns by itself, from the
-- rows it is given to fit.

local data = require "data"
local ml = require "ml"
local stats = require "stats"
local T = require "tensor"

local families = {}

local function scaler(x)
	local means, stds = {}, {}
	for k = 1, #x[1] do
		local column = {}
		for i, row in ipairs(x) do column[i] = row[k] end
		local s = stats.summary(column)
		means[k], stds[k] = s.mean, s.std > 1e-9 and s.std or 1
	end
	return function(rows)
		local out = {}
		for i, row in ipairs(rows) do
			out[i] = {}
			for k = 1, #row do out[i][k] = (row[k] - means[k]) / stds[k] end
		end
		return out
	end
end

local function scaled(learn)
	return function(x, y, option, seed)
		local scale = scaler(x)
		local model = learn(scale(x), y, option, seed)
		return function(rows) return model:predict(scale(rows)):totable() end
	end
end

local function constant(value)
	return function(rows)
		local out = {}
		for i = 1, #rows do out[i] = value end
		return out
	end
end

local function classes_of(y)
	local most = 1
	for _, label in ipairs(y) do most = math.max(most, label) end
	return most + 1
end

families.classification = {
	{ name = "다수결", options = { 0 }, fit = function(_, y)
		local counts, best = {}, 0
		for _, label in ipairs(y) do counts[label] = (counts[label] or 0) + 1 end
		for label, count in pairs(counts) do
			if count > (counts[best] or 0) or (count == counts[best] and label < best) then best = label end
		end
		return constant(best)
	end },
	{ name = "로지스틱 회귀", options = { 0.1, 1, 10 }, fit = scaled(function(x, y, l2) return ml.logistic(x, y, { l2 = l2 }) end) },
	{ name = "얕은 결정 나무", options = { 2, 4 }, fit = scaled(function(x, y, depth) return ml.tree(x, y, { max_depth = depth }) end) },
	{ name = "최근접 이웃", options = { 3, 9 }, fit = scaled(function(x, y, k) return ml.knn(x, y, { k = k }) end) },
	{ name = "랜덤 포레스트", options = { 1, 4 }, fit = scaled(function(x, y, leaf, seed)
		return ml.forest(x, y, { trees = 40, min_samples_leaf = leaf, seed = seed or 1 })
	end) },
	{ name = "부스팅", options = { 2, 4 }, fit = scaled(function(x, y, depth, seed)
		local classes = classes_of(y)
		return ml.boosting(x, y, { loss = classes == 2 and "logistic" or "softmax", rounds = 40, max_depth = depth,
			min_samples_leaf = 5, seed = seed or 1 })
	end) },
}

families.regression = {
	{ name = "평균", options = { 0 }, fit = function(_, y) return constant(stats.summary(y).mean) end },
	{ name = "릿지 회귀", options = { 1, 10, 100 }, fit = scaled(function(x, y, alpha) return ml.ridge(x, y, { alpha = alpha }) end) },
	{ name = "얕은 결정 나무", options = { 2, 4 }, fit = scaled(function(x, y, depth)
		return ml.forest_regressor(x, y, { trees = 1, max_depth = depth, max_features = #x[1], seed = 1 })
	end) },
	{ name = "랜덤 포레스트", options = { 2, 8 }, fit = scaled(function(x, y, leaf, seed)
		return ml.forest_regressor(x, y, { trees = 40, min_samples_leaf = leaf, seed = seed or 1 })
	end) },
	{ name = "부스팅", options = { 2, 4 }, fit = scaled(function(x, y, depth, seed)
		return ml.boosting(x, y, { loss = "squared", rounds = 40, max_depth = depth, min_samples_leaf = 5, seed = seed or 1 })
	end) },
}

-- 442 made-up patients, ten columns of their health and how far the illness went a year later, in the shape of a well-known
-- table whose terms could not be confirmed.
local function progress(seed)
	T.seed(seed)
	local raw, noise = T.randn(442, 10):totable(), T.randn(442):totable()
	local weights = { 0, -11, 25, 16, -10, 6, -12, 8, 24, 4 }
	local y = {}
	for i, row in ipairs(raw) do
		row[6] = 0.85 * row[5] + 0.53 * row[6] -- two blood values that go together
		row[2] = row[2] > 0 and 1 or -1
		y[i] = 152 + 53 * noise[i] + 6 * row[3] * row[4]
		for k, weight in ipairs(weights) do y[i] = y[i] + weight * row[k] end
	end
	return raw, y
end

-- name → x (rows), y, task. The rows come shuffled by the seed.
function families.table(name, seed)
	local x, y, task = nil, nil, "classification"
	if name == "progress" then
		x, y = progress(seed)
		task = "regression"
	else
		local set = name == "moons" and data.moons { count = 400, noise = 0.15, seed = seed } or data[name]()
		x, y = set.features:totable(), set.labels:totable()
	end
	T.seed(seed)
	local rows, targets = {}, {}
	for i, at in ipairs(T.permutation(#x):totable()) do rows[i], targets[i] = x[at + 1], y[at + 1] end
	return rows, targets, task
end

-- Higher is better: accuracy of classes, or minus the root of the mean squared error.
function families.score(task, truth, given)
	if task == "regression" then return -stats.rmse(truth, given) end
	local right = 0
	for i, label in ipairs(truth) do
		if given[i] == label then right = right + 1 end
	end
	return right / #truth
end

return families
