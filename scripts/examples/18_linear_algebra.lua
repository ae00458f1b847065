-- 선형대수: 연립방정식, 최소제곱, 특잇값
local T = require "tensor"

local a = T.tensor({ { 4, 1 }, { 2, 3 } }, "f64")
local b = T.tensor({ { 1 }, { 2 } }, "f64")
local x = T.linalg.solve(a, b)
print("해", x)
assert(T.max_abs_diff(a:matmul(x), b) < 1e-9)

local u, s, vt = T.linalg.svd(T.randn(6, 4))
print("특잇값", s)
assert(T.max_abs_diff(u:transpose():matmul(u), T.eye(4)) < 1e-4)
local values = T.linalg.eigh(a:matmul(a:transpose()))
assert(values:get(1) <= values:get(2))
