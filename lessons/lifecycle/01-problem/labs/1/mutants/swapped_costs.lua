-- mistake: misses are charged as false alarms and the other way round
-- expects: 서로 바뀌었습니다
local data = require "data"

local canvas = {
	target = { who = "소액 대출 신청 한 건", when = "신청을 받은 때", what = "12달 안에 90일 넘게 연체할지" },
	goals = {
		{ what = "한 건에 드는 비용을 아래로", number = 26, unit = "만 원" },
		{ what = "답하는 시간을 안에", number = 50, unit = "밀리초" },
	},
	baseline = { rule = "최근 1년 연체가 2회 이상이면 거절", number = 29.52, unit = "만 원" },
	costs = { miss = { number = 300, unit = "만 원" }, alarm = { number = 40, unit = "만 원" } },
	limits = { { what = "거절한 까닭을 말할 수 있어야 한다", number = 3, unit = "가지" } },
	users = { who = "심사역", does = "위험이 높은 신청을 한 번 더 살핀다" },
}

local function majority(labels)
	local ones = 0
	for _, label in ipairs(labels) do ones = ones + label end
	local answer = ones * 2 > #labels and 1 or 0
	local right = answer == 1 and ones or #labels - ones
	return answer, right / #labels, answer
end

local function mean_cost(labels, refused, costs)
	local sum = 0
	for i, label in ipairs(labels) do
		if label == 0 and refused[i] then sum = sum + costs.miss end
		if label == 1 and not refused[i] then sum = sum + costs.alarm end
	end
	return sum / #labels
end

local function choose(probability, labels, costs)
	local best, cheapest = 0, math.huge
	for k = 1, 100 do
		local refused = {}
		for i, p in ipairs(probability) do refused[i] = p >= k / 100 end
		local cost = mean_cost(labels, refused, costs)
		if cost < cheapest then best, cheapest = k / 100, cost end
	end
	return best
end

local function ai_needed(e)
	if e.rule >= e.goal then return false end
	return e.model - math.max(e.rule, e.majority) > e.noise
end

local applications = data.credit { count = 4000, seed = 1 }
local labels, rows = applications.truth:totable(), applications.features:totable()
local costs = { miss = 300, alarm = 40 }
for _, most in ipairs { 0, 1, 2, 3, 99 } do -- 0이면 모두 거절, 99면 모두 승인
	local refused, right, caught, bad = {}, 0, 0, 0
	for i, row in ipairs(rows) do
		refused[i] = row[4] >= most
		if refused[i] == (labels[i] == 1) then right = right + 1 end
		bad = bad + labels[i]
		if refused[i] then caught = caught + labels[i] end
	end
	print(("연체 %d회 이상 거절: 정확도 %.3f, 재현율 %.3f, 한 건에 %.2f만 원"):format(most, right / #rows, caught / bad,
		mean_cost(labels, refused, costs)))
end
print(("가장 싼 임계값 %.2f"):format(choose(applications.probability:totable(), labels, costs)))

return { canvas = canvas, majority = majority, mean_cost = mean_cost, choose = choose, ai_needed = ai_needed }
