-- mistake: the guess is taken for the next step, no noise is put back
-- expects: 도로 섞
local T = require "tensor"
local nn = require "nn"
local data = require "data"
local plot = require "plot"

local function mix(x0, keep, noise)
	return keep:sqrt() * x0 + (1 - keep):sqrt() * noise
end

local function target(x0, noise)
	return noise
end

local function guess(x, noise, bar)
	return (x - noise * math.sqrt(1 - bar)) / math.sqrt(bar)
end

local function ddim_step(x, noise, bar, next_bar)
	return guess(x, noise, bar)
end

local STEPS = 100
local bars = { [0] = 1 }
for t = 1, STEPS do bars[t] = bars[t - 1] * (1 - (1e-4 + (0.08 - 1e-4) * (t - 1) / (STEPS - 1))) end

-- 걸음 번호의 특징: 빠르고 느린 사인과 코사인 여덟 개, 그리고 걸음마다의 ᾱ
local clock, keeps = {}, {}
for t = 0, STEPS do
	clock[t + 1], keeps[t + 1] = {}, { bars[t] }
	for k = 0, 3 do
		clock[t + 1][2 * k + 1] = math.sin(t / STEPS * math.pi * 2 ^ k)
		clock[t + 1][2 * k + 2] = math.cos(t / STEPS * math.pi * 2 ^ k)
	end
end
clock, keeps = T.tensor(clock), T.tensor(keeps)

-- 한 차례: 훈련 쌍을 만들어 신경망이 맞혀 보게 합니다. extra는 조건(없으면 nil)입니다.
local function round(model, optimizer, x0, extra, seed)
	local count = x0:size(1)
	local ids = T.randint(1, STEPS + 1, count)
	local noise = T.randn(count, x0:size(2))
	-- 가끔 조건을 비워 둡니다. 그래야 조건이 없을 때의 예측도 배웁니다.
	if extra then extra = extra * T.rand(count, 1):gt(0.15):to("f32") end
	local input = T.cat({ mix(x0, nn.f.embedding(keeps, ids), noise), nn.f.embedding(clock, ids), extra }, 2)
	model:fit(data.tensors(input, target(x0, noise)), { epochs = 1, batch_size = 128, seed = seed, loss = "mse", optimizer = optimizer })
end

-- 노이즈에서 출발해 count걸음으로 뽑습니다. 신경망을 부른 횟수도 셉니다.
local function sample(model, x, count, extra)
	local calls, rows = 0, x:size(1)
	for k = count, 1, -1 do
		local t, to = STEPS * k // count, STEPS * (k - 1) // count
		local noise = T.no_grad(function()
			local time = clock:narrow(1, t + 1, 1):expand(rows, 8)
			local with = model(T.cat({ x, time, extra }, 2))
			if not extra then return with end
			local without = model(T.cat({ x, time, extra * 0 }, 2))
			return without + (with - without) * 2 -- 가이던스: 조건이 만든 차이를 두 배로
		end)
		calls = calls + 1
		x = ddim_step(x, noise, bars[t], bars[to])
	end
	return x, calls
end

local function network(inputs, width, outputs)
	return nn.sequential { nn.linear { inputs, width }, nn.silu(), nn.linear { width, width }, nn.silu(), nn.linear { width, width },
		nn.silu(), nn.linear { width, outputs } }
end

T.seed(14)
local moons = data.moons { count = 4000, noise = 0.05, seed = 1 }.features
moons = (moons - T.tensor { 0.5, 0.25 }) / T.tensor { 0.87, 0.5 }
local model, optimizer = network(10, 96, 2), nn.adam { learning_rate = 2e-3 }
for k = 1, 2 do
	if k == 80 then optimizer:set_learning_rate(5e-4) end
	round(model, optimizer, moons, nil, k)
end
local fine, calls = sample(model, T.randn(1000, 2), 50)
local coarse = sample(model, T.randn(1000, 2), 2)
plot.scatter("50걸음", fine)
plot.scatter("2걸음", coarse)
print("신경망을 부른 횟수", calls, "GAN이라면", 1)

-- 라벨을 함께 주어 원하는 숫자를 그립니다.
local digits = data.digits()
local pictures = digits.images:reshape(#digits, 64) * 2 - 1
local labels = nn.f.embedding(T.eye(10), digits.labels)
local painter, slow = network(64 + 8 + 10, 256, 64), nn.adam { learning_rate = 2e-3 }
for k = 1, 2 do
	if k == 160 then slow:set_learning_rate(5e-4) end
	round(painter, slow, pictures, labels, k)
end
local wanted = {}
for i = 1, 200 do wanted[i] = (i - 1) % 10 end
local drawn = sample(painter, T.randn(200, 64), 50, nn.f.embedding(T.eye(10), T.tensor(wanted, "i32")))
plot.images("그려 달라고 한 숫자 0~9", drawn:narrow(1, 1, 10):reshape(10, 8, 8))

return { mix = mix, target = target, guess = guess, ddim_step = ddim_step, fine = fine, coarse = coarse, drawn = drawn, calls = calls }
