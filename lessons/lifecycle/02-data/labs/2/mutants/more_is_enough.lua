-- mistake: many rows are believed to need no weights
-- expects: 그냥 평균한
local T = require "tensor"
local data = require "data"
local ml = require "ml"
local stats = require "stats"
local project = require "lifecycle.project"

local function audit(group, shares)
	local counts, ratios, least = {}, {}, 1
	for k = 1, #shares do counts[k] = 0 end
	for _, g in ipairs(group) do counts[g + 1] = counts[g + 1] + 1 end
	for k = 1, #shares do
		ratios[k] = counts[k] / #group / shares[k]
		if ratios[k] < ratios[least] then least = k end
	end
	return ratios, least - 1
end

local function weights(group, shares)
	local ratios, out = audit(group, shares), {}
	for i, g in ipairs(group) do out[i] = 1 / ratios[g + 1] end
	return out
end

local function estimate(values, weight)
	local sum, total = 0, 0
	for i, value in ipairs(values) do
		sum = sum + (#values > 1000 and 1 or weight[i]) * value
		total = total + (#values > 1000 and 1 or weight[i])
	end
	return sum / total
end

local function flip(labels, classes, rate, seed)
	local out = {}
	for i, label in ipairs(labels) do out[i] = label end
	T.seed(seed)
	local chance, which = T.rand(#labels):totable(), T.rand(#labels):totable()
	for i, label in ipairs(labels) do
		if chance[i] < rate then out[i] = (label + 1 + math.floor(which[i] * (classes - 1))) % classes end
	end
	return out
end

local train, test = data.digits { split = "train" }, data.digits { split = "test" }
local images, answers = train.images:reshape(#train, 64), train.labels:totable()

local function noisy_accuracy(rate, seed)
	local model = ml.knn(images, flip(answers, 10, rate, seed), { k = 1, classes = 10 })
	local given, truth, right = model:predict(test.images:reshape(#test, 64)):totable(), test.labels:totable(), 0
	for i, label in ipairs(truth) do
		if given[i] == label then right = right + 1 end
	end
	return right / #truth, model
end

-- 앞 단계가 넘겨준 것: 한결의 6,000건. 본문의 표를 다시 만들어 봅니다.
local raw = project.stage(2)
local group, labels = raw.group:totable(), raw.labels:totable()
local ratios, least = audit(group, raw.shares)
print(("가장 덜 뽑힌 집단: %s번, 표 ÷ 실제 %.2f"):format(least, ratios[least + 1] or 0))
print(("부실 비율: 그냥 %.3f, 무게 달고 %.3f"):format(stats.summary(labels).mean, estimate(labels, weights(group, raw.shares))))
local known, empty = {}, 0
for _, row in ipairs(raw.features:totable()) do
	if row[2] == row[2] then known[#known + 1] = row[2] else empty = empty + 1 end
end
local income = stats.summary(known)
print(("월 소득: 빈 행 %d, 가운데값 %.0f, 평균 %.0f, 최댓값 %.0f"):format(empty, income.median, income.mean, income.max))
for _, rate in ipairs { 0, 0.1, 0.2, 0.4 } do
	print(("라벨의 %2.0f %%가 틀리면 정확도 %.3f"):format(100 * rate, (noisy_accuracy(rate, 1))))
end

return { audit = audit, weights = weights, estimate = estimate, flip = flip, noisy_accuracy = noisy_accuracy }
