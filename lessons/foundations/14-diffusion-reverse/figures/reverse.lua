-- The reverse process on two moons. The noise is predicted by the exact best answer for these 200 points, so that every
-- step can be followed without training; a network learns to come near this answer.

local T = require "tensor"

local STEPS, COUNT = 100, 200
local choices = { 100, 50, 20, 10, 5, 2 }

local bars = { [0] = 1 }
for t = 1, STEPS do bars[t] = bars[t - 1] * (1 - (1e-4 + (0.08 - 1e-4) * (t - 1) / (STEPS - 1))) end

-- Evenly spread along both moons, so that few points already show the shape.
local function moons(seed)
	T.seed(seed)
	local jitter, points = T.randn(COUNT, 2):totable(), {}
	for i = 1, COUNT do
		local angle, lower = math.pi * (i - 0.5) / COUNT, i % 2 == 0
		local x = lower and 1 - math.cos(angle) or math.cos(angle)
		local y = lower and 0.5 - math.sin(angle) or math.sin(angle)
		points[i] = { (x + 0.05 * jitter[i][1] - 0.5) / 0.87, (y + 0.05 * jitter[i][2] - 0.25) / 0.5 }
	end
	return points
end

-- Each draw with its mirror image: a fairer sample of so few points.
local function noise_of()
	local rows = T.randn(COUNT // 2, 2):totable()
	for i = 1, COUNT // 2 do rows[COUNT // 2 + i] = { -rows[i][1], -rows[i][2] } end
	return rows
end

-- Expected clean point given x_t, over the data points; the noise follows from it.
local function predict(state, x, y, t)
	local keep, variance = math.sqrt(bars[t]), 1 - bars[t]
	local total, cx, cy, best = 0, 0, 0, math.huge
	for _, p in ipairs(state.data) do
		best = math.min(best, (x - keep * p[1]) ^ 2 + (y - keep * p[2]) ^ 2)
	end
	for _, p in ipairs(state.data) do
		local w = math.exp((best - (x - keep * p[1]) ^ 2 - (y - keep * p[2]) ^ 2) / (2 * variance))
		total, cx, cy = total + w, cx + w * p[1], cy + w * p[2]
	end
	cx, cy = cx / total, cy / total
	return cx, cy, (x - keep * cx) / math.sqrt(variance), (y - keep * cy) / math.sqrt(variance)
end

local function restart(state)
	T.seed(state.seed)
	state.history = { { t = STEPS, points = noise_of() } }
	state.at = 1
end

local function step(state)
	local now = state.history[#state.history]
	if now.t == 0 then return end
	local to = math.max(0, now.t - STEPS // choices[state.choice])
	local points = {}
	local noise = T.randn(COUNT, 2):totable()
	for i, p in ipairs(now.points) do
		local cx, cy, ex, ey = predict(state, p[1], p[2], now.t)
		local spread = 0
		if state.fresh_noise and to > 0 then
			spread = math.sqrt((1 - bars[to]) / (1 - bars[now.t]) * (1 - bars[now.t] / bars[to]))
		end
		local keep, along = math.sqrt(bars[to]), math.sqrt(math.max(0, 1 - bars[to] - spread ^ 2))
		points[i] = { keep * cx + along * ex + spread * noise[i][1], keep * cy + along * ey + spread * noise[i][2] }
	end
	state.history[#state.history + 1] = { t = to, points = points }
end

-- Mean distance of sorted projections on 16 directions.
local function sliced(a, b)
	local sum = 0
	for k = 1, 16 do
		local dx, dy, pa, pb = math.cos(math.pi * k / 16), math.sin(math.pi * k / 16), {}, {}
		for i = 1, COUNT do
			pa[i], pb[i] = a[i][1] * dx + a[i][2] * dy, b[i][1] * dx + b[i][2] * dy
		end
		table.sort(pa)
		table.sort(pb)
		for i = 1, COUNT do sum = sum + math.abs(pa[i] - pb[i]) / COUNT / 16 end
	end
	return sum
end

return {
	keys = {
		{ "left/right", "한 걸음 되감기/걷기" },
		{ "e", "끝까지" },
		{ "s", "걸음 수" },
		{ "m", "DDIM/DDPM" },
		{ "n", "새 노이즈에서" },
	},

	init = function(seed)
		local state = { seed = seed % 1000 + 1, choice = 3, fresh_noise = false }
		state.data, state.other = moons(state.seed), moons(state.seed + 1)
		restart(state)
		return state
	end,

	key = function(state, key)
		if key == "right" then
			if state.at == #state.history then step(state) end
			state.at = math.min(#state.history, state.at + 1)
		elseif key == "left" then state.at = math.max(1, state.at - 1)
		elseif key == "e" then
			while state.history[#state.history].t > 0 do step(state) end
			state.at = #state.history
		elseif key == "s" then
			state.choice = state.choice % #choices + 1
			restart(state)
		elseif key == "m" then
			state.fresh_noise = not state.fresh_noise
			restart(state)
		elseif key == "n" then
			state.seed = state.seed + 1
			restart(state)
		end
	end,

	draw = function(state, canvas)
		local now = state.history[state.at]
		canvas:text(1, 1, string.format("%s · %d걸음으로 걷기 · t = %d · 모델 호출 %d번", state.fresh_noise and "DDPM" or "DDIM",
			choices[state.choice], now.t, state.at - 1), "bold")
		local points = {}
		for i, p in ipairs(now.points) do points[i] = { p[1], p[2], 1 } end
		canvas:scatter(1, 2, 36, 13, points, { xmin = -3, xmax = 3, ymin = -3, ymax = 3 })
		local x, y = now.points[1][1], now.points[1][2]
		canvas:text(40, 3, string.format("첫 점  x_t = (%.2f, %.2f)", x, y))
		if now.t > 0 then
			local cx, cy, ex, ey = predict(state, x, y, now.t)
			canvas:text(40, 4, string.format("예측한 노이즈 (%.2f, %.2f)", ex, ey), "accent")
			canvas:text(40, 5, string.format("짐작한 x₀   (%.2f, %.2f)", cx, cy))
		end
		canvas:text(40, 7, "진짜 반달과의 거리", "dim")
		canvas:text(40, 8, string.format("지금       %.3f", sliced(now.points, state.other)), "accent")
		canvas:text(40, 9, string.format("노이즈     %.3f", sliced(state.history[1].points, state.other)))
		canvas:text(40, 10, string.format("진짜끼리   %.3f", sliced(state.data, state.other)))
		canvas:text(40, 12, "GAN이라면 모델 호출은 1번입니다.", "dim")
		canvas:text(1, 16, "모델 대신, 이 점들에 대한 가장 좋은 노이즈 예측을 식으로 계산합니다.", "dim")
	end,

	say = function(state)
		local now = state.history[state.at]
		return string.format("%s %d걸음 가운데 t = %d입니다. 모델을 %d번 불렀고 진짜 반달과의 거리는 %.3f, 처음 노이즈의 거리는 %.3f입니다.",
			state.fresh_noise and "DDPM" or "DDIM", choices[state.choice], now.t, state.at - 1, sliced(now.points, state.other),
			sliced(state.history[1].points, state.other))
	end,
}
