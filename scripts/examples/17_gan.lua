-- GAN의 겨룸 한 판: 점의 무리를 흉내 내기
local T, nn, data, plot = require "tensor", require "nn", require "data", require "plot"

local real = data.gaussians { count = 512, seed = 1 }.features
local generator = nn.sequential { nn.linear { 2, 32 }, nn.relu(), nn.linear { 32, 2 } }
local critic = nn.sequential { nn.linear { 2, 32 }, nn.leaky_relu(0.2), nn.linear { 32, 1 } }
local train_generator, train_critic = nn.adam { learning_rate = 2e-3 }, nn.adam { learning_rate = 2e-3 }
local ones, zeros = T.ones(64, 1), T.zeros(64, 1)
for step = 1, 200 do
	local batch = real:index_select(1, T.randint(0, 512, 64))
	local fake = generator(T.randn(64, 2))
	critic:zero_grad()
	local critic_loss = nn.bce_with_logits(critic(batch), ones) + nn.bce_with_logits(critic(fake:detach()), zeros)
	critic_loss:backward()
	train_critic:step(critic:parameters())
	generator:zero_grad()
	local generator_loss = nn.bce_with_logits(critic(fake), ones)
	generator_loss:backward()
	train_generator:step(generator:parameters())
	if step % 20 == 0 then
		plot.metric("판별자", step, critic_loss)
		plot.metric("생성자", step, generator_loss)
	end
end
local made = T.no_grad(generator, T.randn(256, 2))
plot.scatter("만든 점", made)
local radius = ((made ^ 2):sum(2) ^ 0.5):mean():item()
print(("만든 점의 평균 반지름 %.2f (진짜는 약 2)"):format(radius))
assert(radius > 0.3)
