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
print("done")
LUA
"$MUNDAP" run "$script" | grep -q '^done'
