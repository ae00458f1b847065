-- mistake: the generator is rewarded for being caught
-- expects: 속여야
local T = require "tensor"
local nn = require "nn"
local plot = require "plot"

local function d_loss(real_score, fake_score)
	return nn.bce_with_logits(real_score, T.ones(real_score.shape)) + nn.bce_with_logits(fake_score, T.zeros(fake_score.shape))
end

local function g_loss(fake_score)
	return nn.bce_with_logits(fake_score, T.zeros(fake_score.shape))
end

local function train_step(G, D, g_optimizer, d_optimizer, real, noise)
	D:zero_grad()
	local judge = d_loss(D(real), D(G(noise()):detach()))
	judge:backward()
	d_optimizer:step(D:parameters())

	G:zero_grad()
	D:zero_grad()
	local forge = g_loss(D(G(noise())))
	forge:backward()
	g_optimizer:step(G:parameters())
	return judge:item(), forge:item()
end

T.seed(9)
local G = nn.sequential { nn.linear { 4, 16 }, nn.tanh(), nn.linear { 16, 1 } }
local D = nn.sequential { nn.linear { 1, 32 }, nn.leaky_relu(0.2), nn.linear { 32, 32 }, nn.leaky_relu(0.2), nn.linear { 32, 1 } }
local g_optimizer = nn.adam { learning_rate = 1e-3, beta1 = 0.5 }
local d_optimizer = nn.adam { learning_rate = 2e-3, beta1 = 0.5 }

-- 꼬리의 평균과 표준 편차를 여러 번 재어 평균합니다. 겨루기는 끝까지 흔들리니까요.
local means, spreads = {}, {}
for step = 1, 1100 do
	local d, g = train_step(G, D, g_optimizer, d_optimizer, T.randn(64, 1) * 0.7 + 3, function() return T.randn(64, 4) end)
	if step % 50 == 0 then
		plot.metric("D-loss", step, d)
		plot.metric("G-loss", step, g)
	end
	if step > 1000 and step % 50 == 0 then
		local made = T.no_grad(function() return G(T.randn(500, 4)) end)
		local mean = made:mean():item()
		means[#means + 1] = mean
		spreads[#spreads + 1] = math.sqrt(((made - mean) ^ 2):mean():item())
	end
end

local function average(list)
	local sum = 0
	for _, v in ipairs(list) do sum = sum + v / #list end
	return sum
end
print(("꼬리의 평균 %.3f, 표준 편차 %.3f"):format(average(means), average(spreads)))

return { d_loss = d_loss, g_loss = g_loss, train_step = train_step, mean = average(means), spread = average(spreads), G = G }
