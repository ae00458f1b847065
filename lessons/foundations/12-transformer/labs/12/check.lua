local T = require "tensor"
local nn = require "nn"

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

local function pick(n) return T.randint(1, n + 1, { 1 }):item() end

return function(t, learner)
	T.seed(t.seed)

	t:test("causal_weights: 오른쪽을 보지 못한다", function()
		needs(t, learner, "causal_weights")
		for _, n in ipairs { 3, 5, 8 } do
			local q, k = T.randn(n, n), T.eye(n)
			local got = learner.causal_weights(q:totable())
			t:ok(type(got) == "table" and #got == n and type(got[1]) == "table" and #got[1] == n, ("%d×%d 표를 돌려주세요."):format(n, n))
			for i = 1, n do
				local sum = 0
				for j = 1, n do
					sum = sum + got[i][j]
					t:ok(j <= i or got[i][j] == 0, ("%d번째가 자기보다 오른쪽인 %d번째를 보고 있습니다. 아직 쓰지 않은 낱말을 볼 수 있나요?"):format(i, j))
				end
				t:near(sum, 1, 1e-6, ("%d번째 줄의 합이 1이 아닙니다. 소프트맥스를 먼저 하고 나서 가렸나요, 가리고 나서 했나요?"):format(i))
			end
			-- the engine's masked attention with the identity as values gives the weights themselves
			local function shaped(x) return x:reshape(1, 1, n, n) end
			local want = nn.f.attention(shaped(q), shaped(k), shaped(T.eye(n)), { causal = true, scale = 1 }):reshape(n, n):totable()
			for i = 1, n do
				for j = 1, n do t:near(got[i][j], want[i][j], 1e-5, ("(%d, %d) 가중치가 엔진과 다릅니다."):format(i, j)) end
			end
			-- changing the last token must not move an earlier row
			local changed = q:totable()
			for i = 1, n do changed[i][n] = changed[i][n] + 5 end
			local again = learner.causal_weights(changed)
			for i = 1, n - 1 do
				for j = 1, n do t:near(again[i][j], got[i][j], 1e-6, "미래의 토큰을 바꾸었더니 과거의 가중치가 움직였습니다.") end
			end
		end
	end)

	t:test("tempered와 top_p: 확률로 고르기", function()
		needs(t, learner, "tempered")
		needs(t, learner, "top_p")
		local scores = T.randn(6):totable()
		local cold, warm = learner.tempered(scores, 0.5), learner.tempered(scores, 2)
		t:ok(type(cold) == "table" and #cold == 6, "확률 여섯 개의 목록을 돌려주세요.")
		t:ok(math.max(table.unpack(cold)) > math.max(table.unpack(warm)), "온도를 낮추었는데 더 고르게 퍼졌습니다. 점수를 온도로 곱해야 하나요, 나누어야 하나요?")
		local want = (T.tensor(scores) * 2):softmax(-1):totable()
		for i = 1, 6 do t:near(cold[i], want[i], 1e-5, "온도 0.5의 확률이 다릅니다.") end
		for _, p in ipairs { 0.5, 0.75, 0.95 } do
			local probabilities = T.randn(7):softmax(-1):totable()
			local sorted, need, count = { table.unpack(probabilities) }, 0, 0
			table.sort(sorted, function(a, b) return a > b end)
			while need < p do
				count = count + 1
				need = need + sorted[count]
			end
			local got, sum = learner.top_p(probabilities, p), 0
			for i = 1, 7 do sum = sum + got[i] end
			t:near(sum, 1, 1e-6, ("남은 확률의 합이 %.3f입니다. 잘라 낸 다음 합이 1이 되게 다시 나누었나요?"):format(sum))
			for i = 1, 7 do
				local keep = probabilities[i] >= sorted[count] - 1e-12
				t:near(got[i], keep and probabilities[i] / need or 0, 1e-6, ("p = %.2f일 때 남아야 할 후보는 %d개입니다."):format(p, count))
			end
		end
	end)

	t:test("answer: 근거가 없으면 기권한다", function()
		needs(t, learner, "answer")
		-- 300 facts; the model always says the commonest value of the relation, with full confidence
		local relations, facts, known = { "수도", "색", "무게", "만든 이" }, {}, {}
		for i = 1, 300 do
			local relation = relations[pick(#relations)]
			local fact = { entity = "물건" .. i, relation = relation, value = relation .. pick(40) }
			facts[i] = fact
			known[fact.entity .. relation] = fact.value
		end
		local function model(question) return question.relation .. "1" end
		local wrong_before, wrong, unanswerable, right, answerable = 0, 0, 0, 0, 0
		for _ = 1, 200 do
			local fact = facts[pick(300)]
			answerable = answerable + 1
			if learner.answer({ entity = fact.entity, relation = fact.relation }, model, facts) == fact.value then right = right + 1 end
			local question = { entity = "없는 물건" .. pick(500), relation = relations[pick(#relations)] }
			unanswerable = unanswerable + 1
			if model(question) ~= nil then wrong_before = wrong_before + 1 end
			if learner.answer(question, model, facts) ~= nil then wrong = wrong + 1 end
		end
		t:metric("wrong_before", wrong_before / unanswerable)
		t:metric("wrong_after", wrong / unanswerable)
		t:metric("answered", right / answerable)
		t:ok(wrong / unanswerable <= 0.2, ("답할 수 없는 물음 가운데 %.2f에 자신 있게 답했습니다. 가장 그럴듯한 답이라도 근거가 없다면, 기권하는 것이 낫지 않을까요?"):format(
			wrong / unanswerable))
		t:ok(right / answerable >= 0.9, ("답할 수 있는 물음에 맞게 답한 비율이 %.2f입니다. 근거에 있는 값을 찾아 답했나요?"):format(right / answerable))
	end)
end
