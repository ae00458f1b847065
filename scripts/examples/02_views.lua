-- 보는 방법 바꾸기: 값을 복사하지 않는 모양 바꾸기
local T = require "tensor"

local x = T.arange(12):reshape(3, 4)
print(x)
print("둘째 줄", x[2], "둘째 열", x:select(2, 2))
print("가운데 2×2", x:narrow(1, 1, 2):narrow(2, 2, 2))
print("뒤집은 모양", table.concat(x:transpose().shape, "×"))

-- 같은 메모리를 보므로 한쪽을 바꾸면 다른 쪽도 바뀝니다.
local row = x[1]
row:set(1, 100)
assert(x:get(1, 1) == 100)
