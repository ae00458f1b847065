-- mistake: scores are not divided by the square root of the width
-- expects: 제곱근
local T = require "tensor"
local nn = require "nn"
local data = require "data"

local function attention(q, k, v)
	local mixed, weights, scale = {}, {}, math.sqrt(#q[1])
	for i = 1, #q do
		local row, total = {}, 0
		for j = 1, #k do
			local score = 0
			for c = 1, #q[i] do score = score + q[i][c] * k[j][c] end
			row[j] = math.exp(score)
			total = total + row[j]
		end
		mixed[i] = {}
		for c = 1, #v[1] do mixed[i][c] = 0 end
		for j = 1, #k do
			row[j] = row[j] / total
			for c = 1, #v[1] do mixed[i][c] = mixed[i][c] + row[j] * v[j][c] end
		end
		weights[i] = row
	end
	return mixed, weights
end

local function positions(count, width)
	local table_of_seats = {}
	for pos = 0, count - 1 do
		local seat = {}
		for i = 0, width - 1 do
			local angle = pos / 10000 ^ (2 * (i // 2) / width)
			seat[i + 1] = i % 2 == 0 and math.sin(angle) or math.cos(angle)
		end
		table_of_seats[pos + 1] = seat
	end
	return table_of_seats
end

local function steps(kind, n)
	return kind == "rnn" and n or 1
end

local LENGTH, WIDTH, SYMBOLS = 8, 32, 10
local seats = T.tensor(positions(LENGTH, WIDTH))

local function weights(rows, columns)
	return (T.randn(rows, columns) * (1 / math.sqrt(rows))):detach():requires_grad()
end

local function build()
	T.seed(4)
	local p = { e = weights(SYMBOLS, WIDTH), out = weights(WIDTH, SYMBOLS) }
	for layer = 1, 2 do
		for _, name in ipairs { "q", "k", "v" } do p[name .. layer] = weights(WIDTH, WIDTH) end
		p["up" .. layer], p["down" .. layer] = weights(WIDTH, 64), weights(64, WIDTH)
	end
	return p
end

-- 층마다: 어텐션 + 지름길, 피드포워드 + 지름길. ids [B, L] → 로짓 [B·L, 기호]
local function forward(p, ids, use_seats)
	local batch = ids:size(1)
	local x = nn.f.embedding(p.e, ids) * math.sqrt(WIDTH)
	if use_seats then x = x + seats end
	for layer = 1, 2 do
		local q, k, v = x:matmul(p["q" .. layer]), x:matmul(p["k" .. layer]), x:matmul(p["v" .. layer])
		local w = (q:bmm(k:transpose()) * (1 / math.sqrt(WIDTH))):softmax(-1)
		x = x + w:bmm(v)
		x = x + x:matmul(p["up" .. layer]):relu():matmul(p["down" .. layer])
	end
	return x:reshape(batch * LENGTH, WIDTH):matmul(p.out)
end

local function train(use_seats)
	local p, list = build(), {}
	for _, w in pairs(p) do list[#list + 1] = w end
	local optimizer = nn.adam { learning_rate = 2e-3 }
	for step = 1, 20 do
		local batch = data.sequence { task = "reverse", count = 64, length = LENGTH, symbols = SYMBOLS, seed = step }
		local loss = nn.cross_entropy(forward(p, batch.images, use_seats), batch.labels:reshape(64 * LENGTH))
		for _, w in ipairs(list) do w:zero_grad() end
		loss:backward()
		optimizer:step(list)
	end
	return function(ids) return T.no_grad(function() return forward(p, ids, use_seats) end) end
end

return { attention = attention, positions = positions, steps = steps, with = train(true), without = train(false) }
