-- Lab-STACK-1: 좋아졌다는 것을 증명하기
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
	-- TODO
	return 0
end

-- 여섯째 질문 "생성할 때도 순방향 과정을 쓰나요?"의 기준표
local own = {
	criteria = {
		{ name = "훈련할 때만 쓴다", any = { "훈련할 때만" } },
		-- TODO: 기준을 더하고, any에 같은 뜻의 다른 말을 담으세요.
	},
	avoid = {}, -- TODO
}

-- 2. 두 평가자의 일치도
local function kappa(a, b)
	-- TODO
	return 0
end

-- 3. 쌍대 비교
local function sign_test(wins, losses)
	-- TODO
	return 1
end

local function better(ask)
	-- TODO: 자리를 바꿔 가며 마흔 번까지 물어봅니다.
	return ask("A", "B")
end

-- 4. 컨텍스트 담기
-- 글자 둘씩의 모임. 두 글에 함께 있는 것이 많을수록 비슷한 이야기입니다.
local function pairs_of(text)
	local codes, seen = {}, {}
	for _, code in utf8.codes(squeeze(text)) do codes[#codes + 1] = utf8.char(code) end
	for i = 1, #codes - 1 do seen[codes[i] .. codes[i + 1]] = true end
	return seen
end

local function pack(paragraphs, questions, budget)
	-- TODO: 지금은 앞에서부터 담습니다.
	local chosen, used = {}, 0
	for i, paragraph in ipairs(paragraphs) do
		used = used + talk.tokens(paragraph)
		if used <= budget then chosen[#chosen + 1] = i end
	end
	return chosen
end

-- 5. 대화 기억하기
local function remember(turns, budget)
	-- TODO: 지금은 마지막 몇 마디만 남깁니다.
	local lines = {}
	for i = #turns - 3, #turns do lines[#lines + 1] = turns[i].text end
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
