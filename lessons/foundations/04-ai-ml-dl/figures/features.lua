-- Two hand-made features of handwritten digits: how two digits part, and how many of all ten a nearest-centre rule gets.

local data = require "data"

local features = {
	{ name = "잉크의 양", value = function(ink) return ink.total end },
	{ name = "무게 중심의 높이", value = function(ink) return ink.row / ink.total end },
	{ name = "오른쪽 - 왼쪽", value = function(ink) return (ink.right - ink.left) / ink.total end },
	{ name = "가운데의 어두움", value = function(ink) return ink.middle end },
}

local function measure(image)
	local ink = { total = 1e-6, row = 0, left = 0, right = 0, middle = 0 }
	for r = 1, 8 do
		for c = 1, 8 do
			local v = image[r][c]
			ink.total = ink.total + v
			ink.row = ink.row + v * r
			if c <= 4 then ink.left = ink.left + v else ink.right = ink.right + v end
			if r >= 4 and r <= 5 and c >= 4 and c <= 5 then ink.middle = ink.middle + v / 4 end
		end
	end
	local out = {}
	for i, feature in ipairs(features) do out[i] = feature.value(ink) end
	return out
end

-- Standardised, so that distances along both features count alike.
local function prepare(state)
	local set = data.digits()
	local images, labels = set.images:reshape(#set, 8, 8):totable(), set.labels:totable()
	state.rows, state.labels = {}, labels
	for i = 1, #images do state.rows[i] = measure(images[i]) end
	for f = 1, #features do
		local mean, square = 0, 0
		for _, row in ipairs(state.rows) do
			mean = mean + row[f] / #state.rows
			square = square + row[f] ^ 2 / #state.rows
		end
		local spread = math.sqrt(math.max(1e-9, square - mean ^ 2))
		for _, row in ipairs(state.rows) do row[f] = (row[f] - mean) / spread end
	end
end

local function accuracy(state, used)
	local centres, counts = {}, {}
	for d = 0, 9 do centres[d], counts[d] = {}, 0 end
	for i = 1, #state.rows, 2 do
		local d = state.labels[i]
		counts[d] = counts[d] + 1
		for _, f in ipairs(used) do centres[d][f] = (centres[d][f] or 0) + state.rows[i][f] end
	end
	local right, total = 0, 0
	for i = 2, #state.rows, 2 do
		local best, best_distance = -1, math.huge
		for d = 0, 9 do
			local distance = 0
			for _, f in ipairs(used) do distance = distance + (state.rows[i][f] - centres[d][f] / counts[d]) ^ 2 end
			if distance < best_distance then best, best_distance = d, distance end
		end
		total = total + 1
		if best == state.labels[i] then right = right + 1 end
	end
	return right / total
end

local function refresh(state)
	state.two = accuracy(state, { state.x, state.y })
	state.all = accuracy(state, { 1, 2, 3, 4 })
end

return {
	keys = {
		{ "x", "가로 특징" },
		{ "y", "세로 특징" },
		{ "left/right", "첫째 숫자" },
		{ "up/down", "둘째 숫자" },
	},

	init = function()
		local state = { x = 1, y = 2, first = 1, second = 8 }
		prepare(state)
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "x" then state.x = state.x % #features + 1
		elseif key == "y" then state.y = state.y % #features + 1
		elseif key == "left" then state.first = (state.first - 1) % 10
		elseif key == "right" then state.first = (state.first + 1) % 10
		elseif key == "up" then state.second = (state.second + 1) % 10
		elseif key == "down" then state.second = (state.second - 1) % 10
		else return end
		refresh(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("가로 %s · 세로 %s", features[state.x].name, features[state.y].name), "bold")
		local points, counts = {}, { 0, 0 }
		for i, row in ipairs(state.rows) do
			local group = state.labels[i] == state.first and 1 or (state.labels[i] == state.second and 2 or nil)
			if group and counts[group] < 90 then
				counts[group] = counts[group] + 1
				points[#points + 1] = { row[state.x], row[state.y], group }
			end
		end
		canvas:scatter(1, 2, 46, 13, points, { xmin = -3, xmax = 3, ymin = -3, ymax = 3,
			labels = { "숫자 " .. state.first, "숫자 " .. state.second } })
		canvas:text(50, 3, "열 가지 숫자를 다 맞히면")
		canvas:text(50, 5, string.format("이 두 특징   %.3f", state.two), "accent")
		canvas:text(50, 6, string.format("네 특징 모두 %.3f", state.all), "accent")
		canvas:text(50, 7, "찍어서 맞힘  0.100", "dim")
		canvas:text(50, 9, "특징에 담기지 않은 것은", "dim")
		canvas:text(50, 10, "배울 길이 없습니다.", "dim")
	end,

	say = function(state)
		return string.format("특징 두 개('%s', '%s')만으로 숫자 열 가지를 맞힌 비율은 %.3f, 네 특징을 모두 쓰면 %.3f입니다.",
			features[state.x].name, features[state.y].name, state.two, state.all)
	end,
}
