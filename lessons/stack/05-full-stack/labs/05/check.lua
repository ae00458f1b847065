local T = require "tensor"
local data = require "data"
local sessions = require "stack.sessions"

local function function_in(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
	return learner[name]
end

local function paired(minutes)
	local count, sum, squares = #minutes.prototype, 0, 0
	for i = 1, count do sum = sum + minutes.prototype[i] - minutes.trained[i] end
	for i = 1, count do squares = squares + (minutes.prototype[i] - minutes.trained[i] - sum / count) ^ 2 end
	return sum / count, 2.045 * math.sqrt(squares / (count - 1) / count)
end

return function(t, learner)
	T.seed(t.seed)

	t:test("search: 학습 없이 문단 찾기", function()
		local search = function_in(t, learner, "search")
		local korean = data.korean { course = "foundations" }
		local index = sessions.index(korean.chunks)
		local solved, count = 0, 60
		local order = T.permutation(#korean.questions):totable()
		for k = 1, count do
			local question = korean.questions[order[k] + 1]
			local got = search(question.text, index)
			t:ok(math.type(got) == "integer" and index.chunks[got], "search는 문단의 번호(1부터) 하나를 돌려주어야 합니다.")
			if got == question.chunk then solved = solved + 1 end
		end
		t:metric("solved_at_once", solved / count)
		t:ok(solved / count >= 0.5, ("질문 %d개 가운데 %d개만 찾았습니다. 질문의 글자 짝이 가장 많이 들어 있는 문단을 고르나요? 아무 데나 나오는 짝과 드물게 나오는 짝에 같은 점수를 주고 있나요?"):format(count, solved))
	end)

	t:test("uplift: 아낀 시간과 구간", function()
		local uplift = function_in(t, learner, "uplift")
		for k = 1, 3 do
			local minutes = sessions.make { seed = t.seed * 10 + k, count = 30, effect = 3 * T.rand(1):item() }
			local mean, half = paired(minutes)
			local got = uplift(minutes)
			t:ok(type(got) == "table" and got.mean and got.low and got.high, "mean, low, high가 있는 표를 돌려주세요.")
			if math.abs(got.mean + mean) < 1e-9 and math.abs(mean) > 1e-6 then
				t:fail("부호가 거꾸로입니다. 새 버전에서 시간이 줄었다면 아낀 시간은 양수여야 하지 않을까요?")
			end
			t:near(got.mean, mean, 1e-9, "아낀 시간의 평균이 다릅니다. 사람마다 시제품의 시간에서 학습한 버전의 시간을 빼었나요?")
			local width = (got.high - got.low) / 2
			if math.abs(width - half * math.sqrt(30)) < 1e-6 then
				t:fail("한 사람의 흔들림만큼 넓습니다. 서른 사람의 평균은 한 사람보다 얼마나 덜 흔들리나요?")
			end
			if width > half * 1.3 then
				t:fail(("구간의 반폭이 %.2f로 너무 넓습니다(다시 세면 %.2f). 사람마다 다른 버릇은 같은 사람끼리 빼면 사라지지 않나요?"):format(width, half))
			end
			t:near(width, half, 1e-9, ("구간의 반폭이 %.4f이고 다시 세면 %.4f입니다. 차이의 표준 편차를 29로 나누어 구하고 √30으로 나눈 다음 2.045를 곱했나요?"):format(width, half))
		end
	end)

	t:test("스무 번의 시험: 구간이 참을 담는가", function()
		local uplift = function_in(t, learner, "uplift")
		local held = 0
		for run = 1, 20 do
			local effect = run % 4
			local got = uplift(sessions.make { seed = 500 + run, count = 30, effect = effect })
			if got.low <= effect and effect <= got.high then held = held + 1 end
		end
		t:metric("intervals_hold", held)
		t:ok(held >= 18, ("스무 번 가운데 %d번만 참 효과를 담았습니다. 95 %% 구간이라면 열아홉 번쯤이어야 합니다. 구간을 너무 좁게 잡지는 않았나요?"):format(held))
	end)

	t:test("decide: 여섯 상황", function()
		local decide = function_in(t, learner, "decide")
		local cases = {
			{ { mean = 2.0, low = 1.2, high = 2.8 }, { worth = 1, budget = 500, monthly_cost = 300, safe = true }, "투자",
				"구간의 가장 낮은 쪽도 본전(worth)을 넘습니다. 무엇을 더 기다리나요?" },
			{ { mean = 1.5, low = 0.4, high = 2.6 }, { worth = 1, budget = 500, monthly_cost = 300, safe = true }, "더 시험",
				"평균은 본전을 넘지만 구간은 본전을 걸치고 있습니다. 지금 큰돈을 써도 될까요?" },
			{ { mean = 0.2, low = -0.5, high = 0.9 }, { worth = 1, budget = 500, monthly_cost = 300, safe = true }, "접기",
				"구간의 가장 높은 쪽도 본전에 못 미칩니다. 더 시험하면 달라질까요?" },
			{ { mean = 3.0, low = 2.5, high = 3.5 }, { worth = 1, budget = 500, monthly_cost = 300, safe = false }, "안전부터",
				"반응이 아주 좋습니다. 그런데 안전과 비용은 언제 재나요?" },
			{ { mean = 3.0, low = 2.5, high = 3.5 }, { worth = 1, budget = 500, monthly_cost = 900, safe = true }, "비용부터",
				"효과는 뚜렷한데 한 달 비용이 예산을 넘습니다. 그대로 투자해도 될까요?" },
			{ { mean = 1.0, low = 1.0, high = 1.6 }, { worth = 1, budget = 500, monthly_cost = 500, safe = true }, "투자",
				"낮은 쪽이 꼭 본전이고 비용이 꼭 예산입니다. 규칙에 '이상'이라고 적었나요, '초과'라고 적었나요?" },
		}
		local right, first = 0, nil
		for _, case in ipairs(cases) do
			if decide(case[1], case[2]) == case[3] then right = right + 1 else first = first or case[4] end
		end
		t:metric("decisions", right)
		t:ok(right >= 5, ("여섯 상황 가운데 %d가지만 규칙대로 정했습니다. %s"):format(right, first or ""))
	end)
end
