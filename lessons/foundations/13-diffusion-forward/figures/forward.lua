-- The forward process scrubbed step by step on two moons or a digit; schedules to choose from.

local T = require "tensor"
local data = require "data"

local STEPS = 100
local schedules = {
	{ name = "고르게 0.0001 → 0.08", beta = function(t) return 1e-4 + (0.08 - 1e-4) * (t - 1) / (STEPS - 1) end },
	{ name = "너무 약하게 0.0001 → 0.01", beta = function(t) return 1e-4 + (0.01 - 1e-4) * (t - 1) / (STEPS - 1) end },
	{ name = "너무 세게 0.3", beta = function() return 0.3 end },
}

local function abar(state, t)
	local product = 1
	for k = 1, t do product = product * (1 - schedules[state.schedule].beta(k)) end
	return product
end

local function prepare(state)
	T.seed(state.seed)
	local moons = data.moons { count = 300, noise = 0.05, seed = state.seed }
	state.points = moons.features:totable()
	for _, p in ipairs(state.points) do p[1], p[2] = (p[1] - 0.5) / 0.87, (p[2] - 0.25) / 0.5 end
	local digits = data.digits()
	state.digit = digits.images:select(1, state.seed % 1000 + 1):reshape(8, 8):totable()
	for r = 1, 8 do
		for c = 1, 8 do state.digit[r][c] = state.digit[r][c] * 2 - 1 end
	end
	state.noise, state.pixels = T.randn(300, 2):totable(), T.randn(8, 8):totable()
end

return {
	keys = {
		{ "left/right", "한 걸음 앞뒤로" },
		{ "up/down", "열 걸음" },
		{ "s", "스케줄 바꾸기" },
		{ "n", "다시 뽑기" },
		{ "space", "자동" },
	},
	interval = 150,

	init = function(seed)
		local state = { t = 0, schedule = 1, seed = seed % 1000 + 1, auto = false }
		prepare(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.t = state.t - 1
		elseif key == "right" then state.t = state.t + 1
		elseif key == "down" then state.t = state.t - 10
		elseif key == "up" then state.t = state.t + 10
		elseif key == "s" then state.schedule = state.schedule % #schedules + 1
		elseif key == "space" then state.auto = not state.auto
		elseif key == "n" then
			state.seed = state.seed + 1
			prepare(state)
		end
		state.t = math.max(0, math.min(STEPS, state.t))
	end,

	tick = function(state)
		if state.auto then state.t = (state.t + 1) % (STEPS + 1) end
	end,

	draw = function(state, canvas)
		local a = abar(state, state.t)
		local keep, mix = math.sqrt(a), math.sqrt(1 - a)
		canvas:text(1, 1, string.format("t = %d / %d · 스케줄 %s", state.t, STEPS, schedules[state.schedule].name), "bold")
		local points = {}
		for i, p in ipairs(state.points) do
			points[i] = { keep * p[1] + mix * state.noise[i][1], keep * p[2] + mix * state.noise[i][2], 1 }
		end
		canvas:scatter(1, 2, 34, 12, points, { xmin = -3, xmax = 3, ymin = -3, ymax = 3 })
		local picture = {}
		for r = 1, 16 do
			picture[r] = {}
			for c = 1, 16 do
				local i, j = (r + 1) // 2, (c + 1) // 2
				picture[r][c] = keep * state.digit[i][j] + mix * state.pixels[i][j]
			end
		end
		canvas:image(38, 3, 16, 8, picture, { min = -2, max = 2 })
		canvas:text(57, 3, string.format("ᾱ    %.4f", a), "accent")
		canvas:text(57, 4, string.format("그림 √ᾱ      %.3f", keep))
		canvas:text(57, 5, string.format("노이즈 √1-ᾱ  %.3f", mix))
		canvas:text(57, 6, a < 1 and string.format("SNR  %.3f", a / (1 - a)) or "SNR  무한대", "accent")
		canvas:text(57, 8, string.format("끝의 ᾱ %.1e", abar(state, STEPS)), abar(state, STEPS) <= 0.02 and "good" or "bad")
		canvas:text(57, 9, "배울 숫자  0개", "dim")
		canvas:text(1, 15, string.format("x_t = %.3f · x₀ + %.3f · ε", keep, mix), "normal")
		canvas:text(40, 15, abar(state, STEPS) > 0.02 and "끝에서도 그림이 남습니다." or
			(state.schedule == 3 and "몇 걸음 만에 다 사라집니다." or ""), "warn")
	end,

	say = function(state)
		local a = abar(state, state.t)
		return string.format("%d걸음에서 누적 계수는 %.4f, 그림의 몫 %.3f, 노이즈의 몫 %.3f입니다. 스케줄 '%s'의 끝 누적 계수는 %.1e입니다.", state.t, a,
			math.sqrt(a), math.sqrt(1 - a), schedules[state.schedule].name, abar(state, STEPS))
	end,
}
