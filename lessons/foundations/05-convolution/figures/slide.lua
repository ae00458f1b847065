-- A 3×3 filter stepped over a small image, with every product written out.

local images = {
	{ name = "세로 경계", rows = { "000999", "000999", "000999", "000999", "000999", "000999" } },
	{ name = "한 칸 옮긴 경계", rows = { "000099", "000099", "000099", "000099", "000099", "000099" } },
	{ name = "가로 경계", rows = { "000000", "000000", "000000", "999999", "999999", "999999" } },
	{ name = "ㅁ", rows = { "000000", "099990", "090090", "090090", "099990", "000000" } },
	{ name = "빗금", rows = { "900000", "090000", "009000", "000900", "000090", "000009" } },
	{ name = "고른 밝기", rows = { "555555", "555555", "555555", "555555", "555555", "555555" } },
}

local filters = {
	{ name = "세로 경계", { -1, 0, 1 }, { -1, 0, 1 }, { -1, 0, 1 },
		plus = "밝기가 왼쪽에서 오른쪽으로 커지는 곳입니다.",
		minus = "밝기가 왼쪽에서 오른쪽으로 작아지는 곳입니다.",
		zero = "왼쪽 줄과 오른쪽 줄의 밝기 합이 같은 곳입니다." },
	{ name = "가로 경계", { -1, -1, -1 }, { 0, 0, 0 }, { 1, 1, 1 },
		plus = "밝기가 위에서 아래로 커지는 곳입니다.",
		minus = "밝기가 위에서 아래로 작아지는 곳입니다.",
		zero = "윗줄과 아랫줄의 밝기 합이 같은 곳입니다." },
	{ name = "모두 더하기", { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 },
		plus = "아홉 칸의 합입니다. 9로 나누면 흐려집니다.",
		minus = "", zero = "아홉 칸이 모두 어둡습니다." },
	{ name = "또렷하게", { 0, -1, 0 }, { -1, 5, -1 }, { 0, -1, 0 },
		plus = "가운데가 이웃보다 밝을수록 값이 커집니다.",
		minus = "가운데가 이웃보다 어두운 곳입니다.",
		zero = "가운데의 다섯 배가 네 이웃의 합과 같습니다." },
	{ name = "점 찾기", { -1, -1, -1 }, { -1, 8, -1 }, { -1, -1, -1 },
		plus = "가운데가 둘레보다 밝은 곳입니다.",
		minus = "가운데가 둘레보다 어두운 곳입니다.",
		zero = "가운데와 둘레의 밝기가 균형을 이룹니다." },
}

local function parse(rows)
	local image = {}
	for r, line in ipairs(rows) do
		image[r] = {}
		for c = 1, #line do image[r][c] = tonumber(line:sub(c, c)) end
	end
	return image
end

local function output_size(state)
	return (6 + 2 * state.padding - 3) // state.stride + 1
end

-- Value of the padded image at row r, column c (1-based in the padded frame).
local function pixel(state, r, c)
	local row = state.image[r - state.padding]
	return row and row[c - state.padding] or 0
end

local function respond(state, row, column)
	local filter, sum = filters[state.filter], 0
	local top, left = (row - 1) * state.stride, (column - 1) * state.stride
	for i = 1, 3 do
		for j = 1, 3 do sum = sum + pixel(state, top + i, left + j) * filter[i][j] end
	end
	return sum
end

local function keep_inside(state)
	local size = output_size(state)
	state.row = math.max(1, math.min(size, state.row))
	state.column = math.max(1, math.min(size, state.column))
end

-- One place forward or back in reading order; wraps at the ends.
local function advance(state, by)
	local size = output_size(state)
	local at = ((state.row - 1) * size + state.column - 1 + by) % (size * size)
	state.row, state.column = at // size + 1, at % size + 1
end

local function verdict(state, sum)
	local filter = filters[state.filter]
	if sum > 0 then return filter.plus end
	if sum < 0 then return filter.minus end
	return filter.zero
end

