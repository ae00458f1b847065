-- 최적화 방법 견주기: 같은 모델, 같은 데이터, 다른 걸음
local T, nn, plot = require "tensor", require "nn", require "plot"

local x = T.randn(128, 4)
local y = (x:narrow(2, 1, 1) * x:narrow(2, 2, 1)):sigmoid()
local best = {}
for _, name in ipairs { "sgd", "rmsprop", "adam", "adamw" } do
	T.seed(1)
	local model = nn.sequential { nn.linear { 4, 16 }, nn.tanh(), nn.linear { 16, 1 } }
	local optimizer = nn[name] { learning_rate = name == "sgd" and 0.1 or 0.01 }
	for step = 1, 150 do
		model:zero_grad()
		local loss = nn.mse(model(x), y)
		loss:backward()
		optimizer:step(model:parameters())
		plot.metric(name, step, loss)
		best[name] = loss:item()
	end
	print(("%-8s 손실 %.5f"):format(name, best[name]))
	assert(best[name] < 0.03)
end
