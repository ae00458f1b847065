-- 텐서 만들기와 계산: 모양, 브로드캐스팅, 합과 평균
local T = require "tensor"

local a = T.tensor { { 1, 2, 3 }, { 4, 5, 6 } }
print(a)
print("모양", table.concat(a.shape, "×"), "차원", a:dim(), "원소", a:numel())

-- 모양이 달라도 크기가 1이거나 같은 차원끼리는 늘려서 계산합니다.
local centred = a - a:mean(1, true)
print(centred)
assert(T.allclose(centred:sum(1), T.zeros(3)))

print("가장 큰 값", a:max():item(), "줄마다의 합", a:sum(2))
assert(a:sum():item() == 21)
