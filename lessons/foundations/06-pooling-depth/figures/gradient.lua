-- How much of the error's signal reaches each layer: a real stack of layers, one backward pass.

local T = require "tensor"

local WIDTH, LAYERS_MAX = 32, 24
local gains = { 0.5, 1.0, 1.41, 2.0 }

-- Size of dLoss/d(output) of every layer of a stack y = relu(W y), optionally with shortcuts y + relu(W y).
local function measure(state)
	T.seed(state.seed)
	local y, outputs = T.randn(16, WIDTH):detach():requires_grad(), {}
	for i = 1, state.depth do
		local weight = T.randn(WIDTH, WIDTH) * (gains[state.gain] / math.sqrt(WIDTH))
		local step = y:matmul(weight):relu()
		y = state.shortcut and y + step * (1 / state.depth) or step
		outputs[i] = y
	end
	local loss = (y * T.randn(16, WIDTH)):sum()
	state.norms = {}
	for i, gradient in ipairs(T.grad(loss, outputs)) do
		state.norms[i] = math.sqrt((gradient * gradient):sum():item())
	end
end

local function ratio(state)
	local last = state.norms[state.depth]
	return last > 0 and state.norms[1] / last or 0
end

return {
	keys = {
		{ "left/right", "층수" },
		{ "up/down", "초깃값의 크기" },
		{ "r", "지름길(잔차 연결)" },
		{ "n", "다시 뽑기" },
	},

	init = function(seed)
		local state = { depth = 12, gain = 2, shortcut = false, seed = seed % 1000 + 1 }
		measure(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.depth = math.max(2, state.depth - 1)
		elseif key == "right" then state.depth = math.min(LAYERS_MAX, state.depth + 1)
		elseif key == "up" then state.gain = math.min(#gains, state.gain + 1)
		elseif key == "down" then state.gain = math.max(1, state.gain - 1)
		elseif key == "r" then state.shortcut = not state.shortcut
		elseif key == "n" then state.seed = state.seed + 1
		else return end
		measure(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("%d층 · 초깃값 크기 %.2f · 지름길 %s", state.depth, gains[state.gain],
			state.shortcut and "있음" or "없음"), "bold")
		canvas:text(1, 2, "오차를 거꾸로 흘려 층마다 닿은 신호의 크기 (막대 네 칸이 10배)", "dim")
		local rows = math.min(12, state.depth)
		for row = 1, rows do
			local layer = rows == 1 and 1 or 1 + math.floor((row - 1) * (state.depth - 1) / (rows - 1) + 0.5)
			local norm = state.norms[layer]
			local log = norm > 0 and math.log(norm, 10) or -12
			local cells = math.max(0, math.min(40, math.floor((log + 7) * 4 + 0.5)))
			canvas:text(1, row + 2, string.format("%2d층", layer))
			canvas:text(7, row + 2, string.rep("█", cells), log < -1 and "bad" or (log > 3 and "warn" or "s1"))
			canvas:text(50, row + 2, string.format("%.2e", norm), "accent")
		end
		canvas:text(1, 16, string.format("첫 층 ÷ 마지막 층 = %.2e   %s", ratio(state),
			ratio(state) < 1e-2 and "앞쪽에는 거의 들리지 않습니다." or
			(ratio(state) > 1e2 and "앞쪽에서 폭주합니다." or
				(ratio(state) < 0.3 and "앞쪽으로 갈수록 약해집니다." or "앞쪽까지 잘 전해집니다."))), "normal")
	end,

	say = function(state)
		return string.format("%d층에서 첫 층에 닿은 신호는 %.2e, 마지막 층은 %.2e입니다. 비율은 %.2e입니다.", state.depth,
			state.norms[1], state.norms[state.depth], ratio(state))
	end,
}
