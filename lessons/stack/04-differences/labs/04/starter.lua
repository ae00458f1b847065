-- Lab-STACK-4: 같은 답을 두 자로 재기
local answers = require "stack.answers"
local squeeze = answers.squeeze

local function exact(text, reference)
	-- TODO
	return 0
end

local function has_any(text, phrases)
	-- TODO: squeeze(text):find(squeeze(말), 1, true)는 글 안에 그 말이 있으면 자리를, 없으면 nil을 줍니다.
	return false
end

local function rubric(text, sheet)
	-- TODO: 잘못된 믿음이 있으면 0, 아니면 채운 기준 ÷ 2 (1을 넘지 않게)
	return 0
end

local function latency(model, tokens_in, tokens_out)
	-- TODO
	return 0
end

local function monthly_cost(model, requests_a_day, tokens_in, tokens_out)
	-- TODO
	return 0
end

-- TODO: 카드를 읽고 하나씩 "닫힌"이나 "열린"으로 바꾸세요.
local kinds = {}
for i, card in ipairs(answers.cards) do
	kinds[i] = "?"
	print(i, card.text)
end

local matched, scored, count = 0, 0, 0
for _, question in ipairs(answers.questions) do
	for _, answer in ipairs(question.rubric and question.answers or {}) do
		if answer.label == 2 then
			count = count + 1
			matched = matched + exact(answer.text, question.reference)
			scored = scored + rubric(answer.text, question.rubric)
		end
	end
end
print(("사람이 좋다고 한 답 %d개: 글자 일치 %.2f, 기준표 %.2f"):format(count, matched / count, scored / count))

local small = { first = 0.005, read = 0.00001, write = 0.002, price_in = 0.02, price_out = 0.06 }
local large = { first = 0.2, read = 0.0002, write = 0.02, price_in = 2, price_out = 8 }
for _, row in ipairs { { "작은 모델", small }, { "큰 모델", large } } do
	local name, model = row[1], row[2]
	print(("%s: %.3f초, 하루 10만 건이면 한 달 %.0f원"):format(name, latency(model, 600, 150), monthly_cost(model, 100000, 600, 150)))
end

return { exact = exact, rubric = rubric, latency = latency, monthly_cost = monthly_cost, kinds = kinds }
