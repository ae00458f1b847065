-- Lab-AI-05: 합성곱을 손으로 짜고, 자리를 옮겨 시험하기
local nn = require "nn"
local data = require "data"

-- 1. 창을 옮기며 곱해서 더하세요. 패딩은 둘레에 0을 두른 것과 같습니다.
local function conv2d(image, kernel, stride, padding)
	stride, padding = stride or 1, padding or 0
	local height, width, size = #image, #image[1], #kernel
	local out = {}
	-- TODO: 결과의 높이와 너비는 몇 칸인가요?
	-- TODO: 결과의 칸마다, 겹친 칸끼리 곱해서 더하세요.
	return out
end

-- 2. 여러분의 conv2d로 경계를 찾으세요.
local function edges(image)
	-- TODO: 세로 경계 필터와 가로 경계 필터
	return { vertical = image, horizontal = image }
end

-- 3. 가중치와 편향의 개수
local function parameter_count(layer)
	-- TODO: layer.in_channels, layer.out_channels, layer.kernel, layer.bias
	return 0
end

-- 4. 왼쪽 도형으로 훈련합니다.
local train = data.shapes { count = 2000, position = "left", seed = 1 }

local mlp = nn.sequential { nn.flatten(), nn.linear { 256, 64 }, nn.relu(), nn.linear { 64, 4 } }
mlp:fit(train, { epochs = 8, batch_size = 32, seed = 1, optimizer = nn.adam { learning_rate = 3e-3 } })

local cnn = nn.sequential {
	nn.conv2d { 1, 16, kernel = 3, padding = 1 }, nn.relu(),
	nn.conv2d { 16, 32, kernel = 3, padding = 1 }, nn.relu(),
	-- TODO: 특징 맵을 한 줄로 펴면 자리를 외우게 됩니다. 자리를 잊으려면 무엇을 남겨야 할까요?
	nn.flatten(), nn.linear { 32 * 16 * 16, 4 },
}
cnn:fit(train, { epochs = 8, batch_size = 32, seed = 1, optimizer = nn.adam { learning_rate = 3e-3 } })

local test = data.shapes { count = 400, position = "right", seed = 2 }
print("오른쪽 도형  MLP", mlp:evaluate(test).accuracy, "CNN", cnn:evaluate(test).accuracy)

return { conv2d = conv2d, edges = edges, parameter_count = parameter_count, mlp = mlp, cnn = cnn }
