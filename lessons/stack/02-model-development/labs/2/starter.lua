-- Lab-STACK-2: 작은 언어 모델의 일생
local corpus = require "stack.corpus"

-- 1. 겹치는 것의 수 ÷ 합친 것의 수
local function jaccard(a, b)
	-- TODO
	return 0
end

-- 2. 지울 글의 번호
local function near_duplicates(sets, candidates, limit)
	local drop = {}
	for _, pair in ipairs(candidates) do
		-- TODO
	end
	return drop
end

-- 3. 가장 자주 나온 짝
local function best_pair(counts)
	-- TODO: 열쇠는 key:match("^(.-)%z(.*)$")로 왼쪽과 오른쪽으로 나눌 수 있습니다.
	return nil
end

-- 4. 짝을 한 조각으로
local function merge(symbols, left, right)
	local out = {}
	for _, symbol in ipairs(symbols) do out[#out + 1] = symbol end
	-- TODO
	return out
end

-- 5. 조각을 글로
local function decode(tokens)
	-- TODO: 띄어쓰기
	return table.concat(tokens)
end

-- 6. 후속 학습의 손실
local function preference_loss(liked, disliked, liked_before, disliked_before, beta)
	-- TODO: x:softplus()는 log(1 + e^x)이고, -log(시그모이드(z))는 log(1 + e^-z)입니다.
	return disliked - liked
end

-- 7. 세 단계
local function three_stages(lab)
	local base = lab.learn(lab.new(), lab.general, 400)
	local tuned = lab.new() -- TODO: 어디에서 출발하나요? 무엇으로 100걸음쯤(학습률 2e-3) 더 가르치나요?
	local liked = lab.new() -- TODO: 어디에서 출발하나요? lab.prefer로 25걸음쯤, beta는 0.1이 알맞습니다.
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
