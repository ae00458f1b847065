local T = require "tensor"
local data = require "data"
local mlops = require "mlops"
local project = require "lifecycle.project"
local serving = require "lifecycle.serving"

local function a_function(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

local function rounded(rows, bits)
	local integers, scales, top = {}, {}, 2 ^ (bits - 1) - 1
	for r, row in ipairs(rows) do
		local most = 0
		for _, x in ipairs(row) do most = math.max(most, math.abs(x)) end
		scales[r], integers[r] = most > 0 and most / top or 1, {}
		for c, x in ipairs(row) do integers[r][c] = math.floor(x / scales[r] + 0.5) end
	end
	return integers, scales
end

local function close(a, b)
	if type(a) ~= "table" or #a ~= #b then return false end
	for i, x in ipairs(b) do
		if type(a[i]) ~= "number" or not (math.abs(a[i] - x) <= 1e-9) then return false end
	end
	return true
end

-- Whether a configuration keeps what a card asks for, and why it does not.
local function broken(card, profile, c)
	if profile.accuracy[c.bits] < card.accuracy then
		return ("%d비트의 시험 정확도가 %.3f인데 %.3f 이상이어야 합니다. 줄인 뒤에 다시 재어 보았나요?"):format(c.bits, profile.accuracy[c.bits], card.accuracy)
	end
	if card.kilobytes and profile.kilobytes[c.bits] > card.kilobytes then
		return ("%d비트 모델은 %.1fKB인데 기기에는 %.1fKB까지 들어갑니다. 무엇을 줄일 수 있나요?"):format(c.bits, profile.kilobytes[c.bits], card.kilobytes)
	end
	if card.count then
		local hours = math.ceil(card.count / c.batch) * profile.seconds(c.bits, c.batch) / c.workers / 3600
		return hours > card.hours and ("%.1f시간이 걸립니다. %d시간 안에 끝내야 합니다."):format(hours, card.hours) or nil
	end
	if c.mode ~= "online" then return "손님이 앞에서 기다리는 일인데 밤에 몰아서 하기로 했습니다. 손님은 언제 답을 받나요?" end
	local waited = serving.latencies(card.arrivals, c.workers, c.batch, function(n) return profile.seconds(c.bits, n) end)
	local q = serving.quantile(waited, card.p)
	if q > card.limit then
		return ("p%d가 %.0f밀리초로 약속 %.0f밀리초를 어깁니다. 몰리는 때에 초당 몇 건이 들어오고, 이 설정은 초당 몇 건을 처리하나요?"):format(
			math.floor(100 * card.p + 0.5), 1000 * q, 1000 * card.limit)
	end
end

local function price_of(profile, c, card)
	return serving.cost(profile, c, card.count and card or { count = 1 })
end

local function cheapest(card, profile)
	local list = {}
	for _, mode in ipairs { "online", "batch" } do
		for _, bits in ipairs(serving.bits) do
			for _, batch in ipairs(serving.batches) do
				for _, workers in ipairs(serving.workers) do
					local c = { mode = mode, bits = bits, batch = batch, workers = workers }
					list[#list + 1] = { c, price_of(profile, c, card) }
				end
			end
		end
	end
	table.sort(list, function(a, b) return a[2] < b[2] end)
	for _, one in ipairs(list) do
		if not broken(card, profile, one[1]) then return one[2] end
	end
end

-- The service's preparation of a row, with one thing done otherwise than in the laboratory.
local function services(fitted)
	local function with(change)
		local other = {}
		for k, rule in ipairs(fitted) do
			other[k] = {}
			for name, value in pairs(rule) do other[k][name] = value end
			change(other[k])
		end
		return function(row) return project.transform(other, row) end
	end
	local function swapped(row)
		local x = project.transform(fitted, row)
		x[2], x[3] = x[3], x[2]
		return x
	end
	return {
		{ "손질이 같은 서비스", with(function() end), {} },
		{ "빈 소득을 0으로 채우는 서비스", with(function(rule) if rule.name == "income" then rule.fill = 0 end end), { 2 } },
		{ "원 단위 소득을 고치지 않는 서비스", with(function(rule) if rule.name == "income" then rule.most = nil end end), { 2 } },
		{ "부채에 로그를 잊은 서비스", with(function(rule) if rule.name == "debt" then rule.log = false end end), { 3 } },
		{ "소득과 부채의 자리가 바뀐 서비스", swapped, { 2, 3 } },
		{ "빈 소득을 채우지 않는 서비스", with(function(rule) if rule.name == "income" then rule.fill = 0 / 0 end end), { 2 } },
	}
end

-- One row as a client sends it: by name, without what is not known.
local function body_of(fitted, row)
	local body = {}
	for _, rule in ipairs(fitted) do
		local value = row[rule.column]
		if value == value then body[rule.name] = value end
	end
	return body
end

-- A real HTTP service over the stage's model; ways change what goes wrong in it.
local function service_of(stage, ways)
	return mlops.service {
		["GET /ready"] = function() return ways.loaded == false and 503 or 200, { ready = ways.loaded ~= false } end,
		["POST /predict"] = function(request)
			if ways.empty then return 200, { answer = "ok" } end
			local row = {}
			for _, rule in ipairs(stage.transform) do row[rule.column] = request.json[rule.name] or 0 / 0 end
			if ways.breaks and row[2] ~= row[2] then return 500, { error = "소득이 없습니다" } end
			if ways.fill and row[2] ~= row[2] then row[2] = ways.fill end
			if ways.scale then row[2] = row[2] * ways.scale end
			return 200, { probability = project.probability(stage.model, project.transform(stage.transform, row)) }
		end,
	}
end

return function(t, learner)
	t:test("quantise: 눈금과 정수", function()
		a_function(t, learner, "quantise")
		T.seed(t.seed)
		local rows = T.randn(5, 12):totable()
		for c = 1, 12 do rows[4][c] = 0; rows[5][c] = 20 * rows[5][c] end
		for _, bits in ipairs { 8, 4, 2 } do
			local integers, scales = learner.quantise(rows, bits)
			local want, want_scales = rounded(rows, bits)
			t:ok(type(integers) == "table" and type(scales) == "table" and #integers == #rows and #scales == #rows,
				"quantise는 정수의 표와 눈금의 목록을 돌려주어야 합니다.")
			t:ok(scales[4] == scales[4] and scales[4] ~= 0, "모두 0인 줄에서 눈금이 0이나 NaN이 되었습니다. 무엇으로 나누게 되나요?")
			local one = true
			for r = 2, #scales do one = one and scales[r] == scales[1] end
			t:ok(not one, "모든 줄이 눈금 하나를 나눠 쓰고 있습니다. 값이 20배 큰 줄이 있으면 작은 줄의 값은 어떻게 되나요?")
			for r = 1, #rows do
				t:near(scales[r], want_scales[r], 1e-9, ("%d비트에서 %d번째 줄의 눈금이 다릅니다. 부호를 뺀 가장 큰 정수는 얼마인가요?"):format(bits, r))
				for c = 1, #rows[r] do
					if integers[r][c] ~= want[r][c] then
						t:fail(("%d비트에서 %.4f ÷ 눈금 %.4f의 정수를 %s라고 하셨습니다. 버리지 않고 가장 가까운 정수로 가려면 무엇을 더하고 내려야 하나요?"):format(
							bits, rows[r][c], scales[r], tostring(integers[r][c])))
					end
				end
			end
		end
	end)

	t:test("simulate: 줄 서기", function()
		a_function(t, learner, "simulate")
		local function seconds(n) return 0.01 + 0.02 * n end
		local waited = learner.simulate({ 0, 0.001, 0.002, 1 }, 1, 1, seconds)
		t:ok(type(waited) == "table" and #waited == 4, "손님마다 기다린 시간을 하나씩 돌려주세요.")
		t:near(waited[2], 0.059, 1e-9, "일꾼이 하나이고 한 명씩 맡을 때, 두 번째 손님은 0.059초 만에 답을 받습니다. 앞사람이 끝날 때까지 기다린 시간도 넣었나요?")
		t:near(waited[4], 0.03, 1e-9, "한가할 때 온 손님이 기다린 시간은 일하는 시간뿐입니다. 일꾼이 비어 있던 시각부터 세지는 않았나요?")
		local pair = learner.simulate({ 0, 0.001, 0.002, 0.9 }, 1, 4, seconds)
		t:near(pair[2], 0.079, 1e-9, "첫 손님이 일을 시작할 때 두 번째 손님은 아직 오지 않았습니다. 오지도 않은 손님을 묶음에 넣지 않았나요?")
		for k, setting in ipairs { { 1, 1 }, { 2, 1 }, { 1, 8 }, { 3, 4 } } do
			local arrivals = serving.traffic({ { 5, 40 }, { 3, 120 } }, t.seed + k)
			local got, want = learner.simulate(arrivals, setting[1], setting[2], seconds), serving.latencies(arrivals, setting[1], setting[2], seconds)
			if not close(got, want) then
				t:fail(("일꾼 %d명, 묶음 %d에서 기다린 시간이 다릅니다. 가장 먼저 비는 일꾼이 맡나요? 기다리는 사람이 묶음보다 적어도 바로 시작하나요?"):format(setting[1], setting[2]))
			end
		end
	end)

	t:test("choose: 카드 세 장", function()
		a_function(t, learner, "choose")
		local profile = serving.profile(t.seed % 5 + 1)
		local today, tomorrow = serving.cards(profile, t.seed + 10), serving.cards(profile, t.seed + 20)
		for k, card in ipairs(today) do
			local c = learner.choose(card, profile)
			t:ok(type(c) == "table" and (c.mode == "online" or c.mode == "batch") and profile.accuracy[c.bits] and type(c.batch) == "number"
				and type(c.workers) == "number", ("%s: { mode, bits, batch, workers }를 돌려주세요."):format(card.name))
			local judged = tomorrow[k] -- the load that proves it is not the one that was seen
			local why = broken(judged, profile, c)
			if why then t:fail(("%s: %s"):format(card.name, why)) end
			local cost, least = price_of(profile, c, judged), cheapest(judged, profile)
			t:metric("cost_over_best_" .. k, cost / least)
			if cost > 1.1 * least then
				if card.count and c.mode == "online" then
					t:fail(("%s: 하루 내내 켜 두어 %.0f원이 듭니다. 약속은 %.1f원에도 지킬 수 있습니다. 결과를 아침에 보는 일도 실시간이어야 할까요?"):format(card.name, cost, least))
				end
				t:fail(("%s: 약속은 지키지만 하루 %.1f원입니다. %.1f원에도 지킬 수 있습니다. 일꾼을 늘리기 전에 묶음과 비트를 바꾸어 보았나요?"):format(card.name, cost, least))
			end
		end
	end)

	t:test("find_skew: 소리 없는 어긋남", function()
		a_function(t, learner, "find_skew")
		local fitted = project.stage(6).transform
		local rows = data.credit { count = 400, seed = t.seed + 3, missing = 0.08, unit_errors = 0.02 }.features:totable()
		rows[1][2] = 250 -- the first row is an ordinary one
		for _, case in ipairs(services(fitted)) do
			local got = learner.find_skew(function(row) return project.transform(fitted, row) end, case[2], rows)
			t:ok(type(got) == "table", "find_skew는 칸 번호의 목록을 돌려주어야 합니다.")
			local said, want = table.concat(got, ", "), table.concat(case[3], ", ")
			if said ~= want then
				if #case[3] == 0 then t:fail(("%s인데 %s번 칸이 어긋났다고 하셨습니다. 견주는 허용치는 얼마인가요?"):format(case[1], said)) end
				if #got < #case[3] then
					t:fail(("%s를 놓쳤습니다(어긋난 칸 %s). 첫 행만 견주지는 않았나요? 빈칸이나 NaN과 견주면 어떻게 되나요?"):format(case[1], want))
				end
				t:fail(("%s에서 어긋난 칸은 %s인데 %s라고 하셨습니다. 번호가 작은 것부터, 한 번씩만 적었나요?"):format(case[1], want, said))
			end
		end
	end)

	t:test("first_minute: 진짜 서비스의 첫 1분", function()
		a_function(t, learner, "first_minute")
		local stage = project.stage(6)
		local rows = data.credit { count = 300, seed = t.seed + 4, missing = 0.15 }.features:totable()
		local samples, missing, all = {}, {}, {}
		for i = 1, 24 do
			samples[i] = { body = body_of(stage.transform, rows[i]), probability = project.probability(stage.model, project.transform(stage.transform, rows[i])) }
			all[i] = i
			if rows[i][2] ~= rows[i][2] then missing[#missing + 1] = i end
		end
		local cases = {
			{ "멀쩡한 서비스", {}, true, {} },
			{ "모델을 못 읽은 서비스", { loaded = false }, false, {} },
			{ "빈 소득을 0으로 채우는 서비스", { fill = 0 }, true, missing },
			{ "빈 소득에 500으로 답하는 서비스", { breaks = true }, true, missing },
			{ "200이라고 하지만 확률이 없는 서비스", { empty = true }, true, all },
		}
		for _, case in ipairs(cases) do
			local service = service_of(stage, case[2])
			local got = learner.first_minute(service:client(), samples)
			service:close()
			t:ok(type(got) == "table" and type(got.ready) == "boolean" and type(got.failed) == "table", "{ ready = 참이나 거짓, failed = 번호 목록 }을 돌려주세요.")
			t:ok(got.ready == case[3], case[3] and case[1] .. "인데 준비가 안 되었다고 하셨습니다. /ready의 status는 얼마였나요?"
				or case[1] .. "인데 준비가 되었다고 하셨습니다. 서버가 대답했다는 것과 손님을 받을 수 있다는 것은 같은 말일까요?")
			local said, want = table.concat(got.failed, ", "), table.concat(case[4], ", ")
			if said ~= want then
				if #got.failed < #case[4] then
					t:fail(("%s: 어긋난 표본은 %d개인데 %d개만 찾으셨습니다. 200이라는 대답만 보았나요, 답의 내용도 견주었나요?"):format(case[1], #case[4], #got.failed))
				end
				t:fail(("%s: 어긋난 표본은 %s번인데 %s번이라고 하셨습니다."):format(case[1], want == "" and "없음" or want, said))
			end
		end
	end)
end
