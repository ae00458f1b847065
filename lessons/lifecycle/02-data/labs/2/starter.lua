-- Lab-LC-2: 빠진 사람을 찾고, 무게를 달고, 라벨을 의심하기
local T = require "tensor"
local data = require "data"
local ml = require "ml"
local stats = require "stats"
local project = require "lifecycle.project"

-- 1. 집단마다 표의 비율 ÷ 실제 비율, 그리고 가장 덜 뽑힌 집단의 번호
local function audit(group, shares)
	local ratios = {}
	for k = 1, #shares do ratios[k] = 1 end
	-- TODO
	return ratios, 0
end

-- 2. 행마다의 무게
local function weights(group, shares)
	local out = {}
	for i = 1, #group do out[i] = 1 end
	-- TODO
	return out
end

-- 3. 무게를 단 평균
local function estimate(values, weight)
	-- TODO
	return 0
end

-- 4. rate만큼을 다른 클래스로 바꾼 새 목록
local function flip(labels, classes, rate, seed)
	local out = {}
	for i, label in ipairs(labels) do out[i] = label end
	T.seed(seed)
	local chance, which = T.rand(#labels):totable(), T.rand(#labels):totable() -- 0에서 1 사이의 난수
	-- TODO
	return out
end

-- 5. 틀린 라벨로 배우고 깨끗한 시험을 보기
local train, test = data.digits { split = "train" }, data.digits { split = "test" }
local images, answers = train.images:reshape(#train, 64), train.labels:totable()

local function noisy_accuracy(rate, seed)
	local model = ml.knn(images, answers, { k = 1, classes = 10 })
	-- TODO: 라벨을 바꾸어 훈련하고, test에서 맞힌 비율을 세세요. test.images도 64칸으로 펴야 합니다.
	return 0, model
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
