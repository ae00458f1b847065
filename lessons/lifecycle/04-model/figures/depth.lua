-- A tree that may ask more and more questions: what it costs on the rows it learned from, and on rows it never saw.

local ml = require "ml"
local project = require "lifecycle.project"

local DEEPEST = 12
local SIZES = { 50, 200, 1000, 4032 }

local function cost(state, model, part, count)
	local x, labels = part.x, part.labels
	if count then x, labels = table.move(x, 1, count, 1, {}), table.move(labels, 1, count, 1, {}) end
	local refused = {}
	for i, p in ipairs(model:probabilities(x):totable()) do refused[i] = p[2] >= state.threshold end
	return project.cost(state.costs, labels, refused)
end

local function refresh(state)
	local size, parts = SIZES[state.size], state.parts
	state.all = state.all or {}
	if not state.all[size] then
		local x = table.move(parts.train.x, 1, size, 1, {})
		local labels = table.move(parts.train.labels, 1, size, 1, {})
		local found = { train = {}, valid = {}, best = 1 }
		for depth = 1, DEEPEST do
			local tree = ml.tree(x, labels, { max_depth = depth, classes = 2 })
			found.train[depth] = cost(state, tree, parts.train, size)
			found.valid[depth] = cost(state, tree, parts.valid)
			if found.valid[depth] < found.valid[found.best] then found.best = depth end
		end
		local simple = ml.logistic(x, labels, { classes = 2 })
		found.simple_train, found.simple_valid = cost(state, simple, parts.train, size), cost(state, simple, parts.valid)
		state.all[size] = found
	end
	state.now = state.all[size]
end

return {
	keys = {
		{ "left/right", "나무의 깊이" },
		{ "up/down", "훈련 행의 수" },
		{ "b", "가장 싼 깊이로" },
	},

	init = function()
		local state = { depth = 4, size = 4, parts = project.stage(3), costs = project.stage(1).costs }
		state.threshold = project.threshold(state.costs)
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.depth = math.max(1, state.depth - 1)
		elseif key == "right" then state.depth = math.min(DEEPEST, state.depth + 1)
		elseif key == "down" then state.size = math.max(1, state.size - 1)
		elseif key == "up" then state.size = math.min(#SIZES, state.size + 1)
		elseif key == "b" then state.depth = state.now.best
		end
		refresh(state)
	end,

	draw = function(state, canvas)
		local now, d = state.now, state.depth
		canvas:text(1, 1, string.format("결정 나무 · 훈련 %d행 · 깊이 %d (질문을 %d번까지)", SIZES[state.size], d, d), "bold")
		canvas:text(1, 2, "한 건에 드는 비용(만 원). 오른쪽 끝의 위가 검증", "dim")
		canvas:line(1, 3, 48, 10, { now.train, now.valid }, { min = 0, max = 40, labels = { "훈련", "검증" } })
		canvas:text(8 + math.floor((d - 1) * 40 / (DEEPEST - 1) + 0.5), 13, "▲", "accent")
		canvas:text(8, 14, "1", "dim")
		canvas:text(26, 14, "깊이", "dim")
		canvas:text(46, 14, tostring(DEEPEST), "dim")
		canvas:text(52, 3, "결정 나무", "bold")
		canvas:text(52, 4, string.format("훈련  %6.2f만 원", now.train[d]), "s1")
		canvas:text(52, 5, string.format("검증  %6.2f만 원", now.valid[d]), "s2")
		canvas:text(52, 6, string.format("차이  %6.2f만 원", now.valid[d] - now.train[d]), now.valid[d] - now.train[d] > 5 and "bad" or "good")
		canvas:text(52, 8, "로지스틱 회귀", "bold")
		canvas:text(52, 9, string.format("훈련  %6.2f만 원", now.simple_train), "s1")
		canvas:text(52, 10, string.format("검증  %6.2f만 원", now.simple_valid), "s2")
		canvas:text(52, 12, string.format("가장 싼 깊이 %d: %.2f", now.best, now.valid[now.best]), "good")
		canvas:text(1, 15, now.valid[d] - now.train[d] > 5 and "훈련 행을 외우고 있습니다." or "", "warn")
	end,

	say = function(state)
		local now, d = state.now, state.depth
		return string.format("훈련 %d행, 깊이 %d인 나무의 비용은 훈련에서 %.2f만 원, 검증에서 %.2f만 원입니다. 로지스틱 회귀는 훈련 %.2f, 검증 %.2f만 원입니다. 검증에서 가장 싼 깊이는 %d입니다.",
			SIZES[state.size], d, now.train[d], now.valid[d], now.simple_train, now.simple_valid, now.best)
	end,
}
