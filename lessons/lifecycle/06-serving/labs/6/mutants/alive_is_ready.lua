-- mistake: a server that answers at all is taken to be ready
-- expects: 같은 말일까요
local ml = require "ml"
local mlops = require "mlops"
local serving = require "lifecycle.serving"
local project = require "lifecycle.project"

local function quantise(rows, bits)
	local integers, scales, top = {}, {}, 2 ^ (bits - 1) - 1
	for r, row in ipairs(rows) do
		local most = 0
		for _, x in ipairs(row) do most = math.max(most, math.abs(x)) end
		local scale = most > 0 and most / top or 1
		integers[r], scales[r] = {}, scale
		for c, x in ipairs(row) do integers[r][c] = math.floor(x / scale + 0.5) end
	end
	return integers, scales
end

local function simulate(arrivals, workers, batch, seconds)
	local free, waited, i = {}, {}, 1
	for w = 1, workers do free[w] = 0 end
	while i <= #arrivals do
		local w = 1
		for k = 2, workers do
			if free[k] < free[w] then w = k end
		end
		local start, n = math.max(free[w], arrivals[i]), 0
		while n < batch and arrivals[i + n] and arrivals[i + n] <= start do n = n + 1 end
		free[w] = start + seconds(n)
		for k = i, i + n - 1 do waited[k] = free[w] - arrivals[k] end
		i = i + n
	end
	return waited
end

local function kept(card, profile, c)
	if profile.accuracy[c.bits] < card.accuracy then return false end
	if card.kilobytes and profile.kilobytes[c.bits] > card.kilobytes then return false end
	if card.count then
		return math.ceil(card.count / c.batch) * profile.seconds(c.bits, c.batch) / c.workers <= card.hours * 3600
	end
	if c.mode ~= "online" then return false end
	local waited = simulate(card.arrivals, c.workers, c.batch, function(n) return profile.seconds(c.bits, n) end)
	return serving.quantile(waited, card.p) <= 0.8 * card.limit -- tomorrow's customers come at other moments
end

local function choose(card, profile)
	local best, least = nil, math.huge
	for _, mode in ipairs { "batch", "online" } do
		for _, bits in ipairs(serving.bits) do
			for _, batch in ipairs(serving.batches) do
				for _, workers in ipairs(serving.workers) do
					local c = { mode = mode, bits = bits, batch = batch, workers = workers }
					local cost = serving.cost(profile, c, card.count and card or { count = 1 })
					if cost < least and kept(card, profile, c) then best, least = c, cost end
				end
			end
		end
	end
	return best
end

local function find_skew(lab, server, rows)
	local differs = {}
	for _, row in ipairs(rows) do
		local a, b = lab(row), server(row)
		for c = 1, #a do
			if not (math.abs(a[c] - b[c]) <= 1e-9) then differs[c] = true end
		end
	end
	local out = {}
	for c in pairs(differs) do out[#out + 1] = c end
	table.sort(out)
	return out
end

local function first_minute(client, samples)
	local answer = client:get("/ready")
	if not answer then return { ready = false, failed = {} } end
	local failed = {}
	for i, sample in ipairs(samples) do
		local r = client:post("/predict", sample.body)
		local p = r and r.status == 200 and type(r.json) == "table" and r.json.probability
		if type(p) ~= "number" or not (math.abs(p - sample.probability) <= 1e-6) then failed[#failed + 1] = i end
	end
	return { ready = true, failed = failed }
end

return { quantise = quantise, simulate = simulate, choose = choose, find_skew = find_skew, first_minute = first_minute }
