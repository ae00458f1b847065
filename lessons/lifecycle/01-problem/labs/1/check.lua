local T = require "tensor"
local data = require "data"
local ml = require "ml"

local function cost_of(labels, refused, costs)
	local sum = 0
	for i, label in ipairs(labels) do
		if label == 1 and not refused[i] then sum = sum + costs.miss end
		if label == 0 and refused[i] then sum = sum + costs.alarm end
	end
	return sum / #labels
end

local function cost_at(probability, labels, costs, threshold)
	local refused = {}
	for i, p in ipairs(probability) do refused[i] = p >= threshold end
	return cost_of(labels, refused, costs)
end

local function share(rows, right)
	local count = 0
	for i = 1, rows do
		if right(i) then count = count + 1 end
	end
	return count / rows
end

-- Means and deviations of the first n rows, applied to all.
local function scaled(rows, n)
	local out = {}
	for i = 1, #rows do out[i] = {} end
	for c = 1, #rows[1] do
		local sum, squares = 0, 0
		for i = 1, n do sum, squares = sum + rows[i][c], squares + rows[i][c] ^ 2 end
		local mean = sum / n
		local std = math.sqrt(math.max(squares / n - mean ^ 2, 1e-12))
		for i = 1, #rows do out[i][c] = (rows[i][c] - mean) / std end
	end
	return out
end

local function slice(list, from, to)
	return table.move(list, from, to, 1, {})
end

