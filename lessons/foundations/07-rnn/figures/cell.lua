-- A recurrent cell read one word at a time: the hidden state, and what a bag of words knows of the same sentence.

local words = { "강아지가", "아이를", "쫓아갔다", "아이가", "강아지를" }
local sentences = {
	{ 1, 2, 3 },
	{ 4, 5, 3 },
	{ 2, 1, 3 },
	{ 1, 3, 2 },
	{ 3, 2, 1 },
}
local UNITS = 4

local function tanh(x) return 1 - 2 / (math.exp(2 * x) + 1) end

local function fresh(state)
	math.randomseed(state.seed)
	state.wx, state.wh = {}, {}
	for i = 1, UNITS do
		state.wx[i], state.wh[i] = {}, {}
		for w = 1, #words do state.wx[i][w] = math.random() * 2 - 1 end
		for j = 1, UNITS do state.wh[i][j] = math.random() * 1.2 - 0.6 end
	end
end

local function read(state, sentence, count)
	local h = { 0, 0, 0, 0 }
	for t = 1, count do
		local new = {}
		for i = 1, UNITS do
			local sum = state.wx[i][sentence[t]]
			for j = 1, UNITS do sum = sum + state.wh[i][j] * h[j] end
			new[i] = tanh(sum)
		end
		h = new
	end
	return h
end

local function bag(state, sentence)
	local h = {}
	for i = 1, UNITS do
		h[i] = 0
		for _, w in ipairs(sentence) do h[i] = h[i] + state.wx[i][w] end
		h[i] = tanh(h[i])
	end
	return h
end

local function distance(a, b)
	local sum = 0
	for i = 1, UNITS do sum = sum + (a[i] - b[i]) ^ 2 end
	return math.sqrt(sum)
end

local function same_words(a, b)
	local count = {}
	for _, w in ipairs(a) do count[w] = (count[w] or 0) + 1 end
	for _, w in ipairs(b) do count[w] = (count[w] or 0) - 1 end
	for _, n in pairs(count) do
		if n ~= 0 then return false end
	end
	return true
end

local function vector(h)
	local parts = {}
	for i = 1, UNITS do parts[i] = string.format("%+.3f", h[i]) end
	return table.concat(parts, "  ")
end

return {
	keys = {
		{ "left/right", "한 낱말 앞뒤로" },
		{ "s", "순서 바꾸기" },
		{ "n", "가중치 다시 뽑기" },
	},

	init = function(seed)
		local state = { shown = 1, at = 0, seed = seed % 1000 + 1 }
		fresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.at = math.max(0, state.at - 1)
		elseif key == "right" then state.at = math.min(3, state.at + 1)
		elseif key == "s" then state.shown = state.shown % #sentences + 1
		elseif key == "n" then
			state.seed = state.seed + 1
			fresh(state)
		end
	end,

	draw = function(state, canvas)
		local sentence, x = sentences[state.shown], 1
		for t, w in ipairs(sentence) do
			x = x + canvas:text(x, 1, words[w] .. "  ", t == state.at and "accent" or (t < state.at and "normal" or "dim"))
		end
		canvas:text(1, 3, "시점   읽은 낱말      은닉 상태 (네 칸)", "dim")
		canvas:text(1, 4, "t = 0  (시작)         " .. vector(read(state, sentence, 0)), state.at == 0 and "accent" or "normal")
		for t = 1, state.at do
			canvas:text(1, t + 4, string.format("t = %d", t), t == state.at and "accent" or "normal")
			canvas:text(8, t + 4, words[sentence[t]])
			canvas:text(23, t + 4, vector(read(state, sentence, t)), t == state.at and "accent" or "normal")
		end
		local h = read(state, sentence, state.at)
		for i = 1, UNITS do
			local cells = math.floor(math.abs(h[i]) * 13 + 0.5)
			canvas:text(1, 9 + i, "h" .. i, "dim")
			canvas:text(h[i] < 0 and 17 - cells or 18, 9 + i, string.rep("█", cells), h[i] < 0 and "s2" or "s1")
			canvas:text(17, 9 + i, "│", "dim")
		end
		canvas:text(36, 10, "문장 1과 견주면", "dim")
		local all = read(state, sentence, 3)
		canvas:text(36, 11, string.format("낱말 세기의 거리  %.3f%s", distance(bag(state, sentence), bag(state, sentences[1])),
			same_words(sentence, sentences[1]) and "  (같은 낱말들)" or ""))
		canvas:text(36, 12, string.format("은닉 상태의 거리  %.3f", distance(all, read(state, sentences[1], 3))), "accent")
		canvas:text(1, 15, "s로 순서만 바꿔 보세요. 낱말이 같으면 세기의 거리는 0입니다. 은닉 상태는요?", "dim")
	end,

	say = function(state)
		local sentence = sentences[state.shown]
		return string.format("%d번째 낱말까지 읽은 은닉 상태는 %s입니다. 문장 1과의 거리는 낱말 세기 %.3f, 은닉 상태 %.3f입니다.", state.at,
			vector(read(state, sentence, state.at)), distance(bag(state, sentence), bag(state, sentences[1])),
			distance(read(state, sentence, 3), read(state, sentences[1], 3)))
	end,
}
