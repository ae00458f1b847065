-- Adapting a small network to sheared digits: the task that lessons of this course share.
--
--   local adapt = require "stack.adapt"
--   local task = adapt.task()              -- base model, its old and new test sets, a few examples of the new domain
--   local model = adapt.copy(task.base)    -- the same weights in a model of one's own
--   local hidden = adapt.hidden(model, images, "features")

local T = require "tensor"
local nn = require "nn"
local data = require "data"

local adapt = { shear_by = 0.6, per_class = 3, classes = 10 }

-- Moves row r of every picture [N,1,8,8] sideways by amount·(r - 4.5) pixels; in between, neighbours are mixed.
function adapt.shear(images, amount)
	local rows = {}
	for r = 1, 8 do
		local shift = amount * (r - 4.5)
		local mix = T.zeros(8, 8):totable()
		for c = 1, 8 do
			local from = c - shift
			local left = math.floor(from)
			local part = from - left
			if left >= 1 and left <= 8 then mix[left][c] = 1 - part end
			if left + 1 >= 1 and left + 1 <= 8 then mix[left + 1][c] = part end
		end
		rows[r] = images:select(3, r):matmul(T.tensor(mix))
	end
	return T.stack(rows, 3)
end

-- An untrained network for digits: 18,346 parameters.
function adapt.build(seed)
	T.seed(seed)
	return nn.sequential {
		nn.conv2d { 1, 8, kernel = 3, padding = 1 }, nn.relu(),
		nn.conv2d { 8, 16, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		nn.flatten(), nn.linear { 256, 64 }, nn.relu(), nn.linear { 64, 10 },
	}
end

-- A new model with the same weights.
function adapt.copy(model)
	local twin, from = adapt.build(1), model:named_parameters()
	for name, parameter in pairs(twin:named_parameters()) do parameter:copy(from[name]) end
	return twin
end

-- What comes out inside: "flat" is what the first linear layer gets [N,256], "features" what the last one gets [N,64].
function adapt.hidden(model, images, where)
	local inside = model:activations(images)
	return inside[inside[where == "flat" and 6 or 8]]:detach()
end

-- The first per_class examples of every class, in a shuffled order.
function adapt.few(dataset, per_class, seed)
	T.seed(seed)
	local labels, taken, rows = dataset.labels:totable(), {}, {}
	for _, i in ipairs(T.permutation(#dataset):totable()) do
		local label = labels[i + 1]
		taken[label] = (taken[label] or 0) + 1
		if taken[label] <= per_class then rows[#rows + 1] = i + 1 end
	end
	return dataset:subset(rows)
end

function adapt.sheared(dataset, amount)
	return data.tensors(adapt.shear(dataset.images, amount or adapt.shear_by), dataset.labels, { classes = dataset.classes })
end

-- The share of examples whose label was found.
function adapt.accuracy(found, labels)
	return found:eq(labels):to("f32"):mean():item()
end

function adapt.task()
	local train, old = data.digits { split = "train" }, data.digits { split = "test" }
	local base = adapt.build(1)
	base:fit(train, {
		epochs = 6, batch_size = 32, seed = 1, loss = "cross_entropy", every = 1000000,
		optimizer = nn.adam { learning_rate = 2e-3 },
	})
	return {
		base = base, old = old, new = adapt.sheared(old),
		few = adapt.sheared(adapt.few(train, adapt.per_class, 101)),
	}
end

return adapt
