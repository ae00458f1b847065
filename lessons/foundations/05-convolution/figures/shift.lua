-- A letter moved about: the feature map follows, its largest value does not change.

local T = require "tensor"
local nn = require "nn"

local SIZE = 12
local letters = {
	{ name = "ㄱ", rows = { "11111", "00001", "00001", "00001", "00001" } },
	{ name = "ㅁ", rows = { "11111", "10001", "10001", "10001", "11111" } },
	{ name = "ㅏ", rows = { "01000", "01000", "01110", "01000", "01000" } },
	{ name = "ㅅ", rows = { "00100", "00100", "01010", "01010", "10001" } },
}
local filters = {
	{ name = "세로 획", { -1, 2, -1 }, { -1, 2, -1 }, { -1, 2, -1 } },
	{ name = "가로 획", { -1, -1, -1 }, { 2, 2, 2 }, { -1, -1, -1 } },
	{ name = "오른쪽 위 모서리", { 1, 1, -1 }, { -1, 1, -1 }, { -1, 1, -1 } },
}

local function picture(state)
	local image = T.zeros(1, 1, SIZE, SIZE)
	for r, line in ipairs(letters[state.letter].rows) do
		for c = 1, #line do
			if line:sub(c, c) == "1" then image:set(1, 1, state.top + r, state.left + c, 1) end
		end
	end
	return image
end

local function feature_map(image, filter)
	local kernel = T.tensor { { { filter[1], filter[2], filter[3] } } }
	return nn.f.conv2d(image, kernel, nil, { stride = 1, padding = 0 }):reshape(SIZE - 2, SIZE - 2)
end

-- Largest value of a map and the first place that holds it.
local function peak(map)
	local best, row, column = -math.huge, 1, 1
	for r, line in ipairs(map:totable()) do
		for c, value in ipairs(line) do
			if value > best then best, row, column = value, r, c end
		end
	end
	return best, row, column
end

local function refresh(state)
	state.image = picture(state)
	state.map = feature_map(state.image, filters[state.filter])
	state.peak, state.row, state.column = peak(state.map)
end

return {
	keys = {
		{ "left/right/up/down", "글자 옮기기" },
		{ "n", "글자 바꾸기" },
		{ "f", "필터 바꾸기" },
	},

	init = function()
		local state = { letter = 1, filter = 1, top = 3, left = 1 }
		refresh(state)
		return state
	end,

	key = function(state, key)
		local limit = SIZE - 5
		if key == "left" then state.left = math.max(0, state.left - 1)
		elseif key == "right" then state.left = math.min(limit, state.left + 1)
		elseif key == "up" then state.top = math.max(0, state.top - 1)
		elseif key == "down" then state.top = math.min(limit, state.top + 1)
		elseif key == "n" then state.letter = state.letter % #letters + 1
		elseif key == "f" then state.filter = state.filter % #filters + 1
		else return end
		refresh(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, "입력 '" .. letters[state.letter].name .. "' 12×12", "bold")
		canvas:image(1, 2, 24, 12, state.image:reshape(SIZE, SIZE), { min = 0, max = 1 })
		canvas:text(30, 1, "특징 맵 10×10 · " .. filters[state.filter].name, "bold")
		canvas:image(30, 2, 20, 10, state.map, { min = -6, max = 6 })
		canvas:text(54, 3, string.format("글자가 놓인 곳 (%d, %d)", state.top + 1, state.left + 1))
		canvas:text(54, 5, string.format("가장 큰 값 %g", state.peak), "accent")
		canvas:text(54, 6, string.format("그 자리 (%d, %d)", state.row, state.column), "accent")
		canvas:text(54, 8, "한 줄로 펴면")
		canvas:text(54, 9, string.format("%d번째 칸입니다", (state.row - 1) * (SIZE - 2) + state.column))
		canvas:text(1, 15, "글자를 옮겨도 가장 큰 값은 그대로이고, 자리만 따라 움직입니다.", "dim")
	end,

	say = function(state)
		return string.format(
			"글자 '%s'의 왼쪽 위가 (%d, %d)에 있습니다. '%s' 필터의 가장 큰 반응은 %g이고 자리는 (%d, %d), 한 줄로 펴면 %d번째 칸입니다.",
			letters[state.letter].name, state.top + 1, state.left + 1, filters[state.filter].name, state.peak,
			state.row, state.column, (state.row - 1) * (SIZE - 2) + state.column)
	end,
}
