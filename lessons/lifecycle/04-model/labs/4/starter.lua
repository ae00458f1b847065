-- Lab-LC-4: 충분한 것 가운데 가장 단순한 것
local T = require "tensor"
local ml = require "ml"
local stats = require "stats"
local families = require "lifecycle.families"
local project = require "lifecycle.project"

-- 1. 섞어서 k조각
local function folds(n, k, seed)
	T.seed(seed)
	local order = T.permutation(n):totable() -- 0부터 n-1까지가 섞여 나옵니다.
	local parts = {}
	for part = 1, k do parts[part] = {} end
	-- TODO
	return parts
end

-- 2. 교차 검증: 평균, 표준 오차
local function cross_validate(fit, x, y, parts, score)
	-- TODO: 조각마다 나머지로 훈련하고 그 조각에서 score(참, 답)
	return 0, 0
end

-- 3. 중첩 교차 검증
local function nested(family, x, y, task, seed)
	-- TODO: folds(#x, 4, seed)의 바깥 조각마다, 안쪽에서 옵션을 고르고 바깥에서 잽니다.
	return 0, 0
end

-- 4. 흔들림 안에서 가장 단순한 것
local function choose(results)
	-- TODO
	return results[#results].name
end

-- 5. 고르기
local function select_family(x, y, task, seed)
	local results = {}
	for i, family in ipairs(families[task]) do
		local mean, se = nested(family, x, y, task, seed)
		results[i] = { name = family.name, mean = mean, se = se }
	end
	return choose(results)
end

-- 우리 프로젝트의 훈련·검증 조각(LC-3)에서 견주어 봅니다. 본문의 표와 같은 숫자입니다.
local ready, costs = project.stage(3), project.stage(1).costs
local threshold = project.threshold(costs)
local function cost(model, part)
	local refused = {}
	for i, p in ipairs(model:probabilities(part.x):totable()) do refused[i] = p[2] >= threshold end
	return project.cost(costs, part.labels, refused)
end
local train, valid = ready.train, ready.valid
local nobody, rule = {}, {}
for i, row in ipairs(valid.raw) do nobody[i], rule[i] = false, row[4] >= 2 end
print(("모두 승인: 검증 %.2f만 원"):format(project.cost(costs, valid.labels, nobody)))
print(("지금 규칙(연체 2회 이상 거절): 검증 %.2f만 원"):format(project.cost(costs, valid.labels, rule)))
for _, row in ipairs {
	{ "로지스틱 회귀", ml.logistic(train.x, train.labels) },
	{ "끝없이 깊은 결정 나무", ml.tree(train.x, train.labels) },
	{ "나무 100그루의 랜덤 포레스트", ml.forest(train.x, train.labels, { trees = 100, min_samples_leaf = 5, seed = 1 }) },
} do
	print(("%s: 훈련 %.2f만 원, 검증 %.2f만 원"):format(row[1], cost(row[2], train), cost(row[2], valid)))
end

-- LC-2의 무게를 달아, 실제 신청자 전체라면 한 건에 얼마일지 어림합니다.
local simple, sum, total = project.stage(4), 0, 0
for i, x in ipairs(valid.x) do
	local one = project.cost(costs, { valid.labels[i] }, { project.probability(simple, x) >= threshold })
	sum, total = sum + valid.weights[i] * one, total + valid.weights[i]
end
print(("로지스틱 회귀, 무게를 달아서: 검증 %.2f만 원"):format(sum / total))

-- 포도주 178행에서 후보들의 중첩 교차 검증. 이것도 본문의 표와 같습니다.
local wine_x, wine_y = families.table("wine", 1)
for _, family in ipairs(families.classification) do
	print(("%s: %.3f ± %.3f"):format(family.name, nested(family, wine_x, wine_y, "classification", 1)))
end

return { folds = folds, cross_validate = cross_validate, nested = nested, choose = choose, select = select_family }
