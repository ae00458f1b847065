-- mistake: the prototype shows whatever paragraph comes last with any overlap
-- expects: 드물게 나오는 짝
local data = require "data"
local sessions = require "stack.sessions"

-- 1. 학습 없는 시제품: 글자 짝이 가장 많이 겹치는 문단
local function search(question, index)
	local best, best_score = 1, -1
	local asked = sessions.grams(question)
	for i in ipairs(index.chunks) do
		local score = 0
		for gram in pairs(asked) do
			if index.grams[i][gram] then score = score + math.log(#index.chunks / index.found[gram]) end
		end
		if score > 0 then best, best_score = i, score end
	end
	return best
end

-- 2. 아낀 시간과 그 구간
local function uplift(minutes)
	local count, sum = #minutes.prototype, 0
	for i = 1, count do sum = sum + minutes.prototype[i] - minutes.trained[i] end
	local mean, squares = sum / count, 0
	for i = 1, count do squares = squares + (minutes.prototype[i] - minutes.trained[i] - mean) ^ 2 end
	local half = 2.045 * math.sqrt(squares / (count - 1) / count)
	return { mean = mean, low = mean - half, high = mean + half }
end

-- 3. 미리 정해 둔 규칙
local function decide(result, plan)
	if not plan.safe then return "안전부터" end
	if plan.monthly_cost > plan.budget then return "비용부터" end
	if result.low >= plan.worth then return "투자" end
	if result.high < plan.worth then return "접기" end
	return "더 시험"
end

local korean = data.korean { course = "foundations" }
local index = sessions.index(korean.chunks)
local solved, asked = 0, 0
for i = 1, #korean.questions, 6 do
	local question = korean.questions[i]
	asked = asked + 1
	if search(question.text, index) == question.chunk then solved = solved + 1 end
end
print(("검색 시제품: 질문 %d개 가운데 %d개를 한 번에 찾음"):format(asked, solved))

local plan = { worth = 1.0, budget = 500, monthly_cost = 320, safe = true }
for _, effect in ipairs { 0, 1, 2.5 } do
	local result = uplift(sessions.make { seed = 4, count = 30, effect = effect })
	print(("참 효과 %.1f분: 잰 값 %.2f분, 구간 %.2f ~ %.2f → %s"):format(effect, result.mean, result.low, result.high, decide(result, plan)))
end

return { search = search, uplift = uplift, decide = decide }
