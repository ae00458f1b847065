-- Eight Gaussians on a ring: a plain GAN thrown off balance against WGAN with a gradient penalty, trained live.

local T = require "tensor"
local nn = require "nn"

local BATCH, NOISE = 128, 4

local function real(count)
	local rows, at, noise = {}, T.rand(count):totable(), T.randn(count, 2):totable()
	for i = 1, count do
		local angle = math.pi / 4 * math.floor(at[i] * 8)
		rows[i] = { 2 * math.cos(angle) + 0.1 * noise[i][1], 2 * math.sin(angle) + 0.1 * noise[i][2] }
	end
	return T.tensor(rows)
end

local function fresh(state)
	T.seed(state.seed)
	state.G = nn.sequential { nn.linear { NOISE, 48 }, nn.relu(), nn.linear { 48, 48 }, nn.relu(), nn.linear { 48, 2 } }
	state.D = nn.sequential { nn.linear { 2, 48 }, nn.leaky_relu(0.2), nn.linear { 48, 48 }, nn.leaky_relu(0.2), nn.linear { 48, 1 } }
	state.g_step = nn.adam { learning_rate = state.critic and 1e-3 or 4e-3, beta1 = 0.5, beta2 = 0.9 }
	state.d_step = nn.adam { learning_rate = state.critic and 1e-3 or 4e-4, beta1 = 0.5, beta2 = 0.9 }
	state.steps = 0
end

local function fake(state, count) return state.G(T.randn(count, NOISE)) end

-- Ten times the mean squared distance of the critic's slope from one, between real and made points.
local function penalty(state, x, y)
	local mix = T.rand(BATCH, 1)
	local between = (mix * x + (1 - mix) * y):detach():requires_grad()
	local slope = T.grad(state.D(between):sum(), { between }, { create_graph = true })[1]
	local length = ((slope * slope):sum(2) + 1e-12):sqrt()
	return ((length - 1) ^ 2):mean() * 10
end

local function train(state, count)
	local ones, zeros = T.ones(BATCH, 1), T.zeros(BATCH, 1)
	for _ = 1, count do
		for _ = 1, state.critic and 3 or 1 do
			local x, y = real(BATCH), fake(state, BATCH):detach()
			state.D:zero_grad()
			local loss = state.critic and state.D(y):mean() - state.D(x):mean() + penalty(state, x, y) or
				nn.bce_with_logits(state.D(x), ones) + nn.bce_with_logits(state.D(y), zeros)
			loss:backward()
			state.d_step:step(state.D:parameters())
			state.d_loss = loss:item()
		end
		state.G:zero_grad()
		state.D:zero_grad()
		local score = state.D(fake(state, BATCH))
		local loss = state.critic and -score:mean() or nn.bce_with_logits(score, ones)
		loss:backward()
		state.g_step:step(state.G:parameters())
		state.g_loss = loss:item()
		state.steps = state.steps + 1
	end
end

-- Modes hit by at least 2 % of the points, and the share within six standard deviations of a mode.
local function coverage(points)
	local hits, good = {}, 0
	for k = 0, 7 do hits[k] = 0 end
	for _, p in ipairs(points) do
		for k = 0, 7 do
			local dx, dy = p[1] - 2 * math.cos(math.pi / 4 * k), p[2] - 2 * math.sin(math.pi / 4 * k)
			if dx * dx + dy * dy < 0.36 then
				hits[k], good = hits[k] + 1, good + 1
				break
			end
		end
	end
	local modes = 0
	for k = 0, 7 do
		if hits[k] >= 0.02 * #points then modes = modes + 1 end
	end
	return modes, good / #points, hits
end

return {
	keys = {
		{ "space", "훈련 시작/멈춤" },
		{ "j", "20걸음만" },
		{ "m", "보통 GAN / WGAN-GP" },
		{ "n", "처음부터" },
	},
	interval = 250,

	init = function(seed)
		local state = { seed = seed % 1000 + 1, critic = false, running = false }
		fresh(state)
		return state
	end,

	key = function(state, key)
		if key == "space" then state.running = not state.running
		elseif key == "j" then train(state, 20)
		elseif key == "m" then
			state.critic = not state.critic
			fresh(state)
		elseif key == "n" then
			state.seed = state.seed + 1
			fresh(state)
		end
	end,

	tick = function(state)
		if state.running then train(state, state.critic and 10 or 25) end
	end,

	draw = function(state, canvas)
		local points = T.no_grad(function() return fake(state, 400) end):totable()
		local modes, good, hits = coverage(points)
		canvas:text(1, 1, string.format("%s · %d걸음", state.critic and "WGAN-GP" or "보통 GAN (생성자만 빠르게: 균형 깨짐)", state.steps), "bold")
		local drawn = {}
		for k = 0, 7 do drawn[#drawn + 1] = { 2 * math.cos(math.pi / 4 * k), 2 * math.sin(math.pi / 4 * k), 2 } end
		for i, p in ipairs(points) do drawn[#drawn + 1] = { p[1], p[2], 1 } end
		canvas:scatter(1, 2, 36, 13, drawn, { xmin = -3, xmax = 3, ymin = -3, ymax = 3 })
		canvas:text(40, 3, string.format("모드 커버리지      %d / 8", modes), "accent")
		canvas:text(40, 4, string.format("좋은 표본의 비율   %.2f", good), "accent")
		if state.d_loss then
			canvas:text(40, 6, string.format("%s %+.3f", state.critic and "비평자 손실" or "D-loss     ", state.d_loss))
			canvas:text(40, 7, string.format("%s %+.3f", state.critic and "생성자 손실" or "G-loss     ", state.g_loss))
		end
		local parts = {}
		for k = 0, 7 do parts[k + 1] = tostring(hits[k]) end
		canvas:text(40, 9, "봉우리마다 떨어진 표본", "dim")
		canvas:text(40, 10, table.concat(parts, "  "))
		canvas:text(40, 12, "손실과 커버리지를 함께 보세요.", "dim")
		canvas:text(1, 16, "WGAN-GP의 손실은 음수도 됩니다. 확률이 아니라 점수의 차이니까요.", "dim")
	end,

	say = function(state)
		local modes, good = coverage(T.no_grad(function() return fake(state, 400) end):totable())
		return string.format("%s %d걸음. 봉우리 8개 가운데 %d개를 냈고 좋은 표본의 비율은 %.2f입니다.",
			state.critic and "WGAN-GP" or "균형이 깨진 보통 GAN", state.steps, modes, good)
	end,
}
