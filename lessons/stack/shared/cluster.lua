-- A training cluster in numbers: how long a step takes on n devices, and what failures cost.
--
--   local cluster = require "stack.cluster"
--   local job = cluster.job
--   cluster.step_seconds(job, 64, 1)        -- simulated: the slowest device, the ring, the part that is not shared
--   cluster.efficiency(job, 64, 1)          -- throughput per device against one device alone
--   cluster.run(86400 * 10, 3600, { save = 120, restart = 600, mtbf = 86400 }, 1)   -- seconds until the work is done

local T = require "tensor"

local cluster = {}

-- Every device sees its own 32 examples a step; what is exchanged is the gradient of 100 million parameters.
cluster.job = {
	compute = 0.20, -- seconds of computing a step
	serial = 0.01, -- seconds a step that no device can share
	bytes = 4e8, -- of gradient
	bandwidth = 1e10, -- bytes a second between neighbours
	latency = 5e-6, -- seconds a message
	jitter = 0.04, -- a device may be so much slower
}

-- One step with n devices in a ring: 2(n-1) messages of bytes/n each; everybody waits for the slowest.
function cluster.step_seconds(job, n, seed, steps)
	steps = steps or 100
	T.seed(seed)
	local slowest = T.rand(steps, n):max(2):mean():item()
	local ring = n > 1 and 2 * (n - 1) * (job.latency + job.bytes / n / job.bandwidth) or 0
	return job.compute * (1 + job.jitter * slowest) + job.serial + ring
end

function cluster.efficiency(job, n, seed)
	return cluster.step_seconds(job, 1, seed) / cluster.step_seconds(job, n, seed)
end

-- The time work seconds of training take when a checkpoint is saved every interval seconds and the cluster stops, on
-- average, every mtbf seconds. Returns the time and how often it stopped.
function cluster.run(work, interval, cost, seed)
	T.seed(seed)
	local clock, done, stops = 0, 0, 0
	local draws, at = T.rand(4096):totable(), 0
	local function draw()
		at = at % #draws + 1
		return -cost.mtbf * math.log(1 - draws[at])
	end
	local next_stop = draw()
	while done < work do
		local piece = math.min(interval, work - done)
		if clock + piece + cost.save <= next_stop then
			clock, done = clock + piece + cost.save, done + piece
		else
			stops = stops + 1
			clock = math.max(clock, next_stop) + cost.restart
			next_stop = clock + draw()
		end
	end
	return clock, stops
end

-- The same on average, by the formula for stops that come at random (Daly 2006): a piece and its checkpoint are tried until
-- they fit between two stops.
function cluster.expected(work, interval, cost)
	local m = cost.mtbf
	return work / interval * (m + cost.restart) * (math.exp((interval + cost.save) / m) - 1)
end

-- The interval that makes cluster.expected smallest, by golden section.
function cluster.best_interval(cost)
	local low, high = 1, cost.mtbf * 3
	local ratio = (math.sqrt(5) - 1) / 2
	for _ = 1, 100 do
		local a, b = high - ratio * (high - low), low + ratio * (high - low)
		if cluster.expected(1, a, cost) < cluster.expected(1, b, cost) then high = b else low = a end
	end
	return (low + high) / 2
end

return cluster
