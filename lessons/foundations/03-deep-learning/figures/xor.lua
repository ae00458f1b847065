-- XOR learned live by a tiny network with hand-written back-propagation; the hidden layer can be made straight.

local points = { { 0, 0, 0 }, { 0, 1, 1 }, { 1, 0, 1 }, { 1, 1, 0 } }
local WIDTH, HEIGHT, RATE = 32, 24, 0.8

local function tanh(x)
	local e = math.exp(2 * math.max(-20, math.min(20, x)))
	return (e - 1) / (e + 1)
end

local function fresh(state)
	math.randomseed(state.seed)
	state.net = { b2 = 0, hidden = {} }
	for i = 1, state.units do
		state.net.hidden[i] = { math.random() * 2 - 1, math.random() * 2 - 1, math.random() - 0.5, math.random() * 2 - 1 }
	end
	state.steps, state.losses = 0, {}
end

local function forward(state, a, b)
	local net, values, sum = state.net, {}, state.net.b2
	for i, unit in ipairs(net.hidden) do
		local z = unit[1] * a + unit[2] * b + unit[3]
		values[i] = state.bent and tanh(z) or z
		sum = sum + unit[4] * values[i]
	end
	return 1 / (1 + math.exp(-math.max(-30, math.min(30, sum)))), values
end

local function loss_of(state)
	local sum, right = 0, 0
	for _, point in ipairs(points) do
		local p = forward(state, point[1], point[2])
		sum = sum - math.log(math.max(1e-12, point[3] == 1 and p or 1 - p)) / #points
		if (p > 0.5) == (point[3] == 1) then right = right + 1 end
	end
	return sum, right
end

local function step(state)
	local net, gradients, g2 = state.net, {}, 0
	for i = 1, #net.hidden do gradients[i] = { 0, 0, 0, 0 } end
	for _, point in ipairs(points) do
		local p, values = forward(state, point[1], point[2])
		local d = (p - point[3]) / #points
		g2 = g2 + d
		for i, unit in ipairs(net.hidden) do
			local back = d * unit[4] * (state.bent and 1 - values[i] ^ 2 or 1)
			local g = gradients[i]
			g[1], g[2], g[3], g[4] = g[1] + back * point[1], g[2] + back * point[2], g[3] + back, g[4] + d * values[i]
		end
	end
	net.b2 = net.b2 - RATE * g2
	for i, unit in ipairs(net.hidden) do
		for k = 1, 4 do unit[k] = unit[k] - RATE * gradients[i][k] end
	end
	state.steps = state.steps + 1
end

local function train(state, count)
	for _ = 1, count do step(state) end
	state.losses[#state.losses + 1] = (loss_of(state))
	if #state.losses > 120 then table.remove(state.losses, 1) end
end

return {
	keys = {
		{ "space", "훈련 시작/멈춤" },
		{ "j", "10걸음만" },
		{ "l", "구부림(tanh) 켜고 끄기" },
		{ "left/right", "은닉 뉴런 수" },
		{ "n", "처음부터" },
	},
	interval = 120,

	init = function(seed)
		local state = { units = 4, bent = true, running = false, seed = seed % 1000 + 1 }
		fresh(state)
		return state
	end,

	key = function(state, key)
		if key == "space" then state.running = not state.running
		elseif key == "j" then train(state, 10)
		elseif key == "l" then
			state.bent = not state.bent
			fresh(state)
		elseif key == "left" then
			state.units = math.max(1, state.units - 1)
			fresh(state)
		elseif key == "right" then
			state.units = math.min(8, state.units + 1)
			fresh(state)
		elseif key == "n" then
			state.seed = state.seed + 1
			fresh(state)
		end
	end,

	tick = function(state)
		if state.running then train(state, 20) end
	end,

	draw = function(state, canvas)
		local loss, right = loss_of(state)
		canvas:text(1, 1, string.format("은닉 뉴런 %d개 · 구부림 %s · %d걸음", state.units, state.bent and "tanh" or "없음(직선)",
			state.steps), "bold")
		local map = {}
		for r = 1, HEIGHT do
			map[r] = {}
			for c = 1, WIDTH do
				map[r][c] = forward(state, -0.3 + 1.6 * (c - 1) / (WIDTH - 1), 1.3 - 1.6 * (r - 1) / (HEIGHT - 1)) * 2 - 1
			end
		end
		canvas:image(1, 2, WIDTH, HEIGHT // 2, map, { min = -1, max = 1, diverging = true })
		for _, point in ipairs(points) do
			local x = 1 + math.floor((point[1] + 0.3) / 1.6 * (WIDTH - 1) + 0.5)
			local y = 2 + math.floor((1.3 - point[2]) / 1.6 * (HEIGHT // 2 - 1) + 0.5)
			canvas:text(x, y, tostring(point[3]), "bold")
		end
		canvas:text(37, 2, "입력      참   답(1일 확률)", "dim")
		for i, point in ipairs(points) do
			local p = forward(state, point[1], point[2])
			local good = (p > 0.5) == (point[3] == 1)
			canvas:text(37, i + 2, string.format("(%d, %d)     %d      %.3f  %s", point[1], point[2], point[3], p, good and "맞음" or "틀림"),
				good and "good" or "bad")
		end
		canvas:text(37, 8, string.format("손실 %.4f    맞힌 점 %d / 4", loss, right), "accent")
		if #state.losses > 1 then canvas:line(37, 9, 40, 5, { state.losses }, { min = 0, max = 0.8 }) end
		canvas:text(1, 15, state.bent and "곡선으로 휘어진 경계가 생깁니다. l을 눌러 구부림을 꺼 보세요." or
			"구부림이 없으면 층이 둘이어도 경계는 직선입니다. 네 점을 다 맞힐 수 있나요?", "dim")
	end,

	say = function(state)
		local loss, right = loss_of(state)
		return string.format("은닉 뉴런 %d개, 구부림 %s, %d걸음 훈련했습니다. 손실 %.4f, 네 점 가운데 %d점을 맞혔습니다.", state.units,
			state.bent and "있음" or "없음", state.steps, loss, right)
	end,
}
