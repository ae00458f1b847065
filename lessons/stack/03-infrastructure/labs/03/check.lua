local T = require "tensor"
local nn = require "nn"
local data = require "data"
local cluster = require "stack.cluster"

local function function_in(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
	return learner[name]
end

local function build(seed)
	T.seed(seed)
	return nn.sequential { nn.flatten(), nn.linear { 64, 24 }, nn.relu(), nn.linear { 24, 10 } }
end

-- A wire between neighbours that counts what goes over it.
local function wire(t, n, counts)
	return function(from, to, values)
		t:ok(math.type(from) == "integer" and from >= 1 and from <= n and to == from % n + 1,
			("%s번이 %s번에게 보냈습니다. 고리에서는 바로 다음 장비(%d대면 마지막은 첫 번째)에게만 보낼 수 있습니다."):format(tostring(from), tostring(to), n))
		counts[from] = (counts[from] or 0) + #values
		return { table.unpack(values) }
	end
end

local function largest_difference(a, b)
	local worst, others = 0, b:named_parameters()
	for name, parameter in pairs(a:named_parameters()) do worst = math.max(worst, T.max_abs_diff(parameter, others[name])) end
	return worst
end

return function(t, learner)
	T.seed(t.seed)

	t:test("all_reduce: 모두가 평균을 갖는다", function()
		local all_reduce = function_in(t, learner, "all_reduce")
		for _, shape in ipairs { { 2, 10 }, { 4, 12 }, { 3, 10 }, { 5, 23 } } do
			local n, length = shape[1], shape[2]
			local vectors, mean, counts = {}, {}, {}
			for k = 1, length do mean[k] = 0 end
			for device = 1, n do
				vectors[device] = T.randn(length):totable()
				for k = 1, length do mean[k] = mean[k] + vectors[device][k] / n end
			end
			all_reduce(vectors, wire(t, n, counts))
			for device = 1, n do
				for k = 1, length do
					local got = vectors[device][k]
					if math.abs(got - mean[k] * n) < 1e-5 and math.abs(mean[k]) > 1e-3 then
						t:fail("합에서 멈췄습니다. 두 장비가 32장씩 본 걸음이 한 대가 64장 본 걸음과 같으려면 합과 평균 가운데 어느 것이어야 할까요?")
					end
					t:ok(type(got) == "number" and math.abs(got - mean[k]) < 1e-5,
						("%d대가 길이 %d인 값을 맞추는데, %d번 장비의 %d번째 값이 평균과 다릅니다. 더하며 도는 바퀴와 나눠 갖는 바퀴를 모두 돌았나요?"):format(n, length, device, k))
				end
			end
			local limit = 2 * (n - 1) * math.ceil(length / n)
			for device = 1, n do
				t:ok((counts[device] or 0) <= limit, ("%d번 장비가 숫자 %d개를 보냈습니다. 조각으로 나누어 돌면 %d개로 충분합니다. 값을 통째로 돌리고 있지 않나요?"):format(
					device, counts[device] or 0, limit))
			end
		end
	end)

	t:test("데이터 병렬: 혼자 큰 묶음을 배운 것과 같다", function()
		local parallel_step = function_in(t, learner, "parallel_step")
		local digits = data.digits { limit = 384, seed = t.seed }
		local alone, models, counts = build(t.seed), {}, {}
		for device = 1, 2 do models[device] = build(t.seed) end
		for images, labels in digits:batches(64, t.seed) do
			parallel_step(models, images, labels, 0.2, wire(t, 2, counts))
			alone:zero_grad()
			nn.cross_entropy(alone(images), labels):backward()
			for _, parameter in ipairs(alone:parameters()) do parameter:copy(parameter:detach() - parameter.grad * 0.2) end
		end
		t:ok((counts[1] or 0) > 0 and (counts[2] or 0) > 0, "두 장비가 아무것도 주고받지 않았습니다. 저마다 자기 몫만 배우면 두 모델은 어떻게 될까요?")
		local apart = largest_difference(models[1], models[2])
		t:ok(apart <= 1e-6, ("두 장비의 가중치가 %.2g만큼 벌어졌습니다. 고치기 전에 기울기를 맞추었나요?"):format(apart))
		local off = largest_difference(models[1], alone)
		t:metric("against_one_process", off)
		t:ok(off <= 1e-5, ("혼자 64장씩 배운 모델과 %.2g만큼 다릅니다. 장비마다 서로 다른 32장을 보았나요? 기울기의 평균을 썼나요?"):format(off))
	end)

	t:test("확장 효율: 다섯 크기에서 예측", function()
		local efficiency = function_in(t, learner, "efficiency")
		local right = 0
		for index, n in ipairs { 2, 8, 64, 256, 1000 } do
			local job = {
				compute = 0.1 + 0.2 * T.rand(1):item(), serial = 0.02 * T.rand(1):item(), bytes = (1 + 9 * T.rand(1):item()) * 1e8,
				bandwidth = (5 + 20 * T.rand(1):item()) * 1e9, latency = 5e-6 + 5e-5 * T.rand(1):item(), jitter = 0.04,
			}
			local want, got = cluster.efficiency(job, n, t.seed + index), efficiency(job, n)
			if math.abs(got - 1) < 1e-9 then
				t:fail("몇 대를 쓰든 효율이 1입니다. 통신 시간은 누가 내나요?")
			end
			t:ok(math.abs(got - want) <= 0.1 * want, ("%d대에서 예측 %.3f, 시뮬레이션 %.3f입니다. 고리를 도는 걸음은 몇 번이고, 한 번에 보내는 조각은 얼마만 한가요?"):format(n, got, want))
			right = right + 1
		end
		t:metric("sizes_right", right)
	end)

	t:test("체크포인트 간격", function()
		local interval = function_in(t, learner, "interval")
		local worst = 0
		for _ = 1, 4 do
			local cost = { save = math.floor(20 + 200 * T.rand(1):item()), restart = 600, mtbf = 0 }
			cost.mtbf = cost.save * (80 + 900 * T.rand(1):item())
			local got, best = interval(cost), cluster.best_interval(cost)
			t:ok(type(got) == "number" and got > 0, "간격은 초로 나타낸 수여야 합니다.")
			worst = math.max(worst, math.abs(got / best - 1))
			local lost = cluster.expected(1, got, cost) / cluster.expected(1, best, cost) - 1
			t:ok(math.abs(got / best - 1) <= 0.15, ("저장 %d초, 평균 %.0f초마다 멈추는 클러스터에서 간격 %.0f초는 가장 좋은 %.0f초에서 멀고 %.1f %%를 더 잃습니다. 너무 자주 저장하면 무엇이, 너무 드물면 무엇이 커지나요?"):format(
				cost.save, cost.mtbf, got, best, lost * 100))
		end
		t:metric("interval_off", worst)
	end)
end
