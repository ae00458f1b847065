-- Lab-AI-06a: 깊이를 바꿔 가며 재기
local T = require "tensor"
local nn = require "nn"
local data = require "data"

-- 1. size × size 묶음마다 가장 큰 값만 남기세요.
local function max_pool(image, size)
	local out = {}
	-- TODO
	return out
end

-- 2. 합성곱 한 층의 곱셈 횟수 (크기가 줄지 않게 패딩을 둔 층)
local function conv_macs(layer)
	-- TODO: 출력이 몇 칸이고, 칸마다 몇 번 곱하나요?
	return 0
end

-- 3. size × size 풀링을 앞에 두면 곱셈이 몇 분의 1이 되나요?
local function pool_factor(size)
	-- TODO
	return 1
end

-- 4. 합성곱층이 depth개인 모델
local function build(depth)
	local layers = { nn.conv2d { 1, 16, kernel = 3, padding = 1, init = "uniform" }, nn.relu() }
	-- TODO: 두 번째부터 depth번째까지 합성곱과 ReLU를 더 쌓으세요. (16채널 → 16채널)
	layers[#layers + 1] = nn.max_pool2d(2)
	layers[#layers + 1] = nn.flatten()
	layers[#layers + 1] = nn.linear { 16 * 4 * 4, 10 }
	return nn.sequential(layers)
end

-- 5. "건강" · "과적합" · "최적화 실패"
local function diagnose(train, test)
	-- TODO
	return "건강"
end

-- 같은 150장으로 깊이만 바꿔 훈련합니다. 고치지 않아도 됩니다.
local digits = data.digits()
local train, rest = digits:split(150 / 1797, 7)
local test = rest:subset(500)

local function train_all()
	local models = {}
	for _, depth in ipairs { 1, 2, 4, 8, 16, 24 } do
		T.seed(7)
		local model = build(depth)
		model:fit(train, { epochs = 30, batch_size = 30, seed = 7, optimizer = nn.adam { learning_rate = 2e-3 } })
		print(("%2d층  훈련 %.3f  시험 %.3f"):format(depth, model:evaluate(train).accuracy, model:evaluate(test).accuracy))
		models[depth] = model
	end
	return models
end

return {
	max_pool = max_pool, conv_macs = conv_macs, pool_factor = pool_factor, build = build, diagnose = diagnose,
	models = train_all(),
}
