-- 가장자리 찾기: 손으로 만든 필터를 사진에 대기
local T, nn, data, plot = require "tensor", require "nn", require "data", require "plot"

local images = data.digits { limit = 8 }.images
local filters = T.tensor {
	{ { { -1, 0, 1 }, { -2, 0, 2 }, { -1, 0, 1 } } },
	{ { { -1, -2, -1 }, { 0, 0, 0 }, { 1, 2, 1 } } },
}
local maps = nn.f.conv2d(images, filters, { padding = 1 })
print("특징 맵의 모양", table.concat(maps.shape, "×"))
plot.images("원래 그림", images)
plot.images("세로 가장자리", maps:select(2, 1))
plot.images("가로 가장자리", maps:select(2, 2))
assert(maps:size(2) == 2 and maps:size(3) == 8)
