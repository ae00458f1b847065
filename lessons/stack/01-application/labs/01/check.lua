local T = require "tensor"
local stats = require "stats"
local data = require "data"
local answers = require "stack.answers"
local talk = require "stack.talk"

local function function_in(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
	return learner[name]
end

local function binomial_tail(n, from)
	local sum, term = 0, 0.5 ^ n
	for k = 0, n do
		if k >= from then sum = sum + term end
		term = term * (n - k) / (k + 1)
	end
	return sum
end

-- Somebody who prefers one version with a probability, and likes what stands on the left besides.
local function judge(favourite, preference, leaning, log)
	return function(left, right)
		assert((left == "A" and right == "B") or (left == "B" and right == "A"), "ask에는 \"A\"와 \"B\"를 한 번씩 주세요.")
		log.count = log.count + 1
		local p = left == favourite and preference + leaning or 1 - preference + leaning
		return T.rand(1):item() < p and left or right
	end
end

local function titled(chunk)
	return chunk.section .. "\n" .. chunk.text
end

-- Paragraphs that answer some questions, among others of the same course.
local function context(korean, seed)
	T.seed(seed)
	local paragraphs, questions, needed, taken = {}, {}, {}, {}
	for _, i in ipairs(T.permutation(#korean.questions):totable()) do
		local question = korean.questions[i + 1]
		if #questions < 6 and not taken[question.chunk] then
			taken[question.chunk] = true
			questions[#questions + 1] = question.text
			paragraphs[#paragraphs + 1] = titled(korean.chunks[question.chunk])
			needed[paragraphs[#paragraphs]] = true
		end
	end
	local total = 0
	for _, paragraph in ipairs(paragraphs) do total = total + talk.tokens(paragraph) end
	local wanted = total * 4 -- so that what is needed is half of what fits
	for _, i in ipairs(T.permutation(#korean.chunks):totable()) do
		local text = titled(korean.chunks[i + 1])
		if total < wanted and not taken[i + 1] and utf8.len(text) > 60 then
			paragraphs[#paragraphs + 1] = text
			total = total + talk.tokens(text)
		end
	end
	local mixed = {}
	for k, i in ipairs(T.permutation(#paragraphs):totable()) do mixed[k] = paragraphs[i + 1] end
	return mixed, questions, needed
end

return function(t, learner)
	T.seed(t.seed)

	t:test("grade: 기준표로 0, 1, 2점", function()
		local grade = function_in(t, learner, "grade")
		local sheet = { criteria = { { any = { "사과", "능금" } }, { any = { "배" } }, { any = { "감 나무" } } }, avoid = { "독버섯" } }
		t:equal(grade("포도", sheet), 0, "아무 기준도 채우지 못한 답입니다. 몇 점이어야 할까요?")
		t:equal(grade("사과와 능금", sheet), 1, "같은 기준의 말이 두 번 나왔습니다. 기준 하나를 두 번 세지는 않았나요?")
		t:equal(grade("사과와 배와 감나무", sheet), 2, "기준 셋을 채웠습니다. 점수는 2를 넘지 않고, 띄어쓰기가 달라도 같은 말이지 않을까요?")
		t:equal(grade("사과와 배와 독버섯", sheet), 0, "옳은 말에 잘못된 믿음이 섞인 답입니다. avoid를 살폈나요?")
	end)

	t:test("kappa: 우연을 뺀 일치도", function()
		local kappa = function_in(t, learner, "kappa")
		for _ = 1, 3 do
			local a, b = {}, {}
			local kinds = T.randint(0, 3, 40):totable()
			local flips = T.rand(40):totable()
			for i = 1, 40 do
				a[i] = kinds[i]
				b[i] = flips[i] < 0.4 and (kinds[i] + 1) % 3 or kinds[i]
			end
			local want, agreed = stats.report(a, b, 3).kappa, 0
			for i = 1, 40 do agreed = agreed + (a[i] == b[i] and 1 or 0) end
			local got = kappa(a, b)
			if math.abs(got - agreed / 40) < 1e-9 then
				t:fail("같은 점수를 준 비율 그대로입니다. 둘 다 아무렇게나 매겨도 가끔은 같지 않을까요? 그 몫은 어디에서 빼나요?")
			end
			t:near(got, want, 1e-9, "카파가 다릅니다. 우연히 같을 확률은 점수마다 두 사람이 그 점수를 준 비율의 곱을 더한 것이지요?")
		end
	end)

	t:test("60개의 답: 사람과 기준표", function()
		local grade = function_in(t, learner, "grade")
		t:ok(type(learner.own) == "table" and learner.own.criteria and learner.own.avoid, "own에 여섯째 질문의 기준표(criteria, avoid)를 적어 주세요.")
		t:ok(#learner.own.criteria >= 2 and #learner.own.avoid >= 1, "기준은 둘 이상, 있으면 0점인 말은 하나 이상 적어 볼까요?")
		local by_hand, given, sixth, sixth_given = {}, {}, {}, {}
		for i, question in ipairs(answers.questions) do
			for _, answer in ipairs(question.answers) do
				local score = grade(answer.text, question.rubric or learner.own)
				by_hand[#by_hand + 1], given[#given + 1] = answer.label, score
				if i == 6 then sixth[#sixth + 1], sixth_given[#sixth_given + 1] = answer.label, score end
			end
		end
		local whole, own = stats.report(by_hand, given, 3).kappa, stats.report(sixth, sixth_given, 3).kappa
		t:metric("kappa", whole)
		t:metric("kappa_own", own)
		t:ok(whole >= 0.60, ("사람과의 일치도가 %.2f입니다. 어떤 답에서 어긋나는지 하나씩 찍어 보셨나요?"):format(whole))
		t:ok(own >= 0.50, ("여러분이 쓴 기준표의 일치도가 %.2f입니다. 같은 뜻의 다른 말을 any에 더 담아야 할 기준은 어느 것인가요?"):format(own))
	end)

	t:test("sign_test: 우연이라면 얼마나 드문가", function()
		local sign_test = function_in(t, learner, "sign_test")
		for _, case in ipairs { { 28, 12 }, { 20, 20 }, { 5, 0 }, { 13, 27 } } do
			local want = math.min(1, 2 * binomial_tail(case[1] + case[2], math.max(case[1], case[2])))
			local got = sign_test(case[1], case[2])
			if math.abs(got * 2 - want) < 1e-9 then
				t:fail("한쪽 꼬리만 더했습니다. A가 이길 수도 B가 이길 수도 있다면 양쪽을 다 보아야 하지 않을까요?")
			end
			t:near(got, want, 1e-9, ("%d승 %d패의 p값이 다릅니다. 동전을 %d번 던져 이만큼 이상 치우칠 확률은 어떻게 셀까요?"):format(case[1], case[2], case[1] + case[2]))
		end
	end)

	t:test("better: 마흔 번 안에 나은 쪽 찾기", function()
		local better = function_in(t, learner, "better")
		local log = { count = 0 }
		local stubborn = function(left) log.count = log.count + 1 return left end
		t:equal(better(stubborn), nil, "무엇이 오든 왼쪽만 고르는 평가자입니다. 이 사람의 답에서 나은 쪽을 알아낼 수 있나요? 자리를 바꿔 가며 물었나요?")
		t:ok(log.count <= 40, ("%d번 물었습니다. 마흔 번 안에 정해야 합니다."):format(log.count))
		local right = 0
		for i = 1, 5 do
			local favourite = T.rand(1):item() < 0.5 and "A" or "B"
			log.count = 0
			local found = better(judge(favourite, 0.80 + 0.01 * i, 0.15, log))
			t:ok(log.count <= 40, ("%d번 물었습니다. 마흔 번 안에 정해야 합니다."):format(log.count))
			if found == favourite then right = right + 1 end
		end
		t:metric("found_better", right)
		t:ok(right >= 4, ("다섯 번 가운데 %d번 맞혔습니다. p가 0.05보다 작을 때만 정하고, 이긴 쪽을 돌려주나요?"):format(right))
	end)

	t:test("pack: 절반의 자리에 필요한 것을", function()
		local pack = function_in(t, learner, "pack")
		local korean = data.korean { course = "foundations" }
		local kept = 0
		for round = 1, 10 do
			local paragraphs, questions, needed = context(korean, t.seed * 100 + round)
			local whole = 0
			for _, paragraph in ipairs(paragraphs) do whole = whole + talk.tokens(paragraph) end
			local budget, used, seen = whole // 2, 0, {}
			for _, i in ipairs(pack(paragraphs, questions, budget)) do
				t:ok(paragraphs[i] ~= nil and not seen[i], "pack은 문단의 번호를 한 번씩만 담은 목록을 돌려주어야 합니다. 같은 문단을 두 번 담지는 않았나요?")
				seen[i] = true
				used = used + talk.tokens(paragraphs[i])
				if needed[paragraphs[i]] then kept = kept + 1 end
			end
			t:ok(used <= budget, ("토큰 %d개를 담았는데 자리는 %d개뿐입니다. 담기 전에 남은 자리를 세나요?"):format(used, budget))
		end
		t:metric("facts_kept", kept / 60)
		t:ok(kept / 60 >= 0.9, ("필요한 문단의 %.2f만 담았습니다. 앞에서부터 담지 말고, 질문과 겹치는 말이 많은 문단부터 담으면 어떨까요?"):format(kept / 60))
	end)

	t:test("remember: 남길 것과 흘려보낼 것", function()
		local remember = function_in(t, learner, "remember")
		local found, stale, total, recent = 0, 0, 0, 0
		for round = 1, 5 do
			local turns, facts = talk.make(t.seed * 10 + round)
			local whole = 0
			for _, turn in ipairs(turns) do whole = whole + talk.tokens(turn.text) end
			local lines, used = remember(turns, whole // 2), 0
			t:ok(type(lines) == "table", "remember는 남길 말의 목록을 돌려주어야 합니다.")
			for _, line in ipairs(lines) do used = used + talk.tokens(line) end
			t:ok(used <= whole // 2, ("토큰 %d개를 남겼는데 자리는 %d개입니다. 무엇부터 줄일까요?"):format(used, whole // 2))
			local text = table.concat(lines, "\n")
			if text:find(turns[#turns].text, 1, true) then recent = recent + 1 end
			for _, turn in ipairs(turns) do
				local key = talk.key(turn.text)
				if key and not turn.text:find(facts[key], 1, true) and text:find(turn.text, 1, true) then stale = stale + 1 end
			end
			for _, value in pairs(facts) do
				total = total + 1
				if text:find(value, 1, true) then found = found + 1 end
			end
		end
		t:metric("memory_recall", found / total)
		t:ok(found / total >= 0.9, ("손님이 알려 준 사실의 %.2f만 남았습니다. 오래전에 한 말이라도 다시 물으면 안 되는 것은 무엇인가요?"):format(found / total))
		t:ok(stale == 0, ("손님이 고쳐 말하기 전의 값이 %d군데 남아 있습니다. 옛 값과 새 값이 함께 있으면 모델은 어느 쪽을 믿을까요?"):format(stale))
		t:ok(recent == 5, "방금 한 말이 빠졌습니다. 지금 무엇을 묻고 있는지 알려면 어떤 말은 그대로 두어야 할까요?")
	end)
end
