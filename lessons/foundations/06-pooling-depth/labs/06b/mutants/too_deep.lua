-- mistake: the more layers the better (AI-06.m1): twenty plain layers that do not train
-- expects: 층을 많이 쌓으면
local T = require "tensor"
local nn = require "nn"
local data = require "data"
local plot = require "plot"

local function build()
	local layers = { nn.conv2d { 1, 8, kernel = 3, padding = 1 }, nn.sigmoid(), nn.max_pool2d(4) }
	for _ = 1, 20 do
		layers[#layers + 1] = nn.conv2d { 8, 8, kernel = 3, padding = 1 }
		layers[#layers + 1] = nn.sigmoid()
	end
	layers[#layers + 1] = nn.flatten()
	layers[#layers + 1] = nn.linear { 8 * 7 * 7, 10 }
	return nn.sequential(layers)
end

local function confusion(truth, given, classes)
	local matrix = {}
	for r = 1, classes do
		matrix[r] = {}
		for c = 1, classes do matrix[r][c] = 0 end
	end
	for i = 1, #truth do
		local row = matrix[truth[i] + 1]
		row[given[i] + 1] = row[given[i] + 1] + 1
	end
	return matrix
end

local function worst_pair(matrix)
	local most, true_class, said = -1, 0, 0
	for r = 1, #matrix do
		for c = 1, #matrix do
			if r ~= c and matrix[r][c] > most then
				most, true_class, said = matrix[r][c], r - 1, c - 1
			end
		end
	end
	return true_class, said
end

local train = data.fashion_mnist { split = "train", limit = 12000 }
local test = data.fashion_mnist { split = "test" }

T.seed(1)
local model = build()
model:fit(train, {
	epochs = 1, batch_size = 64, seed = 1, optimizer = nn.adam { learning_rate = 1e-3 }, every = 50,
})

local result = model:evaluate(test)
print(("시험 정확도 %.4f"):format(result.accuracy))
plot.images("첫 층의 필터", model:parameters()[1]:detach():reshape(8, 3, 3))

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
