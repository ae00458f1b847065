local T = require "tensor"

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

local function moments(values)
	local mean, square = 0, 0
	for _, v in ipairs(values) do mean = mean + v / #values end
	for _, v in ipairs(values) do square = square + (v - mean) ^ 2 / #values end
	return mean, square
end

-- Distribution function of the standard normal (Abramowitz and Stegun 7.1.26).
local function normal_cdf(x)
	local z = math.abs(x) / math.sqrt(2)
	local k = 1 / (1 + 0.3275911 * z)
	local erf = 1 - ((((1.061405429 * k - 1.453152027) * k + 1.421413741) * k - 0.284496736) * k + 0.254829592) * k * math.exp(-z * z)
	return x >= 0 and (1 + erf) / 2 or (1 - erf) / 2
end

-- p value of the Kolmogorov-Smirnov test against N(0, 1).
local function ks_p(values)
	table.sort(values)
	local n, d = #values, 0
	for i, v in ipairs(values) do
		local f = normal_cdf(v)
		d = math.max(d, math.abs(f - (i - 1) / n), math.abs(i / n - f))
	end
	local lambda, p = (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n)) * d, 0
	for k = 1, 100 do p = p + 2 * (-1) ^ (k - 1) * math.exp(-2 * k * k * lambda * lambda) end
	return math.max(0, math.min(1, p))
end

return function(t, learner)
	T.seed(t.seed)

	t:test("step: 한 걸음", function()
		needs(t, learner, "step")
		local draws = T.rand(20, 3):totable()
		for _, d in ipairs(draws) do
			local x, beta, noise = d[1] * 6 - 3, 0.05 + 0.9 * d[2], d[3] * 4 - 2
			local got, want = learner.step(x, beta, noise), math.sqrt(1 - beta) * x + math.sqrt(beta) * noise
			t:ok(type(got) == "number", "수 하나를 돌려주세요.")
			if math.abs(got - want) > 1e-6 then
				t:ok(math.abs(got - (x + math.sqrt(beta) * noise)) > 1e-6,
					"그림을 줄이지 않고 노이즈만 더하셨습니다. 백 걸음을 그렇게 가면 분산은 얼마가 되나요?")
				t:ok(math.abs(got - ((1 - beta) * x + beta * noise)) > 1e-6,
					"몫에 제곱근이 빠졌습니다. 분산은 곱한 수의 제곱으로 커집니다. 두 분산의 합이 1이 되려면요?")
				t:fail(("x = %.3f, β = %.3f, ε = %.3f일 때 값이 다릅니다."):format(x, beta, noise))
			end
		end
	end)

	t:test("alpha_bars와 snr", function()
		needs(t, learner, "alpha_bars")
		needs(t, learner, "snr")
		local list = T.rand(12):totable()
		for i = 1, #list do list[i] = 0.02 + 0.5 * list[i] end
		local got, product = learner.alpha_bars(list), 1
		t:ok(type(got) == "table" and #got == #list, "걸음마다 하나씩, 목록으로 돌려주세요.")
		for i, beta in ipairs(list) do
			product = product * (1 - beta)
			t:ok(i == 1 or math.abs(got[i] - (1 - beta)) > 1e-9 or math.abs(product - (1 - beta)) < 1e-9,
				"그 걸음의 몫만 적으셨습니다. 처음부터 그 걸음까지 모두 곱해 나가야 하지 않을까요?")
			t:near(got[i], product, 1e-9, ("%d걸음의 누적 계수"):format(i))
		end
		for _, a in ipairs { 0.9, 0.72, 0.504, 0.1 } do t:near(learner.snr(a), a / (1 - a), 1e-9, ("ᾱ = %.3f의 SNR"):format(a)) end
	end)

	t:test("걸어간 값과 건너뛴 값: 다섯 시점", function()
		needs(t, learner, "jump")
		local steps, count = { 5, 20, 40, 70, 100 }, 6000
		local betas = {}
		for k = 1, 100 do betas[k] = 1e-4 + (0.08 - 1e-4) * (k - 1) / 99 end
		local bars, walkers, x0, at = learner.alpha_bars(betas), {}, 2, 0
		t:ok(type(bars) == "table" and #bars == 100, "alpha_bars가 걸음마다 하나씩 돌려주어야 건너뛸 수 있습니다.")
		for i = 1, count do walkers[i] = x0 end
		for _, goal in ipairs(steps) do
			while at < goal do
				at = at + 1
				local noise = T.randn(count):totable()
				for i = 1, count do walkers[i] = learner.step(walkers[i], betas[at], noise[i]) end
			end
			local noise, jumpers = T.randn(count):totable(), {}
			for i = 1, count do jumpers[i] = learner.jump(x0, bars[goal], noise[i]) end
			local mean, variance = moments(walkers)
			local jump_mean, jump_variance = moments(jumpers)
			-- Four standard errors of both draws, or 2 %, whichever is larger.
			local error = 4 * math.sqrt(2 * (1 - bars[goal]) / count)
			t:ok(math.abs(mean - jump_mean) <= math.max(0.02 * x0, error), ("%d걸음에서 평균이 %.3f와 %.3f로 다릅니다. 건너뛸 때 그림의 몫은 얼마인가요?"):format(goal, mean, jump_mean))
			t:ok(math.abs(variance - jump_variance) <= math.max(0.02, 4 * (1 - bars[goal]) * math.sqrt(4 / count)),
				("%d걸음에서 분산이 %.3f와 %.3f로 다릅니다. 건너뛸 때 노이즈의 몫은 얼마인가요?"):format(goal, variance, jump_variance))
			t:metric("variance_" .. goal, variance)
		end
	end)

	t:test("스케줄: SNR은 줄고 끝은 순수한 노이즈", function()
		t:ok(type(learner.betas) == "table" and #learner.betas == 100, "100걸음의 betas를 돌려주세요.")
		local product, before = 1, math.huge
		for k, beta in ipairs(learner.betas) do
			t:ok(type(beta) == "number" and beta > 0 and beta < 1, ("%d걸음의 β는 0과 1 사이여야 합니다."):format(k))
			product = product * (1 - beta)
			local snr = product / (1 - product)
			t:ok(snr < before, ("%d걸음에서 SNR이 줄지 않았습니다."):format(k))
			t:ok(beta <= 0.2, ("%d걸음에 %.2f만큼 한 번에 섞으셨습니다. 한 칸 되돌리는 일이 쉬우려면 한 걸음은 어떠해야 할까요?"):format(k, beta))
			before = snr
		end
		t:metric("alpha_bar_T", product)
		t:ok(product <= 0.02, ("끝의 ᾱ가 %.3f입니다. 아직 그림이 남아 있는데, 생성할 때 순수한 노이즈에서 출발해도 될까요?"):format(product))
		local ps = {} -- the middle of three draws: one unlucky draw in a hundred is no mistake
		for k = 1, 3 do
			local values, noise, start = {}, T.randn(2000):totable(), T.randn(2000):totable()
			for i = 1, 2000 do values[i] = learner.jump(start[i], product, noise[i]) end
			ps[k] = ks_p(values)
		end
		table.sort(ps)
		local p = ps[2]
		t:metric("ks_p", p)
		t:ok(p > 0.01, ("끝의 값이 표준 정규 분포와 다릅니다 (p = %.4f). 평균 0, 분산 1이 되었나요?"):format(p))
	end)
end
