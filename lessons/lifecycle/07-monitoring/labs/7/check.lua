local T = require "tensor"
local data = require "data"
local stats = require "stats"
local project = require "lifecycle.project"

-- Applications with the model's probabilities; keep decides which of them are seen.
local function events(service, options, keep)
	local raw = data.credit(options)
	local rows, truth, out = raw.features:totable(), raw.truth:totable(), { raw = {}, p = {}, y = {} }
	for i, row in ipairs(rows) do
		if not keep or keep(row) then
			local n = #out.p + 1
			out.raw[n], out.y[n] = row, truth[i]
			out.p[n] = project.probability(service.model, project.transform(service.transform, row))
		end
	end
	return out
end

local function accuracy(service, window)
	local right = 0
	for i, p in ipairs(window.p) do
		if (p >= service.threshold) == (window.y[i] == 1) then right = right + 1 end
	end
	return right / #window.p
end

local function a_function(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

-- Alarms before the change, and how many events after it the first one came (nil: none).
local function follow(watch, stream, change)
	local detector, early, delay = stats.page_hinkley { delta = watch.delta, threshold = watch.threshold }, 0, nil
	for i, p in ipairs(stream.p) do
		if detector:update(watch.value(p, stream.y[i])) == "drift" then
			if i <= change then early = early + 1
			elseif not delay then delay = i - change end
		end
	end
	return early, delay
end

return function(t, learner)
	local service = project.stage(6)

	t:test("psi: 같은 경계로 나누어 견주기", function()
		a_function(t, learner, "psi")
		T.seed(t.seed)
		local a, b, c = T.randn(900):totable(), T.randn(700):totable(), T.randint(0, 4, { 500 }):totable()
		for i, x in ipairs(b) do b[i] = 1.3 * x + 0.7 end
		local far = {}
		for i = 1, 300 do far[i] = 50 + i end
		for _, pair in ipairs { { a, b, 10 }, { b, a, 5 }, { a, far, 10 }, { c, T.randint(1, 5, { 400 }):totable(), 10 } } do
			local got, want = learner.psi(pair[1], pair[2], pair[3]), stats.psi(pair[1], pair[2], pair[3])
			t:ok(type(got) == "number" and got == got and got ~= math.huge,
				"psi가 수가 아닙니다. 한 칸이 텅 비면 로그는 무엇이 되나요? 바닥을 두셨나요?")
			if math.abs(got - want) > 1e-9 then
				local turned = stats.psi(pair[2], pair[1], pair[3])
				t:ok(math.abs(got - turned) > 1e-9, "경계를 오늘의 값에서 정하셨습니다. 기준이 되는 자는 언제의 값으로 만들어 두어야 할까요?")
				t:near(got, want, 1e-9, "PSI가 다릅니다. 경계와 같은 값은 아래 칸에, 비율의 바닥은 0.0001에 두었나요? 어긋난 만큼 모두 양수로 쌓이나요?")
			end
		end
	end)

	t:test("page_hinkley: 엔진과 같은 때에 울리기", function()
		a_function(t, learner, "page_hinkley")
		T.seed(t.seed + 1)
		local values = T.rand(3000):totable()
		for i, x in ipairs(values) do values[i] = i > 1500 and 0.5 * x + 0.5 or x end
		for _, setting in ipairs { { 0.02, 8 }, { 0.05, 20 }, { 0.005, 3 } } do
			local mine = learner.page_hinkley(setting[1], setting[2])
			t:ok(type(mine) == "function", "page_hinkley는 update 함수를 돌려주어야 합니다.")
			local theirs, rang = stats.page_hinkley { delta = setting[1], threshold = setting[2] }, false
			for i, x in ipairs(values) do
				local a, b = mine(x), theirs:update(x) == "drift"
				if a ~= b and i <= 40 then t:fail(("%d번째 값에서 엔진과 다릅니다. 처음 30건은 평균이 믿을 만한가요?"):format(i)) end
				if a ~= b and rang then t:fail(("한 번 울린 뒤 %d번째 값에서 엔진과 다릅니다. 울리고 나서 평균과 쌓은 값을 처음으로 돌렸나요?"):format(i)) end
				t:ok(a == b, ("%d번째 값에서 %s. 새 값까지 넣은 평균을 빼고 δ도 빼서 쌓았나요? 가장 낮았던 자리는 고쳐 적었나요?"):format(i,
					b and "울려야 하는데 조용합니다" or "울리지 않아야 하는데 울립니다"))
				rang = rang or b
			end
		end
	end)

	t:test("watch: 500건 안에, 헛알람은 10,000건에 한 번 이하", function()
		local watch = learner.watch
		t:ok(type(watch) == "table" and type(watch.value) == "function" and type(watch.delta) == "number" and type(watch.threshold) == "number",
			"watch는 { value = 함수, delta = 수, threshold = 수 }여야 합니다.")
		local quiet = events(service, { count = 20000, months = 20, seed = t.seed + 30 })
		local alarms = follow(watch, quiet, #quiet.p)
		t:metric("false_alarms_per_10000", alarms / 2)
		t:ok(alarms <= 2, ("아무 변화가 없는 20,000건에서 %d번 울렸습니다. 밤마다 깨는 당번은 이 알람을 얼마나 오래 믿을까요?"):format(alarms))
		local slowest, missed = 0, nil
		for k, world in ipairs { { "label", 1 }, { "label", 1 }, { "concept", 2 } } do
			local stream = events(service, { count = 6000, months = 6, seed = t.seed + 40 + k, drift = world[1], drift_month = 4, drift_strength = world[2] })
			local early, delay = follow(watch, stream, 3000)
			t:ok(early <= 1, ("변화가 오기도 전에 %d번 울렸습니다. λ와 δ 가운데 무엇이 작았나요?"):format(early))
			slowest = math.max(slowest, delay or 3000)
			if not delay or delay > 500 then missed = missed or { world[1], delay } end
		end
		t:metric("slowest_delay", slowest)
		if missed then
			local was = missed[2] and ("%d건 뒤에야 울렸습니다"):format(missed[2]) or "끝까지 울리지 않았습니다"
			if watch.value(0.1, 0) == watch.value(0.05, 0) then
				t:fail(("모두가 더 자주 못 갚게 되었는데 %s. 틀렸나 맞았나만 세면, 서로 지워지는 변화도 보일까요?"):format(was))
			end
			t:fail(("변화가 온 뒤 %s. 더 빨리 알아채려면 λ와 δ를 어느 쪽으로 옮겨야 하나요?"):format(was))
		end
	end)

	t:test("expected_accuracy: 정답 없이 0.05 안으로", function()
		a_function(t, learner, "expected_accuracy")
		t:near(learner.expected_accuracy({ 0.03, 0.10, 0.30 }, 0.16), 2.17 / 3, 1e-9,
			"본문의 세 건은 0.723입니다. 승인한 것과 거절한 것의 맞을 확률이 각각 얼마인가요?")
		local worst = 0
		for k, drift in ipairs { "none", "harmless", "covariate" } do
			local window = events(service, { count = 4000, months = 1, seed = t.seed + 50 + k, drift = drift, drift_month = 1 })
			local gap = math.abs(learner.expected_accuracy(window.p, service.threshold) - accuracy(service, window))
			worst = math.max(worst, gap)
		end
		t:metric("accuracy_gap", worst)
		t:ok(worst <= 0.05, ("짐작한 정확도가 진짜와 %.3f만큼 다릅니다. 모든 건이 같은 확률로 맞을까요?"):format(worst))
	end)

	t:test("judge: 해로운 변화와 무해한 변화 4/4", function()
		a_function(t, learner, "judge")
		local reference = events(service, { count = 4000, months = 1, seed = t.seed + 60 })
		local base = accuracy(service, reference)
		local cases = {
			{ "계좌 수만 늘어난 창", { drift = "harmless" } },
			{ "넉넉한 손님이 몰려온 창", { drift = "none" }, function(row) return row[2] >= 400 end },
			{ "소득이 줄고 빚이 늘어난 창", { drift = "covariate" } },
			{ "소득이 10분의 1로 들어온 창", { drift = "corrupt" } },
		}
		local right, first = 0, nil
		for k, case in ipairs(cases) do
			case[2].count, case[2].months, case[2].seed, case[2].drift_month = case[3] and 9000 or 3000, 1, t.seed + 70 + k, 1
			local window = events(service, case[2], case[3])
			local now = accuracy(service, window)
			local want = base - now > 0.05 and "harmful" or "harmless"
			local got = learner.judge({ raw = reference.raw, p = reference.p }, { raw = window.raw, p = window.p })
			t:ok(got == "harmful" or got == "harmless", 'judge는 "harmful"이나 "harmless"를 돌려주어야 합니다.')
			if got == want then right = right + 1
			elseif not first then
				first = got == "harmful"
					and ("%s을 해롭다고 했지만, 정답이 오고 보니 정확도는 %.3f에서 %.3f입니다. 변했다는 것과 나빠졌다는 것은 같은 말일까요?"):format(case[1], base, now)
					or ("%s을 무해하다고 했지만, 정답이 오고 보니 정확도는 %.3f에서 %.3f입니다. 확신에 차서 틀리고 있지는 않나요? 들어온 값은 있을 법한 값이었나요?"):format(case[1], base, now)
			end
		end
		t:metric("judged", right)
		t:ok(right == 4, ("%d/4. %s"):format(right, first or ""))
	end)
end
