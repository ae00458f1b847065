local T = require "tensor"
local ml = require "ml"
local stats = require "stats"
local rare = require "lifecycle.rare"
local prompt = require "lifecycle.prompt"

-- Lists of 0 and 1, the second right with a chance of `skill`.
local function answers(n, rate, skill)
	local a, b = T.rand(n):totable(), T.rand(n):totable()
	local truth, predicted = {}, {}
	for i = 1, n do
		truth[i] = a[i] < rate and 1 or 0
		predicted[i] = b[i] < skill and truth[i] or 1 - truth[i]
	end
	truth[1], truth[2] = 1, 0
	return truth, predicted
end

local function engine(truth, predicted)
	local r = stats.report(truth, predicted, 2)
	local m, one = r.confusion:totable(), r.classes[2]
	return { tn = m[1][1], fp = m[1][2], fn = m[2][1], tp = m[2][2], accuracy = r.accuracy, precision = one.precision,
		recall = one.recall, f1 = one.f1 }
end

local function decide(probability, threshold)
	local out = {}
	for i, p in ipairs(probability) do out[i] = p >= threshold and 1 or 0 end
	return out
end

local function best_of(probability, labels, worth)
	local best, at = -math.huge, 0
	for k = 1, 99 do
		local value = worth(engine(labels, decide(probability, k / 100)))
		if value > best then best, at = value, k / 100 end
	end
	return best, at
end

