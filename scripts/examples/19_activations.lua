-- 모델 속 들여다보기: 층마다의 출력과 곱셈 수
local nn, data, plot = require "nn", require "data", require "plot"

local model = nn.sequential {
	nn.conv2d { 1, 4, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2), nn.flatten(), nn.linear { 64, 10 },
}
local acts = model:activations(data.digits { limit = 1 }.images)
for i, name in ipairs(acts) do
	print(i, name, table.concat(acts[name].shape, "×"))
end
plot.images("첫 층의 특징 맵", acts[acts[1]]:reshape(4, 8, 8))
plot.histogram("첫 층의 값", acts[acts[1]], { bins = 12 })
print("매개변수", model:parameter_count(), "곱셈-덧셈", model:macs(1, 1, 8, 8))
assert(#acts == 5 and model:parameter_count() == 690)
