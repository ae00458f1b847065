-- Lab-AI-03: 역전파를 손으로
local nn = require "nn"
local data = require "data"

local function tanh(x) return 1 - 2 / (math.exp(2 * x) + 1) end
local function sigmoid(x) return 1 / (1 + math.exp(-x)) end

-- w와 같은 꼴의 0으로 찬 표
local function zeros_like(w)
	local g = { w1 = {}, b1 = {}, w2 = {}, b2 = 0 }
	for i = 1, #w.b1 do g.w1[i], g.b1[i], g.w2[i] = { 0, 0 }, 0, 0 end
	return g
end

-- 1. 손실과 책임
local function gradients(w, xs, ys)
	local g, loss = zeros_like(w), 0
	-- TODO: 앞으로 한 번(h, p, 손실), 뒤로 한 번(p → w2, b2 → h → w1, b1)
	return loss, g
end

-- 2. XOR 훈련
local function solve()
	math.randomseed(3)
	local w = { w1 = {}, b1 = {}, w2 = {}, b2 = 0 }
	for i = 1, 6 do
		w.w1[i] = { math.random() * 2 - 1, math.random() * 2 - 1 }
		w.b1[i], w.w2[i] = 0, math.random() * 2 - 1
	end
	-- TODO: gradients의 반대 방향으로 조금씩, 여러 번
	return w
end

-- 3. 행렬 곱
local function matmul(a, b)
	local out = {}
	-- TODO
	return out
end

-- 4. 훈련 장수에 따른 점수
local train, test = data.digits():split(1297 / 1797, 5)
local models = {}
for _, count in ipairs { 50, 100, 400, 1297 } do
	local model = nn.sequential {
		nn.flatten(), nn.linear { 64, 64 },
		-- TODO: 여기에 무엇이 없으면 두 층이 한 층과 같아지나요?
		nn.linear { 64, 10 },
	}
	model:fit(train:subset(count), { steps = 600, batch_size = 32, seed = 5, optimizer = nn.adam { learning_rate = 3e-3 } })
	models[count] = model
	print(("%5d장  시험 정확도 %.3f"):format(count, model:evaluate(test).accuracy))
end

return { gradients = gradients, solve = solve, matmul = matmul, models = models }
