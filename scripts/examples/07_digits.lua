-- 손글씨 숫자: 작은 CNN을 1분 안에
local nn, data, plot = require "nn", require "data", require "plot"

local train, test = data.digits { split = "train" }, data.digits { split = "test" }
local model = nn.sequential {
	nn.conv2d { 1, 8, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
	nn.flatten(), nn.linear { 8 * 4 * 4, 10 },
}
model:summary(1, 8, 8)
model:fit(train, { epochs = 10, batch_size = 32, optimizer = nn.adam { learning_rate = 3e-3 }, every = 20 })
local result = model:evaluate(test)
print(("시험 정확도 %.3f"):format(result.accuracy))
plot.images("첫 층의 필터", model:parameters()[1]:detach():reshape(8, 3, 3))
assert(result.accuracy > 0.93)
