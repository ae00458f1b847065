-- A test sentence that stands among the texts learned from: the perplexity of a letter model on it and on the others.

local T = require "tensor"
local corpus = require "stack.corpus"

local COPIES = { 0, 1, 2, 5, 10, 20 }
local TESTS = 20

local function count(model, text)
	local letters = corpus.letters("  " .. text)
	for i = 3, #letters do
		for order = 0, 2 do
			local context = table.concat(letters, "", i - order, i - 1)
			local row = model[order + 1][context] or { total = 0, next = {} }
			model[order + 1][context] = row
			row.total = row.total + 1
			row.next[letters[i]] = (row.next[letters[i]] or 0) + 1
		end
	end
end

-- Letters seen after two, one and no letters before them, mixed; a letter never seen has one chance in 2,000.
local function perplexity(model, text)
	local letters, sum, n = corpus.letters("  " .. text), 0, 0
	for i = 3, #letters do
		local p = 1 / 2000
		for order = 0, 2 do
			local row = model[order + 1][table.concat(letters, "", i - order, i - 1)]
			if row then
				local seen = row.next[letters[i]] or 0
				p = (seen + 2 * p) / (row.total + 2)
			end
		end
		sum, n = sum - math.log(p), n + 1
	end
	return math.exp(sum / n)
end

local function learn(state)
	local model = { {}, {}, {} }
	for i = TESTS + 1, #state.texts do count(model, state.texts[i]) end
	for _ = 1, COPIES[state.at] do count(model, state.copy) end
	state.leaked = perplexity(model, state.texts[state.test])
	local sum = 0
	for i = 1, TESTS do
		if i ~= state.test then sum = sum + math.log(perplexity(model, state.texts[i])) end
	end
	state.others = math.exp(sum / (TESTS - 1))
end

local function choose(state)
	local letters = corpus.letters(state.texts[state.test])
	T.seed(state.test)
	local at = T.randint(3, #letters - 2, { 1 }):item()
	letters[at], letters[at + 1] = letters[at + 1], letters[at]
	state.copy = table.concat(letters)
	local a, b, both, either = corpus.shingles(state.texts[state.test], 3), corpus.shingles(state.copy, 3), 0, 0
	for member in pairs(a) do
		either = either + 1
		if b[member] then both = both + 1 end
	end
	for member in pairs(b) do
		if not a[member] then either = either + 1 end
	end
	state.alike = both / either
	learn(state)
end

local function cut(text, cells)
	local out, used = "", 0
	for _, letter in ipairs(corpus.letters(text)) do
		local wide = #letter > 1 and 2 or 1
		if used + wide > cells then return out .. "…" end
		out, used = out .. letter, used + wide
	end
	return out
end

return {
	keys = {
		{ "left/right", "심을 사본의 수" },
		{ "up/down", "다른 시험 글" },
	},

	init = function()
		local all, texts = corpus.sentences("foundations", 25), {}
		T.seed(3)
		for i, at in ipairs(T.permutation(#all):totable()) do
			if i <= 420 then texts[i] = all[at + 1] end
		end
		local state = { at = 1, test = 1, texts = texts }
		choose(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.at = math.max(1, state.at - 1)
		elseif key == "right" then state.at = math.min(#COPIES, state.at + 1)
		elseif key == "up" then state.test = state.test % TESTS + 1
		elseif key == "down" then state.test = (state.test - 2) % TESTS + 1
		else return end
		choose(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("학습 더미 %d편에 사본을 %d번 심음", #state.texts - TESTS, COPIES[state.at]), "bold")
		canvas:text(1, 3, "시험 글", "dim")
		canvas:text(10, 3, cut(state.texts[state.test], 66))
		canvas:text(1, 4, "사본", "dim")
		canvas:text(10, 4, cut(state.copy, 66))
		canvas:text(1, 6, string.format("두 글의 닮은 정도(세 글자 조각) = %.2f", state.alike), "accent")
		canvas:text(1, 8, "당혹도: 다음 글자를 고를 때 몇 글자 사이에서 망설이는가 (낮을수록 잘 맞힘)", "dim")
		canvas:text(1, 10, "심은 시험 글")
		canvas:text(1, 12, string.format("다른 시험 글 %d편", TESTS - 1))
		local most = math.max(state.leaked, state.others)
		canvas:bars(20, 10, 56, 1, { state.leaked }, { min = 0, max = most })
		canvas:bars(20, 12, 56, 1, { state.others }, { min = 0, max = most })
		canvas:text(1, 14, string.format("심은 글 %.1f  ·  다른 글 %.1f", state.leaked, state.others), "bold")
		canvas:text(1, 16, COPIES[state.at] == 0 and "아직 심지 않았습니다. 두 값은 비슷한 수준입니다." or
			"심은 글만 잘 맞힙니다. 말을 더 잘하게 된 것일까요?", COPIES[state.at] == 0 and "dim" or "warn")
	end,

	say = function(state)
		return string.format("사본을 %d번 심었을 때 심은 시험 글의 당혹도는 %.1f, 다른 시험 글의 당혹도는 %.1f입니다.", COPIES[state.at], state.leaked, state.others)
	end,
}
