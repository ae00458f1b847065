-- mistake: weights move with the responsibility instead of against it
-- expects: 반대 방향
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

local function gradients(w, xs, ys)
	local g, loss = zeros_like(w), 0
	for n = 1, #xs do
		local h, z = {}, w.b2
		for i = 1, #w.b1 do
			h[i] = tanh(w.w1[i][1] * xs[n][1] + w.w1[i][2] * xs[n][2] + w.b1[i])
			z = z + w.w2[i] * h[i]
		end
		local p = sigmoid(z)
		loss = loss - math.log(ys[n] == 1 and p or 1 - p) / #xs
		local out = (p - ys[n]) / #xs
		g.b2 = g.b2 + out
		for i = 1, #w.b1 do
			local hidden = out * w.w2[i] * (1 - h[i] * h[i])
			g.w2[i] = g.w2[i] + out * h[i]
			g.b1[i] = g.b1[i] + hidden
			g.w1[i][1] = g.w1[i][1] + hidden * xs[n][1]
			g.w1[i][2] = g.w1[i][2] + hidden * xs[n][2]
		end
	end
	return loss, g
end

local function solve()
	math.randomseed(3)
	local w = { w1 = {}, b1 = {}, w2 = {}, b2 = 0 }
	for i = 1, 6 do
		w.w1[i] = { math.random() * 2 - 1, math.random() * 2 - 1 }
		w.b1[i], w.w2[i] = 0, math.random() * 2 - 1
	end
	local xs, ys = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }, { 0, 1, 1, 0 }
	for _ = 1, 3000 do
		local _, g = gradients(w, xs, ys)
		w.b2 = w.b2 + g.b2
		for i = 1, #w.b1 do
			w.w2[i] = w.w2[i] + g.w2[i]
			w.b1[i] = w.b1[i] + g.b1[i]
			w.w1[i][1] = w.w1[i][1] - g.w1[i][1]
			w.w1[i][2] = w.w1[i][2] - g.w1[i][2]
		end
	end
	return w
end

local function matmul(a, b)
	local out = {}
	for i = 1, #a do
		local row = {}
		for j = 1, #b[1] do
			local sum = 0
			for k = 1, #b do sum = sum + a[i][k] * b[k][j] end
			row[j] = sum
		end
		out[i] = row
	end
	return out
end

local train, test = data.digits():split(1297 / 1797, 5)
local models = {}
for _, count in ipairs { 50, 100, 400, 1297 } do
	local model = nn.sequential {
		nn.flatten(), nn.linear { 64, 64 },
		nn.relu(), nn.linear { 64, 10 },
	}
	model:fit(train:subset(count), { steps = 600, batch_size = 32, seed = 5, optimizer = nn.adam { learning_rate = 3e-3 } })
	models[count] = model
	print(("%5d장  시험 정확도 %.3f"):format(count, model:evaluate(test).accuracy))
end

return { gradients = gradients, solve = solve, matmul = matmul, models = models }
