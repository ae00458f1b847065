local T = require "tensor"
local nn = require "nn"

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

-- Share of samples a peak needs to count as covered.
local function coverage(points, share)
	local hits, good, modes = {}, 0, 0
	for _, p in ipairs(points) do
		for k = 0, 7 do
			local dx, dy = p[1] - 2 * math.cos(math.pi * k / 4), p[2] - 2 * math.sin(math.pi * k / 4)
			if math.sqrt(dx * dx + dy * dy) < 0.6 then
				hits[k], good = (hits[k] or 0) + 1, good + 1
				break
			end
		end
	end
	for k = 0, 7 do
		if (hits[k] or 0) >= math.max(1, share * #points) then modes = modes + 1 end
	end
	return modes, good / #points
end

-- Points around some of the peaks, a few strays on another, some far from all.
local function scattered(peaks)
	local points, noise = {}, T.randn(400, 2):totable()
	for i = 1, 400 do
		local k = i % peaks
		if i <= 3 then k = 7 end
		local far = i % 10 == 0 and 0.3 or 1
		points[i] = { 2 * far * math.cos(math.pi * k / 4) + 0.1 * noise[i][1], 2 * far * math.sin(math.pi * k / 4) + 0.1 * noise[i][2] }
	end
	return points
end

return function(t, learner)
	T.seed(t.seed)

	t:test("coverage: 다양함을 재는 자", function()
		needs(t, learner, "coverage")
		for _, peaks in ipairs { 1, 4, 6 } do
			local points = scattered(peaks)
			local modes, good = learner.coverage(points)
			local want_modes, want_good = coverage(points, 0.02)
			t:ok(modes == want_modes or modes ~= coverage(points, 0), ("봉우리 하나에 길 잃은 표본 몇 개만 떨어져도 세셨습니다. 전체의 2 %% 이상이어야 합니다. 지금은 %s개입니다."):format(tostring(modes)))
			t:equal(modes, want_modes, "모드 커버리지가 다릅니다. 봉우리마다 몇 개가 떨어졌는지 세었나요?")
			t:near(good, want_good, 1e-9, "좋은 표본의 비율이 다릅니다. 어느 봉우리에도 가깝지 않은 점은 빼야 합니다.")
		end
	end)

	t:test("critic_loss: 점수의 차이", function()
		needs(t, learner, "critic_loss")
		local real, fake = T.randn(32, 1) * 3 + 4, T.randn(32, 1) * 3 - 2
		local got, want = learner.critic_loss(real, fake):item(), (fake:mean() - real:mean()):item()
		t:ok(learner.critic_loss(real, fake + 1):item() > got, "가짜의 점수가 커졌는데 비평자의 손실이 커지지 않습니다. 비평자는 어느 쪽에 높은 점수를 주어야 하나요?")
		t:ok(math.abs(got) > 1 or math.abs(want) < 1, "점수를 확률로 눌렀습니다. 그러면 멀리 있는 가짜와 더 멀리 있는 가짜를 구별할 수 있나요?")
		t:near(got, want, 1e-4, "진짜의 평균 점수와 가짜의 평균 점수의 차이여야 합니다.")
	end)

	t:test("penalty: 기울기를 1로 묶는 고삐", function()
		needs(t, learner, "penalty")
		local x, y = T.randn(64, 2), T.randn(64, 2) + 2
		for _, slope in ipairs { 0.5, 1, 2 } do
			-- a critic whose slope is known: slope · (0.6 x + 0.8 y)
			local D = nn.linear { 2, 1 }
			D:parameters()[1]:copy(T.tensor { { 0.6 * slope, 0.8 * slope } })
			local got = learner.penalty(D, x, y):item()
			t:ok(math.abs(got - 10 * slope * slope) > 1e-3 or slope == 0.5, "기울기가 0일 때 벌이 없습니다. 1에서 벗어난 만큼 벌을 주어야 거리를 잴 수 있지 않을까요?")
			t:near(got, 10 * (slope - 1) ^ 2, 1e-3, ("기울기의 크기가 %.1f인 비평자의 벌점이 다릅니다."):format(slope))
		end
		local D = nn.sequential { nn.linear { 2, 8 }, nn.tanh(), nn.linear { 8, 1 } }
		D:zero_grad()
		learner.penalty(D, x, y):backward()
		local grad = D:parameters()[1].grad
		t:ok(grad ~= nil and (grad * grad):sum():item() > 0, "벌점이 비평자의 가중치에 기울기를 남기지 않습니다. create_graph를 주었나요?")
	end)

	t:test("봉우리: 보통 GAN 4개 이하, WGAN-GP 7개 이상", function()
		t:ok(learner.plain ~= nil and learner.cured ~= nil, "두 모델의 표본 plain과 cured를 돌려주세요.")
		local plain, plain_good = coverage(learner.plain:totable(), 0.02)
		local cured, cured_good = coverage(learner.cured:totable(), 0.02)
		t:metric("plain_modes", plain)
		t:metric("plain_good", plain_good)
		t:metric("cured_modes", cured)
		t:metric("cured_good", cured_good)
		t:ok(plain <= 4, ("균형을 깬 보통 GAN이 봉우리 %d개를 냈습니다."):format(plain))
		t:ok(cured >= 7, ("WGAN-GP라고 돌려주신 표본이 봉우리 %d개뿐입니다. 손실이 낮아도 한 가지만 낸다면 품질이 좋은 걸까요?"):format(cured))
		t:ok(cured_good >= 0.60, ("좋은 표본의 비율이 %.2f입니다. 고삐가 제대로 매였나요?"):format(cured_good))
	end)
end
