-- Byte-pair merges learned from the course's prose, one after the other, and a sentence cut by them.

local corpus = require "stack.corpus"

local MOST = 500
local samples = {
	"모델은 새 데이터만 배우면 옛것을 잊습니다.",
	"합성곱은 작은 창을 밀며 무늬를 찾습니다.",
	"처음 보는 낱말도 조각을 이으면 적을 수 있습니다.",
}

local function best(counts)
	local top
	for key, times in pairs(counts) do
		if not top or times > counts[top] or (times == counts[top] and key < top) then top = key end
	end
	if top then return top:match("^(.-)%z(.*)$") end
end

local function join(symbols, left, right)
	local out, i = {}, 1
	while i <= #symbols do
		local both = symbols[i] == left and symbols[i + 1] == right
		out[#out + 1] = both and left .. right or symbols[i]
		i = i + (both and 2 or 1)
	end
	return out
end

local function cells(text)
	local sum = 0
	for _, letter in ipairs(corpus.letters(text)) do sum = sum + ((#letter > 1 and letter ~= corpus.BOUNDARY) and 2 or 1) end
	return sum
end

local function refresh(state)
	local encode = corpus.encoder({ table.unpack(state.merges, 1, state.count) }, join)
	state.pieces = encode(samples[state.sample])
	local tokens, letters = 0, 0
	for i = 1, 60 do
		tokens, letters = tokens + #encode(state.texts[i]), letters + utf8.len(state.texts[i])
	end
	state.rate = tokens / letters
end

return {
	keys = {
		{ "left/right", "합치기 한 번" },
		{ "up/down", "합치기 스물다섯 번" },
		{ "s", "다른 문장" },
	},

	init = function()
		local state = { texts = corpus.sentences("foundations", 25), count = 0, sample = 1 }
		state.merges = corpus.learn_merges(table.concat(state.texts, " "), MOST, best, join)
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.count = math.max(0, state.count - 1)
		elseif key == "right" then state.count = math.min(#state.merges, state.count + 1)
		elseif key == "up" then state.count = math.min(#state.merges, state.count + 25)
		elseif key == "down" then state.count = math.max(0, state.count - 25)
		elseif key == "s" then state.sample = state.sample % #samples + 1
		else return end
		refresh(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("합친 짝 %d개 · 글자 하나에 조각 %.3f개", state.count, state.rate), "bold")
		canvas:text(1, 3, "문장을 자른 모습 (▁는 띄어쓰기)", "dim")
		local x, y = 1, 4
		for i, piece in ipairs(state.pieces) do
			local wide = cells(piece) + 1
			if x + wide > 77 then x, y = 1, y + 1 end
			canvas:text(x, y, piece, i % 2 == 0 and "s1" or "s3")
			canvas:text(x + wide - 1, y, "|", "dim")
			x = x + wide
		end
		canvas:text(1, 7, string.format("%d조각", #state.pieces), "accent")
		canvas:text(1, 9, "가장 최근에 합친 짝", "dim")
		local row = 10
		for i = state.count, math.max(1, state.count - 4), -1 do
			local pair = state.merges[i]
			canvas:text(3, row, string.format("%3d번째  %s + %s → %s%s", i, pair[1], pair[2], pair[1], pair[2]), i == state.count and "good" or "normal")
			row = row + 1
		end
		if state.count == 0 then canvas:text(3, 10, "아직 없습니다. 글자 하나가 한 조각입니다.", "dim") end
		canvas:text(1, 16, "자주 붙어 나오는 것부터 합칩니다. 되돌려 이으면 늘 원래 글입니다.", "dim")
	end,

	say = function(state)
		return string.format("짝 %d개를 합치면 이 문장은 %d조각, 글자 하나에 조각 %.3f개입니다.", state.count, #state.pieces, state.rate)
	end,
}
