-- 드롭아웃: 학습할 때와 평가할 때가 다릅니다.
local T, nn = require "tensor", require "nn"

local layer = nn.dropout(0.5)
local x = T.ones(1, 1000)
layer:train()
local zeros = layer(x):eq(0):mean():item()
layer:eval()
local same = T.max_abs_diff(layer(x), x)
print(("학습: 0이 된 비율 %.2f, 평가: 달라진 크기 %g"):format(zeros, same))
assert(math.abs(zeros - 0.5) < 0.1 and same == 0)
