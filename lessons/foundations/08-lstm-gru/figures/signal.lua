-- How much of the last step's error reaches each earlier input: real cells, one backward pass.

local T = require "tensor"

local HIDDEN, INPUTS = 16, 8
local cells = {
	{ name = "기본 RNN", gates = 1 },
	{ name = "GRU (편향 0)", gates = 3, bias = 0 },
	{ name = "GRU (업데이트 편향 3)", gates = 3, bias = 3 },
	{ name = "LSTM (망각 편향 0)", gates = 4, bias = 0 },
	{ name = "LSTM (망각 편향 3)", gates = 4, bias = 3 },
}
local scales = { 0.5, 1.0, 2.0 }

local function part(z, k) return z:narrow(2, (k - 1) * HIDDEN + 1, HIDDEN) end

local steppers = {
	[1] = function(p, x, h) return (x:matmul(p.wx) + h:matmul(p.wh)):tanh() end,
	[3] = function(p, x, h)
		local a, b = x:matmul(p.wx), h:matmul(p.wh)
		local z = (part(a, 1) + part(b, 1) + p.bias):sigmoid()
		local r = (part(a, 2) + part(b, 2)):sigmoid()
		local new = (part(a, 3) + r * part(b, 3)):tanh()
		return z * h + (new - z * new)
	end,
	[4] = function(p, x, h, c)
		local a = x:matmul(p.wx) + h:matmul(p.wh)
		c = (part(a, 1) + p.bias):sigmoid() * c + part(a, 2):sigmoid() * part(a, 3):tanh()
		return part(a, 4):sigmoid() * c:tanh(), c
	end,
}

local function measure(state)
	local cell = cells[state.cell]
	T.seed(state.seed)
	local p = { wx = T.randn(INPUTS, cell.gates * HIDDEN) * (1 / math.sqrt(INPUTS)),
		wh = T.randn(HIDDEN, cell.gates * HIDDEN) * (scales[state.scale] / math.sqrt(HIDDEN)), bias = cell.bias or 0 }
	local xs, h, c = {}, T.zeros(1, HIDDEN), T.zeros(1, HIDDEN)
	for t = 1, state.length do
		xs[t] = T.randn(1, INPUTS):detach():requires_grad()
		h, c = steppers[cell.gates](p, xs[t], h, c)
	end
	h:sum():backward()
	state.norms = {}
	for t = 1, state.length do
		local g = xs[t].grad
		state.norms[t] = math.sqrt((g * g):sum():item())
	end
end

local function ratio(state)
	local last = state.norms[state.length]
	return last > 0 and state.norms[1] / last or 0
end

return {
	keys = {
		{ "left/right", "길이" },
		{ "c", "셀 바꾸기" },
		{ "up/down", "W_h의 크기" },
		{ "n", "다시 뽑기" },
	},

	init = function(seed)
		local state = { cell = 1, length = 40, scale = 2, seed = seed % 1000 + 1 }
		measure(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.length = math.max(5, state.length - 5)
		elseif key == "right" then state.length = math.min(60, state.length + 5)
		elseif key == "c" then state.cell = state.cell % #cells + 1
		elseif key == "up" then state.scale = math.min(#scales, state.scale + 1)
		elseif key == "down" then state.scale = math.max(1, state.scale - 1)
		elseif key == "n" then state.seed = state.seed + 1
		else return end
		measure(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("%s · 길이 %d · W_h 크기 %.1f", cells[state.cell].name, state.length, scales[state.scale]), "bold")
		canvas:text(1, 2, "마지막 시점의 손실이 각 시점의 입력에 준 기울기", "dim")
		local rows = math.min(12, state.length)
		for row = 1, rows do
			local at = 1 + math.floor((row - 1) * (state.length - 1) / (rows - 1) + 0.5)
			local norm = state.norms[at]
			local log = norm > 0 and math.log(norm, 10) or -20
			local blocks = math.max(0, math.min(42, math.floor((log + 12) * 3 + 0.5)))
			canvas:text(1, row + 2, string.format("t=%2d", at))
			canvas:text(7, row + 2, string.rep("█", blocks), log < -6 and "bad" or (log > 2 and "warn" or "s1"))
			canvas:text(52, row + 2, string.format("%.1e", norm), "accent")
		end
		local r = ratio(state)
		canvas:text(1, 16, string.format("첫 시점 ÷ 마지막 시점 = %.1e   %s", r, r < 1e-4 and "첫 낱말의 탓이라는 말이 들리지 않습니다." or
			(r > 1e4 and "먼 곳에서 폭주합니다." or "첫 낱말까지 들립니다.")))
	end,

	say = function(state)
		return string.format("%s, 길이 %d에서 첫 시점에 닿은 기울기는 %.1e, 마지막 시점은 %.1e, 비율은 %.1e입니다.",
			cells[state.cell].name, state.length, state.norms[1], state.norms[state.length], ratio(state))
	end,
}
