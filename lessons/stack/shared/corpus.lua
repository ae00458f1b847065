-- Material of STACK-2: sentences of this course's own prose (DS-KO) with near-duplicates planted among them, small GPTs on
-- their tokens, and pairs of a liked and a disliked answer.
--
--   local corpus = require "stack.corpus"
--   local texts, planted = corpus.pile(7)              -- planted[i] = the earlier text that text i was copied from
--   local pairs_ = corpus.candidates(sets)             -- pairs that are worth comparing (MinHash in bands)
--   local lab = corpus.workshop(encode, 7)             -- see below

local T = require "tensor"
local nn = require "nn"
local data = require "data"

local corpus = { PILE = 2000, PLANTED = 200, BOUNDARY = "▁" }

-- Sentences, not rows of numbers: most of their letters are Hangul. None that speaks of the boundary sign itself.
local function reads(sentence, length)
	local hangul = 0
	for _, code in utf8.codes(sentence) do
		if code >= 0xAC00 and code <= 0xD7A3 then hangul = hangul + 1 end
	end
	return hangul * 2 > length and not sentence:find(corpus.BOUNDARY, 1, true)
end

-- Sentences of a course (nil: of all) of at least `least` letters, each once.
function corpus.sentences(course, least)
	local out, seen = {}, {}
	for _, chunk in ipairs(data.korean(course and { course = course } or nil).chunks) do
		for sentence in chunk.text:gmatch("[^%.%?!]+[%.%?!]+") do
			sentence = sentence:gsub("%s+", " "):gsub("^[ \"”’']+", "")
			local length = utf8.len(sentence)
			if length and length >= least and not seen[sentence] and reads(sentence, length) then
				seen[sentence] = true
				out[#out + 1] = sentence
			end
		end
	end
	return out
end

function corpus.letters(text)
	local out = {}
	for _, code in utf8.codes(text) do out[#out + 1] = utf8.char(code) end
	return out
end

local function chance(n)
	return T.randint(1, n + 1, { 1 }):item()
end

-- A copy with what people do to a text they pass on: a letter or two changed, a space lost, a tail added.
local function passed_on(text)
	local letters = corpus.letters(text)
	for _ = 1, #letters > 40 and 2 or 1 do
		local at, kind = chance(#letters - 2) + 1, chance(3)
		if kind == 1 then letters[at] = letters[chance(#letters)]
		elseif kind == 2 then table.remove(letters, at)
		else table.insert(letters, at, letters[chance(#letters)]) end
	end
	return table.concat(letters) .. (chance(3) == 1 and " 끝." or "")
end

-- 2,000 texts of which 200 are near-duplicates of earlier ones (fewer where the prose is shorter).
function corpus.pile(seed)
	local sentences = corpus.sentences(nil, 20)
	local own = math.min(#sentences, corpus.PILE - corpus.PLANTED)
	local copies = own // 9
	T.seed(seed)
	local order = T.permutation(#sentences):totable()
	local texts, planted = {}, {}
	for i = 1, own do texts[i] = sentences[order[i] + 1] end
	for i = 1, copies do
		local from = chance(own)
		local text = passed_on(texts[from])
		while text == texts[from] do text = passed_on(texts[from]) end
		texts[own + i], planted[own + i] = text, from
	end
	return texts, planted
end

-- The runs of `length` letters that stand in a text, as a set.
function corpus.shingles(text, length)
	local letters, set = corpus.letters(text), {}
	for i = 1, #letters - length + 1 do set[table.concat(letters, "", i, i + length - 1)] = true end
	return set
end

local HASHES, ROWS = 36, 3

-- Pairs {i, j}, i < j, whose sets (tables with the members as keys) look alike in at least one band of their MinHash.
function corpus.candidates(sets)
	local marks = {}
	for i, set in ipairs(sets) do
		local least = {}
		for h = 1, HASHES do least[h] = math.maxinteger end
		for member in pairs(set) do
			local code = 5381
			for b = 1, #member do code = (code * 33 + member:byte(b)) & 0x7fffffff end
			for h = 1, HASHES do
				local value = ((code ~ (h * 0x9e3779b1)) * (2 * h + 0x85ebca6b)) & 0xffffffff
				value = (value ~ (value >> 15)) * 0x2c1b3c6d & 0xffffffff
				if value < least[h] then least[h] = value end
			end
		end
		marks[i] = least
	end
	local found, list = {}, {}
	for band = 0, HASHES // ROWS - 1 do
		local drawers = {}
		for i, least in ipairs(marks) do
			local key = least[band * ROWS + 1] .. "," .. least[band * ROWS + 2] .. "," .. least[band * ROWS + 3]
			drawers[key] = drawers[key] or {}
			table.insert(drawers[key], i)
		end
		for _, drawer in pairs(drawers) do
			for a = 1, #drawer do
				for b = a + 1, math.min(#drawer, a + 50) do
					local key = drawer[a] * 100000 + drawer[b]
					if not found[key] then
						found[key] = true
						list[#list + 1] = { drawer[a], drawer[b] }
					end
				end
			end
		end
	end
	table.sort(list, function(p, q) return p[1] < q[1] or (p[1] == q[1] and p[2] < q[2]) end)
	return list
end

-- ---- pieces of words ----

-- The words of a text as lists of letters; the space before a word is part of it, written BOUNDARY.
function corpus.words(text)
	local words = {}
	for gap, word in text:gmatch("( ?)([^ ]+)") do
		words[#words + 1] = corpus.letters((gap == " " and corpus.BOUNDARY or "") .. word)
	end
	return words
end

-- Learns up to `count` merges from a text. best(counts) names the pair to join, as left, right, from a table
-- "left\0right" → how often; merge(symbols, left, right) joins it in one word. Returns the list { left, right } in order.
function corpus.learn_merges(text, count, best, merge)
	local words, known, counts, where = {}, {}, {}, {}
	for _, symbols in ipairs(corpus.words(text)) do
		local key = table.concat(symbols)
		if not known[key] then
			known[key] = { symbols = symbols, times = 0 }
			words[#words + 1] = known[key]
		end
		known[key].times = known[key].times + 1
	end
	local function tally(word, sign)
		for i = 1, #word.symbols - 1 do
			local key = word.symbols[i] .. "\0" .. word.symbols[i + 1]
			counts[key] = (counts[key] or 0) + sign * word.times
			if counts[key] == 0 then counts[key] = nil end
			where[key] = where[key] or {}
			where[key][word] = true
		end
	end
	for _, word in ipairs(words) do tally(word, 1) end
	local merges = {}
	while #merges < count do
		local left, right = best(counts)
		local key = left and left .. "\0" .. right
		if not key or (counts[key] or 0) < 2 then break end
		merges[#merges + 1] = { left, right }
		local touched = {}
		for word in pairs(where[key]) do touched[#touched + 1] = word end
		for _, word in ipairs(touched) do
			tally(word, -1)
			word.symbols = merge(word.symbols, left, right)
			tally(word, 1)
		end
		if counts[key] then break end -- the merge left the pair standing: it would be found for ever
	end
	return merges
end

-- A function text → list of pieces by merges learned before: in every word the pair learned first is joined first.
function corpus.encoder(merges, merge)
	local ranks = {}
	for i, pair in ipairs(merges) do ranks[pair[1] .. "\0" .. pair[2]] = i end
	return function(text)
		local out = {}
		for _, symbols in ipairs(corpus.words(text)) do
			local left = #symbols -- a merge that joins nothing must not go on for ever
			while #symbols > 1 and left > 0 do
				local first, at
				for i = 1, #symbols - 1 do
					local rank = ranks[symbols[i] .. "\0" .. symbols[i + 1]]
					if rank and (not first or rank < first) then first, at = rank, i end
				end
				if not at then break end
				symbols, left = merge(symbols, symbols[at], symbols[at + 1]), left - 1
			end
			table.move(symbols, 1, #symbols, #out + 1, out)
		end
		return out
	end
end

-- ---- liked and disliked answers ----

local asked = {
	"카드를 잃어버렸는데 어떻게 하나요?", "이자가 왜 올랐나요?", "서류는 무엇을 가져가나요?", "미리 갚아도 되나요?", "로그인이 안 돼요.",
	"적금은 언제 끝나나요?", "한도를 늘릴 수 있나요?", "이번 달 것을 못 냈어요.", "주소를 바꾸고 싶어요.", "통장을 새로 만들고 싶어요.",
	"비밀번호를 잊어버렸어요.", "상담은 몇 시까지 하나요?", "수수료가 얼마인가요?", "해외에서도 쓸 수 있나요?", "자동 이체를 멈추고 싶어요.",
}
local liked = {
	"네, 도와드릴게요. 먼저 번호를 알려 주시겠어요?", "불편하셨지요. 지금 바로 확인해 보겠습니다.", "네, 차근차근 알려 드리겠습니다.",
	"걱정되셨겠어요. 이렇게 하시면 됩니다.",
}
local disliked = {
	"몰라요. 알아서 하세요.", "그건 제 일이 아니에요.", "아까 말했잖아요. 다시 묻지 마세요.", "바쁘니까 나중에 오세요.",
}

-- Questions first … last of the list, each with every kind of answer: { asked, liked, disliked }.
function corpus.preferences(first, last)
	local out = {}
	for i = first, math.min(last, #asked) do
		for k = 1, #liked do out[#out + 1] = { asked[i] .. " ", liked[k], disliked[(i + k) % #disliked + 1] } end
	end
	return out
end

-- ---- the workshop: a small GPT on the tokens of `encode` ----

local CONTEXT = 24

-- Returns { new, copy, learn, perplexity, likelihood, prefer, margins, general, general_test, domain, domain_test, train_pairs, test_pairs }.
-- encode(text) gives a list of tokens (strings). General text: the foundations course; the domain: the life-cycle course.
function corpus.workshop(encode, seed, vocabulary_limit)
	local numbers, count = {}, 1 -- 0 is what the vocabulary does not know
	local function ids(text, growing)
		local out = {}
		for i, token in ipairs(encode(text)) do
			if growing and not numbers[token] and count < (vocabulary_limit or 900) then
				numbers[token] = count
				count = count + 1
			end
			out[i] = numbers[token] or 0
		end
		return out
	end
	local function stream(sentences, growing)
		local out = {}
		for _, sentence in ipairs(sentences) do
			for _, id in ipairs(ids(sentence .. " ", growing)) do out[#out + 1] = id end
		end
		return out
	end
	local function windows(list, step)
		local x, y = {}, {}
		for at = 1, #list - CONTEXT, step do
			x[#x + 1] = table.move(list, at, at + CONTEXT - 1, 1, {})
			y[#y + 1] = table.move(list, at + 1, at + CONTEXT, 1, {})
		end
		return data.tensors(T.tensor(x, "i32"), T.tensor(y, "i32"))
	end
	local function parts(course)
		local all, train, test = corpus.sentences(course, 12), {}, {}
		for i, sentence in ipairs(all) do table.insert(i % 10 == 0 and test or train, sentence) end
		return train, test
	end
	local general, general_test = parts("foundations")
	local domain, domain_test = parts("lifecycle")
	local lab = {}
	lab.train_pairs, lab.test_pairs = corpus.preferences(1, 10), corpus.preferences(11, 15)
	local everything = table.move(general, 1, #general, 1, {})
	stream(everything, true)
	for _, pair in ipairs(lab.train_pairs) do stream(pair, true) end
	stream(domain, true)
	lab.general, lab.domain = windows(stream(general), CONTEXT // 2), windows(stream(domain), CONTEXT // 2)
	lab.general_test, lab.domain_test = windows(stream(general_test), CONTEXT), windows(stream(domain_test), CONTEXT)
	lab.vocabulary = count

	function lab.new()
		T.seed(seed)
		return nn.gpt { count, d = 32, heads = 2, layers = 1, context = CONTEXT * 2 }
	end
	function lab.copy(model)
		local other = lab.new()
		local from = model:parameters()
		for i, to in ipairs(other:parameters()) do to:copy(from[i]:detach()) end
		return other
	end
	function lab.learn(model, set, steps, rate)
		model:fit(set, { steps = steps, batch_size = 16, seed = seed, optimizer = nn.adam { learning_rate = rate or 3e-3 } })
		return model
	end
	function lab.perplexity(model, set)
		return math.exp(model:evaluate(set).loss)
	end
	-- Log-probability (a tensor with one number) of an answer after a question.
	function lab.likelihood(model, question, answer)
		local before, after = ids(question), ids(answer)
		local all = table.move(after, 1, #after, #before + 1, table.move(before, 1, #before, 1, {}))
		local first = math.max(1, #all - CONTEXT * 2)
		local x = T.tensor({ table.move(all, first, #all - 1, 1, {}) }, "i32")
		local y = T.tensor({ table.move(all, first + 1, #all, 1, {}) }, "i32")
		local scores = model(x):log_softmax(3):gather(3, y:unsqueeze(3)):squeeze(3)
		return scores:narrow(2, y:size(2) - #after + 1, #after):sum()
	end
	-- Goes on training `model` so that liked answers gain on disliked ones: loss(liked, disliked, and the same two of the
	-- untouched reference) is a tensor with one number.
	function lab.prefer(model, reference, loss, steps)
		local optimizer = nn.adam { learning_rate = 2e-3 }
		optimizer:add(model)
		for step = 1, steps do
			optimizer:zero_grad()
			local total
			for k = 0, 3 do
				local pair = lab.train_pairs[(step * 4 + k) * 7 % #lab.train_pairs + 1]
				local before = {
					lab.likelihood(reference, pair[1], pair[2]):detach(), lab.likelihood(reference, pair[1], pair[3]):detach(),
				}
				local one = loss(lab.likelihood(model, pair[1], pair[2]), lab.likelihood(model, pair[1], pair[3]), before[1], before[2])
				total = total and total + one or one
			end
			total:backward()
			optimizer:step()
		end
		return model
	end
	-- How far the liked answer is ahead of the disliked one, for each held-out pair.
	function lab.margins(model)
		local out = {}
		for i, pair in ipairs(lab.test_pairs) do
			out[i] = lab.likelihood(model, pair[1], pair[2]):item() - lab.likelihood(model, pair[1], pair[3]):item()
		end
		return out
	end
	return lab
end

return corpus
