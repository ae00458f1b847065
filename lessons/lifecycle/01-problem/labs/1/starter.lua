-- Lab-LC-1: 문제 캔버스, 기준선, 그리고 임계값
local data = require "data"

-- 1. 문제 캔버스. 빈칸을 채우세요. 숫자에는 단위가 따라옵니다.
local canvas = {
	target = {
		who = "TODO",
		when = "TODO",
		what = "TODO",
	},
	goals = { -- 두 개 이상. 정확도 말고는요?
		{ what = "TODO", number = 0, unit = "" },
	},
	baseline = {
		rule = "TODO",
		number = 0,
		unit = "",
	},
	costs = {
		miss = { number = 0, unit = "" },
		alarm = { number = 0, unit = "" },
	},
	limits = {
		{ what = "TODO", number = 0, unit = "" },
	},
	users = {
		who = "TODO",
		does = "TODO",
	},
}

-- 2. 가장 흔한 라벨로만 답하기: 답, 정확도, 재현율
local function majority(labels)
	-- TODO: 0과 1을 세어 보세요.
	return 0, 0, 0
end

-- 3. 한 건에 드는 비용
local function mean_cost(labels, refused, costs)
	-- TODO: labels[i] == 1인데 승인했다면? labels[i] == 0인데 거절했다면?
	return 0
end

-- 4. 비용이 가장 싼 임계값 (확률 >= 임계값이면 거절)
local function choose(probability, labels, costs)
	-- TODO: 0.01, 0.02, … 1.00을 하나씩 대어 보세요.
	return 0.5
end

-- 5. AI가 필요한가
local function ai_needed(e)
	-- TODO: e.goal, e.majority, e.rule, e.model, e.noise
	return true
end

-- 본문의 표를 다시 만들어 봅니다.
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
