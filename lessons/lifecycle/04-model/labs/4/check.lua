local T = require "tensor"
local stats = require "stats"
local families = require "lifecycle.families"

local tables = { "breast_cancer", "wine", "iris", "progress" }

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

local function slice(list, from, to)
	return table.move(list, from, to, 1, {})
end

-- The best a family can do on rows it did not see, averaged over several ways to hide them: name → score.
local function hidden(name, seed)
	local best, task = {}, nil
	for split = 1, 4 do
		local x, y
		x, y, task = families.table(name, seed)
		T.seed(seed + 100 * split)
		local order, n = T.permutation(#x):totable(), math.floor(#x * 0.6)
		local tx, ty, vx, vy = {}, {}, {}, {}
		for i, at in ipairs(order) do
			if i <= n then tx[i], ty[i] = x[at + 1], y[at + 1] else vx[i - n], vy[i - n] = x[at + 1], y[at + 1] end
		end
		for _, family in ipairs(families[task]) do
			best[family.name] = best[family.name] or {}
			for o, option in ipairs(family.options) do
				best[family.name][o] = (best[family.name][o] or 0) + families.score(task, vy, family.fit(tx, ty, option, seed)(vx)) / 4
			end
		end
	end
	for family, scores in pairs(best) do best[family] = math.max(table.unpack(scores)) end
	return best, task
end

return function(t, learner)
	local fine = 0

	t:test("folds: 겹치지 않는 k조각", function()
		needs(t, learner, "folds")
		local n, k = 40 + t.seed % 23, 4 + t.seed % 3
		local parts = learner.folds(n, k, t.seed)
		t:ok(type(parts) == "table" and #parts == k, "조각의 수가 다릅니다.")
		local seen, small, large, in_order = {}, n, 0, true
		for _, part in ipairs(parts) do
			small, large = math.min(small, #part), math.max(large, #part)
			for i, at in ipairs(part) do
				t:ok(not seen[at], ("%d번째 행이 두 조각에 들어 있습니다. 훈련과 검증에 함께 들어가지 않을까요?"):format(at))
				seen[at] = true
				if i > 1 and at ~= part[i - 1] + 1 then in_order = false end
			end
		end
		for at = 1, n do t:ok(seen[at], ("%d번째 행이 어느 조각에도 없습니다. 번호는 1부터 %d까지입니다."):format(at, n)) end
		t:ok(large - small <= 1, "조각의 크기가 하나 넘게 차이 납니다.")
		t:ok(not in_order, "차례대로 잘랐습니다. 표가 클래스 순서로 놓여 있다면 어떤 조각에는 무엇만 들어 있을까요?")
		t:equal(learner.folds(n, k, t.seed), parts, "같은 seed인데 조각이 달라졌습니다.")
		fine = fine + 1
	end)

	-- Rows that carry their own number, so that a spy can tell which were seen in training.
	local x, y = {}, {}
	T.seed(t.seed)
	local coins = T.rand(120):totable()
	for i = 1, 120 do x[i], y[i] = { i }, coins[i] < 0.5 and 1 or 0 end

	t:test("cross_validate: 처음 보는 행에서 재기", function()
		needs(t, learner, "cross_validate")
		local parts = {}
		for p = 1, 4 do parts[p] = {} end
		for i = 1, 120 do table.insert(parts[i % 4 + 1], i) end
		local function accuracy(truth, given) return families.score("classification", truth, given) end
		-- remembers every row it was shown, and is wrong on purpose about all others
		local sizes = {}
		local function memory(rows, labels)
			local known = {}
			sizes[#sizes + 1] = #rows
			for i, row in ipairs(rows) do known[row[1]] = labels[i] end
			return function(asked)
				local out = {}
				for i, row in ipairs(asked) do
					out[i] = known[row[1]]
					if out[i] == nil then out[i] = 1 - y[row[1]] end
				end
				return out
			end
		end
		local mean, se = learner.cross_validate(memory, x, y, parts, accuracy)
		t:ok(type(mean) == "number" and type(se) == "number", "평균과 표준 오차, 두 수를 돌려주세요.")
		t:ok(mean < 0.5, ("훈련한 행을 외우기만 하는 모델의 점수가 %.2f입니다. 외운 것을 다시 물어보면 누구나 만점이지요. 처음 보는 행에서 재었나요?"):format(mean))
		t:near(mean, 0, 1e-9, "외우기만 하는 모델은 처음 보는 행을 모두 틀립니다.")
		for _, size in ipairs(sizes) do t:equal(size, 90, "네 조각 가운데 세 조각(90행)으로 훈련해야 합니다.") end
		-- a rule with a score that differs from part to part
		local function always(_, _)
			return function(asked)
				local out = {}
				for i = 1, #asked do out[i] = 1 end
				return out
			end
		end
		local scores = {}
		for p, part in ipairs(parts) do
			local ones = 0
			for _, at in ipairs(part) do ones = ones + y[at] end
			scores[p] = ones / #part
		end
		local want = stats.summary(scores)
		mean, se = learner.cross_validate(always, x, y, parts, accuracy)
		t:near(mean, want.mean, 1e-9, "점수의 평균이 다릅니다.")
		t:near(se, want.std / 2, 1e-9, "표준 오차가 다릅니다. 네 점수의 표준편차를 √4로 나누었나요?")
		fine = fine + 1
	end)

	t:test("nested: 옵션을 고른 데이터로 재지 않기", function()
		needs(t, learner, "nested")
		-- forty fortune tellers and labels by coin: whoever is picked, honest testing gives about one half
		local family = { name = "점쟁이", options = {}, fit = function(_, _, option)
			return function(asked)
				local out = {}
				for i, row in ipairs(asked) do out[i] = (row[1] * 7919 + option * 104729 + row[1] * row[1] * option) // 13 % 2 end
				return out
			end
		end }
		for option = 1, 40 do family.options[option] = option * 17 + t.seed % 1000 end
		local sum = 0
		for round = 1, 3 do sum = sum + learner.nested(family, x, y, "classification", t.seed + round) / 3 end
		t:metric("fortune_tellers", sum)
		t:ok(sum < 0.62, ("동전으로 붙인 라벨을 점쟁이 마흔 명 가운데 골라 %.2f로 맞혔습니다. 고르는 데 쓴 조각에서 점수까지 재지는 않았나요?"):format(sum))
		-- one option learns, the others do not: it must be found
		local learned = { name = "하나만 배운다", options = { 1, 2, 3 }, fit = function(rows, labels, option)
			local known = {}
			for i, row in ipairs(rows) do known[row[1] % 10] = labels[i] end
			return function(asked)
				local out = {}
				for i, row in ipairs(asked) do out[i] = option == 2 and known[row[1] % 10] or 0 end
				return out
			end
		end }
		local marked = {}
		for i = 1, 120 do marked[i] = (i % 10 < 5) and 1 or 0 end
		local mean = learner.nested(learned, x, marked, "classification", t.seed)
		t:ok(mean > 0.95, ("세 옵션 가운데 하나는 1.00을 낼 수 있는데 %.2f입니다. 안쪽 교차 검증에서 가장 좋은 옵션을 골랐나요?"):format(mean))
		fine = fine + 1
	end)

	t:test("choose: 흔들림 안에서 가장 단순한 것", function()
		needs(t, learner, "choose")
		T.seed(t.seed + 9)
		local draws = T.rand(60):totable()
		local rounds, heaviest = {}, 0
		for round = 0, 9 do
			local results = {}
			for k = 1, 5 do
				results[k] = { name = "후보" .. k, mean = 0.80 + 0.1 * draws[round * 5 + k], se = 0.01 + 0.03 * draws[50 + k] }
			end
			rounds[#rounds + 1] = { results = results, got = learner.choose(results) }
			if rounds[#rounds].got == "후보5" then heaviest = heaviest + 1 end
		end
		t:ok(heaviest < 10, "열 번 모두 가장 복잡한 후보를 고르셨습니다. 행이 178개뿐인 표에서도 그럴까요?")
		for _, round in ipairs(rounds) do
			local best, want = round.results[1], nil
			for _, r in ipairs(round.results) do
				if r.mean > best.mean then best = r end
			end
			for _, r in ipairs(round.results) do
				if not want and r.mean >= best.mean - best.se then want = r.name end
			end
			t:ok(round.got == want or round.got ~= best.name, ("평균이 가장 높은 %s(%.3f ± %.3f)을(를) 고르셨습니다. 흔들림 안에 더 단순한 후보가 있다면요?"):format(best.name, best.mean, best.se))
			t:equal(round.got, want, "고른 후보가 다릅니다. 기준은 '가장 좋은 평균 - 그것의 표준 오차'입니다.")
		end
		fine = fine + 1
	end)

	t:test("네 표에서 고르기: 3/4 이상이 최선과 1 pp 이내", function()
		needs(t, learner, "select")
		t:ok(fine == 4, "앞의 네 검사를 통과한 다음에 진짜 표에서 골라 봅니다.")
		local close, missed = 0, {}
		for i, name in ipairs(tables) do
			local tx, ty, task = families.table(name, t.seed + i)
			local n = math.floor(#tx * 0.6)
			local chosen = learner.select(slice(tx, 1, n), slice(ty, 1, n), task, t.seed)
			local scores = hidden(name, t.seed + i)
			t:ok(scores[chosen] ~= nil, ("'%s'라는 후보는 없습니다."):format(tostring(chosen)))
			local best = -math.huge
			for _, score in pairs(scores) do best = math.max(best, score) end
			local near = task == "regression" and -scores[chosen] <= -best * 1.02 or (task ~= "regression" and scores[chosen] >= best - 0.01)
			t:metric(name, math.abs(scores[chosen]))
			t:metric(name .. "_best", math.abs(best))
			if near then close = close + 1 else missed[#missed + 1] = ("%s(%s %.3f, 최선 %.3f)"):format(name, chosen, math.abs(scores[chosen]), math.abs(best)) end
		end
		t:metric("close", close)
		t:ok(close >= 3, ("네 표 가운데 %d개만 최선에 가깝습니다: %s"):format(close, table.concat(missed, ", ")))
		local mx, my, task = families.table("moons", t.seed + 5)
		local chosen = learner.select(slice(mx, 1, 240), slice(my, 1, 240), task, t.seed)
		local scores, best = hidden("moons", t.seed + 5), 0
		for _, score in pairs(scores) do best = math.max(best, score) end
		t:metric("moons", scores[chosen] or 0)
		t:ok((scores[chosen] or 0) >= best - 0.05, ("반달 표에서 %s(%.2f)을(를) 골랐는데 %.2f까지 낼 수 있습니다. 단순한 것을 고르는 것은 '흔들림 안에서'만입니다."):format(
			tostring(chosen), scores[chosen] or 0, best))
	end)
end
