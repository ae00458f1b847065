local T = require "tensor"
local stats = require "stats"
local desk = require "lifecycle.desk"

local function function_in(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
	return learner[name]
end

local function direction(size)
	local v, sum = T.randn(size):totable(), 0
	for _, value in ipairs(v) do sum = sum + value ^ 2 end
	for i = 1, size do v[i] = v[i] / math.sqrt(sum) end
	return v
end

local function pick(low, high)
	return T.randint(low, high + 1, { 1 }):item()
end

-- What the index ought to hold at a time.
local function truth_at(log, now)
	local state = {}
	for _, change in ipairs(log) do
		if change.time <= now then state[change.id] = change.kind == "put" and change.text or nil end
	end
	return state
end

return function(t, learner)
	local limits = { confidence = 0.6, amount = 1000 }
	local base = t.seed % 1000

	t:test("search: 뜻이 가까운 차례로", function()
		local search = function_in(t, learner, "search")
		T.seed(t.seed)
		local index = {}
		for id = 1, 30 do index[id * 3] = { text = "안내 " .. id * 3, vector = direction(16) } end
		index[200] = { text = "안내 200", vector = index[30].vector }
		local query = direction(16)
		local want = {}
		for id, entry in pairs(index) do
			local score = 0
			for i = 1, 16 do score = score + query[i] * entry.vector[i] end
			want[#want + 1] = { id = id, score = score }
		end
		table.sort(want, function(a, b) return a.score > b.score or (a.score == b.score and a.id < b.id) end)
		for _, k in ipairs { 1, 5, 31 } do
			local got = search(index, query, k)
			t:ok(type(got) == "table" and #got == k, ("%d개를 부탁했는데 %s개가 왔습니다."):format(k, type(got) == "table" and #got or "?"))
			if k == 31 and got[1].id == want[31].id then t:fail("가장 먼 것이 맨 앞에 있습니다. 코사인은 클수록 가까운가요, 먼가요?") end
			for i = 1, k do
				t:near(got[i].score or 0, want[i].score, 1e-6, ("%d번째의 점수가 다릅니다. 코사인은 자리마다 곱해서 무엇을 하나요?"):format(i))
				t:equal(got[i].id, want[i].id, ("%d번째에 다른 안내문이 왔습니다. 점수가 같을 때의 차례도 정했나요?"):format(i))
			end
		end
	end)

	t:test("sync: 낡은 안내문이 나오지 않게", function()
		local search, sync = function_in(t, learner, "search"), function_in(t, learner, "sync")
		T.seed(t.seed + 1)
		local log, time, vectors = {}, 0, {}
		for id = 1, 12 do
			vectors[id] = direction(16)
			log[id] = { time = 0, kind = "put", id = id, text = id .. " 첫 판", vector = vectors[id] }
		end
		for n = 1, 120 do
			time = time + T.rand(1):item()
			local id = pick(1, 12)
			local gone = n % 4 == 0
			vectors[id] = direction(16)
			log[#log + 1] = gone and { time = time, kind = "delete", id = id }
				or { time = time, kind = "put", id = id, text = id .. " 판 " .. n, vector = vectors[id] }
		end
		local index, stale, asked, early = {}, 0, 0, 0
		for now = 0, math.floor(time), 0.5 do
			sync(index, log, now)
			local sure, fresh = truth_at(log, now - 1), truth_at(log, now)
			for id = 1, 12 do
				local last
				for _, change in ipairs(log) do
					if change.id == id and change.kind == "put" and change.time <= now then last = change end
				end
				local hit = last and search(index, last.vector, 1)[1]
				asked = asked + 1
				local found = index[id] and index[id].text
				if found ~= sure[id] and found ~= fresh[id] then stale = stale + 1 end
				for _, change in ipairs(log) do
					if change.time > now and found ~= nil and found == change.text then early = early + 1 end
				end
				if hit and index[hit.id] == nil then stale = stale + 1 end
			end
		end
		t:metric("stale", stale)
		t:ok(early == 0, "아직 바뀌지도 않은 앞날의 안내문이 색인에 들어 있습니다. now보다 나중의 변경은 어떻게 하나요?")
		t:ok(stale == 0, ("%d번 살펴본 가운데 %d번, 1초 넘게 지난 변경이 반영되지 않았습니다. 지워진 안내문과 두 번 바뀐 안내문은 어떻게 되나요?"):format(asked, stale))
	end)

	t:test("facts: 금액은 장부에서", function()
		local facts = function_in(t, learner, "facts")
		local loans = desk.loans(40, base + 1)
		for id = 3001, 3040 do
			local row = facts(("안녕하세요 %d번 대출인데 다 갚으려면 얼마예요"):format(id), loans)
			t:ok(row ~= nil, ("%d번의 줄을 찾지 못했습니다. 글에서 찾은 '%d'은 글자인가요, 숫자인가요?"):format(id, id))
			t:equal(row.balance, loans[id].balance, ("%d번을 물었는데 %s번의 금액이 나왔습니다. 주문 금액을 유사도로 찾나요?"):format(id, tostring(row.id)))
		end
		t:ok(facts("카드를 잃어버렸어요", loans) == nil, "번호가 없는 문의인데 누군가의 장부가 나왔습니다.")
		t:ok(facts("9999번 대출이요", loans) == nil, "장부에 없는 번호입니다. 가까운 번호의 금액을 말해 주어도 될까요?")
	end)

	t:test("decide: 사람에게 넘길 때", function()
		local decide = function_in(t, learner, "decide")
		local cases = {
			{ { 0.9, 0.05, 0.05 }, nil, "auto", "확실하고 금액도 걸리지 않은 문의를 사람에게 넘겼습니다. 모두 넘기면 도우미를 둔 까닭은 무엇일까요?" },
			{ { 0.4, 0.35, 0.25 }, nil, "human", "세 가지 가운데 0.40인 답을 혼자 내보냈습니다. 반반에 가까운 답은 누가 보아야 할까요?" },
			{ { 0.1, 0.2, 0.7 }, 300, "auto", "가장 큰 확률이 셋째 칸에 있습니다. 첫 칸만 보지는 않았나요?" },
			{ { 0.98, 0.01, 0.01 }, 1500, "human", "1,500만 원이 걸린 건을 혼자 내보냈습니다. 자신 있는 답도 틀릴 수 있다면 큰돈은 누가 보아야 할까요?" },
			{ { 0.98, 0.01, 0.01 }, 1000, "human", "한도와 꼭 같은 1,000만 원입니다. '이상'에는 그 값이 들어가나요?" },
			{ { 0.6, 0.3, 0.1 }, 0, "auto", "한도와 꼭 같은 0.6입니다. '보다 작으면'에는 그 값이 들어가나요?" },
		}
		for _, case in ipairs(cases) do
			local fine, got = pcall(decide, case[1], case[2], limits)
			t:ok(fine, "금액을 모르는 문의(nil)에서 멈췄습니다: " .. tostring(got))
			t:equal(got, case[3], case[4])
		end
	end)

	t:test("screen: 알아차리고 고칠 수 있는 화면", function()
		local screen = function_in(t, learner, "screen")
		T.seed(t.seed + 2)
		for _ = 1, 12 do
			local reply = { topic = desk.topics[pick(1, 8)].name, sure = pick(30, 99) / 100, source = desk.topics[pick(1, 8)].notice,
				fact = pick(0, 1) == 1 and ("잔액 %d만 원"):format(pick(50, 2000)) or nil }
			local text = screen(reply, limits)
			t:ok(type(text) == "string", "화면에 보일 글(문자열)을 돌려주세요.")
			local function shows(part) return text:find(part, 1, true) ~= nil end
			t:ok(shows(reply.topic), "무슨 문의로 알아들었는지가 화면에 없습니다.")
			t:ok(shows(("%d%%"):format(math.floor(reply.sure * 100 + 0.5))),
				("자신 있는 정도가 %.2f인데 화면에 퍼센트로 보이지 않습니다. 맞을 것 같은 답과 긴가민가한 답을 무엇으로 가르나요?"):format(reply.sure))
			t:ok(shows(reply.source), "근거가 보이지 않습니다. 근거 없는 숫자 하나만 보인다면 믿을까요?")
			t:ok(shows("고치기"), "틀린 것을 알아차려도 고칠 자리가 없습니다.")
			t:ok(not reply.fact or shows(reply.fact), "장부에서 찾은 사실이 화면에 없습니다.")
			local doubt = reply.sure < limits.confidence
			t:ok(shows("확실하지 않") == doubt, doubt and ("%.2f인데 확실하지 않다는 말이 없습니다. 모르면 모른다고 해야 하지 않을까요?"):format(reply.sure)
				or ("%.2f인데도 확실하지 않다고 합니다. 늘 울리는 경보를 사람은 어떻게 대할까요?"):format(reply.sure))
		end
	end)

	t:test("corrections: 고쳐 준 것을 배운다", function()
		local corrections = function_in(t, learner, "corrections")
		local small = corrections {
			{ id = 1, text = "가", given = 0, corrected = 3, time = 5 },
			{ id = 2, text = "나", given = 1, time = 2 },
			{ id = 1, text = "가", given = 0, corrected = 4, time = 9 },
			{ id = 3, text = "다", given = 2, corrected = 0, time = 1 },
			{ id = 1, text = "가", given = 0, corrected = 5, time = 7 },
		}
		local seen = {}
		for _, row in ipairs(small) do seen[row.text] = row.topic end
		t:ok(seen["나"] == nil, "사람이 아무 말도 하지 않은 답을 정답으로 배우려고 합니다. 고치지 않았다고 맞은 것일까요?")
		t:equal(seen["다"], 0, "주제 번호 0으로 고쳐 준 것이 사라졌습니다. Lua에서 0은 거짓인가요?")
		t:equal(seen["가"], 4, "같은 문의를 세 번 고쳤습니다. 가장 나중(시간 9)의 것을 썼나요?")
		t:equal(#small, 2, "같은 문의는 한 번만 들어가야 합니다.")
		local log = desk.questions { count = 300, seed = base + 1 }
		local classify = desk.train(log)
		local feedback = {}
		for id, entry in ipairs(desk.questions { count = 300, seed = base + 2, since = 0.3 }) do
			local given, sure = desk.best(classify(entry.text))
			local looked = sure < limits.confidence
			feedback[id] = { id = id, text = entry.text, given = given, corrected = looked and entry.topic or nil, time = id }
		end
		local more = table.move(log, 1, #log, 1, {})
		for _, row in ipairs(corrections(feedback)) do more[#more + 1] = row end
		local replay = desk.questions { count = 400, seed = base + 3, since = 0.3 }
		local before, after = desk.accuracy(classify, replay), desk.accuracy(desk.train(more), replay)
		t:metric("before", before)
		t:metric("after", after)
		t:ok(after - before >= 0.03, ("고친 것을 배운 뒤에도 정확도가 %.3f에서 %.3f밖에 되지 않습니다. 모델의 답이 아니라 사람이 고친 답을 담았나요?"):format(before, after))
	end)

	t:test("끝에서 끝까지: 한 문의에 50ms 안에", function()
		local log = desk.questions { count = 300, seed = base + 1 }
		local classify, question, notice = desk.train(log), desk.space(log)
		local index, loans, times = {}, desk.loans(40, base + 1), {}
		for id, topic in ipairs(desk.topics) do index[id] = { text = topic.notice, vector = notice(topic.notice) } end
		local right, list = 0, desk.questions { count = 200, seed = base + 4 }
		for i, entry in ipairs(list) do
			local text = i % 3 == 0 and entry.text .. (" %d번이요"):format(3000 + i % 40 + 1) or entry.text
			local start = os.clock()
			local p = classify(text)
			local topic, sure = desk.best(p)
			local hit = learner.search(index, question(text), 1)[1]
			local row = learner.facts(text, loans)
			learner.decide(p, row and row.balance, limits)
			learner.screen({ topic = desk.topics[topic + 1].name, sure = sure, source = hit and hit.text or "",
				fact = row and ("잔액 %d만 원"):format(row.balance) }, limits)
			times[i] = 1000 * (os.clock() - start)
			if hit and hit.id == entry.topic + 1 then right = right + 1 end
		end
		local p95 = stats.quantile(times, 0.95)
		t:metric("p95_ms", p95)
		t:metric("notice_found", right / #list)
		local letters = 0
		for _, entry in ipairs(list) do
			local query, most, best = desk.counts(entry.text), -1, 0
			for id, item in ipairs(index) do
				local score = 0
				for k, value in ipairs(query) do score = score + value * item.vector[k] end
				if score > most then most, best = score, id end
			end
			if best == entry.topic + 1 then letters = letters + 1 end
		end
		t:metric("letters_found", letters / #list)
		t:ok(right / #list >= 0.9, ("안내문 200건 가운데 %d건만 맞게 찾았습니다."):format(right))
		t:ok(p95 <= 50, ("95%%의 문의가 %.1fms 안에 끝났습니다. 50ms를 넘는 곳은 어디일까요? 문의마다 색인을 다시 만들지는 않나요?"):format(p95))
	end)
end
