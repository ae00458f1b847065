-- What stage 6 decides about: a reader of hand-written digits from paper forms, what it costs on a made-up price list at each
-- precision, and the traffic it meets. Times are simulated from counts, so that they do not depend on this machine.

local T = require "tensor"
local nn = require "nn"
local data = require "data"

local serving = {}

serving.bits = { 32, 16, 8, 4, 2 }
serving.batches = { 1, 4, 16, 64 }
serving.workers = { 1, 2, 3, 4 }

-- The made-up server, 10 ms for a picture at 32 bits: multiplications a second by the bits of a number; below 8 bits the hardware gains nothing more.
local SPEED = { [32] = 2.368e6, [16] = 4.736e6, [8] = 9.472e6, [4] = 9.472e6, [2] = 9.472e6 }
local CALL = 0.003 -- seconds that every call takes, however many rows come along
local PRICE = 100 -- won for an hour of one worker

-- A small convolutional network trained on the digits, and the digits kept for its test.
function serving.reader(seed)
	local train, test = data.digits():split(0.8, seed)
	local model = nn.sequential {
		nn.conv2d { 1, 8, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		nn.conv2d { 8, 16, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		nn.flatten(), nn.linear { 64, 10 },
	}
	T.seed(seed)
	for _, p in ipairs(model:parameters()) do
		local fan = p:dim() > 1 and p:numel() / p:size(1) or 0
		p:copy(fan > 0 and T.randn(table.unpack(p.shape)) * math.sqrt(2 / fan) or T.zeros(table.unpack(p.shape)))
	end
	model:fit(train, { epochs = 20, batch_size = 32, seed = seed, optimizer = nn.adam { learning_rate = 3e-3 } })
	return model, test
end

-- Rounds every weight matrix and filter, a row for each output, to what so many bits can hold; returns what undoes it.
function serving.round(model, bits)
	local kept = {}
	for i, p in ipairs(model:parameters()) do
		kept[i] = p:detach():clone()
		if bits < 32 and p:dim() > 1 then
			local top, rows = 2 ^ (bits - 1) - 1, kept[i]:reshape(p:size(1), -1):totable()
			for _, row in ipairs(rows) do
				local most = 0
				for _, x in ipairs(row) do most = math.max(most, math.abs(x)) end
				local scale = most > 0 and most / top or 1
				for c, x in ipairs(row) do row[c] = math.floor(x / scale + 0.5) * scale end
			end
			p:copy(T.tensor(rows):reshape(table.unpack(p.shape)))
		end
	end
	return function()
		for i, p in ipairs(model:parameters()) do p:copy(kept[i]) end
	end
end

-- What is known of each precision: accuracy on the test digits (measured), kilobytes, seconds for n rows, won an hour.
function serving.profile(seed)
	local model, test = serving.reader(seed)
	local macs, weights, scales = model:macs(1, 1, 8, 8), model:parameter_count(), 8 + 16 + 10
	local profile = { accuracy = {}, kilobytes = {}, price = PRICE, macs = macs, weights = weights, call = CALL, row = {} }
	for _, bits in ipairs(serving.bits) do
		local undo = serving.round(model, bits)
		profile.accuracy[bits] = model:evaluate(test).accuracy
		undo()
		profile.kilobytes[bits] = (weights * bits / 8 + (bits < 32 and scales * 4 or 0)) / 1024
		profile.row[bits] = macs / SPEED[bits]
	end
	profile.seconds = function(bits, n) return CALL + n * macs / SPEED[bits] end
	return profile
end

-- Poisson arrivals, in seconds: parts are { seconds, requests a second }, one after the other.
function serving.traffic(parts, seed)
	T.seed(seed)
	local out, from = {}, 0
	for _, part in ipairs(parts) do
		local at, to = from, from + part[1]
		local draws = T.rand(math.ceil(part[1] * part[2] * 1.5) + 60):totable()
		for _, u in ipairs(draws) do
			at = at - math.log(1 - u) / part[2]
			if at >= to then break end
			out[#out + 1] = at
		end
		from = to
	end
	return out
end

-- The three service-level cards. limit: seconds within which the share p of the requests must be answered; nil: by the morning.
function serving.cards(profile, seed)
	local good = profile.accuracy[32] - 0.015
	return {
		{
			name = "창구의 작은 단말기", arrivals = serving.traffic({ { 240, 6 } }, seed), p = 0.95, limit = 0.05, accuracy = good,
			kilobytes = 4,
		},
		{
			name = "점심시간의 앱", arrivals = serving.traffic({ { 20, 30 }, { 10, 250 }, { 20, 30 }, { 10, 250 } }, seed + 1),
			p = 0.99, limit = 0.2, accuracy = good,
		},
		{ name = "밤새 읽는 신청서 4만 장", count = 40000, hours = 6, accuracy = good },
	}
end

-- Won a day: a service is on for 24 hours, a night's batch only as long as it computes.
function serving.cost(profile, config, card)
	if config.mode == "online" then return 24 * config.workers * profile.price end
	local calls = math.ceil(card.count / config.batch)
	local seconds = calls * profile.call + card.count * profile.row[config.bits]
	return seconds / 3600 * profile.price
end

-- Quantile of latencies: the smallest value that a share p does not exceed.
function serving.quantile(latencies, p)
	local sorted = table.move(latencies, 1, #latencies, 1, {})
	table.sort(sorted)
	return sorted[math.max(1, math.ceil(p * #sorted))]
end

-- Latencies of requests that arrive at these times (rising) at a service with so many workers. A worker that is free takes what
-- waits, at most a batch, and is busy for seconds(n); the first free worker serves first.
function serving.latencies(arrivals, workers, batch, seconds)
	local free, out, i = {}, {}, 1
	for w = 1, workers do free[w] = 0 end
	while i <= #arrivals do
		local w = 1
		for k = 2, workers do
			if free[k] < free[w] then w = k end
		end
		local start, n = math.max(free[w], arrivals[i]), 0
		while n < batch and arrivals[i + n] and arrivals[i + n] <= start do n = n + 1 end
		free[w] = start + seconds(n)
		for k = i, i + n - 1 do out[k] = free[w] - arrivals[k] end
		i = i + n
	end
	return out
end

return serving
