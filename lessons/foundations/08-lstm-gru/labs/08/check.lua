local T = require "tensor"
local nn = require "nn"
local data = require "data"

local HIDDEN, LENGTH, SYMBOLS, DISTRACTORS = 16, 40, 4, 4
local INPUTS = SYMBOLS + DISTRACTORS + 1

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

-- Order of the gates and whether the cell state is squashed can be changed, to recognise mistakes.
local function lstm(x, h, c, p, order, squash)
	local z, size = x:matmul(p.wx) + h:matmul(p.wh) + p.b, h:size(2)
	local function gate(k) return z:narrow(2, (k - 1) * size + 1, size) end
	c = gate(order[1]):sigmoid() * c + gate(order[2]):sigmoid() * gate(order[3]):tanh()
	if squash then c = c:tanh() end
	return gate(order[4]):sigmoid() * c:tanh(), c
end

local right_order = { 1, 2, 3, 4 }
local function right_step(x, h, c, p) return lstm(x, h, c, p, right_order) end
local function rnn_step(x, h, c, p) return (x:matmul(p.wx) + h:matmul(p.wh) + p.b):tanh(), c end

local function logits(step, p, ids, xs)
	local eye, batch = T.eye(INPUTS), ids:size(1)
	local h, c = T.zeros(batch, HIDDEN), T.zeros(batch, HIDDEN)
	for k = 1, LENGTH do
		local x = nn.f.embedding(eye, ids:select(2, k))
		if xs then
			x = x:detach():requires_grad()
			xs[k] = x
		end
		h, c = step(x, h, c, p)
	end
	return h:matmul(p.wo) + p.bo
end

local function sample(count, seed)
	return data.sequence { task = "recall", count = count, length = LENGTH, symbols = SYMBOLS, distractors = DISTRACTORS, seed = seed }
end

local function accuracy(step, p, batch)
	local given, labels, right = logits(step, p, batch.images):argmax(2):totable(), batch.labels:totable(), 0
	for i, label in ipairs(labels) do
		if given[i] == label then right = right + 1 end
	end
	return right / #labels
end

-- Gradient of the last answer for the first input over that for the last, of a cell that was not trained.
local function fresh_ratio(step, gates, bias)
	local function weights(rows, columns, scale) return T.randn(rows, columns) * ((scale or 1) / math.sqrt(rows)) end
	local b = T.zeros(gates * HIDDEN)
	if gates == 4 then
		for i = 1, HIDDEN do b:set(i, bias) end
	end
	local p = { wx = weights(INPUTS, gates * HIDDEN), wh = weights(HIDDEN, gates * HIDDEN, 0.6), b = b,
		wo = weights(HIDDEN, SYMBOLS), bo = T.zeros(SYMBOLS) }
	local xs, batch = {}, sample(16, 777)
	nn.cross_entropy(logits(step, p, batch.images, xs), batch.labels):backward()
	local function size(x) return math.sqrt((x.grad * x.grad):sum():item()) end
	return size(xs[1]) / size(xs[LENGTH])
end

