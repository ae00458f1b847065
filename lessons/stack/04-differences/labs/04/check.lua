local T = require "tensor"
local answers = require "stack.answers"

local function function_in(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
	return learner[name]
end

local function uniform(low, high)
	return low + (high - low) * T.rand(1):item()
end

return function(t, learner)
	T.seed(t.seed)

	t:test("exact: 글자가 같은가", function()
		local exact = function_in(t, learner, "exact")
		t:equal(exact("네, 맞아요.", "네 맞아요"), 1, "띄어쓰기와 문장 부호만 다른 두 문장입니다. answers.squeeze를 지나면 같아지지 않나요?")
		t:equal(exact("가장 큰 값이 남아요", "가장 큰 값"), 0, "모범 답안을 포함하지만 똑같지는 않습니다. '같다'와 '들어 있다'는 다르지 않을까요?")
	end)

	t:test("rubric: 기준마다 하나라도 있으면", function()
		local rubric = function_in(t, learner, "rubric")
		local words = {}
		for i = 1, 9 do words[i] = "말" .. tostring((t.seed * 31 + i * 17) % 997 + i * 1000) end
		local sheet = {
			criteria = {
				{ name = "가", any = { words[1], words[2] } },
				{ name = "나", any = { words[3], words[4] .. " " .. words[5] } },
				{ name = "다", any = { words[6] } },
			},
			avoid = { words[7] },
		}
		t:near(rubric(words[8], sheet), 0, 1e-9, "아무 기준도 채우지 못한 답의 점수입니다. 어떤 기준이 채워졌다고 보았나요?")
		t:near(rubric(words[2] .. " 그리고 " .. words[1], sheet), 0.5, 1e-9,
			"한 기준의 말이 두 번 나왔습니다. 같은 기준을 두 번 세지는 않았나요? 기준이 둘 다 채워져야 1점입니다.")
		t:near(rubric(words[1] .. " " .. words[6], sheet), 1, 1e-9, "서로 다른 두 기준을 채운 답입니다. 2로 나누었나요?")
		t:near(rubric(words[1] .. words[4] .. words[5] .. words[6], sheet), 1, 1e-9,
			"세 기준을 모두 채웠습니다. 점수가 1을 넘거나, 띄어쓰기만 다른 말을 놓치지는 않았나요?")
		t:near(rubric(words[1] .. " " .. words[6] .. " " .. words[7], sheet), 0, 1e-9,
			"옳은 말 둘에 잘못된 믿음(avoid)이 섞인 답입니다. 이런 답에 점수를 주어도 될까요?")
	end)

	t:test("두 자를 나란히: 사람이 좋다고 한 답들", function()
		local exact, rubric = function_in(t, learner, "exact"), function_in(t, learner, "rubric")
		local matched, scored, wrong, good, bad = 0, 0, 0, 0, 0
		for _, question in ipairs(answers.questions) do
			for _, answer in ipairs(question.rubric and question.answers or {}) do
				if answer.label == 2 then
					good = good + 1
					matched = matched + exact(answer.text, question.reference)
					scored = scored + rubric(answer.text, question.rubric)
				elseif answer.label == 0 then
					bad = bad + 1
					wrong = wrong + rubric(answer.text, question.rubric)
				end
			end
		end
		t:metric("exact_on_good", matched / good)
		t:metric("rubric_on_good", scored / good)
		t:metric("rubric_on_wrong", wrong / bad)
		t:ok(matched / good <= 0.3, ("좋은 답 %d개의 글자 일치가 %.2f입니다. 사람마다 다르게 쓴 글이 이렇게 자주 똑같을 수 있을까요?"):format(good, matched / good))
		t:ok(scored / good >= 0.8, ("좋은 답 %d개의 기준표 점수가 %.2f입니다. 같은 뜻의 다른 말을 놓치고 있지 않나요?"):format(good, scored / good))
		t:ok(wrong / bad <= 0.2, ("틀린 답 %d개의 기준표 점수가 %.2f나 됩니다. 잘못된 믿음이 담긴 답을 어떻게 다루나요?"):format(bad, wrong / bad))
	end)

	t:test("지연과 요금", function()
		local latency, monthly_cost = function_in(t, learner, "latency"), function_in(t, learner, "monthly_cost")
		for _ = 1, 5 do
			local model = { first = uniform(0.01, 0.5), read = uniform(0.0001, 0.001), write = uniform(0.001, 0.05), price_in = uniform(0.1, 5), price_out = uniform(0.1, 20) }
			local read, written, requests = math.floor(uniform(100, 3000)), math.floor(uniform(10, 800)), math.floor(uniform(100, 200000))
			local seconds = model.first + read * model.read + written * model.write
			local got = latency(model, read, written)
			t:ok(math.abs(got - seconds) <= 1e-9 * seconds, ("지연이 %s초로 나왔고 다시 세면 %.6f초입니다. 읽는 토큰과 쓰는 토큰의 빠르기가 다르지 않나요?"):format(tostring(got), seconds))
			local won = (read * model.price_in + written * model.price_out) / 1000 * requests * 30
			local said = monthly_cost(model, requests, read, written)
			if math.abs(said / 1000 - won) <= 1e-6 * won then
				t:fail("요금이 천 배입니다. 값은 토큰 하나가 아니라 몇 토큰의 값이었나요?")
			end
			t:ok(math.abs(said - won) <= 1e-9 * won, ("한 달 요금이 %s원으로 나왔고 다시 세면 %.2f원입니다. 하루치인가요, 한 달치인가요?"):format(tostring(said), won))
		end
	end)

	t:test("카드 20장 나누기", function()
		t:ok(type(learner.kinds) == "table" and #learner.kinds == 20, "kinds에 \"닫힌\"과 \"열린\" 20개를 차례로 적어 주세요.")
		local right, first = 0, nil
		for i, card in ipairs(answers.cards) do
			if learner.kinds[i] == card.kind then
				right = right + 1
			else
				first = first or card.text
			end
		end
		t:metric("cards", right)
		t:ok(right >= 18, ("%d장이 맞았습니다. '%s'에는 미리 적어 둘 수 있는 정답이 하나 있나요, 좋은 답이 여럿인가요?"):format(right, first or ""))
	end)
end
