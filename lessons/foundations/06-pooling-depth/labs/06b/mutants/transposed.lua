-- mistake: rows and columns of the confusion matrix are swapped
-- expects: 참과 답이 서로 바뀌었습니다
local T = require "tensor"
local nn = require "nn"
local data = require "data"
local plot = require "plot"

local function build()
	return nn.sequential {
		nn.conv2d { 1, 16, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		nn.conv2d { 16, 32, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		nn.flatten(),
		nn.linear { 32 * 7 * 7, 128 }, nn.relu(), nn.linear { 128, 10 },
	}
end

local function confusion(truth, given, classes)
	local matrix = {}
	for r = 1, classes do
		matrix[r] = {}
		for c = 1, classes do matrix[r][c] = 0 end
	end
	for i = 1, #truth do
		local row = matrix[given[i] + 1]
		row[truth[i] + 1] = row[truth[i] + 1] + 1
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

local train = data.fashion_mnist { split = "train", limit = 3000 }
local test = data.fashion_mnist { split = "test" }

T.seed(1)
local model = build()
model:fit(train, {
	epochs = 1, batch_size = 64, seed = 1, optimizer = nn.adam { learning_rate = 1e-3 }, every = 50,
})

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
