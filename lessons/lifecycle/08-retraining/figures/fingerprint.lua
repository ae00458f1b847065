-- A file name that stays and a content that does not: the fingerprint of a small table while one of its cells is changed.

local data = require "data"

local NAME = "train_1124.csv"
local columns = { "소득", "부채", "연체", "부실" }
local original = {
	{ 310, 120, 0, 0 },
	{ 280, 900, 2, 1 },
	{ 450, 200, 0, 0 },
	{ 190, 640, 1, 1 },
}

local function copy()
	local out = {}
	for r, row in ipairs(original) do out[r] = table.move(row, 1, #row, 1, {}) end
	return out
end

local function changed(state)
	local count = 0
	for r, row in ipairs(original) do
		for c, value in ipairs(row) do
			if state.rows[r][c] ~= value then count = count + 1 end
		end
	end
	return count
end

return {
	keys = {
		{ "left/right", "칸 옮기기(줄 끝에서 다음 줄로)" },
		{ "up/down", "그 칸의 값을 1 바꾸기" },
		{ "o", "원래대로" },
	},

	init = function()
		return { rows = copy(), at = 6, before = data.fingerprint(original) }
	end,

	key = function(state, key)
		local cells = #original * #columns
		local r, c = (state.at - 1) // #columns + 1, (state.at - 1) % #columns + 1
		if key == "left" then state.at = (state.at - 2) % cells + 1
		elseif key == "right" then state.at = state.at % cells + 1
		elseif key == "up" then state.rows[r][c] = state.rows[r][c] + 1
		elseif key == "down" then state.rows[r][c] = state.rows[r][c] - 1
		elseif key == "o" then state.rows = copy() end
	end,

	draw = function(state, canvas)
		canvas:box(1, 1, 42, 8, NAME)
		for c, name in ipairs(columns) do canvas:text(4 + (c - 1) * 10, 2, name, "dim") end
		for r, row in ipairs(state.rows) do
			for c, value in ipairs(row) do
				local here = state.at == (r - 1) * #columns + c
				local style = here and "reverse" or (value ~= original[r][c] and "warn" or "normal")
				canvas:text(3 + (c - 1) * 10, 2 + r, string.format("%5d%s", value, value ~= original[r][c] and "*" or " "), style)
			end
		end
		canvas:text(46, 3, "파일 이름", "dim")
		canvas:text(46, 4, NAME, "bold")
		canvas:text(46, 6, string.format("바뀐 칸 %d개", changed(state)), changed(state) > 0 and "warn" or "good")
		local now = data.fingerprint(state.rows)
		canvas:text(1, 10, "훈련한 날 적어 둔 지문", "dim")
		canvas:text(3, 11, state.before)
		canvas:text(1, 12, "지금 파일에서 구한 지문", "dim")
		canvas:text(3, 13, now, now == state.before and "good" or "bad")
		canvas:text(1, 15, now == state.before and "같습니다. 그날의 데이터가 맞습니다." or
			"이름은 같은데 지문이 다릅니다. 그날의 데이터가 아닙니다.", now == state.before and "good" or "bad")
	end,

	say = function(state)
		local now = data.fingerprint(state.rows)
		return string.format("파일 이름은 그대로이고 바뀐 칸은 %d개입니다. 지문은 %s로 시작하고, 적어 둔 지문과 %s.", changed(state), now:sub(1, 8),
			now == state.before and "같습니다" or "다릅니다")
	end,
}
