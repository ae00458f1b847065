-- 직선 맞추기: 경사하강법을 직접 쓰기
local T, plot = require "tensor", require "plot"

local x = T.rand(100, 1)
local y = x * 3 - 1 + T.randn(100, 1) * 0.05
local w, b = T.zeros(1, 1):requires_grad(), T.zeros(1):requires_grad()

for step = 1, 400 do
	local loss = ((x:matmul(w) + b - y) ^ 2):mean()
	loss:backward()
	w:detach():copy(w:detach() - w.grad * 0.5)
	b:detach():copy(b:detach() - b.grad * 0.5)
	w:zero_grad()
	b:zero_grad()
	if step % 40 == 0 then plot.metric("손실", step, loss) end
end
print(("기울기 %.2f, 절편 %.2f"):format(w:item(), b:item()))
assert(math.abs(w:item() - 3) < 0.1 and math.abs(b:item() + 1) < 0.1)
