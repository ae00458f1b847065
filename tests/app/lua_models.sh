# The Lua modules "ml" and "stats" on real tables, and what they say to wrong use.
# asan: yes
set -eu
script=$MUNDAP_HOME.lua
cat >"$script" <<'LUA'
local ml, stats, data = require "ml", require "stats", require "data"
local ds = data.iris {}
local x, y = ds.features, ds.labels
local function accuracy(model) return stats.report(y, model:predict(x)).accuracy end
assert(accuracy(ml.logistic(x, y)) > 0.95)
assert(accuracy(ml.forest(x, y, { trees = 30 })) > 0.98)
assert(accuracy(ml.tree(x, y, { max_depth = 2 })) > 0.95)
assert(accuracy(ml.knn(x, y, { k = 5 })) > 0.95)
assert(accuracy(ml.boosting(x, y, { loss = "softmax", rounds = 20, min_samples_leaf = 3 })) > 0.97)
assert(math.abs(ml.kmeans(x, { k = 3 }):learned().inertia - 78.8514) < 1e-3)
assert(math.abs(ml.pca(x, { k = 2 }):learned().variances[1] - 4.2282) < 1e-3)
local forest = ml.forest(x, y, { trees = 10, seed = 3 })
assert(forest:probabilities(x).shape[2] == 3)
local again = ml.forest(x, y, { trees = 10, seed = 3 })
for i = 1, 150 do assert(forest:predict(x):get(i) == again:predict(x):get(i)) end
assert(stats.psi(x:select(2, 1), x:select(2, 1)) < 1e-9)
assert(stats.sample_size { p1 = 0.10, p2 = 0.12 } == 3841)
assert(math.abs(stats.t_test({ 1, 2, 3, 4, 5 }, { 2, 3, 4, 5, 7 }).p_value - 0.31375160946) < 1e-9)
local detector, seen = stats.adwin(), nil
for i = 1, 2000 do
	local wrong = i > 1000 and i % 2 == 0 or i % 10 == 0
	if detector:update(wrong) == "drift" then seen = seen or i end
end
assert(seen and seen > 1000 and seen < 1200)
local function refused(...) assert(not pcall(...)) end
refused(ml.logistic, x, { 1, 2 })
refused(ml.knn, x, y, { k = 1000 })
refused(forest.predict, forest, { { 1, 2 } })
refused(stats.roc_auc, { 0, 1, 0.5 }, { 1, 2, 3 })
refused(stats.fisher, -1, 2, 3, 4)
refused(ml.boosting, x, y, { loss = "hinge" })
refused(stats.holm, { 0.1, 2 })
-- searching for settings
local function loss(p) return (math.log(p.rate, 10) + 2) ^ 2 + (p.depth - 6) ^ 2 / 9 + (p.kind == "b" and 0 or 1) end
local space = { rate = { low = 1e-5, high = 1, log = true }, depth = { low = 1, high = 12, integer = true }, kind = { "a", "b", "c" } }
for _, method in ipairs { "tpe", "random", "grid", "hyperband" } do
	local found = ml.search(space, loss, { method = method, trials = 60, points = 4, seed = 1, max_budget = 27 })
	assert(found.value == loss(found.best) and found.value < 1.5, method)
	assert(#found.trials == ({ tpe = 60, random = 60, grid = 48, hyperband = 81 })[method] or method == "hyperband", method .. #found.trials)
end
local budgets, calls = {}, 0
local found = ml.search({ x = { low = -1, high = 1 } }, function(p, budget)
	budgets[budget] = (budgets[budget] or 0) + 1
	return -(p.x - 0.3) ^ 2
end, { method = "hyperband", max_budget = 9, mode = "max" })
assert(budgets[1] == 9 and budgets[3] == 3 + 5 and budgets[9] == 1 + 1 + 3, "the rungs of the paper")
assert(math.abs(found.best.x - 0.3) < 0.35)
refused(ml.search, {}, loss)
refused(ml.search, { x = { low = 2, high = 1 } }, loss)
refused(ml.search, space, loss, { method = "luck" })
refused(ml.search, space, function() return "x" end)
print("done")
LUA
"$MUNDAP" run "$script" | grep -q '^done'
