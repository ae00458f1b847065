-- Lab-AI-06b: Fashion-MNIST로 CNN 훈련하기
local T = require "tensor"
local nn = require "nn"
local data = require "data"
local plot = require "plot"

-- 1. 두 번째 합성곱 블록과 그 뒤를 이으세요.
local function build()
	return nn.sequential {
		nn.conv2d { 1, 16, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		-- TODO: 합성곱 16 → 32, ReLU, 풀링
		nn.flatten(),
		nn.linear { 16 * 14 * 14, 10 }, -- TODO: 펴면 몇 칸인가요? 128칸을 거쳐 10칸으로
	}
end

-- 2. 표[참 + 1][답 + 1] = 횟수
local function confusion(truth, given, classes)
	local matrix = {}
	-- TODO
	return matrix
end

-- 3. 서로 다른 두 클래스 가운데 가장 많이 헷갈린 칸
local function worst_pair(matrix)
	-- TODO
	return 0, 0
end

local train = data.fashion_mnist { split = "train" }
local test = data.fashion_mnist { split = "test" }

T.seed(1)
local model = build()
model:fit(train, {
	epochs = 1, batch_size = 64, seed = 1, optimizer = nn.adam { learning_rate = 1e-3 }, every = 50,
})

-- 여기부터는 훈련한 모델을 들여다봅니다.
local result = model:evaluate(test)
print(("시험 정확도 %.4f"):format(result.accuracy))
plot.images("첫 층의 필터", model:parameters()[1]:detach():reshape(16, 3, 3))

local truth, given = test.labels:totable(), result.predictions:totable()
local matrix = confusion(truth, given, 10)
if #matrix == 10 then
	plot.confusion("혼동 행렬", matrix, test.classes)
	local true_class, said = worst_pair(matrix)
	print("가장 많이 헷갈린 짝:", test.classes[true_class + 1], "→", test.classes[said + 1])
end

local wrong, captions = {}, {}
for i = 1, #truth do
	if truth[i] ~= given[i] and #wrong < 8 then
		wrong[#wrong + 1] = i
		captions[#captions + 1] = ("참 %s 답 %s"):format(test.classes[truth[i] + 1], test.classes[given[i] + 1])
	end
end
plot.images("틀린 사진", test:subset(wrong).images, { captions = captions })

return { model = model, confusion = confusion, worst_pair = worst_pair }
