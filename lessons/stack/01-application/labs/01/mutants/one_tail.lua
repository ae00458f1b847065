-- mistake: only one side of the coin is counted
-- expects: 한쪽 꼬리
local data = require "data"
local answers = require "stack.answers"
local talk = require "stack.talk"
local squeeze = answers.squeeze

local function has_any(text, phrases)
	for _, phrase in ipairs(phrases) do
		if squeeze(text):find(squeeze(phrase), 1, true) then return true end
	end
	return false
end

-- 1. 기준표로 0, 1, 2점
local function grade(text, sheet)
	if has_any(text, sheet.avoid) then return 0 end
	local met = 0
	for _, criterion in ipairs(sheet.criteria) do
		if has_any(text, criterion.any) then met = met + 1 end
	end
	return math.min(2, met)
end

-- 여섯째 질문 "생성할 때도 순방향 과정을 쓰나요?"의 기준표
local own = {
	criteria = {
		{ name = "훈련할 때만 쓴다", any = { "훈련할 때만", "훈련 때만", "가르칠 때만", "훈련 쌍" } },
		{ name = "노이즈에서 출발한다", any = { "노이즈에서 출발합", "노이즈에서 시작", "순수한 노이즈", "무작위 노이즈" } },
		{ name = "문제와 정답을 만든다", any = { "문제와 정답", "쌍을 만드" } },
	},
	avoid = { "생성할 때도 씁니다", "훈련이 필요 없" },
}

-- 2. 두 평가자의 일치도
local function kappa(a, b)
	local count, same = #a, 0
	local in_a, in_b = {}, {}
	for i = 1, count do
		if a[i] == b[i] then same = same + 1 end
		in_a[a[i]] = (in_a[a[i]] or 0) + 1
		in_b[b[i]] = (in_b[b[i]] or 0) + 1
	end
	local by_chance = 0
	for label, n in pairs(in_a) do by_chance = by_chance + n / count * (in_b[label] or 0) / count end
	return (same / count - by_chance) / (1 - by_chance)
end

-- 3. 쌍대 비교
local function sign_test(wins, losses)
	local n, tail = wins + losses, 0
	local term = 0.5 ^ n -- C(n, 0) / 2^n
	for k = 0, n do
		if k >= math.max(wins, losses) then tail = tail + term end
		term = term * (n - k) / (k + 1)
	end
	return math.min(1, tail)
end

local function better(ask)
	local wins = { A = 0, B = 0 }
	for i = 1, 40 do
		local left, right = "A", "B"
		if i % 2 == 0 then left, right = right, left end
		local winner = ask(left, right)
		wins[winner] = wins[winner] + 1
	end
	if sign_test(wins.A, wins.B) >= 0.05 then return nil end
	return wins.A > wins.B and "A" or "B"
end

-- 4. 컨텍스트 담기
local function pairs_of(text)
	local codes, seen = {}, {}
	for _, code in utf8.codes(squeeze(text)) do codes[#codes + 1] = utf8.char(code) end
	for i = 1, #codes - 1 do seen[codes[i] .. codes[i + 1]] = true end
	return seen
end

local function pack(paragraphs, questions, budget)
	local found, known = {}, {}
	for i, paragraph in ipairs(paragraphs) do
		known[i] = pairs_of(paragraph)
		for gram in pairs(known[i]) do found[gram] = (found[gram] or 0) + 1 end
	end
	-- 질문마다 잘 맞는 차례. 드문 말이 겹칠수록, 문단이 짧을수록 높습니다.
	local ranked = {}
	for q, question in ipairs(questions) do
		local order, score = {}, {}
		for i, paragraph in ipairs(paragraphs) do
			local sum = 0
			for gram in pairs(pairs_of(question)) do
				if known[i][gram] then sum = sum + math.log(#paragraphs / found[gram]) end
			end
			order[i], score[i] = i, sum / math.sqrt(talk.tokens(paragraph))
		end
		table.sort(order, function(a, b) return score[a] > score[b] or (score[a] == score[b] and a < b) end)
		ranked[q] = order
	end
	-- 질문마다 하나씩 돌아가며 담습니다.
	local chosen, taken, used = {}, {}, 0
	for place = 1, #paragraphs do
		for q = 1, #questions do
			local i = ranked[q][place]
			local size = talk.tokens(paragraphs[i])
			if not taken[i] and used + size <= budget then
				chosen[#chosen + 1], taken[i] = i, true
				used = used + size
			end
		end
	end
	return chosen
end

-- 5. 대화 기억하기
local function remember(turns, budget)
	local kept, last = {}, {}
	for i, turn in ipairs(turns) do
		local key = talk.key(turn.text)
		if key then last[key] = i end
	end
	local used = 0
	local function keep(i)
		local size = talk.tokens(turns[i].text)
		if not kept[i] and used + size <= budget then
			kept[i] = true
			used = used + size
		end
	end
	for i in ipairs(turns) do
		local key = talk.key(turns[i].text)
		if key and last[key] == i then keep(i) end
	end
	for i = #turns, math.max(1, #turns - 3), -1 do
		if not talk.key(turns[i].text) then keep(i) end
	end
	local lines = {}
	for i, turn in ipairs(turns) do
		if kept[i] then lines[#lines + 1] = turn.text end
	end
	return lines
end

local given, by_hand = {}, {}
for i, question in ipairs(answers.questions) do
	for _, answer in ipairs(question.answers) do
		given[#given + 1] = grade(answer.text, question.rubric or own)
		by_hand[#by_hand + 1] = answer.label
	end
end
print(("사람과 기준표의 일치도 카파: %.3f"):format(kappa(by_hand, given)))
print(("40번에 28번 이기면 p = %.4f"):format(sign_test(28, 12)))

local korean = data.korean { course = "foundations" }
local paragraphs, questions = {}, {}
for i = 1, 6 do
	local question = korean.questions[i * 20]
	questions[i] = question.text
	paragraphs[#paragraphs + 1] = korean.chunks[question.chunk].text
	paragraphs[#paragraphs + 1] = korean.chunks[question.chunk + 2].text
	paragraphs[#paragraphs + 1] = korean.chunks[question.chunk + 3].text
end
local whole = 0
for _, paragraph in ipairs(paragraphs) do whole = whole + talk.tokens(paragraph) end
local chosen, needed = pack(paragraphs, questions, whole // 2), 0
for _, i in ipairs(chosen) do
	if i % 3 == 1 then needed = needed + 1 end
end
print(("문단 %d개(토큰 %d개)의 절반에 담은 필요한 문단: 6개 가운데 %d개"):format(#paragraphs, whole, needed))

return {
	grade = grade, own = own, kappa = kappa, sign_test = sign_test, better = better, pack = pack, remember = remember,
}