local function draw_grid(canvas, x, y, size, width, value, inside, dim)
	local format = "%" .. (width - 1) .. "d"
	for r = 1, size do
		local open, close
		for c = 1, size do
			local hit = inside(r, c)
			local style = hit and "accent" or (dim(r, c) and "dim" or "normal")
			canvas:text(x + 1 + (c - 1) * width, y + r - 1, string.format(format, value(r, c)), style)
			if hit then
				open = open or c
				close = c
			end
		end
		if open then
			canvas:text(x + (open - 1) * width, y + r - 1, "[", "bold")
			canvas:text(x + close * width, y + r - 1, "]", "bold")
		end
	end
end

return {
	keys = {
		{ "left/right/up/down", "창 옮기기" },
		{ "j/k", "한 자리 앞으로/뒤로" },
		{ "f", "필터 바꾸기" },
		{ "n", "이미지 바꾸기" },
		{ "p", "패딩" },
		{ "s", "보폭" },
		{ "space", "자동" },
	},
	interval = 700,

	init = function()
		return { image = parse(images[1].rows), shown = 1, filter = 1, padding = 0, stride = 1,
			row = 1, column = 2, auto = false }
	end,

	key = function(state, key)
		if key == "left" then state.column = state.column - 1
		elseif key == "right" then state.column = state.column + 1
		elseif key == "up" then state.row = state.row - 1
		elseif key == "down" then state.row = state.row + 1
		elseif key == "j" then advance(state, 1)
		elseif key == "k" then advance(state, -1)
		elseif key == "f" then state.filter = state.filter % #filters + 1
		elseif key == "n" then
			state.shown = state.shown % #images + 1
			state.image = parse(images[state.shown].rows)
		elseif key == "p" then state.padding = 1 - state.padding
		elseif key == "s" then state.stride = 3 - state.stride
		elseif key == "space" then state.auto = not state.auto
		end
		keep_inside(state)
	end,

	tick = function(state)
		if state.auto then advance(state, 1) end
	end,

	draw = function(state, canvas)
		local filter, size = filters[state.filter], output_size(state)
		local padded = 6 + 2 * state.padding
		local top, left = (state.row - 1) * state.stride, (state.column - 1) * state.stride
		canvas:text(1, 1, "입력 " .. images[state.shown].name, "bold")
		canvas:text(29, 1, "필터 " .. filter.name, "bold")
		canvas:text(51, 1, string.format("특징 맵 %d×%d", size, size), "bold")

		draw_grid(canvas, 1, 2, padded, 3,
			function(r, c) return pixel(state, r, c) end,
			function(r, c) return r > top and r <= top + 3 and c > left and c <= left + 3 end,
			function(r, c)
				return r <= state.padding or c <= state.padding or r > padded - state.padding or
					c > padded - state.padding
			end)
		draw_grid(canvas, 30, 2, 3, 4, function(r, c) return filter[r][c] end,
			function() return false end, function() return false end)
		draw_grid(canvas, 51, 2, size, 4, function(r, c) return respond(state, r, c) end,
			function(r, c) return r == state.row and c == state.column end,
			function() return false end)
		canvas:text(29, 6, string.format("패딩 %d  보폭 %d", state.padding, state.stride), "dim")
		canvas:text(29, 7, string.format("창 %d~%d행 %d~%d열", top + 1, top + 3, left + 1, left + 3), "dim")
		canvas:text(29, 8, string.format("→ 출력 (%d,%d)", state.row, state.column), "dim")

		local sum = respond(state, state.row, state.column)
		for i = 1, 3 do
			local terms = {}
			for j = 1, 3 do
				terms[j] = string.format("%d·%2d", pixel(state, top + i, left + j), filter[i][j])
			end
			canvas:text(3, 11 + i, (i > 1 and "+ " or "  ") .. table.concat(terms, " + "))
		end
		canvas:text(28, 14, string.format("= %d", sum), "accent")
		canvas:text(35, 14, verdict(state, sum), "normal")
		if state.auto then canvas:text(38, 12, "자동으로 옮기는 중", "dim") end
	end,

	say = function(state)
		local top, left = (state.row - 1) * state.stride, (state.column - 1) * state.stride
		local sum = respond(state, state.row, state.column)
		return string.format(
			"'%s' 이미지의 %d~%d행, %d~%d열에 '%s' 필터를 올리고 곱해서 더하면 출력 (%d,%d)의 값은 %d입니다. %s",
			images[state.shown].name, top + 1, top + 3, left + 1, left + 3, filters[state.filter].name,
			state.row, state.column, sum, verdict(state, sum))
	end,
}
