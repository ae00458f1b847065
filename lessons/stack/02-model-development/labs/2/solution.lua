local corpus = require "stack.corpus"

local function jaccard(a, b)
	local both, either = 0, 0
	for member in pairs(a) do
		either = either + 1
		if b[member] then both = both + 1 end
	end
	for member in pairs(b) do
		if not a[member] then either = either + 1 end
	end
	return either > 0 and both / either or 0
end

local function near_duplicates(sets, candidates, limit)
	local drop = {}
	for _, pair in ipairs(candidates) do
		if not drop[pair[1]] and jaccard(sets[pair[1]], sets[pair[2]]) >= limit then drop[pair[2]] = true end
	end
	return drop
end

local function best_pair(counts)
	local best
	for key, times in pairs(counts) do
		if not best or times > counts[best] or (times == counts[best] and key < best) then best = key end
	end
	if best then return best:match("^(.-)%z(.*)$") end
end

local function merge(symbols, left, right)
	local out, i = {}, 1
	while i <= #symbols do
		if symbols[i] == left and symbols[i + 1] == right then
			out[#out + 1] = left .. right
			i = i + 2
		else
			out[#out + 1] = symbols[i]
			i = i + 1
		end
	end
	return out
end

local function decode(tokens)
	return (table.concat(tokens):gsub(corpus.BOUNDARY, " "))
end

local function preference_loss(liked, disliked, liked_before, disliked_before, beta)
	local gain = (liked - liked_before) - (disliked - disliked_before)
	return (gain * -beta):softplus()
end

local function three_stages(lab)
	local base = lab.learn(lab.new(), lab.general, 400)
	local tuned = lab.learn(lab.copy(base), lab.domain, 100, 2e-3)
	local liked = lab.prefer(lab.copy(tuned), tuned, function(a, b, a_before, b_before)
		return preference_loss(a, b, a_before, b_before, 0.1)
	end, 25)
	return base, tuned, liked
end

-- 여기부터는 고치지 않아도 됩니다.
local texts = corpus.pile(1)
local sets = {}
for i, text in ipairs(texts) do sets[i] = corpus.shingles(text, 3) end
local dropped = 0
for _ in pairs(near_duplicates(sets, corpus.candidates(sets), 0.5)) do dropped = dropped + 1 end
print(("글 %d편 가운데 %d편을 거의 같은 글로 지웠습니다."):format(#texts, dropped))
local merges = corpus.learn_merges(table.concat(corpus.sentences("foundations", 12), " "), 300, best_pair, merge)
local encode = corpus.encoder(merges, merge)
local sample = "새 데이터만 배우면 옛것을 잊습니다."
print(("합친 짝 %d개: %s"):format(#merges, table.concat(encode(sample), "|")))
print("되돌리면: " .. decode(encode(sample)))

return {
	jaccard = jaccard, near_duplicates = near_duplicates, best_pair = best_pair, merge = merge, decode = decode,
	preference_loss = preference_loss, three_stages = three_stages,
}
