-- Pooling a 6×6 map: the window moved, the value kept, the values thrown away, and the map pushed by a cell.

local base = {
	{ 1, 3, 0, 2, 1, 0 },
	{ 8, 2, 1, 0, 0, 4 },
	{ 0, 1, 6, 6, 2, 1 },
	{ 2, 0, 6, 5, 0, 3 },
	{ 1, 1, 0, 2, 9, 0 },
	{ 0, 4, 3, 1, 0, 2 },
}

local function cell(state, r, c)
	local line = base[r]
	local column = c - state.shift
	return line and line[column] or 0
end

local function size(state) return 6 // state.window end

local function inside(state, row, column)
	local values, k = {}, state.window
	for i = 1, k do
		for j = 1, k do
			values[#values + 1] = cell(state, (row - 1) * k + i, (column - 1) * k + j)
		end
	end
	return values
end

local function pooled(state, row, column)
	local values = inside(state, row, column)
	local best, sum = values[1], 0
	for _, v in ipairs(values) do
		best = math.max(best, v)
		sum = sum + v
	end
	return state.max and best or sum / #values
end

-- How many cells of the result differ from the unshifted map's.
local function changed(state)
	local moved, n = state.shift, 0
	for r = 1, size(state) do
		for c = 1, size(state) do
			local now = pooled(state, r, c)
			state.shift = 0
			if pooled(state, r, c) ~= now then n = n + 1 end
			state.shift = moved
		end
	end
	return n
end

local function number(v)
	return v == math.floor(v) and string.format("%4d", v) or string.format("%4.1f", v)
end

local function kept_and_lost(state)
	local values, kept = inside(state, state.row, state.column), pooled(state, state.row, state.column)
	local lost, found = {}, false
	for _, v in ipairs(values) do
		if state.max and v == kept and not found then found = true
		else lost[#lost + 1] = tostring(v) end
	end
	return kept, table.concat(lost, " "), values
end

return {
	keys = {
		{ "left/right/up/down", "묶음 옮기기" },
		{ "m", "최대/평균 바꾸기" },
		{ "x", "지도를 오른쪽으로 한 칸 밀기" },
		{ "z", "지도를 왼쪽으로 한 칸 당기기" },
		{ "w", "묶음 크기 2/3" },
	},

	init = function()
		return { max = true, window = 2, shift = 0, row = 1, column = 1 }
	end,

	key = function(state, key)
		if key == "left" then state.column = state.column - 1
		elseif key == "right" then state.column = state.column + 1
		elseif key == "up" then state.row = state.row - 1
		elseif key == "down" then state.row = state.row + 1
		elseif key == "m" or key == "a" then state.max = not state.max
		elseif key == "x" then state.shift = math.min(2, state.shift + 1)
		elseif key == "z" then state.shift = math.max(0, state.shift - 1)
		elseif key == "w" then state.window = 5 - state.window
		end
		state.row = math.max(1, math.min(size(state), state.row))
		state.column = math.max(1, math.min(size(state), state.column))
	end,

	draw = function(state, canvas)
		local k, n = state.window, size(state)
		canvas:text(1, 1, "특징 맵 6×6", "bold")
		canvas:text(33, 1, string.format("%s 풀링 %d×%d → %d×%d", state.max and "최대" or "평균", k, k, n, n), "bold")
		for r = 1, 6 do
			for c = 1, 6 do
				local hit = (r - 1) // k + 1 == state.row and (c - 1) // k + 1 == state.column
				canvas:text(2 + (c - 1) * 4, 1 + r, string.format("%3d", cell(state, r, c)), hit and "accent" or "normal")
			end
			if (r - 1) // k + 1 == state.row then
				canvas:text(1 + (state.column - 1) * k * 4, 1 + r, "[", "bold")
				canvas:text(1 + state.column * k * 4, 1 + r, "]", "bold")
			end
		end
		for r = 1, n do
			for c = 1, n do
				local hit = r == state.row and c == state.column
				canvas:text(33 + (c - 1) * 6, 1 + r, number(pooled(state, r, c)), hit and "accent" or "normal")
				if hit then
					canvas:text(32 + (c - 1) * 6, 1 + r, "[", "bold")
					canvas:text(37 + (c - 1) * 6, 1 + r, "]", "bold")
				end
			end
		end

		local kept, lost, values = kept_and_lost(state)
		if state.max then
			canvas:text(1, 9, string.format("묶음 (%d,%d)에서 남은 값 %g", state.row, state.column, kept), "good")
			canvas:text(1, 10, "사라진 값 " .. lost, "warn")
			canvas:text(1, 11, "남은 값이 묶음 안 어디에 있었는지도 사라졌습니다.", "dim")
		else
			canvas:text(1, 9, string.format("묶음 (%d,%d)의 평균 (%s) ÷ %d = %.4g", state.row, state.column,
				table.concat(values, " + "), #values, kept), "good")
			canvas:text(1, 10, "합이 같은 다른 숫자들도 똑같은 평균을 냅니다.", "warn")
		end
		canvas:text(1, 13, string.format("칸 36개 → %d개.  다음 3×3 합성곱이 멈출 자리도 %d분의 1이 됩니다.", n * n, k * k))
		if state.shift == 0 then
			canvas:text(1, 15, "x를 눌러 지도를 밀어 보세요. 결과의 몇 칸이 달라질까요?", "dim")
		else
			canvas:text(1, 15, string.format("지도를 %d칸 밀었더니 결과 %d칸 가운데 %d칸이 달라졌습니다.", state.shift, n * n, changed(state)), "accent")
		end
	end,

	say = function(state)
		local kept, lost = kept_and_lost(state)
		local text = string.format("%s 풀링 %d×%d입니다. 묶음 (%d,%d)에 남은 값은 %.4g", state.max and "최대" or "평균",
			state.window, state.window, state.row, state.column, kept)
		if state.max then text = text .. ", 사라진 값은 " .. lost end
		if state.shift > 0 then
			text = text .. string.format(". 지도를 %d칸 밀어 결과 %d칸이 달라졌습니다", state.shift, changed(state))
		end
		return text .. "."
	end,
}
