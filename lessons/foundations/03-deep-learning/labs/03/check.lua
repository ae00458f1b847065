local T = require "tensor"
local nn = require "nn"
local data = require "data"

local function tanh(x) return 1 - 2 / (math.exp(2 * x) + 1) end
local function sigmoid(x) return 1 / (1 + math.exp(-x)) end

local function hidden(w, x)
	local h, z = {}, w.b2
	for i = 1, #w.b1 do
		h[i] = tanh(w.w1[i][1] * x[1] + w.w1[i][2] * x[2] + w.b1[i])
		z = z + w.w2[i] * h[i]
	end
	return sigmoid(z), h
end

local function loss_of(w, xs, ys)
	local loss = 0
	for n = 1, #xs do
		local p = hidden(w, xs[n])
		loss = loss - math.log(ys[n] == 1 and p or 1 - p) / #xs
	end
	return loss
end

-- Places of all numbers in w: each a table and its key.
local function places(w)
	local list = { { w, "b2", "b2" } }
	for i = 1, #w.b1 do
		list[#list + 1] = { w.w1[i], 1, "w1" }
		list[#list + 1] = { w.w1[i], 2, "w1" }
		list[#list + 1] = { w.b1, i, "b1" }
		list[#list + 1] = { w.w2, i, "w2" }
	end
	return list
end

local function random_weights(units)
	local r, k = T.randn(units * 4 + 1):totable(), 1
	local w = { w1 = {}, b1 = {}, w2 = {}, b2 = r[#r] }
	for i = 1, units do
		w.w1[i], w.b1[i], w.w2[i] = { r[k], r[k + 1] }, r[k + 2], r[k + 3]
		k = k + 4
	end
	return w
end

local function measured(w, xs, ys)
	local out = {}
	for i, place in ipairs(places(w)) do
		local old = place[1][place[2]]
		place[1][place[2]] = old + 1e-5
		local up = loss_of(w, xs, ys)
		place[1][place[2]] = old - 1e-5
		out[i] = (up - loss_of(w, xs, ys)) / 2e-5
		place[1][place[2]] = old
	end
	return out
end

return function(t, learner)
	T.seed(t.seed)

	t:test("gradients: 수치로 잰 책임과 같다", function()
		t:ok(type(learner.gradients) == "function", "돌려주는 표에 gradients 함수가 있나요?")
		local worst = 0
		for units = 2, 5 do
			local w, xs, ys = random_weights(units), T.randn(7, 2):totable(), {}
			for i = 1, 7 do ys[i] = T.randint(0, 2, { 1 }):item() end
			local want = measured(w, xs, ys)
			local loss, g = learner.gradients(w, xs, ys)
			t:near(loss, loss_of(w, xs, ys), 1e-6, "손실이 다릅니다. 정답일 확률의 로그에 음수를 붙여 평균했나요?")
			t:ok(type(g) == "table" and type(g.w1) == "table" and #g.w1 == units, "책임 표가 w와 같은 꼴이어야 합니다.")
			local seven, straight = true, true
			for i, place in ipairs(places(g)) do
				if math.abs(place[1][place[2]] - 7 * want[i]) > 1e-4 then seven = false end
			end
			if seven then t:fail("모든 책임이 꼭 7배입니다. 점이 7개였는데, 평균 손실이라면 개수로 나누는 일이 어디에 들어가야 할까요?") end
			for i, place in ipairs(places(g)) do
				if place[3] == "w2" or place[3] == "b2" then
					if math.abs(place[1][place[2]] - want[i]) > 1e-5 then straight = false end
				end
			end
			for i, place in ipairs(places(g)) do
				local difference = math.abs(place[1][place[2]] - want[i])
				worst = math.max(worst, difference)
				if difference > 1e-5 then
					if straight then
						t:fail("뒤쪽 층의 책임은 맞는데 앞쪽 층(" .. place[3] .. ")이 다릅니다. 거꾸로 tanh를 지날 때 기울기 1 - h²을 곱했나요?")
					end
					t:fail(("%s의 책임이 %.5f인데 재 보면 %.5f입니다. 앞으로 갈 때 이 숫자에 무엇이 곱해졌나요?"):format(place[3],
						place[1][place[2]], want[i]))
				end
			end
		end
		t:metric("gradient_difference", worst)
	end)

	t:test("solve: XOR을 다 맞힌다", function()
		t:ok(type(learner.solve) == "function", "돌려주는 표에 solve 함수가 있나요?")
		local w = learner.solve()
		local xs, ys, right = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }, { 0, 1, 1, 0 }, 0
		for n = 1, 4 do
			local p = hidden(w, xs[n])
			if (p > 0.5) == (ys[n] == 1) then right = right + 1 end
		end
		local loss = loss_of(w, xs, ys)
		t:metric("xor_loss", loss)
		t:ok(loss == loss and loss < 0.9, ("손실이 %.2f로 처음보다 나빠졌습니다. 책임이 가리키는 쪽으로 갔나요, 그 반대 방향으로 갔나요?"):format(loss))
		t:ok(right == 4, ("네 점 가운데 %d점입니다. 직선 하나로는 셋까지만 맞힙니다. 더 오래, 더 큰 걸음으로 훈련해 볼까요?"):format(right))
	end)

	t:test("matmul: 엔진과 같고, 엔진이 5배 이상 빠르다", function()
		t:ok(type(learner.matmul) == "function", "돌려주는 표에 matmul 함수가 있나요?")
		local a, b = T.randn(5, 7), T.randn(7, 4)
		local ok, got = pcall(learner.matmul, a:totable(), b:totable())
		local want = a:matmul(b):totable()
		t:ok(ok and type(got) == "table" and #got == 5 and #got[1] == 4,
			"5×7과 7×4를 곱하면 5×4가 나와야 합니다. b에서는 아래로 내려가며 곱하나요, 옆으로 가며 곱하나요?")
		for i = 1, 5 do
			for j = 1, 4 do t:near(got[i][j], want[i][j], 1e-4, ("(%d, %d) 칸이 다릅니다."):format(i, j)) end
		end
		local x, y = T.randn(256, 256), T.randn(256, 256)
		local xs, ys = x:totable(), y:totable()
		local start = os.clock()
		learner.matmul(xs, ys)
		local naive = os.clock() - start
		local times = {}
		for i = 1, 5 do
			start = os.clock()
			x:matmul(y)
			times[i] = os.clock() - start
		end
		table.sort(times)
		local ratio = naive / math.max(times[3], 1e-6)
		t:metric("speedup", ratio)
		t:ok(ratio >= 5, ("엔진이 %.1f배 빠릅니다. 반복문이 엔진의 함수를 부르고 있지는 않나요?"):format(ratio))
	end)

	t:test("데이터: 늘릴 때마다 점수가 오른다", function()
		t:ok(type(learner.models) == "table", "훈련한 models를 돌려주세요.")
		local _, test = data.digits():split(1297 / 1797, 5)
		local before = 0
		for _, count in ipairs { 50, 100, 400, 1297 } do
			local model = learner.models[count]
			t:ok(model ~= nil, count .. "장으로 훈련한 모델이 없습니다.")
			-- A model without a bend is a straight line: f(a + b) = f(a) + f(b) - f(0).
			local x, y, zero = T.randn(1, 1, 8, 8), T.randn(1, 1, 8, 8), T.zeros(1, 1, 8, 8)
			local gap = T.max_abs_diff(model(x + y) + model(zero), model(x) + model(y))
			t:ok(gap > 1e-3, "층이 둘인데 입력을 더하면 출력도 그대로 더해집니다. 구부리는 함수가 없으면 두 층은 몇 층과 같은가요?")
			local accuracy = model:evaluate(test).accuracy
			t:metric("digits_" .. count, accuracy)
			t:ok(accuracy > before, ("%d장에서 %.3f로, 앞보다 오르지 않았습니다. 훈련 장수 말고 다른 것도 바꾸었나요?"):format(count, accuracy))
			before = accuracy
		end
	end)
end
