local T = require "tensor"
local nn = require "nn"
local data = require "data"

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

local function moons(count, seed)
	local points = data.moons { count = count, noise = 0.05, seed = seed }.features
	return (points - T.tensor { 0.5, 0.25 }) / T.tensor { 0.87, 0.5 }
end

-- Mean distance of sorted projections on 32 directions.
local function sliced(a, b)
	local sum = 0
	for k = 1, 32 do
		local direction = T.tensor { { math.cos(math.pi * k / 32) }, { math.sin(math.pi * k / 32) } }
		local pa, pb = a:matmul(direction):reshape(a:size(1)):totable(), b:matmul(direction):reshape(b:size(1)):totable()
		table.sort(pa)
		table.sort(pb)
		for i = 1, #pa do sum = sum + math.abs(pa[i] - pb[i]) / #pa / 32 end
	end
	return sum
end

return function(t, learner)
	T.seed(t.seed)

	t:test("mix와 target: 훈련 문제와 정답", function()
		needs(t, learner, "mix")
		needs(t, learner, "target")
		local x0, noise, keep = T.randn(6, 3), T.randn(6, 3), T.rand(6, 1) * 0.9 + 0.05
		local got = learner.mix(x0, keep, noise)
		t:ok(T.max_abs_diff(got, x0) > 1e-4, "노이즈가 섞이지 않았습니다. 훈련 쌍은 순방향에서 나옵니다. 닫힌 형태를 떠올려 볼까요?")
		t:ok(T.max_abs_diff(got, keep:sqrt() * x0 + (1 - keep):sqrt() * noise) < 1e-5,
			"섞은 값이 다릅니다. 그림의 몫과 노이즈의 몫은 각각 무엇의 제곱근인가요?")
		local goal = learner.target(x0, noise)
		t:ok(T.max_abs_diff(goal, x0) > 1e-4, "정답으로 그림을 주셨습니다. 신경망의 출력은 그림인가요, 노이즈인가요?")
		t:ok(T.max_abs_diff(goal, noise) < 1e-6, "신경망이 맞혀야 할 것은 섞은 노이즈 그대로입니다.")
	end)

	t:test("guess와 ddim_step: 한 걸음", function()
		needs(t, learner, "guess")
		needs(t, learner, "ddim_step")
		for _, bar in ipairs { 0.9, 0.504, 0.1 } do
			local x0, noise = T.randn(5, 2), T.randn(5, 2)
			local x = x0 * math.sqrt(bar) + noise * math.sqrt(1 - bar)
			local got = learner.guess(x, noise, bar)
			t:ok(T.max_abs_diff(got, x0 * math.sqrt(bar)) > 1e-4, "노이즈를 뺀 다음 √ᾱ로 나누지 않았습니다. 섞을 때 그림을 얼마로 줄였나요?")
			t:ok(T.max_abs_diff(got, x0) < 1e-4, "노이즈를 정확히 알 때는 짐작한 x₀가 원래 그림과 같아야 합니다.")
			local next_bar = bar + (1 - bar) / 2
			local want = x0 * math.sqrt(next_bar) + noise * math.sqrt(1 - next_bar)
			local step = learner.ddim_step(x, noise, bar, next_bar)
			t:ok(T.max_abs_diff(step, x0) > 1e-4, "짐작한 x₀를 그대로 내셨습니다. 한 단계 덜한 노이즈를 도로 섞어야 다음 걸음에서 다시 볼 수 있지 않을까요?")
			t:ok(T.max_abs_diff(step, want) < 1e-4, "한 걸음 걷어 낸 값이 다릅니다. 다음 걸음의 몫을 썼나요?")
		end
	end)

	t:test("반달: 50걸음은 0.08 이하, 2걸음은 3배 이상", function()
		t:ok(learner.fine ~= nil and learner.coarse ~= nil, "뽑은 점 fine과 coarse를 돌려주세요.")
		local truth, again = moons(1000, t.seed + 40), moons(1000, t.seed + 41)
		local fine, coarse = sliced(learner.fine, truth), sliced(learner.coarse, truth)
		t:metric("fine", fine)
		t:metric("coarse", coarse)
		t:metric("noise", sliced(T.randn(1000, 2), truth))
		t:metric("real", sliced(again, truth))
		t:metric("calls", learner.calls or 0)
		t:ok(fine <= 0.08, ("50걸음으로 뽑은 점이 진짜 반달에서 %.3f만큼 떨어져 있습니다. 훈련 쌍과 걸음이 모두 맞나요?"):format(fine))
		t:ok(coarse >= 3 * fine, ("2걸음의 오차가 %.3f로 50걸음의 %.1f배입니다. 정말 2걸음이었나요?"):format(coarse, coarse / fine))
	end)

	t:test("원하는 숫자: 심판이 0.90 이상 알아본다", function()
		t:ok(learner.drawn ~= nil, "그린 숫자 drawn을 돌려주세요.")
		local digits = data.digits()
		local judge = nn.sequential { nn.conv2d { 1, 16, kernel = 3, padding = 1 }, nn.relu(), nn.conv2d { 16, 32, kernel = 3, padding = 1 },
			nn.relu(), nn.max_pool2d(2), nn.flatten(), nn.linear { 512, 10 } }
		judge:fit(digits, { epochs = 8, batch_size = 32, seed = 1, optimizer = nn.adam { learning_rate = 2e-3 } })
		local pictures = ((learner.drawn + 1) / 2):clamp(0, 1):reshape(200, 1, 8, 8)
		local given, right, seen = T.no_grad(function() return judge(pictures) end):argmax(2):totable(), 0, {}
		for i = 1, 200 do
			if given[i] == (i - 1) % 10 then right = right + 1 end
			seen[given[i]] = true
		end
		t:metric("judge", right / 200)
		t:ok(right / 200 >= 0.90, ("심판이 알아본 숫자가 %.2f입니다. 라벨이 신경망에 들어갔나요? 걸음은 맞나요?"):format(right / 200))
	end)
end
