-- Lab-AI-07: 순환 셀을 손으로
local T = require "tensor"
local nn = require "nn"

-- 1. 셀: 지금 읽은 것과 조금 전의 은닉 상태를 섞어 새 은닉 상태를 만듭니다.
local function step(x, h, p)
	-- TODO
	return h
end

-- 2. 처음부터 끝까지 읽고 마지막 은닉 상태를 돌려줍니다.
local function read(columns, p)
	local h = T.zeros(columns[1]:size(1), p.wh:size(1))
	-- TODO
	return h
end

-- 3. 낱말 세기: 순서를 잊고 모두 더합니다.
local function count(columns)
	-- TODO
	return columns[1]
end

-- 과거 몇 해를 볼까요?
local window = 1

-- 여기부터는 훈련입니다. 고치지 않아도 됩니다.
local function weights(...)
	local shape = { ... }
	return (T.randn(shape) * (1 / math.sqrt(shape[1]))):detach():requires_grad()
end

local function new_cell(inputs, hidden, outputs)
	return { wx = weights(inputs, hidden), wh = weights(hidden, hidden), b = T.zeros(hidden):requires_grad(),
		wo = weights(hidden, outputs), bo = T.zeros(outputs):requires_grad() }
end

local function list_of(p)
	local list = {}
	for _, name in ipairs { "wx", "wh", "b", "wo", "bo" } do
		if p[name] then list[#list + 1] = p[name] end
	end
	return list
end

local function train(p, steps, rate, loss_of)
	local optimizer, list = nn.adam { learning_rate = rate }, list_of(p)
	for _ = 1, steps do
		local loss = loss_of()
		for _, w in ipairs(list) do w:zero_grad() end
		loss:backward()
		optimizer:step(list)
	end
	return p
end

-- 기호 8가지, 길이 5. 0(ㄱ)이 1(ㄴ)보다 먼저면 답은 0, 나중이면 1입니다.
local function sequences(size, seed)
	T.seed(seed)
	local draws, rows, labels = T.rand(size, 8):totable(), {}, {}
	for i, draw in ipairs(draws) do
		local row = {}
		for t = 1, 5 do row[t] = 2 + math.floor(draw[t] * 6) end
		local first = 1 + math.floor(draw[6] * 4)
		local second = first + 1 + math.floor(draw[7] * (5 - first))
		labels[i] = draw[8] < 0.5 and 0 or 1
		row[first], row[second] = labels[i], 1 - labels[i]
		rows[i] = row
	end
	return rows, labels
end

local eye = T.eye(8)
local function columns_of(rows)
	local columns = {}
	for t = 1, #rows[1] do
		local ids = {}
		for i, row in ipairs(rows) do ids[i] = row[t] end
		columns[t] = nn.f.embedding(eye, T.tensor(ids, "i32"))
	end
	return columns
end

local rows, labels = sequences(800, 1)
local columns, targets = columns_of(rows), T.tensor(labels, "i32")

local order = new_cell(8, 16, 2)
train(order, 250, 0.01, function()
	return nn.cross_entropy(read(columns, order):matmul(order.wo) + order.bo, targets)
end)

local bag = { wo = weights(8, 2), bo = T.zeros(2):requires_grad() }
train(bag, 250, 0.01, function()
	return nn.cross_entropy(count(columns):matmul(bag.wo) + bag.bo, targets)
end)

-- 해마다의 태양 활동을 닮은 309년. 11년쯤의 주기에 세기와 길이가 조금씩 달라집니다.
local function cycle()
	T.seed(1700)
	local noise, values, phase, height = T.randn(309, 3):totable(), {}, 0, 1
	for year = 1, 309 do
		phase = phase + 2 * math.pi / 11 * (1 + 0.12 * noise[year][1])
		height = 1 + 0.9 * (height - 1) + 0.12 * noise[year][2]
		values[year] = math.max(0, height) * (1 - math.cos(phase)) / 2 + 0.06 * noise[year][3]
	end
	return values
end

local years = cycle()
local function windows(from, to)
	local cols, wanted = {}, {}
	for k = 1, window do
		local list = {}
		for year = from, to do list[#list + 1] = { years[year - window + k - 1] } end
		cols[k] = T.tensor(list)
	end
	for year = from, to do wanted[#wanted + 1] = { years[year] } end
	return cols, T.tensor(wanted)
end

local past, next_value = windows(window + 1, 240)
local sun = new_cell(1, 16, 1)
train(sun, 300, 0.01, function()
	return nn.mse(read(past, sun):matmul(sun.wo) + sun.bo, next_value)
end)

return { step = step, read = read, count = count, order = order, bag = bag, sun = sun, window = window, years = years }
