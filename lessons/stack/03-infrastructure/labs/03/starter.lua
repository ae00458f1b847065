-- Lab-STACK-3: 나누어 배우고, 맞추고, 멈춰도 이어 가기
local T = require "tensor"
local nn = require "nn"
local data = require "data"
local cluster = require "stack.cluster"

-- 1. 고리 올리듀스: 옆 장비하고만 주고받아 모두가 평균을 갖게 한다
local function all_reduce(vectors, send)
	-- TODO: 조각으로 나누어, 더하며 한 바퀴, 나눠 가지며 한 바퀴 도세요.
	-- local first, last = (조각 - 1) * #vectors[1] // #vectors + 1, 조각 * #vectors[1] // #vectors
end

-- 2. 데이터 병렬 한 걸음
local function flat_gradient(model)
	local values = {}
	for _, parameter in ipairs(model:parameters()) do
		for _, value in ipairs(parameter.grad:flatten(1):totable()) do values[#values + 1] = value end
	end
	return values
end

local function apply(model, gradient, rate)
	local at = 0
	for _, parameter in ipairs(model:parameters()) do
		local count = parameter:numel()
		local part = T.tensor({ table.unpack(gradient, at + 1, at + count) }):reshape(parameter.shape)
		parameter:copy(parameter:detach() - part * rate)
		at = at + count
	end
end

local function parallel_step(models, images, labels, rate, send)
	-- TODO: 묶음을 나누고(images:narrow(1, 시작, 개수)), 기울기를 구하고(flat_gradient), 맞추고, 고칩니다(apply).
end

-- 3. 확장 효율
local function efficiency(job, n)
	-- TODO
	return 1
end

-- 4. 체크포인트 간격
local function interval(cost)
	-- TODO
	return cost.mtbf
end

local job = cluster.job
for _, n in ipairs { 2, 8, 64, 256, 1000 } do
	print(("%4d대: 예측 효율 %.3f, 시뮬레이션 %.3f → %.0f배"):format(n, efficiency(job, n), cluster.efficiency(job, n, 1), n * cluster.efficiency(job, n, 1)))
end
local cost = { save = 120, restart = 600, mtbf = 86400 }
print(("체크포인트 간격: 공식 %.0f초, 가장 좋은 간격 %.0f초"):format(interval(cost), cluster.best_interval(cost)))

local train = data.digits { split = "train" }
local models = {}
for device = 1, 2 do
	T.seed(3)
	models[device] = nn.sequential { nn.flatten(), nn.linear { 64, 32 }, nn.relu(), nn.linear { 32, 10 } }
end
local sent = 0
local function send(_, _, values)
	sent = sent + #values
	return values
end
for images, labels in train:subset(1280):batches(64, 5) do parallel_step(models, images, labels, 0.5, send) end
print(("두 장비가 스무 걸음에 주고받은 숫자 %d개, 시험 정확도 %.3f"):format(sent, models[1]:evaluate(data.digits { split = "test" }).accuracy))

return { all_reduce = all_reduce, parallel_step = parallel_step, efficiency = efficiency, interval = interval }
