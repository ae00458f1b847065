local T = require "tensor"
local nn = require "nn"

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

local function pair(seed)
	T.seed(seed)
	local G = nn.sequential { nn.linear { 4, 8 }, nn.tanh(), nn.linear { 8, 1 } }
	local D = nn.sequential { nn.linear { 1, 16 }, nn.leaky_relu(0.2), nn.linear { 16, 1 } }
	return G, D
end

local function copies(model)
	local out = {}
	for i, w in ipairs(model:parameters()) do out[i] = w:detach():clone() end
	return out
end

local function moved(model, before)
	local most = 0
	for i, w in ipairs(model:parameters()) do most = math.max(most, T.max_abs_diff(w:detach(), before[i])) end
	return most
end

return function(t, learner)
	T.seed(t.seed)

	t:test("d_loss: 진짜는 1, 가짜는 0", function()
		needs(t, learner, "d_loss")
		local real, fake = T.randn(16, 1) + 2, T.randn(16, 1) - 1
		local got = learner.d_loss(real, fake):item()
		local want = (nn.bce_with_logits(real, T.ones(16, 1)) + nn.bce_with_logits(fake, T.zeros(16, 1))):item()
		t:ok(learner.d_loss(real + 3, fake):item() < got, "진짜의 점수가 커졌는데 판별자의 손실이 줄지 않습니다. 진짜에는 얼마라고 답해야 하나요?")
		t:ok(math.abs(got - want / 2) > 1e-5 or math.abs(got - want) < 1e-5, "두 항을 평균하셨습니다. 강의의 식처럼 더해 주세요.")
		t:near(got, want, 1e-5, "판별자의 손실이 다릅니다. 진짜 몫과 가짜 몫이 모두 들어갔나요?")
	end)

	t:test("g_loss: 가짜로만", function()
		needs(t, learner, "g_loss")
		local fake = T.randn(16, 1)
		local got, want = learner.g_loss(fake):item(), nn.bce_with_logits(fake, T.ones(16, 1)):item()
		t:ok(learner.g_loss(fake + 2):item() < got, "가짜의 점수가 커져 판별자가 속았는데 생성자의 손실이 줄지 않습니다. 생성자는 판별자를 속여야 하지 않나요?")
		t:near(got, want, 1e-5, "생성자의 손실이 다릅니다.")
	end)

	t:test("어느 손실이 진짜에 반응하나", function()
		needs(t, learner, "train_step")
		local noise = T.randn(64, 4)
		local function run(real)
			local G, D = pair(t.seed + 5)
			-- steps of next to no length: only the losses are looked at
			local still = function() return nn.sgd { learning_rate = 1e-30 } end
			return learner.train_step(G, D, still(), still(), real, function() return noise end)
		end
		local real = T.randn(64, 1) * 0.7 + 3
		local d_before, g_before = run(real)
		local d_after, g_after = run(real - 4)
		t:ok(type(d_before) == "number" and type(g_before) == "number", "두 손실의 값을 수로 돌려주세요. (텐서라면 :item())")
		t:metric("d_change", math.abs(d_after - d_before))
		t:metric("g_change", math.abs(g_after - g_before))
		t:ok(math.abs(g_after - g_before) == 0, ("진짜 데이터를 바꾸었더니 G-loss가 %.3f만큼 움직였습니다. G-loss의 식에 진짜가 들어 있나요?"):format(
			math.abs(g_after - g_before)))
		t:ok(math.abs(d_after - d_before) > 1e-3, "진짜 데이터를 크게 바꾸었는데 D-loss가 그대로입니다. 판별자에게 진짜를 보여 주었나요?")
	end)

	t:test("진짜에 대한 기울기와 잘못 붙은 라벨", function()
		local G, D = pair(t.seed + 6)
		local real, noise = (T.randn(64, 1) * 0.7 + 3):detach():requires_grad(), T.randn(64, 4)
		local of_d = T.grad(learner.d_loss(D(real), D(G(noise))), { real })[1]
		local of_g = T.grad(learner.g_loss(D(G(noise))) + real:sum() * 0, { real })[1]
		t:ok((of_g * of_g):sum():item() == 0, "G-loss가 진짜 데이터에 기울기를 가집니다.")
		t:ok((of_d * of_d):sum():item() > 0, "D-loss가 진짜 데이터에 기울기를 갖지 않습니다.")
		local score = D(real) + 2
		local change = learner.d_loss(score * -1, D(G(noise))):item() - learner.d_loss(score, D(G(noise))):item()
		t:metric("mislabel_change", math.abs(change))
		t:ok(math.abs(change) >= 0.1, "판별자가 진짜를 가짜라고 잘못 보아도 D-loss가 거의 그대로입니다.")
	end)

	t:test("번갈아: 한 걸음에 한쪽만", function()
		local G, D = pair(t.seed + 7)
		local real, g_before, d_before = T.randn(32, 1) * 0.7 + 3, copies(G), copies(D)
		local function noise() return T.randn(32, 4) end
		learner.train_step(G, D, nn.sgd { learning_rate = 1e-30 }, nn.sgd { learning_rate = 0.1 }, real, noise)
		t:ok(moved(G, g_before) < 1e-12, "판별자를 고치는 걸음에서 생성자까지 움직였습니다.")
		t:ok(moved(D, d_before) > 0, "판별자가 움직이지 않았습니다. 판별자의 책임을 구하고 한 걸음 옮겼나요?")
		d_before = copies(D)
		learner.train_step(G, D, nn.sgd { learning_rate = 0.1 }, nn.sgd { learning_rate = 1e-30 }, real, noise)
		t:ok(moved(G, g_before) > 0, "생성자가 움직이지 않았습니다. detach한 가짜로 생성자를 고치고 있지는 않나요?")
		-- the judge's optimiser is counted: one step of it a turn
		local reference_G, reference_D = pair(t.seed + 8)
		local other_G, other_D = pair(t.seed + 8)
		local z = T.randn(32, 4)
		learner.train_step(other_G, other_D, nn.sgd { learning_rate = 0.1 }, nn.sgd { learning_rate = 0.1 }, real, function() return z end)
		reference_D:zero_grad()
		local loss = nn.bce_with_logits(reference_D(real), T.ones(32, 1)) + nn.bce_with_logits(reference_D(reference_G(z):detach()), T.zeros(32, 1))
		loss:backward()
		nn.sgd({ learning_rate = 0.1 }):step(reference_D:parameters())
		t:ok(moved(other_D, copies(reference_D)) < 1e-5,
			"한 바퀴 뒤의 판별자가 다릅니다. 생성자를 고치는 걸음에서 판별자까지 고치지는 않았나요? 지난 책임은 비웠나요?")
	end)

	t:test("분포: 평균과 표준 편차가 0.2 이내", function()
		t:ok(type(learner.mean) == "number" and type(learner.spread) == "number", "꼬리의 평균과 표준 편차를 돌려주세요.")
		t:metric("mean", learner.mean)
		t:metric("spread", learner.spread)
		t:ok(math.abs(learner.mean - 3) <= 0.2, ("가짜의 평균이 %.2f입니다. 손실 둘과 걸음이 모두 맞나요?"):format(learner.mean))
		t:ok(math.abs(learner.spread - 0.7) <= 0.2, ("가짜의 표준 편차가 %.2f입니다."):format(learner.spread))
		local made = T.no_grad(function() return learner.G(T.randn(2000, 4)) end)
		t:ok(math.abs(made:mean():item() - 3) <= 0.8, "돌려주신 G의 표본이 목표와 멉니다.")
	end)
end
