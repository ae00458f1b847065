-- mistake: a colour image is taken for one matrix, so the filter has no depth (AI-05.m3)
-- expects: 채널마다 한 장씩
local nn = require "nn"
local data = require "data"

local function conv2d(image, kernel, stride, padding)
	stride, padding = stride or 1, padding or 0
	local height, width, size = #image, #image[1], #kernel
	local out = {}
	for r = 1, (height + 2 * padding - size) // stride + 1 do
		out[r] = {}
		for c = 1, (width + 2 * padding - size) // stride + 1 do
			local sum = 0
			for i = 1, size do
				local line = image[(r - 1) * stride + i - padding]
				for j = 1, size do
					local value = line and line[(c - 1) * stride + j - padding] or 0
					sum = sum + value * kernel[i][j]
				end
			end
			out[r][c] = sum
		end
	end
	return out
end

local function edges(image)
	return {
		vertical = conv2d(image, { { -1, 0, 1 }, { -1, 0, 1 }, { -1, 0, 1 } }),
		horizontal = conv2d(image, { { -1, -1, -1 }, { 0, 0, 0 }, { 1, 1, 1 } }),
	}
end

local function parameter_count(layer)
	local each = layer.kernel * layer.kernel + (layer.bias and 1 or 0)
	return each * layer.out_channels
end

local train = data.shapes { count = 2000, position = "left", seed = 1 }
local fit = { epochs = 8, batch_size = 32, seed = 1 }

local function trained(model)
	fit.optimizer = nn.adam { learning_rate = 3e-3 }
	model:fit(train, fit)
	return model
end

local mlp = trained(nn.sequential { nn.flatten(), nn.linear { 256, 64 }, nn.relu(), nn.linear { 64, 4 } })
local cnn = trained(nn.sequential {
	nn.conv2d { 1, 16, kernel = 3, padding = 1 }, nn.relu(),
	nn.conv2d { 16, 32, kernel = 3, padding = 1 }, nn.relu(),
	nn.global_max_pool(), nn.linear { 32, 4 },
})

local test = data.shapes { count = 400, position = "right", seed = 2 }
print("오른쪽 도형  MLP", mlp:evaluate(test).accuracy, "CNN", cnn:evaluate(test).accuracy)

return { conv2d = conv2d, edges = edges, parameter_count = parameter_count, mlp = mlp, cnn = cnn }
