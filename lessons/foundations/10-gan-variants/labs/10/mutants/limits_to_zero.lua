-- mistake: the slope is pulled to zero, not to one
-- expects: 1에서
local T = require "tensor"
local nn = require "nn"
local plot = require "plot"

local function coverage(points)
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
		if (hits[k] or 0) >= 0.02 * #points then modes = modes + 1 end
	end
	return modes, good / #points
end

local function critic_loss(real_score, fake_score)
	return fake_score:mean() - real_score:mean()
end

local function penalty(D, x, y)
	local mix = T.rand(x:size(1), 1)
	local between = (mix * x + (1 - mix) * y):detach():requires_grad()
	local slope = T.grad(D(between):sum(), { between }, { create_graph = true })[1]
	local length = ((slope * slope):sum(2) + 1e-12):sqrt()
	return (length ^ 2):mean() * 10
end

local BATCH, NOISE = 128, 4

local function real(count)
	local angle = (T.rand(count, 1) * 8):to("i32"):to("f32") * (math.pi / 4)
	return T.cat({ angle:cos() * 2, angle:sin() * 2 }, 2) + T.randn(count, 2) * 0.1
end

local function train(critic, steps)
	T.seed(12)
	local width = 64
	local G = nn.sequential { nn.linear { NOISE, width }, nn.relu(), nn.linear { width, width }, nn.relu(), nn.linear { width, 2 } }
	local D = nn.sequential { nn.linear { 2, width }, nn.leaky_relu(0.2), nn.linear { width, width }, nn.leaky_relu(0.2), nn.linear { width, 1 } }
	-- 보통 GAN은 생성자만 열 배 빠르게 걷게 해서 균형을 깹니다.
	local g_step = nn.adam { learning_rate = critic and 2e-3 or 4e-3, beta1 = 0.5, beta2 = 0.9 }
	local d_step = nn.adam { learning_rate = critic and 2e-3 or 4e-4, beta1 = 0.5, beta2 = 0.9 }
	local ones, zeros = T.ones(BATCH, 1), T.zeros(BATCH, 1)
	local misses = 0
	for step = 1, steps do
		local d_loss
		for _ = 1, critic and 4 or 1 do
			local x, y = real(BATCH), G(T.randn(BATCH, NOISE)):detach()
			D:zero_grad()
			d_loss = critic and critic_loss(D(x), D(y)) + penalty(D, x, y) or
				nn.bce_with_logits(D(x), ones) + nn.bce_with_logits(D(y), zeros)
			d_loss:backward()
			d_step:step(D:parameters())
		end
		G:zero_grad()
		D:zero_grad()
		local score = D(G(T.randn(BATCH, NOISE)))
		local g_loss = critic and -score:mean() or nn.bce_with_logits(score, ones)
		g_loss:backward()
		g_step:step(G:parameters())
		-- 다 훈련되었는지는 손실이 아니라 여러분의 coverage로 봅니다.
		if critic and step >= 600 and step % 200 == 0 then
			local modes, good = coverage(T.no_grad(function() return G(T.randn(500, NOISE)) end):totable())
			print(("%4d걸음  봉우리 %d개, 좋은 표본 %.2f"):format(step, modes, good))
			misses = modes == 0 and misses + 1 or 0
			if misses == 4 or (modes == 8 and good >= 0.7) then break end
		end
		if step % 25 == 0 then
			plot.metric(critic and "WGAN 비평자" or "D-loss", step, d_loss:item())
			plot.metric(critic and "WGAN 생성자" or "G-loss", step, g_loss:item())
		end
	end
	return T.no_grad(function() return G(T.randn(1000, NOISE)) end)
end

local plain, cured = train(false, 20), train(true, 20)
plot.scatter("보통 GAN", plain)
plot.scatter("WGAN-GP", cured)
print("보통 GAN", coverage(plain:totable()))
print("WGAN-GP", coverage(cured:totable()))

return { coverage = coverage, critic_loss = critic_loss, penalty = penalty, plain = plain, cured = cured }
