local ml = require "ml"
local rare = require "lifecycle.rare"
local prompt = require "lifecycle.prompt"
local project = require "lifecycle.project"

local function ratio(a, b)
	return b > 0 and a / b or 0
end

local function report(truth, predicted)
	local r = { tn = 0, fp = 0, fn = 0, tp = 0 }
	for i, y in ipairs(truth) do
		local cell = (predicted[i] == y and "t" or "f") .. (predicted[i] == 1 and "p" or "n")
		r[cell] = r[cell] + 1
	end
	r.accuracy = ratio(r.tp + r.tn, #truth)
	r.precision = ratio(r.tp, r.tp + r.fp)
	r.recall = ratio(r.tp, r.tp + r.fn)
	r.f1 = ratio(2 * r.precision * r.recall, r.precision + r.recall)
	return r
end

local function errors(truth, predicted)
	local sum, squares = 0, 0
	for i, y in ipairs(truth) do
		sum = sum + math.abs(predicted[i] - y)
		squares = squares + (predicted[i] - y) ^ 2
	end
	return sum / #truth, math.sqrt(squares / #truth)
end

local function decide(probability, threshold)
	local out = {}
	for i, p in ipairs(probability) do out[i] = p >= threshold and 1 or 0 end
	return out
end

local function pick(probability, labels, worth)
	local best, threshold = -math.huge, 0.5
	for k = 1, 99 do
		local value = worth(report(labels, decide(probability, k / 100)))
		if value > best then best, threshold = value, k / 100 end
	end
	return threshold, best
end

local function choose(train, valid, open_test)
	local candidates = {}
	for _, times in ipairs { 1, 5, 20 } do
		local weights = {}
		for i, y in ipairs(train.labels) do weights[i] = y == 1 and times or 1 end
		candidates[#candidates + 1] = ml.logistic(train.x, train.labels, { l2 = 1, weights = weights })
	end
	for _, depth in ipairs { 2, 3 } do
		candidates[#candidates + 1] = ml.boosting(train.x, train.labels,
			{ loss = "logistic", rounds = 60, learning_rate = 0.1, max_depth = depth })
	end
	local model, threshold, most = nil, 0.5, -1
	for _, candidate in ipairs(candidates) do
		local at, f1 = pick(rare.probabilities(candidate, valid.x), valid.labels, function(r) return r.f1 end)
		if f1 > most then model, threshold, most = candidate, at, f1 end
	end
	local function predict(x)
		return decide(rare.probabilities(model, x), threshold)
	end
	local test = open_test()
	return { predict = predict, test_f1 = report(test.labels, predict(test.x)).f1 }
end

local function search(variants, questions, ask)
	local alive = {}
	for v = 1, variants do alive[v] = { v = v, right = 0 } end
	local at = 0
	for _, round in ipairs { { 12, 14 }, { 24, 8 }, { questions, 1 } } do
		local to, keep = math.min(round[1], questions), round[2]
		for _, one in ipairs(alive) do
			for q = at + 1, to do
				if ask(one.v, q) then one.right = one.right + 1 end
			end
		end
		at = to
		table.sort(alive, function(a, b)
			if a.right ~= b.right then return a.right > b.right end
			return a.v < b.v
		end)
		for i = #alive, keep + 1, -1 do alive[i] = nil end
	end
	return alive[1].v
end

local train, valid, test = rare.tables { seed = 3 }
local chosen = choose(train, valid, function() return test end)
print(("테스트 F1 %.3f"):format(chosen.test_f1))
local list, questions = prompt.variants(), prompt.questions(#prompt.messages, 1)
local function right(v, q)
	return prompt.answer(list[v], questions[q].text) == questions[q].label
end
for v, variant in ipairs(list) do
	local count = 0
	for q = 1, #questions do count = count + (right(v, q) and 1 or 0) end
	if variant.format and variant.describe == "full" then print(("설명 full, 형식 넣음, 보기 %-8s %d통"):format(variant.examples, count)) end
end
print(prompt.text(list[search(#list, #questions, right)], "카드를 어디 두었는지 모르겠어요"))
local card = project.stage(5)
print(("5단계: 임계값 %.2f, 테스트에서 한 건에 %.2f만 원"):format(card.threshold, card.test.cost))

return { report = report, errors = errors, pick = pick, choose = choose, search = search }
