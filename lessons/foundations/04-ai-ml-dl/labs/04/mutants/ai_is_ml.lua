-- mistake: AI and ML are taken for the same (AI-04.m1): rule systems are called ML
-- expects: 규칙으로 만든
local T = require "tensor"
local nn = require "nn"
local data = require "data"

local function features(image)
	local ink, height, side = 1e-6, 0, 0
	for r = 1, 8 do
		for c = 1, 8 do
			ink = ink + image[r][c]
			height = height + image[r][c] * r
			side = side + (c > 4 and image[r][c] or -image[r][c])
		end
	end
	return { ink / 16, height / ink - 4.5, 4 * side / ink }
end

local function build_cnn()
	return nn.sequential {
		nn.conv2d { 1, 16, kernel = 3, padding = 1 }, nn.relu(),
		nn.conv2d { 16, 32, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		nn.flatten(), nn.linear { 32 * 4 * 4, 10 },
	}
end

local cards = { "ML", "DL", "ML", "DL", "ML", "ML", "DL", "ML", "DL", "ML", "ML", "DL", "ML", "DL", "ML", "ML", "DL", "ML",
	"DL", "ML" }

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
