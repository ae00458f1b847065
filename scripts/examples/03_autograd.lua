-- 자동 미분: 기울기를 손으로 잰 값과 견주기
local T = require "tensor"

local x = T.tensor({ 0.5, -1.2, 2.0 }, "f64"):requires_grad()
local function f(v) return (v ^ 3 + v:sigmoid()):sum() end
f(x):backward()

local h, values = 1e-6, x:totable()
for i = 1, 3 do
	local up, down = { table.unpack(values) }, { table.unpack(values) }
	up[i], down[i] = up[i] + h, down[i] - h
	local measured = (f(T.tensor(up, "f64")):item() - f(T.tensor(down, "f64")):item()) / (2 * h)
	print(("x%d  기울기 %.6f  잰 값 %.6f"):format(i, x.grad:get(i), measured))
	assert(math.abs(measured - x.grad:get(i)) < 1e-5)
end
