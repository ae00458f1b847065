-- Self-attention over four words: every score, weight and mixed vector, with and without positions, in two orders.

local words = { "강아지가", "의자에", "앉아", "있다" }
local orders = { { 1, 2, 3, 4 }, { 3, 1, 4, 2 }, { 2, 1, 3, 4 } }
local WIDTH = 6

local function matrix(rows, columns)
	local m = {}
	for i = 1, rows do
		m[i] = {}
		for j = 1, columns do m[i][j] = (math.random() * 2 - 1) * 1.2 end
	end
	return m
end

local function fresh(state)
	math.randomseed(state.seed)
	state.words = matrix(#words, WIDTH)
	state.q, state.k, state.v = matrix(WIDTH, WIDTH), matrix(WIDTH, WIDTH), matrix(WIDTH, WIDTH)
end

local function position(pos)
	local out = {}
	for i = 1, WIDTH do
		local angle = (pos - 1) / 10000 ^ (2 * ((i - 1) // 2) / WIDTH)
		out[i] = i % 2 == 1 and math.sin(angle) or math.cos(angle)
	end
	return out
end

local function apply(m, x)
	local out = {}
	for i = 1, WIDTH do
		out[i] = 0
		for j = 1, WIDTH do out[i] = out[i] + m[i][j] * x[j] end
	end
	return out
end

local function dot(a, b)
	local sum = 0
	for i = 1, WIDTH do sum = sum + a[i] * b[i] end
	return sum
end

-- Weights [place][place] and mixed vectors by place, for one order.
local function attend(state, order, positions)
	local q, k, v = {}, {}, {}
	for place, w in ipairs(order) do
		local x, seat = {}, position(place)
		for i = 1, WIDTH do x[i] = state.words[w][i] + (positions and seat[i] or 0) end
		q[place], k[place], v[place] = apply(state.q, x), apply(state.k, x), apply(state.v, x)
	end
	local weights, mixed = {}, {}
	for i = 1, #order do
		local total = 0
		weights[i], mixed[i] = {}, {}
		for j = 1, #order do
			weights[i][j] = math.exp(dot(q[i], k[j]) / math.sqrt(WIDTH))
			total = total + weights[i][j]
		end
		for c = 1, WIDTH do mixed[i][c] = 0 end
		for j = 1, #order do
			weights[i][j] = weights[i][j] / total
			for c = 1, WIDTH do mixed[i][c] = mixed[i][c] + weights[i][j] * v[j][c] end
		end
	end
	return weights, mixed
end

local function place_of(order, w)
	for place, other in ipairs(order) do
		if other == w then return place end
	end
end

-- Largest change of a word's mixed vector between the plain order and the shown one.
local function change(state, w)
	local _, plain = attend(state, orders[1], state.positions)
	local _, now = attend(state, orders[state.order], state.positions)
	local a, b, most = plain[place_of(orders[1], w)], now[place_of(orders[state.order], w)], 0
	for i = 1, WIDTH do most = math.max(most, math.abs(a[i] - b[i])) end
	return most
end

return {
	keys = {
		{ "left/right", "눈길을 보내는 낱말" },
		{ "s", "낱말 섞기" },
		{ "p", "위치 인코딩 켜고 끄기" },
		{ "n", "가중치 다시 뽑기" },
	},

	init = function(seed)
		local state = { at = 3, order = 1, positions = false, seed = seed % 1000 + 1 }
		fresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.at = math.max(1, state.at - 1)
		elseif key == "right" then state.at = math.min(4, state.at + 1)
		elseif key == "s" then state.order = state.order % #orders + 1
		elseif key == "p" then state.positions = not state.positions
		elseif key == "n" then
			state.seed = state.seed + 1
			fresh(state)
		end
	end,

	draw = function(state, canvas)
		local order = orders[state.order]
		local weights, mixed = attend(state, order, state.positions)
		local x = 1
		for place, w in ipairs(order) do
			x = x + canvas:text(x, 1, words[w] .. "   ", place == state.at and "accent" or "normal")
		end
		canvas:text(50, 1, "위치 인코딩 " .. (state.positions and "켬" or "끔"), "bold")
		local word = words[order[state.at]]
		canvas:text(1, 3, "'" .. word .. "'가 보내는 눈길 (합 1)", "dim")
		for place, w in ipairs(order) do
			canvas:text(1, 3 + place, words[w])
			canvas:text(12, 3 + place, string.rep("█", math.floor(weights[state.at][place] * 24 + 0.5)), "s1")
			canvas:text(38, 3 + place, string.format("%.3f", weights[state.at][place]), "accent")
		end
		canvas:text(1, 9, "문맥 벡터", "dim")
		local parts = {}
		for i = 1, WIDTH do parts[i] = string.format("%+.3f", mixed[state.at][i]) end
		canvas:text(12, 9, table.concat(parts, " "))
		canvas:text(1, 11, "원래 순서에서의 문맥 벡터와 견준 가장 큰 차이", "dim")
		x = 1
		for w = 1, 4 do
			local d = change(state, w)
			x = x + canvas:text(x, 12, string.format("%s %.3f   ", words[w], d), d < 1e-9 and "good" or "warn")
		end
		canvas:text(1, 14, state.positions and "좌석 번호가 붙으니 순서를 섞으면 문맥 벡터가 달라집니다." or
			"좌석 번호가 없으면 섞어도 낱말마다의 문맥 벡터는 똑같습니다.")
		canvas:text(1, 15, "눈길의 수는 4 × 4 = 16개. 낱말이 1,000개라면 1,000,000개입니다.", "dim")
	end,

	say = function(state)
		local order = orders[state.order]
		local weights = attend(state, order, state.positions)
		local parts = {}
		for place, w in ipairs(order) do parts[place] = string.format("%s %.3f", words[w], weights[state.at][place]) end
		return string.format("위치 인코딩 %s. '%s'가 보내는 눈길은 %s입니다. 순서를 섞은 뒤 문맥 벡터의 차이는 %.3f입니다.",
			state.positions and "켬" or "끔", words[order[state.at]], table.concat(parts, ", "), change(state, order[state.at]))
	end,
}
