-- Capacity against data: a polynomial fitted to noisy points by least squares, its errors on old and new points.

local T = require "tensor"

local MAX_DEGREE = 12

local function truth(x) return math.sin(3 * x) end

local function sample(count, seed)
	T.seed(seed)
	local xs, ys = T.rand(count):totable(), T.randn(count):totable()
	for i = 1, count do
		xs[i] = xs[i] * 2 - 1
		ys[i] = truth(xs[i]) + 0.25 * ys[i]
	end
	return xs, ys
end

-- Chebyshev columns keep the least squares well conditioned.
local function columns(x, degree)
	local row = { 1, x }
	for d = 3, degree + 1 do row[d] = 2 * x * row[d - 1] - row[d - 2] end
	row[degree + 2] = nil
	return row
end

local function value(weights, x)
	local sum = 0
	for i, c in ipairs(columns(x, #weights - 1)) do sum = sum + weights[i] * c end
	return sum
end

local function fit(xs, ys, degree)
	local rows, right = {}, {}
	for i = 1, #xs do
		rows[i] = columns(xs[i], degree)
		right[i] = { ys[i] }
	end
	local solved = T.linalg.lstsq(T.tensor(rows, "f64"), T.tensor(right, "f64")):totable()
	local weights = {}
	for i = 1, degree + 1 do weights[i] = type(solved[i]) == "table" and solved[i][1] or solved[i] end
	return weights
end

local function error_of(weights, xs, ys)
	local sum = 0
	for i = 1, #xs do sum = sum + (value(weights, xs[i]) - ys[i]) ^ 2 end
	return math.sqrt(sum / #xs)
end

local function refresh(state)
	local train_x, train_y = sample(state.count, state.seed)
	local test_x, test_y = sample(200, state.seed + 1000)
	state.train_x, state.train_y = train_x, train_y
	state.train, state.test = {}, {}
	for degree = 1, MAX_DEGREE do
		local weights = fit(train_x, train_y, degree)
		state.train[degree] = error_of(weights, train_x, train_y)
		state.test[degree] = error_of(weights, test_x, test_y)
		if degree == state.degree then state.weights = weights end
	end
end

local function best(state)
	local at = 1
	for degree = 2, MAX_DEGREE do
		if state.test[degree] < state.test[at] then at = degree end
	end
	return at
end

return {
	keys = {
		{ "left/right", "용량(차수) 바꾸기" },
		{ "up/down", "훈련 점의 수" },
		{ "n", "점 다시 뽑기" },
	},

	init = function(seed)
		local state = { degree = 3, count = 14, seed = seed % 1000 + 1 }
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.degree = math.max(1, state.degree - 1)
		elseif key == "right" then state.degree = math.min(MAX_DEGREE, state.degree + 1)
		elseif key == "up" then state.count = math.min(112, state.count * 2)
		elseif key == "down" then state.count = math.max(14, state.count // 2)
		elseif key == "n" then state.seed = state.seed + 1
		else return end
		refresh(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("훈련 점 %d개 · 차수 %d (숫자 %d개)", state.count, state.degree, state.degree + 1), "bold")
		local curve, points = {}, {}
		for i = 0, 60 do
			local y = value(state.weights, -1 + i / 30)
			curve[i + 1] = { -1 + i / 30, math.max(-2, math.min(2, y)) }
		end
		for i = 1, state.count do points[i] = { state.train_x[i], state.train_y[i], 2 } end
		for _, p in ipairs(curve) do points[#points + 1] = { p[1], p[2], 1 } end
		canvas:scatter(1, 2, 40, 12, points, { xmin = -1, xmax = 1, ymin = -2, ymax = 2 })
		canvas:text(46, 1, "차수  훈련 오차  시험 오차", "dim")
		for degree = 1, MAX_DEGREE do
			local style = degree == state.degree and "accent" or (degree == best(state) and "good" or "normal")
			canvas:text(46, degree + 1, string.format("%3d     %6.3f     %6.3f%s", degree, state.train[degree],
				math.min(999, state.test[degree]), degree == best(state) and " 최저" or ""), style)
		end
		canvas:text(1, 15, string.format("시험 - 훈련 = %.3f.  틈이 벌어지면 외운 것입니다. ↑로 점을 늘려 보세요.",
			state.test[state.degree] - state.train[state.degree]), "dim")
	end,

	say = function(state)
		return string.format("훈련 점 %d개, 차수 %d일 때 훈련 오차 %.3f, 시험 오차 %.3f입니다. 시험 오차가 가장 낮은 차수는 %d입니다.",
			state.count, state.degree, state.train[state.degree], state.test[state.degree], best(state))
	end,
}
