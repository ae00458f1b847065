-- 왼쪽만 보고 배운 모델이 오른쪽도 알아볼까? MLP와 CNN
local nn, data = require "nn", require "data"

local left = data.shapes { count = 600, position = "left", seed = 1 }
local right = data.shapes { count = 300, position = "right", seed = 2 }
local models = {
	MLP = nn.sequential { nn.flatten(), nn.linear { 256, 64 }, nn.relu(), nn.linear { 64, 4 } },
	CNN = nn.sequential {
		nn.conv2d { 1, 16, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		nn.conv2d { 16, 32, kernel = 3, padding = 1 }, nn.relu(), nn.global_max_pool(), nn.linear { 32, 4 },
	},
}
local accuracy = {}
for _, name in ipairs { "MLP", "CNN" } do
	local model = models[name]
	model:fit(left, { epochs = 15, batch_size = 32, optimizer = nn.adam { learning_rate = 3e-3 }, name = name })
	accuracy[name] = model:evaluate(right).accuracy
	print(("%s: 배운 자리 %.2f, 새 자리 %.2f"):format(name, model:evaluate(left).accuracy, accuracy[name]))
end
assert(accuracy.CNN > accuracy.MLP + 0.2)
