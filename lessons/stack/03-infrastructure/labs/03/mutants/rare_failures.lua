-- mistake: misconception STACK-3.m2: stops are rare, so a checkpoint a stop is enough
-- expects: 너무 자주 저장하면
local T = require "tensor"
local nn = require "nn"
local data = require "data"
local cluster = require "stack.cluster"

-- 1. 고리 올리듀스: 옆 장비하고만 주고받아 모두가 평균을 갖게 한다
local function all_reduce(vectors, send)
	local n, length = #vectors, #vectors[1]
	local function range(piece)
		return (piece - 1) * length // n + 1, piece * length // n
	end
	local function piece_of(device, step)
		return (device - step - 1) % n + 1
	end
	-- 더하며 돌기
	for step = 0, n - 2 do
		local parcels = {}
		for device = 1, n do
			local first, last = range(piece_of(device, step))
			parcels[device] = send(device, device % n + 1, { table.unpack(vectors[device], first, last) })
		end
		for device = 1, n do
			local from = (device - 2) % n + 1
			local first, last = range(piece_of(from, step))
			for k = first, last do vectors[device][k] = vectors[device][k] + parcels[from][k - first + 1] end
		end
	end
	-- 다 더한 조각을 돌려 나눠 갖기
	for step = 0, n - 2 do
		local parcels = {}
		for device = 1, n do
			local first, last = range(piece_of(device, step - 1))
			parcels[device] = send(device, device % n + 1, { table.unpack(vectors[device], first, last) })
		end
		for device = 1, n do
			local from = (device - 2) % n + 1
			local first, last = range(piece_of(from, step - 1))
			for k = first, last do vectors[device][k] = parcels[from][k - first + 1] end
		end
	end
	for device = 1, n do
		for k = 1, length do vectors[device][k] = vectors[device][k] / n end
	end
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
	local n = #models
	local share = images:size(1) // n
	local gradients = {}
	for device, model in ipairs(models) do
		local first = (device - 1) * share + 1
		model:zero_grad()
		nn.cross_entropy(model(images:narrow(1, first, share)), labels:narrow(1, first, share)):backward()
		gradients[device] = flat_gradient(model)
	end
	all_reduce(gradients, send)
	for device, model in ipairs(models) do apply(model, gradients[device], rate) end
end

-- 3. 확장 효율
local function efficiency(job, n)
	local alone = job.compute + job.serial
	return alone / (alone + 2 * (n - 1) * (job.latency + job.bytes / n / job.bandwidth))
end

-- 4. 체크포인트 간격
local function interval(cost)
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
