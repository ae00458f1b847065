-- Lab-STACK-5: 시제품으로 먼저 재고, 숫자로 정하기
local data = require "data"
local sessions = require "stack.sessions"

-- 1. 학습 없는 시제품: 글자 짝이 가장 많이 겹치는 문단
local function search(question, index)
	-- TODO: 지금은 늘 첫 문단을 보여 줍니다.
	return 1
end

-- 2. 아낀 시간과 그 구간
local function uplift(minutes)
	-- TODO
	return { mean = 0, low = 0, high = 0 }
end

-- 3. 미리 정해 둔 규칙
local function decide(result, plan)
	-- TODO
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
