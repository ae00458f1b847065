-- Lab-AI-04: 같은 문제를 세 방법으로
local T = require "tensor"
local nn = require "nn"
local data = require "data"

-- 1. 여러분이 지은 특징 세 개
local function features(image)
	-- TODO: 잉크의 양? 무게 중심? 왼쪽과 오른쪽의 차이?
	return { 0, 0, 0 }
end

-- 2. 합성곱 신경망
local function build_cnn()
	return nn.sequential {
		-- TODO: 합성곱, ReLU, 풀링
		nn.flatten(), nn.linear { 64, 10 },
	}
end

-- 3. 카드 스무 장: "AI", "ML", "DL"
local cards = {}

-- 여기부터는 훈련입니다. 고치지 않아도 됩니다.
local train, test = data.digits():split(1297 / 1797, 5)

local function table_of_features(set)
	local rows = {}
	for i, image in ipairs(set.images:reshape(#set, 8, 8):totable()) do rows[i] = features(image) end
	return T.tensor(rows)
end

local simple = nn.linear { 3, 10 }
local x, y = table_of_features(train), train.labels
local optimizer = nn.adam { learning_rate = 0.05 }
for _ = 1, 400 do
	local loss = nn.cross_entropy(simple(x), y)
	simple:zero_grad()
	loss:backward()
	optimizer:step(simple:parameters())
end

local fit = { epochs = 15, batch_size = 32, seed = 5 }
local mlp = nn.sequential { nn.flatten(), nn.linear { 64, 64 }, nn.relu(), nn.linear { 64, 10 } }
fit.optimizer = nn.adam { learning_rate = 3e-3 }
mlp:fit(train, fit)

local cnn = build_cnn()
fit.optimizer = nn.adam { learning_rate = 3e-3 }
cnn:fit(train, fit)

print("MLP", mlp:evaluate(test).accuracy, "CNN", cnn:evaluate(test).accuracy)

return { features = features, simple = simple, mlp = mlp, cnn = cnn, cards = cards }
