-- The small reader of handwritten amounts on loan forms (DS-DIG), and the day a new scanner feeds the paper in aslant.
-- Used by the lab, its check and the figure of LC-8.
--
--   local scanner = require "lifecycle.scanner"
--   local world = scanner.world()                   -- old, old_test, new_pool, new_test
--   local model = scanner.train(world.old, { seed = 1 })
--   scanner.accuracy(model, world.new_test)

local T = require "tensor"
local nn = require "nn"
local data = require "data"

local scanner = { slant = 0.5 }

-- Pushes row r of an 8×8 image sideways by amount * (r - 4.5) cells, half cells shared between two neighbours. As a matrix,
-- so that all images are pushed at once.
local function push(amount)
	local matrix = {}
	for i = 1, 64 do
		matrix[i] = {}
		for j = 1, 64 do matrix[i][j] = 0 end
	end
	for r = 1, 8 do
		for c = 1, 8 do
			local from = c - amount * (r - 4.5)
			local low = math.floor(from)
			for k, share in ipairs { 1 - (from - low), from - low } do
				local at = low + k - 1
				if at >= 1 and at <= 8 then
					local row = matrix[(r - 1) * 8 + at]
					row[(r - 1) * 8 + c] = row[(r - 1) * 8 + c] + share
				end
			end
		end
	end
	return T.tensor(matrix)
end

-- The same digits as the new scanner sees them.
function scanner.slanted(set, amount)
	local flat = set.images:reshape(#set, 64):matmul(push(amount or scanner.slant))
	return data.tensors(flat:reshape(#set, 1, 8, 8), set.labels, { classes = set.classes, name = "기울어진 숫자" })
end

-- Forms of the old scanner to learn from and to be tested with, and both as the new scanner gives them.
function scanner.world()
	local old, test = data.digits():split(1297 / 1797, 8)
	return { old = old, old_test = test, new_pool = scanner.slanted(old), new_test = scanner.slanted(test) }
end

-- The first count rows of every class, in an order that the seed fixes.
function scanner.pick(set, count, seed)
	T.seed(seed)
	local labels, rows, taken = set.labels:totable(), {}, {}
	for _, at in ipairs(T.permutation(#set):totable()) do
		local label = labels[at + 1]
		taken[label] = (taken[label] or 0) + 1
		if taken[label] <= count then rows[#rows + 1] = at + 1 end
	end
	return set:subset(rows)
end

function scanner.join(a, b)
	return data.tensors(T.cat({ a.images, b.images }, 1), T.cat({ a.labels, b.labels }, 1), { classes = a.classes })
end

function scanner.build()
	return nn.sequential {
		nn.conv2d { 1, 16, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		nn.conv2d { 16, 32, kernel = 3, padding = 1 }, nn.relu(), nn.flatten(),
		nn.linear { 32 * 16, 64 }, nn.relu(), nn.linear { 64, 10 },
	}
end

-- Trains from random weights, or goes on from options.start (a model, whose weights are copied and left as they are).
-- The same set and options give the same model to the last bit.
function scanner.train(set, options)
	T.seed(options.seed)
	local model = scanner.build()
	if options.start then
		local from = options.start:parameters()
		for i, to in ipairs(model:parameters()) do to:copy(from[i]:detach()) end
	end
	model:fit(set, {
		steps = options.steps or (options.start and 300 or 400), batch_size = options.start and 30 or 32,
		seed = options.seed, optimizer = nn.adam { learning_rate = 2e-3 },
	})
	return model
end

function scanner.accuracy(model, set)
	return model:evaluate(set).accuracy
end

-- What the fingerprint of a model is taken from.
function scanner.weights(model)
	local list = {}
	for i, weight in ipairs(model:parameters()) do list[i] = weight:detach() end
	return list
end

return scanner
