-- mistake: a filter is thought to read one input channel
-- expects: 입력 채널이 빠졌습니다
local T = require "tensor"
local nn = require "nn"
local data = require "data"

local function max_pool(image, size)
	local out = {}
	for r = 1, #image // size do
		out[r] = {}
		for c = 1, #image[1] // size do
			local best = -math.huge
			for i = 1, size do
				for j = 1, size do
					best = math.max(best, image[(r - 1) * size + i][(c - 1) * size + j])
				end
			end
			out[r][c] = best
		end
	end
	return out
end

local function conv_macs(layer)
	local cells = layer.height * layer.width * layer.out_channels
	return cells * layer.kernel * layer.kernel
end

local function pool_factor(size)
	return size * size
end

local function build(depth)
	local layers = { nn.conv2d { 1, 16, kernel = 3, padding = 1, init = "uniform" }, nn.relu() }
	for _ = 2, depth do
		layers[#layers + 1] = nn.conv2d { 16, 16, kernel = 3, padding = 1, init = "uniform" }
		layers[#layers + 1] = nn.relu()
	end
	layers[#layers + 1] = nn.max_pool2d(2)
	layers[#layers + 1] = nn.flatten()
	layers[#layers + 1] = nn.linear { 16 * 4 * 4, 10 }
	return nn.sequential(layers)
end

local function diagnose(train, test)
	if train < 0.7 then return "최적화 실패" end
	if train - test > 0.15 then return "과적합" end
	return "건강"
end

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
