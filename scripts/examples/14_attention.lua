-- 어텐션을 식대로 쓰고 엔진과 견주기
local T, nn = require "tensor", require "nn"

local q, k, v = T.randn(1, 1, 4, 8), T.randn(1, 1, 6, 8), T.randn(1, 1, 6, 8)
local scores = q:matmul(k:transpose()) / math.sqrt(8)
local weights = scores:softmax(-1)
local mine = weights:matmul(v)
local engine = nn.f.attention(q, k, v)
print("한 질의의 가중치", weights:reshape(4, 6)[1])
assert(T.max_abs_diff(mine, engine) < 1e-5)
assert(math.abs(weights:sum():item() - 4) < 1e-4)
