-- Threshold, class weight and the price of mistakes on the preferred loan: confusion matrix, PR curve, F1 and cost of one model.

local ml = require "ml"
local rare = require "lifecycle.rare"

local WEIGHTS = { 1, 5, 20 }
local PRICES = { { 300, 40 }, { 100, 100 }, { 40, 800 } } -- miss, false alarm; 10,000 won

local function count(state, threshold)
	local tp, fp, fn, tn = 0, 0, 0, 0
	for i, y in ipairs(state.labels) do
		local said = state.p[i] >= threshold
		if said and y == 1 then tp = tp + 1
		elseif said then fp = fp + 1
		elseif y == 1 then fn = fn + 1
		else tn = tn + 1 end
	end
	local price = PRICES[state.price]
	return {
		tp = tp, fp = fp, fn = fn, tn = tn,
		accuracy = (tp + tn) / #state.labels,
		precision = tp + fp > 0 and tp / (tp + fp) or 0,
		recall = tp / math.max(1, tp + fn),
		f1 = 2 * tp / math.max(1, 2 * tp + fp + fn),
		cost = (fn * price[1] + fp * price[2]) / #state.labels,
	}
end

local function learn(state)
	if not state.models[state.weight] then
		local weights = {}
		for i, y in ipairs(state.train.labels) do weights[i] = y == 1 and WEIGHTS[state.weight] or 1 end
		local model = ml.logistic(state.train.x, state.train.labels, { l2 = 1, weights = weights })
		state.models[state.weight] = rare.probabilities(model, state.valid.x)
	end
	state.p = state.models[state.weight]
end

local function refresh(state)
	state.points, state.top, state.cheap = {}, 1, 1
	local f1, cost = -1, math.huge
	for k = 1, 99 do
		local c = count(state, k / 100)
		if c.tp + c.fp > 0 then state.points[#state.points + 1] = { c.recall, c.precision } end
		if c.f1 > f1 then f1, state.top = c.f1, k end
		if c.cost < cost then cost, state.cheap = c.cost, k end
	end
	state.top_f1, state.least = f1, cost
end

return {
	keys = {
		{ "left/right", "임계값 옮기기" },
		{ "f", "F1이 가장 높은 곳" },
		{ "b", "가장 싼 곳" },
		{ "w", "부실 한 건의 가중치" },
		{ "c", "실수의 값" },
	},

	init = function()
		local train, valid = rare.tables { seed = 3 }
		local state = { train = train, valid = valid, labels = valid.labels, models = {}, weight = 1, price = 1, at = 50 }
		learn(state)
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.at = math.max(1, state.at - 1)
		elseif key == "right" then state.at = math.min(99, state.at + 1)
		elseif key == "f" then state.at = state.top
		elseif key == "b" then state.at = state.cheap
		elseif key == "w" then
			state.weight = state.weight % #WEIGHTS + 1
			learn(state)
			refresh(state)
		elseif key == "c" then
			state.price = state.price % #PRICES + 1
			refresh(state)
		end
	end,

	draw = function(state, canvas)
		local c, price = count(state, state.at / 100), PRICES[state.price]
		canvas:text(1, 1, string.format("검증 %d건 · 부실 가중치 %d · 놓침 %d만 원, 괜한 의심 %d만 원", #state.labels,
			WEIGHTS[state.weight], price[1], price[2]), "bold")
		canvas:text(1, 3, string.format("임계값 %.2f", state.at / 100), "accent")
		canvas:text(10, 5, "'갚음'   '부실'", "dim")
		canvas:text(1, 6, "갚음", "dim")
		canvas:text(1, 8, "부실", "dim")
		canvas:text(9, 6, string.format("%6d", c.tn))
		canvas:text(18, 6, string.format("%6d", c.fp), "warn")
		canvas:text(25, 6, "괜한 의심", "warn")
		canvas:text(9, 8, string.format("%6d", c.fn), "bad")
		canvas:text(18, 8, string.format("%6d", c.tp), "good")
		canvas:text(25, 8, "찾음", "good")
		canvas:text(9, 9, "  놓침", "bad")
		canvas:text(1, 11, string.format("정확도  %.3f", c.accuracy), "dim")
		canvas:text(1, 12, string.format("정밀도  %.3f", c.precision))
		canvas:text(1, 13, string.format("재현율  %.3f", c.recall))
		canvas:text(1, 14, string.format("F1      %.3f", c.f1), "accent")
		canvas:text(1, 15, string.format("비용    %.2f만 원 / 건", c.cost), "accent")
		canvas:text(37, 3, "정밀도", "dim")
		canvas:scatter(37, 4, 40, 9, state.points, { xmin = 0, xmax = 1, ymin = 0, ymax = 1 })
		-- the mark of this threshold: the plot begins 8 cells right of its frame
		canvas:text(45 + math.floor(c.recall * 31 + 0.5), 4 + math.floor((1 - c.precision) * 8 + 0.5), "●", "accent")
		canvas:text(66, 13, "재현율 →", "dim")
		canvas:text(37, 14, string.format("F1 최고    임계값 %.2f · F1 %.3f", state.top / 100, state.top_f1), "good")
		canvas:text(37, 15, string.format("가장 싼 곳 임계값 %.2f · %.2f만 원", state.cheap / 100, state.least), "good")
	end,

	say = function(state)
		local c = count(state, state.at / 100)
		return string.format("임계값 %.2f에서 찾음 %d, 놓침 %d, 괜한 의심 %d, 정확도 %.3f, 정밀도 %.3f, 재현율 %.3f, F1 %.3f, 비용은 한 건에 %.2f만 원입니다. F1은 %.2f에서 가장 높고(%.3f), 비용은 %.2f에서 가장 쌉니다(%.2f만 원).",
			state.at / 100, c.tp, c.fn, c.fp, c.accuracy, c.precision, c.recall, c.f1, c.cost, state.top / 100,
			state.top_f1, state.cheap / 100, state.least)
	end,
}
