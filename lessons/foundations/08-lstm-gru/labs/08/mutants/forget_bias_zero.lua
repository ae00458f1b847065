-- mistake: an LSTM is thought to remember any length by itself (AI-08.m1): the forget gate starts half shut
-- expects: 망각 편향
local T = require "tensor"
local nn = require "nn"
local data = require "data"

local HIDDEN, LENGTH, SYMBOLS, DISTRACTORS = 16, 40, 4, 4
local INPUTS = SYMBOLS + DISTRACTORS + 1

local function lstm_step(x, h, c, p)
	local z = x:matmul(p.wx) + h:matmul(p.wh) + p.b
	local size = h:size(2)
	local function gate(k) return z:narrow(2, (k - 1) * size + 1, size) end
	c = gate(1):sigmoid() * c + gate(2):sigmoid() * gate(3):tanh()
	return gate(4):sigmoid() * c:tanh(), c
end

local forget_bias = 0

local function ratio(norms)
	return norms[1] / norms[#norms]
end

local function clip(gradients, limit)
	local square = 0
	for _, g in ipairs(gradients) do square = square + (g * g):sum():item() end
	local norm, out = math.sqrt(square), {}
	for i, g in ipairs(gradients) do out[i] = norm > limit and g * (limit / norm) or g end
	return out
end

local function weights(rows, columns, scale)
	return (T.randn(rows, columns) * ((scale or 1) / math.sqrt(rows))):detach():requires_grad()
end

local function new_cell(gates)
	T.seed(8)
	local b = T.zeros(gates * HIDDEN)
	if gates == 4 then
		for i = 1, HIDDEN do b:set(i, forget_bias) end
	end
	return { wx = weights(INPUTS, gates * HIDDEN), wh = weights(HIDDEN, gates * HIDDEN, 0.6), b = b:requires_grad(),
		wo = weights(HIDDEN, SYMBOLS), bo = T.zeros(SYMBOLS):requires_grad() }
end

local function rnn_step(x, h, c, p)
	return (x:matmul(p.wx) + h:matmul(p.wh) + p.b):tanh(), c
end

local eye = T.eye(INPUTS)

-- 마지막 은닉 상태로 답합니다. xs를 주면 시점마다의 입력을 거기에 남깁니다.
local function logits(step, p, ids, xs)
	local batch = ids:size(1)
	local h, c = T.zeros(batch, HIDDEN), T.zeros(batch, HIDDEN)
	for t = 1, LENGTH do
		local x = nn.f.embedding(eye, ids:select(2, t))
		if xs then
			x = x:detach():requires_grad()
			xs[t] = x
		end
		h, c = step(x, h, c, p)
	end
	return h:matmul(p.wo) + p.bo
end

local function sample(count, seed)
	return data.sequence { task = "recall", count = count, length = LENGTH, symbols = SYMBOLS, distractors = DISTRACTORS, seed = seed }
end

local function train(step, p, steps)
	local list, optimizer = { p.wx, p.wh, p.b, p.wo, p.bo }, nn.adam { learning_rate = 5e-3 }
	for k = 1, steps do
		local batch = sample(32, k)
		local loss = nn.cross_entropy(logits(step, p, batch.images, nil), batch.labels)
		for _, w in ipairs(list) do w:zero_grad() end
		loss:backward()
		optimizer:step(list)
		if k % 100 == 0 then print(("%3d걸음  손실 %.3f"):format(k, loss:item())) end
	end
	return p
end

-- 훈련하기 전, 마지막 손실이 시점마다의 입력에 준 기울기의 크기
local function gradient_norms(step, p)
	local xs, batch, norms = {}, sample(16, 12345), {}
	nn.cross_entropy(logits(step, p, batch.images, xs), batch.labels):backward()
	for t = 1, LENGTH do norms[t] = math.sqrt((xs[t].grad * xs[t].grad):sum():item()) end
	return norms
end

local rnn, lstm = new_cell(1), new_cell(4)
print("기울기 비율  RNN", ratio(gradient_norms(rnn_step, rnn)), "LSTM", ratio(gradient_norms(lstm_step, lstm)))
train(rnn_step, rnn, 20)
train(lstm_step, lstm, 20)

return { lstm_step = lstm_step, forget_bias = forget_bias, ratio = ratio, clip = clip, rnn = rnn, lstm = lstm }
