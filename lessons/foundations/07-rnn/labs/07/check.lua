local T = require "tensor"
local nn = require "nn"

local function cell(x, h, p) return (x:matmul(p.wx) + h:matmul(p.wh) + p.b):tanh() end

local function random_cell(inputs, hidden)
	return { wx = T.randn(inputs, hidden) * 0.5, wh = T.randn(hidden, hidden) * 0.5, b = T.randn(hidden) * 0.5 }
end

local function read_with(columns, p, first, last, by)
	local h = T.zeros(columns[1]:size(1), p.wh:size(1))
	for t = first, last, by do h = cell(columns[t], h, p) end
	return h
end

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

local function sequences(size, seed)
	T.seed(seed)
	local draws, rows, labels = T.rand(size, 8):totable(), {}, {}
	for i, draw in ipairs(draws) do
		local row = {}
		for t = 1, 5 do row[t] = 2 + math.floor(draw[t] * 6) end
		local first = 1 + math.floor(draw[6] * 4)
		local second = first + 1 + math.floor(draw[7] * (5 - first))
		labels[i] = draw[8] < 0.5 and 0 or 1
		row[first], row[second] = labels[i], 1 - labels[i]
		rows[i] = row
	end
	return rows, labels
end

local function columns_of(rows)
	local eye, columns = T.eye(8), {}
	for t = 1, #rows[1] do
		local ids = {}
		for i, row in ipairs(rows) do ids[i] = row[t] end
		columns[t] = nn.f.embedding(eye, T.tensor(ids, "i32"))
	end
	return columns
end

local function accuracy(logits, labels)
	local given, right = logits:argmax(2):totable(), 0
	for i, label in ipairs(labels) do
		if given[i] == label then right = right + 1 end
	end
	return right / #labels
end

local function cycle()
	T.seed(1700)
	local noise, values, phase, height = T.randn(309, 3):totable(), {}, 0, 1
	for year = 1, 309 do
		phase = phase + 2 * math.pi / 11 * (1 + 0.12 * noise[year][1])
		height = 1 + 0.9 * (height - 1) + 0.12 * noise[year][2]
		values[year] = math.max(0, height) * (1 - math.cos(phase)) / 2 + 0.06 * noise[year][3]
	end
	return values
end

return function(t, learner)
	T.seed(t.seed)

	t:test("step: 순환 셀", function()
		needs(t, learner, "step")
		local worst = 0
		for _ = 1, 3 do
			local inputs, hidden = T.randint(2, 7, { 1 }):item(), T.randint(2, 9, { 1 }):item()
			local p, x, h = random_cell(inputs, hidden), T.randn(4, inputs), T.randn(4, hidden)
			local got, want = learner.step(x, h, p), cell(x, h, p)
			local function is(other) return T.max_abs_diff(got, other) <= 1e-6 end
			if not is(want) then
				t:ok(not is((x:matmul(p.wx) + p.b):tanh()), "지금 읽은 것만 보고 조금 전의 은닉 상태를 버렸습니다. 그러면 순서를 무엇으로 기억하나요?")
				t:ok(not is(x:matmul(p.wx) + h:matmul(p.wh) + p.b), "구부리는 함수가 빠졌습니다. 은닉 상태가 끝없이 커지지 않게 눌러 주는 것은 무엇이었나요?")
				t:ok(not is((x:matmul(p.wx) + h:matmul(p.wh)):tanh()), "편향 p.b가 빠졌습니다.")
				t:fail(("셀의 값이 %.3g만큼 다릅니다. 강의의 식에서 어느 항이 다른가요?"):format(T.max_abs_diff(got, want)))
			end
			worst = math.max(worst, T.max_abs_diff(got, want))
		end
		t:metric("cell_difference", worst)
	end)

	t:test("read: 처음부터 끝까지", function()
		needs(t, learner, "read")
		local p, columns = random_cell(3, 5), {}
		for k = 1, 6 do columns[k] = T.randn(4, 3) end
		local got, want = learner.read(columns, p), read_with(columns, p, 1, 6, 1)
		if T.max_abs_diff(got, want) > 1e-5 then
			t:ok(T.max_abs_diff(got, read_with(columns, p, 6, 1, -1)) > 1e-5, "끝에서부터 거꾸로 읽으셨습니다. 먼저 나온 것을 먼저 읽어야 하지 않을까요?")
			local all = T.zeros(4, 5)
			for k = 1, 6 do all = all + read_with(columns, p, 1, k, 1) end
			t:ok(T.max_abs_diff(got, all) > 1e-4, "은닉 상태를 모두 모아 더하셨습니다. 공책은 한 장뿐이고 새로 쓸 뿐입니다. 마지막 것 하나면 충분하지 않나요?")
			t:fail("마지막 은닉 상태가 다릅니다. 새 은닉 상태를 다음 시점에 넘겨주고 있나요?")
		end
	end)

	t:test("순서 문제: 낱말 세기 0.55 이하, RNN 0.98 이상", function()
		needs(t, learner, "count")
		t:ok(type(learner.order) == "table" and type(learner.bag) == "table", "훈련한 order와 bag을 돌려주세요.")
		local rows, labels = sequences(1000, t.seed + 77)
		local columns = columns_of(rows)
		local sum = columns[1]
		for k = 2, 5 do sum = sum + columns[k] end
		t:ok(T.max_abs_diff(learner.count(columns), sum) < 1e-5, "count는 시점마다의 입력을 모두 더한 것이어야 합니다. 한 시점만 남기지는 않았나요?")
		local counted = accuracy(learner.count(columns):matmul(learner.bag.wo) + learner.bag.bo, labels)
		local read = accuracy(read_with(columns, learner.order, 1, 5, 1):matmul(learner.order.wo) + learner.order.bo, labels)
		t:metric("bag", counted)
		t:metric("rnn", read)
		t:ok(counted <= 0.55, ("낱말 세기가 %.2f입니다. 순서를 잊은 모델이 어떻게 알았을까요?"):format(counted))
		t:ok(read >= 0.98, ("RNN이 %.2f입니다. 셀과 읽기가 모두 맞는데도 낮다면 훈련이 충분했나요?"):format(read))
	end)

	t:test("예측: 어제와 같다고 답하는 것의 0.75배 이하", function()
		t:ok(type(learner.sun) == "table" and type(learner.window) == "number", "훈련한 sun과 window를 돌려주세요.")
		local years, window = cycle(), learner.window
		local columns, square, naive = {}, 0, 0
		for k = 1, window do
			local list = {}
			for year = 241, 309 do list[#list + 1] = { years[year - window + k - 1] } end
			columns[k] = T.tensor(list)
		end
		local h = read_with(columns, learner.sun, 1, window, 1)
		local given = (h:matmul(learner.sun.wo) + learner.sun.bo):totable()
		for i = 1, 69 do
			square = square + (given[i][1] - years[240 + i]) ^ 2
			naive = naive + (years[239 + i] - years[240 + i]) ^ 2
		end
		local ratio = math.sqrt(square / naive)
		t:metric("rmse_ratio", ratio)
		t:ok(ratio <= 0.75, ("오차가 '작년과 같다'고 답할 때의 %.2f배입니다. 오르는 해인지 내리는 해인지 알려면 과거 몇 해를 보아야 할까요? 지금은 %d해입니다."):format(
			ratio, window))
	end)
end