-- Probabilities of class 1 for the rows after the first n, by a logistic regression on the first n.
local function learned(rows, labels, n)
	local x = scaled(rows, n)
	local model = ml.logistic(slice(x, 1, n), slice(labels, 1, n))
	local out = {}
	for i, p in ipairs(model:probabilities(slice(x, n + 1, #x)):totable()) do out[i] = p[2] end
	return out
end

-- Evidence on the rows that training did not see: accuracy of the majority, of a rule (1 or 0 for a row) and of a model.
local function accuracies(name, rows, labels, rule, goal)
	local n = #rows // 2
	local p, rest = learned(rows, labels, n), #rows - n
	local ones = 0
	for i = 1, n do ones = ones + labels[i] end
	local common = ones * 2 > n and 1 or 0
	local e = {
		name = name, goal = goal,
		majority = share(rest, function(i) return labels[n + i] == common end),
		rule = share(rest, function(i) return labels[n + i] == rule(rows[n + i]) end),
		model = share(rest, function(i) return labels[n + i] == (p[i] >= 0.5 and 1 or 0) end),
	}
	e.noise = 2 * math.sqrt(math.max(e.model * (1 - e.model), 0.01) / rest)
	return e
end

local function shuffled(rows, labels)
	local r, l = {}, {}
	for _, i in ipairs(T.permutation(#rows):totable()) do
		r[#r + 1], l[#l + 1] = rows[i + 1], labels[i + 1]
	end
	return r, l
end

local function table_of(dataset)
	return shuffled(dataset.features:totable(), dataset.labels:totable())
end

local function digits_3_8()
	local set, rows, labels = data.digits(), {}, {}
	local images, all = set.images:reshape(#set, 64):totable(), set.labels:totable()
	for i, label in ipairs(all) do
		if label == 3 or label == 8 then
			rows[#rows + 1], labels[#labels + 1] = images[i], label == 8 and 1 or 0
		end
	end
	return shuffled(rows, labels)
end

-- Six questions brought to the team, with what was measured on this attempt's data.
local function cases(seed)
	T.seed(seed)
	local list = {}
	local orders, free = T.rand(800, 1):totable(), {}
	for i, order in ipairs(orders) do
		order[1] = 10 * order[1]
		free[i] = order[1] >= 5 and 1 or 0
	end
	list[1] = accuracies("5만 원 이상이면 무료 배송", orders, free, function(r) return r[1] >= 5 and 1 or 0 end, 0.99)
	local draws, prizes = T.rand(800, 6):totable(), T.rand(800):totable()
	for i, value in ipairs(prizes) do prizes[i] = value < 0.5 and 1 or 0 end
	list[2] = accuracies("추첨 번호로 당첨 맞히기", draws, prizes, function(r) return r[1] > 0.5 and 1 or 0 end, 0.9)
	local rows, labels = table_of(data.breast_cancer())
	list[3] = accuracies("유방암 검사", rows, labels, function(r) return r[1] < 15 and 1 or 0 end, 0.95)
	rows, labels = table_of(data.iris())
	for i, label in ipairs(labels) do labels[i] = label == 0 and 1 or 0 end
	list[4] = accuracies("세토사 붓꽃 가리기", rows, labels, function(r) return r[3] < 2.5 and 1 or 0 end, 0.95)
	rows, labels = digits_3_8()
	list[5] = accuracies("손글씨 3과 8", rows, labels, function(r) return r[19] + r[27] > 8 and 1 or 0 end, 0.96)
	local loans = data.credit { count = 12000, seed = seed + 5 }
	local truth, saved, costs = loans.truth:totable(), {}, { miss = 300, alarm = 40 }
	rows = loans.features:totable()
	for i, row in ipairs(rows) do
		rows[i] = { row[1], math.log(row[2]), math.log(1 + row[3]), row[4], math.log(1 + row[5]), math.log(row[6]), row[7] }
	end
	local p, none, ruled, judged = learned(rows, truth, 6000), {}, {}, {}
	local rest = slice(truth, 6001, 12000)
	for i = 1, 6000 do
		none[i], ruled[i], judged[i] = false, rows[6000 + i][4] >= 2, p[i] >= 0.1176
		saved[i] = cost_of({ rest[i] }, { ruled[i] }, costs) - cost_of({ rest[i] }, { judged[i] }, costs)
	end
	local start, squares, mean = cost_of(rest, none, costs), 0, 0
	for i = 1, 6000 do mean = mean + saved[i] / 6000 end
	for i = 1, 6000 do squares = squares + (saved[i] - mean) ^ 2 end
	list[6] = {
		name = "문답 신협의 부실(아낀 만 원)", majority = 0, rule = start - cost_of(rest, ruled, costs),
		model = start - cost_of(rest, judged, costs), noise = 2 * math.sqrt(squares / 5999 / 6000),
	}
	list[6].goal = list[6].rule + 3
	return list
end

local function needed(e)
	return e.rule < e.goal and e.model - math.max(e.rule, e.majority) > e.noise
end

local function filled(t, value, what)
	t:ok(type(value) == "string" and #value >= 2 and not value:find("TODO"), what .. " 칸이 비어 있습니다. 한 구절이라도 적어 주세요.")
end

local function measured(t, cell, what)
	t:ok(type(cell) == "table" and type(cell.number) == "number" and cell.number > 0,
		what .. "에 숫자가 없습니다. '빠르게', '정확하게'만으로 석 달 뒤에 성공했는지 알 수 있을까요?")
	t:ok(type(cell.unit) == "string" and #cell.unit > 0 and not cell.unit:find("TODO"),
		what .. "의 숫자에 단위가 없습니다. 만 원인가요, 밀리초인가요?")
end

return function(t, learner)
	t:test("majority: 아무것도 배우지 않은 점수", function()
		t:ok(type(learner.majority) == "function", "돌려주는 표에 majority 함수가 있나요?")
		T.seed(t.seed)
		for _, rate in ipairs { 0.01, 0.3, 0.8 } do
			local labels = T.rand(400):totable()
			for i, value in ipairs(labels) do labels[i] = value < rate and 1 or 0 end
			labels[1], labels[2] = 1, 0
			local ones = 0
			for _, label in ipairs(labels) do ones = ones + label end
			local want = ones > 200 and 1 or 0
			local answer, accuracy, recall = learner.majority(labels)
			t:equal(answer, want, ("1이 %d개, 0이 %d개입니다. 더 흔한 쪽은 무엇인가요?"):format(ones, 400 - ones))
			t:near(accuracy, math.max(ones, 400 - ones) / 400, 1e-9, "정확도가 다릅니다. 맞은 것을 전체로 나누었나요?")
			t:near(recall, want, 1e-9, ("늘 %d이라고 답하면 1인 것 %d개 가운데 몇 개를 1이라고 답하나요? 정확도와 재현율은 같은 것일까요?"):format(want, ones))
		end
	end)

	t:test("mean_cost: 두 가지 실수의 값", function()
		t:ok(type(learner.mean_cost) == "function", "돌려주는 표에 mean_cost 함수가 있나요?")
		T.seed(t.seed + 1)
		local a, b = T.rand(90):totable(), T.rand(90):totable()
		local labels, refused = {}, {}
		for i = 1, 90 do labels[i], refused[i] = a[i] < 0.3 and 1 or 0, b[i] < 0.4 end
		local costs = { miss = 200 + t.seed % 7 * 10, alarm = 30 + t.seed % 5 }
		local swapped = cost_of(labels, refused, { miss = costs.alarm, alarm = costs.miss })
		local got = learner.mean_cost(labels, refused, costs)
		t:ok(type(got) == "number", "mean_cost가 수를 돌려주지 않습니다.")
		t:ok(math.abs(got - swapped) > 1e-6, "놓침과 헛거절의 값이 서로 바뀌었습니다. 부실인데 승인한 것은 어느 쪽인가요?")
		t:near(got, cost_of(labels, refused, costs), 1e-9, "비용이 다릅니다. 승인해서 떼인 것과 거절해서 못 번 것을 모두 더해 건수로 나누었나요?")
		t:near(learner.mean_cost({ 0, 0, 0, 1, 1 }, { false, false, true, true, true }, { miss = 300, alarm = 40 }), 8, 1e-9,
			"본문의 다섯 건, 임계값 0.1의 비용은 8만 원입니다.")
	end)

	t:test("choose: 비용이 최적의 1 % 안", function()
		t:ok(type(learner.choose) == "function", "돌려주는 표에 choose 함수가 있나요?")
		local loans = data.credit { count = 3000, seed = t.seed + 2 }
		T.seed(t.seed + 3)
		local rows, labels = table_of(data.breast_cancer())
		for i, label in ipairs(labels) do labels[i] = 1 - label end -- 1: malignant
		local raw = loans.probability:totable()
		local bent = {}
		for i, p in ipairs(raw) do bent[i] = math.sqrt(p) end -- a score in the right order that is no probability
		local sets = {
			{ "대출", raw, loans.truth:totable(), { miss = 300, alarm = 40 } },
			{ "확률이 아닌 점수가 붙은 대출", bent, loans.truth:totable(), { miss = 300, alarm = 40 } },
			{ "유방암 검사", learned(rows, labels, 285), slice(labels, 286, 569), { miss = 1000, alarm = 30 } },
		}
		for k, set in ipairs(sets) do
			local name, p, y, costs = table.unpack(set)
			local threshold = learner.choose(p, y, costs)
			t:ok(type(threshold) == "number" and threshold == threshold, "choose가 수를 돌려주지 않습니다.")
			local best, best_at, top, top_at = math.huge, 0, 0, 0
			for step = 1, 100 do
				local cost = cost_at(p, y, costs, step / 100)
				local right = share(#p, function(i) return (p[i] >= step / 100) == (y[i] == 1) end)
				if cost < best then best, best_at = cost, step / 100 end
				if right > top then top, top_at = right, step / 100 end
			end
			local got = cost_at(p, y, costs, threshold)
			t:metric("cost_over_best_" .. k, got / math.max(best, 1e-9))
			if got > best * 1.01 + 1e-9 then
				local right = share(#p, function(i) return (p[i] >= threshold) == (y[i] == 1) end)
				local flipped = cost_at(p, y, { miss = costs.alarm, alarm = costs.miss }, threshold)
				local flipped_best = math.huge
				for step = 1, 100 do
					flipped_best = math.min(flipped_best, cost_at(p, y, { miss = costs.alarm, alarm = costs.miss }, step / 100))
				end
				if right >= top - 1e-9 then
					t:fail(("%s: 임계값 %.2f에서 정확도는 %.3f로 가장 높은데 비용은 %.2f만 원입니다. 두 가지 실수의 값이 같다고 보셨나요?"):format(name, threshold, right, got))
				elseif flipped <= flipped_best + 1e-9 then
					t:fail(("%s: 임계값 %.2f은(는) 헛거절이 놓침보다 비쌀 때의 답입니다. 어느 쪽이 더 비싼가요?"):format(name, threshold))
				end
				t:fail(("%s: 임계값 %.2f의 비용은 한 건에 %.2f만 원이고, 더 싼 임계값이 있습니다(%.2f만 원). 주어진 점수를 그대로 대어 보았나요?"):format(name, threshold, got, best))
			end
		end
	end)

	t:test("canvas: 일곱 칸, 숫자와 단위", function()
		local c = learner.canvas
		t:ok(type(c) == "table" and type(c.target) == "table" and type(c.users) == "table" and type(c.costs) == "table",
			"돌려주는 표에 canvas가 골격대로 있나요?")
		filled(t, c.target.who, "예측 대상의 '누구'")
		filled(t, c.target.when, "예측 대상의 '언제'")
		filled(t, c.target.what, "예측 대상의 '무엇'")
		t:ok(type(c.goals) == "table" and #c.goals >= 2, "성공 기준이 하나뿐입니다. 정확함 말고 속도나 비용도 적어 볼까요?")
		for i, goal in ipairs(c.goals) do
			filled(t, goal.what, ("성공 기준 %d의 내용"):format(i))
			measured(t, goal, ("성공 기준 %d"):format(i))
		end
		measured(t, c.costs.miss, "놓침의 값")
		measured(t, c.costs.alarm, "헛거절의 값")
		t:ok(c.costs.miss.number == 300 and c.costs.alarm.number == 40, "놓침 300만 원, 헛거절 40만 원과 다릅니다. 두 칸이 서로 바뀌지는 않았나요?")
		t:ok(type(c.limits) == "table" and #c.limits >= 1, "제약을 하나 이상 적어 주세요. 박 감사가 무엇을 요구했나요?")
		for i, limit in ipairs(c.limits) do
			filled(t, limit.what, ("제약 %d의 내용"):format(i))
			measured(t, limit, ("제약 %d"):format(i))
		end
		filled(t, c.users.who, "쓰는 사람")
		filled(t, c.users.does, "쓰는 사람이 하는 일")
		filled(t, c.baseline.rule, "기준선의 규칙")
		measured(t, c.baseline, "기준선")
		t:near(c.baseline.number, 29.52, 0.05, "기준선은 지금 규칙(연체 2회 이상 거절)의 한 건에 드는 비용입니다. 찍힌 표에서 몇 만 원이었나요?")
	end)

	t:test("ai_needed: 여섯 가지 문제에서 다섯 이상", function()
		t:ok(type(learner.ai_needed) == "function", "돌려주는 표에 ai_needed 함수가 있나요?")
		local right, enough, luck = 0, {}, {}
		for _, e in ipairs(cases(t.seed)) do
			local want = needed(e)
			local got = learner.ai_needed { name = e.name, goal = e.goal, majority = e.majority, rule = e.rule, model = e.model, noise = e.noise }
			t:ok(type(got) == "boolean", "ai_needed는 true나 false를 돌려주어야 합니다.")
			if got == want then right = right + 1
			elseif got and e.rule >= e.goal then enough[#enough + 1] = ("%s(규칙 %.2f, 목표 %.2f)"):format(e.name, e.rule, e.goal)
			else luck[#luck + 1] = ("%s(모델 %.2f, 규칙 %.2f, 다수결 %.2f, 흔들림 %.2f)"):format(e.name, e.model, e.rule, e.majority, e.noise)
			end
		end
		t:metric("ai_needed", right)
		t:ok(right >= 5 or #enough == 0, ("%d개 맞았습니다. %s에는 규칙이 이미 목표에 닿았는데도 AI가 필요할까요?"):format(right, table.concat(enough, ", ")))
		t:ok(right >= 5, ("%d개 맞았습니다. %s: 모델과 가장 나은 기준선의 차이를 흔들림과 견주었나요?"):format(right, table.concat(luck, ", ")))
	end)
end
