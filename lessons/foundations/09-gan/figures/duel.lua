-- A one-dimensional GAN trained live: the generator's samples, the real ones, both losses.

local T = require "tensor"
local nn = require "nn"

local MEAN, SPREAD, BATCH = 3, 0.7, 64

local function fresh(state)
	T.seed(state.seed)
	state.generator = nn.sequential { nn.linear { 4, 16 }, nn.tanh(), nn.linear { 16, 1 } }
	state.discriminator = nn.sequential { nn.linear { 1, 32 }, nn.leaky_relu(0.2), nn.linear { 32, 32 }, nn.leaky_relu(0.2), nn.linear { 32, 1 } }
	state.g_step = nn.adam { learning_rate = 2e-3, beta1 = 0.5 }
	state.d_step = nn.adam { learning_rate = 2e-3, beta1 = 0.5 }
	state.steps, state.d_loss, state.g_loss = 0, {}, {}
end

local function real(count) return T.randn(count, 1) * SPREAD + MEAN end
local function fake(state, count) return state.generator(T.randn(count, 4)) end

local function keep(list, value)
	list[#list + 1] = value
	if #list > 100 then table.remove(list, 1) end
end

local function train(state, count)
	local ones, zeros = T.ones(BATCH, 1), T.zeros(BATCH, 1)
	local D, G = state.discriminator, state.generator
	for _ = 1, count do
		for _ = 1, state.judge_steps do
			D:zero_grad()
			local loss = nn.bce_with_logits(D(real(BATCH)), ones) + nn.bce_with_logits(D(fake(state, BATCH):detach()), zeros)
			loss:backward()
			state.d_step:step(D:parameters())
			state.last_d = loss:item()
		end
		G:zero_grad()
		D:zero_grad()
		local loss = nn.bce_with_logits(D(fake(state, BATCH)), ones)
		loss:backward()
		state.g_step:step(G:parameters())
		state.last_g = loss:item()
		state.steps = state.steps + 1
	end
	keep(state.d_loss, state.last_d)
	keep(state.g_loss, state.last_g)
end

local function histogram(values)
	local bins = {}
	for b = 1, 36 do bins[b] = 0 end
	for _, v in ipairs(values) do
		local b = math.floor((v[1] + 1) / 7 * 36) + 1
		if b >= 1 and b <= 36 then bins[b] = bins[b] + 1 end
	end
	return bins
end

local function moments(values)
	local mean, square = 0, 0
	for _, v in ipairs(values) do
		mean = mean + v[1] / #values
		square = square + v[1] ^ 2 / #values
	end
	return mean, math.sqrt(math.max(0, square - mean ^ 2))
end

return {
	keys = {
		{ "space", "훈련 시작/멈춤" },
		{ "j", "10걸음만" },
		{ "d", "판별자가 몇 걸음 앞설까" },
		{ "n", "처음부터" },
	},
	interval = 200,

	init = function(seed)
		local state = { seed = seed % 1000 + 1, running = false, judge_steps = 1 }
		fresh(state)
		return state
	end,

	key = function(state, key)
		if key == "space" then state.running = not state.running
		elseif key == "j" then train(state, 10)
		elseif key == "d" then
			state.judge_steps = state.judge_steps % 5 + 1
		elseif key == "n" then
			state.seed = state.seed + 1
			fresh(state)
		end
	end,

	tick = function(state)
		if state.running then train(state, 20) end
	end,

	draw = function(state, canvas)
		local made = T.no_grad(function() return fake(state, 400) end):totable()
		local mean, spread = moments(made)
		canvas:text(1, 1, string.format("%d걸음 · 판별자 %d걸음마다 생성자 1걸음", state.steps, state.judge_steps), "bold")
		local truth = histogram(real(400):totable())
		local bars = histogram(made)
		for row = 8, 1, -1 do
			for b = 1, 36 do
				local y, is_real, is_fake = 10 - row, truth[b] >= row * 6, bars[b] >= row * 6
				if is_real and is_fake then canvas:text(b, y + 1, "▓", "good")
				elseif is_real then canvas:text(b, y + 1, "░", "s1")
				elseif is_fake then canvas:text(b, y + 1, "▒", "bad") end
			end
		end
		canvas:text(1, 11, "-1        1         3        5", "dim")
		canvas:text(1, 12, "░ 진짜  ▒ 가짜  ▓ 둘 다", "dim")
		canvas:text(40, 2, string.format("가짜의 평균      %.2f   (진짜 %.2f)", mean, MEAN), "accent")
		canvas:text(40, 3, string.format("가짜의 표준 편차 %.2f   (진짜 %.2f)", spread, SPREAD), "accent")
		if #state.d_loss > 1 then
			canvas:line(40, 5, 36, 8, { state.d_loss, state.g_loss }, { min = 0, max = 3, labels = { "D-loss", "G-loss" } })
			canvas:text(40, 13, string.format("D-loss %.3f   G-loss %.3f", state.last_d, state.last_g))
		end
		canvas:text(1, 15, "판별자가 완벽히 헷갈릴 때의 D-loss는 1.386입니다. 0이 아니라요.", "dim")
	end,

	say = function(state)
		local mean, spread = moments(T.no_grad(function() return fake(state, 400) end):totable())
		local text = string.format("%d걸음 훈련했습니다. 가짜의 평균은 %.2f, 표준 편차는 %.2f입니다.", state.steps, mean, spread)
		if state.last_d then text = text .. string.format(" D-loss %.3f, G-loss %.3f.", state.last_d, state.last_g) end
		return text
	end,
}