return function(t, learner)
	T.seed(t.seed)

	t:test("lstm_step: 게이트와 덧셈 길", function()
		needs(t, learner, "lstm_step")
		local worst = 0
		for _ = 1, 3 do
			local inputs, hidden = T.randint(2, 6, { 1 }):item(), T.randint(2, 7, { 1 }):item()
			local p = { wx = T.randn(inputs, 4 * hidden), wh = T.randn(hidden, 4 * hidden), b = T.randn(4 * hidden) }
			local x, h, c = T.randn(3, inputs), T.randn(3, hidden), T.randn(3, hidden) * 2
			local got_h, got_c = learner.lstm_step(x, h, c, p)
			t:ok(got_h ~= nil and got_c ~= nil, "새 h와 c를 둘 다 돌려주세요.")
			local want_h, want_c = right_step(x, h, c, p)
			local function is(order, squash)
				local _, other = lstm(x, h, c, p, order, squash)
				return T.max_abs_diff(got_c, other) < 1e-5
			end
			if T.max_abs_diff(got_c, want_c) > 1e-5 then
				t:ok(not is({ 2, 1, 3, 4 }), "망각과 입력이 서로 바뀌었습니다. 옛 장부에 곱하는 것은 어느 게이트인가요?")
				t:ok(not is(right_order, true), "장부를 매번 tanh로 눌렀습니다. 그러면 거슬러 갈 때 곱셈이 다시 끼어듭니다. 덧셈 길은 어디로 갔나요?")
				t:fail(("셀 상태가 %.3g만큼 다릅니다. 네 조각을 망각, 입력, 새 내용, 출력의 순서로 잘랐나요?"):format(T.max_abs_diff(got_c, want_c)))
			end
			t:ok(T.max_abs_diff(got_h, want_h) <= 1e-5, "셀 상태는 맞는데 은닉 상태가 다릅니다. 출력 게이트는 무엇에 곱하나요?")
			worst = math.max(worst, T.max_abs_diff(got_h, want_h), T.max_abs_diff(got_c, want_c))
		end
		t:metric("step_difference", worst)
	end)

	t:test("clip: 방향은 그대로, 크기만", function()
		needs(t, learner, "clip")
		local a, b = T.randn(3, 2) * 5, T.randn(4)
		local norm = math.sqrt((a * a):sum():item() + (b * b):sum():item())
		local limit = norm / 3
		local got = learner.clip({ a, b }, limit)
		local total = math.sqrt((got[1] * got[1]):sum():item() + (got[2] * got[2]):sum():item())
		t:ok(T.max_abs_diff(got[1] * 3, a) < 1e-4 and T.max_abs_diff(got[2] * 3, b) < 1e-4,
			("줄인 뒤의 전체 크기가 %.3f이고 방향이 달라졌습니다. 목록 전체를 같은 수로 곱해야 방향이 그대로이지 않을까요?"):format(total))
		local same = learner.clip({ a, b }, norm * 2)
		t:ok(T.max_abs_diff(same[1], a) < 1e-6, "넘지 않을 때는 그대로 두세요.")
	end)

	t:test("기울기 비율: LSTM 0.1 이상, RNN 0.000001 이하", function()
		needs(t, learner, "ratio")
		t:near(learner.ratio { 2, 5, 8 }, 0.25, 1e-9, "첫 시점을 마지막 시점으로 나누세요.")
		t:ok(type(learner.forget_bias) == "number", "forget_bias를 수로 돌려주세요.")
		local lstm_ratios, rnn_ratios = {}, {}
		for k = 1, 3 do
			lstm_ratios[k] = fresh_ratio(right_step, 4, learner.forget_bias)
			rnn_ratios[k] = fresh_ratio(rnn_step, 1, 0)
		end
		table.sort(lstm_ratios)
		table.sort(rnn_ratios)
		t:metric("ratio_lstm", lstm_ratios[2])
		t:metric("ratio_rnn", rnn_ratios[2])
		t:ok(rnn_ratios[2] <= 1e-6, ("기본 RNN의 비율이 %.1e입니다."):format(rnn_ratios[2]))
		t:ok(lstm_ratios[2] >= 0.1, ("망각 편향 %g에서 LSTM의 비율이 %.1e입니다. 망각 편향을 이대로 두면 f는 얼마에서 출발하고, 그 수를 마흔 번 곱하면 얼마인가요?"):format(
			learner.forget_bias, lstm_ratios[2]))
	end)

	t:test("길이 40 기억하기: LSTM 0.95 이상, RNN 0.40 이하", function()
		t:ok(type(learner.rnn) == "table" and type(learner.lstm) == "table", "훈련한 rnn과 lstm을 돌려주세요.")
		local batch = sample(300, 500000 + t.seed)
		local plain, gated = accuracy(rnn_step, learner.rnn, batch), accuracy(right_step, learner.lstm, batch)
		t:metric("rnn", plain)
		t:metric("lstm", gated)
		t:ok(plain <= 0.40, ("기본 RNN이 %.2f입니다. 헷갈리게 하는 기호가 정말 들어 있었나요?"):format(plain))
		t:ok(gated >= 0.95, ("LSTM이 %.2f입니다. 셀이 맞다면 망각 편향이나 훈련한 걸음 수를 살펴보세요."):format(gated))
	end)
end
