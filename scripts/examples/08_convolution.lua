-- 합성곱을 반복문으로 쓰고 엔진과 견주기
local T, nn = require "tensor", require "nn"

local function conv2d(image, filter)
	local n, k = #image, #filter
	local out = {}
	for i = 1, n - k + 1 do
		out[i] = {}
		for j = 1, n - k + 1 do
			local sum = 0
			for a = 1, k do
				for b = 1, k do sum = sum + image[i + a - 1][j + b - 1] * filter[a][b] end
			end
			out[i][j] = sum
		end
	end
	return T.tensor(out)
end

local image, filter = T.randn(8, 8), T.randn(3, 3)
local mine = conv2d(image:totable(), filter:totable())
local engine = nn.f.conv2d(image:reshape(1, 1, 8, 8), filter:reshape(1, 1, 3, 3))
local difference = T.max_abs_diff(mine, engine:reshape(6, 6))
print("가장 큰 차이", difference)
assert(difference < 1e-4)