local function a_function(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

-- Times that test data were opened, and what came of it.
local function run_choose(t, learner, train, valid, test)
	local opened = 0
	local function open_test()
		opened = opened + 1
		return test
	end
	local chosen = learner.choose(train, valid, open_test)
	t:ok(type(chosen) == "table" and type(chosen.predict) == "function" and type(chosen.test_f1) == "number",
		"choose는 { predict = 함수, test_f1 = 수 }를 돌려주어야 합니다.")
	t:ok(opened > 0, "테스트를 한 번도 열지 않았습니다. 마지막 점수는 어디에서 재셨나요?")
	t:ok(opened == 1, ("테스트를 %d번 여셨습니다. 몇 번까지 괜찮을까요? 다 정한 뒤에 한 번이면 무엇을 먼저 해야 할까요?"):format(opened))
	local predicted = chosen.predict(test.x)
	t:ok(type(predicted) == "table" and #predicted == #test.x, "predict가 행마다 하나씩 답을 내지 않습니다.")
	t:near(chosen.test_f1, engine(test.labels, predicted).f1, 1e-9, "적어 낸 test_f1이 그 모델로 다시 잰 값과 다릅니다. 어느 데이터에서 재셨나요?")
	return chosen
end

return function(t, learner)
	t:test("report: 네 칸과 네 비율", function()
		a_function(t, learner, "report")
		T.seed(t.seed)
		for _, setting in ipairs { { 0.3, 0.8 }, { 0.05, 0.9 }, { 0.6, 0.3 } } do
			local truth, predicted = answers(400, setting[1], setting[2])
			local got, want = learner.report(truth, predicted), engine(truth, predicted)
			t:ok(type(got) == "table", "report가 표를 돌려주지 않습니다.")
			t:ok(not (got.fp == want.fn and got.fn == want.fp and want.fn ~= want.fp),
				"거짓 양성과 거짓 음성이 서로 바뀌었습니다. 실제로 1인데 0이라고 한 것은 어느 쪽인가요?")
			for _, cell in ipairs { "tn", "fp", "fn", "tp" } do
				t:equal(got[cell], want[cell], ("%s의 개수가 다릅니다. 실제와 모델의 말을 하나씩 짝지어 세었나요?"):format(cell))
			end
			t:near(got.accuracy, want.accuracy, 1e-9, "정확도가 다릅니다. 맞은 두 칸을 모두 더해 전체로 나누었나요?")
			t:ok(not (math.abs(want.precision - want.recall) > 1e-6 and math.abs((got.precision or -1) - want.recall) < 1e-9),
				"정밀도 자리에 재현율이 들어 있습니다. 외친 것으로 나누는 쪽은 어느 것인가요?")
			t:near(got.precision, want.precision, 1e-9, "정밀도가 다릅니다. 분수의 아래에 무엇을 두셨나요? 외친 것은 모두 몇 건인가요?")
			t:near(got.recall, want.recall, 1e-9, "재현율이 다릅니다. 분수의 아래에 무엇을 두셨나요? 찾아야 했던 것은 모두 몇 건인가요?")
			t:ok(math.abs((got.f1 or -1) - (want.precision + want.recall) / 2) > 1e-9 or math.abs(want.precision - want.recall) < 1e-9,
				"F1에 그냥 평균을 쓰셨습니다. 한쪽이 0일 때도 절반을 받아도 될까요?")
			t:near(got.f1, want.f1, 1e-9, "F1이 다릅니다. 두 비율의 조화 평균인가요?")
		end
		local quiet = learner.report({ 1, 0, 0, 1 }, { 0, 0, 0, 0 })
		for _, name in ipairs { "precision", "recall", "f1" } do
			t:ok(quiet[name] == 0, ("한 번도 1이라고 하지 않은 모델에서 %s 값이 %s입니다. 나눌 것이 없으면 0으로 하기로 했지요?"):format(name, tostring(quiet[name])))
		end
	end)

	t:test("errors: MAE와 RMSE", function()
		a_function(t, learner, "errors")
		T.seed(t.seed + 1)
		local a, b = T.randn(60):totable(), T.randn(60):totable()
		local mae, rmse = learner.errors(a, b)
		t:ok(type(mae) == "number" and type(rmse) == "number", "errors가 수 두 개를 돌려주지 않습니다.")
		t:near(mae, stats.mae(a, b), 1e-9, "MAE가 다릅니다. 빗나간 크기를 더하기 전에 부호를 떼었나요?")
		t:near(rmse, stats.rmse(a, b), 1e-9, "RMSE가 다릅니다. 제곱, 평균, 제곱근의 차례로 하셨나요?")
	end)

	t:test("pick: 무엇이 좋은지는 worth가 정한다", function()
		a_function(t, learner, "pick")
		T.seed(t.seed + 2)
		local truth = answers(600, 0.15, 1)
		local noise, p = T.rand(600):totable(), {}
		for i, y in ipairs(truth) do p[i] = 0.6 * noise[i] + 0.3 * y end
		local ways = {
			{ "F1", function(r) return r.f1 end },
			{ "정확도", function(r) return r.accuracy end },
			{ "놓침이 비쌀 때의 비용", function(r) return -(r.fn * 300 + r.fp * 40) end },
			{ "괜한 의심이 비쌀 때의 비용", function(r) return -(r.fn * 40 + r.fp * 800) end },
		}
		local _, by_f1 = best_of(p, truth, ways[1][2])
		for _, way in ipairs(ways) do
			local threshold, value = learner.pick(p, truth, way[2])
			t:ok(type(threshold) == "number", "pick이 임계값을 돌려주지 않습니다.")
			local best = best_of(p, truth, way[2])
			local got = way[2](engine(truth, decide(p, threshold)))
			if got < best - 1e-9 then
				if math.abs(threshold - by_f1) < 1e-9 and way[1] ~= "F1" then
					t:fail(("‘%s’ 기준으로 고르라고 했는데 고르신 임계값 %.2f는 F1이 가장 높은 자리입니다. 거짓 경보 한 번이 800만 원이어도 F1이 정답일까요?"):format(way[1], threshold))
				end
				t:fail(("‘%s’ 기준으로는 더 좋은 임계값이 있습니다(고르신 임계값 %.2f). 끝까지 모두 대어 보았나요? 클수록 좋은 값인가요?"):format(way[1], threshold))
			end
			t:near(value, best, 1e-9, "임계값과 함께, 그때의 worth 값을 돌려주세요.")
		end
	end)

	t:test("choose: 검증으로 고르고 테스트는 한 번", function()
		a_function(t, learner, "choose")
		local train, valid, rest = rare.tables { seed = t.seed + 20, test = 8000 }
		local first, second = { x = {}, labels = {} }, { x = {}, labels = {} }
		for i, x in ipairs(rest.x) do
			local part = i % 2 == 0 and first or second
			part.x[#part.x + 1], part.labels[#part.labels + 1] = x, rest.labels[i]
		end
		local chosen = run_choose(t, learner, train, valid, first)
		local again = run_choose(t, learner, train, valid, second)
		local a, b, different = chosen.predict(rest.x), again.predict(rest.x), 0
		for i = 1, #a do different = different + (a[i] ~= b[i] and 1 or 0) end
		t:ok(different == 0, ("훈련과 검증은 그대로 두고 테스트만 바꾸었는데 답 %d건이 달라졌습니다. 테스트를 보고 고른 것이 있나요?"):format(different))
		local default = ml.logistic(train.x, train.labels, { l2 = 1 })
		local base = engine(rest.labels, decide(rare.probabilities(default, rest.x), 0.5))
		local got = engine(rest.labels, a)
		t:metric("default_f1", base.f1)
		t:metric("hidden_f1", got.f1)
		t:metric("hidden_recall", got.recall)
		t:ok(got.f1 >= base.f1 + 0.10 or got.accuracy < base.accuracy - 0.002,
			("정확도는 %.3f인데 숨은 데이터의 F1은 %.3f입니다(기본 %.3f). 찾아낸 부실의 비율은 %.3f입니다. 이 임계값은 무엇이 정했나요?"):format(got.accuracy, got.f1, base.f1, got.recall))
		t:ok(got.f1 >= base.f1 + 0.10, ("숨은 데이터의 F1이 %.3f, 기본은 %.3f입니다. 정밀도는 %.3f, 재현율은 %.3f입니다. 둘 가운데 어느 쪽이 무너졌나요? 검증에서 어떤 값을 보고 고르셨나요?"):format(
			got.f1, base.f1, got.precision, got.recall))
	end)

	t:test("search: 절반 이하로 부르고 가장 좋은 프롬프트 찾기", function()
		a_function(t, learner, "search")
		local list, found, most, total = prompt.variants(), 0, 0, 0
		local worst = ""
		for round = 1, 5 do
			local questions = prompt.questions(48, t.seed * 5 + round)
			local order, score = T.permutation(#list):totable(), {}
			for v = 1, #list do
				score[v] = 0
				for _, q in ipairs(questions) do
					if prompt.answer(list[order[v] + 1], q.text) == q.label then score[v] = score[v] + 1 end
				end
			end
			local calls, best = 0, math.max(table.unpack(score))
			local got = learner.search(#list, #questions, function(v, q)
				calls = calls + 1
				return prompt.answer(list[order[v] + 1], questions[q].text) == questions[q].label
			end)
			total = #list * #questions
			most = math.max(most, calls)
			t:ok(score[got] ~= nil, "search는 변형의 번호(1부터)를 돌려주어야 합니다.")
			if score[got] == best then found = found + 1
			else worst = (" 고르신 변형은 48통 가운데 %d통, 가장 좋은 변형은 %d통을 맞힙니다."):format(score[got], best) end
		end
		t:metric("prompt_calls", most / total)
		t:metric("prompt_found", found)
		t:ok(most <= total / 2, ("%d번을 불렀습니다. 전부 부르면 %d번이니 절반을 넘었네요. 처음 몇 통을 거의 못 맞힌 변형에게도 끝까지 주어야 할까요?"):format(most, total))
		t:ok(found >= 4, ("다섯 번 가운데 %d번만 가장 좋은 변형을 찾았습니다.%s 너무 적은 글만 보고 버리지는 않았나요?"):format(found, worst))
	end)
end
