-- mistake: every task is called open-ended
-- expects: 좋은 답이 여럿인가요
local answers = require "stack.answers"
local squeeze = answers.squeeze

local function exact(text, reference)
	return squeeze(text) == squeeze(reference) and 1 or 0
end

local function has_any(text, phrases)
	for _, phrase in ipairs(phrases) do
		if squeeze(text):find(squeeze(phrase), 1, true) then return true end
	end
	return false
end

local function rubric(text, sheet)
	if has_any(text, sheet.avoid) then return 0 end
	local met = 0
	for _, criterion in ipairs(sheet.criteria) do
		if has_any(text, criterion.any) then met = met + 1 end
	end
	return math.min(1, met / 2)
end

local function latency(model, tokens_in, tokens_out)
	return model.first + tokens_in * model.read + tokens_out * model.write
end

local function monthly_cost(model, requests_a_day, tokens_in, tokens_out)
	local once = (tokens_in * model.price_in + tokens_out * model.price_out) / 1000
	return once * requests_a_day * 30
end

local kinds = {
	"열린", "열린", "열린", "열린", "열린", "열린", "열린", "열린", "열린", "열린",
	"열린", "열린", "열린", "열린", "열린", "열린", "열린", "열린", "열린", "열린",
}

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
