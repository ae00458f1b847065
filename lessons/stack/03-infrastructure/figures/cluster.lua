-- How much faster n devices are, where the rest goes, and what stops cost: simulated with stack.cluster.

local cluster = require "stack.cluster"

local SIZES = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000 }
local WIRES = { { 1e9, "1 GB/초" }, { 1e10, "10 GB/초" }, { 1e11, "100 GB/초" } }
local SAVES = { { nil, "남기지 않음" }, { 600, "10분마다" }, { 4500, "75분마다" }, { 43200, "12시간마다" } }
local DAY, DAILY = 86400, 0.001 -- a device stops in a day with this probability
local WORK = 2 -- days of training without a stop

local function job_with(state)
	local job = {}
	for key, value in pairs(cluster.job) do job[key] = value end
	job.bandwidth = WIRES[state.wire][1]
	return job
end

local function measure(state)
	local job, n = job_with(state), SIZES[state.size]
	state.job = job
	state.step = cluster.step_seconds(job, n, 1)
	state.efficiency = cluster.efficiency(job, n, 1)
	state.ring = n > 1 and 2 * (n - 1) * (job.latency + job.bytes / n / job.bandwidth) or 0
	state.waiting = state.step - job.compute - job.serial - state.ring
	local whole = WORK * DAY
	local every = SAVES[state.save][1]
	local cost = { save = every and 120 or 0, restart = 600, mtbf = DAY / (DAILY * n) }
	state.days = cluster.expected(whole, every or whole, cost) / DAY
end

return {
	keys = {
		{ "left/right", "장비 수" },
		{ "b", "연결선의 빠르기" },
		{ "c", "체크포인트 간격" },
	},

	init = function()
		local state = { size = 4, wire = 2, save = 1 }
		measure(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.size = math.max(1, state.size - 1)
		elseif key == "right" then state.size = math.min(#SIZES, state.size + 1)
		elseif key == "b" then state.wire = state.wire % #WIRES + 1
		elseif key == "c" then state.save = state.save % #SAVES + 1
		else return end
		measure(state)
	end,

	draw = function(state, canvas)
		local n = SIZES[state.size]
		canvas:text(2, 1, ("GPU %d대 · 연결선 %s · 체크포인트 %s"):format(n, WIRES[state.wire][2], SAVES[state.save][2]), "bold")
		canvas:text(2, 3, "한 걸음에 드는 시간(초)", "accent")
		canvas:bars(2, 4, 46, 4, { state.job.compute, state.waiting, state.ring, state.job.serial },
			{ labels = { "계산", "느린 장비 기다림", "기울기 맞추기", "나눌 수 없는 일" }, min = 0, max = 1 })
		canvas:text(51, 3, "빨라진 배수", "accent")
		canvas:text(51, 4, ("바라던 배수  %d"):format(n))
		canvas:text(51, 5, ("실제 배수    %.1f"):format(n * state.efficiency), "bold")
		canvas:text(51, 6, ("확장 효율    %.3f"):format(state.efficiency), "bold")
		canvas:text(2, 9, "고장", "accent")
		canvas:text(2, 10, ("저마다 하루에 0.1 %%로 멈춘다면, %d대가 하루를 무사히 넘길 확률은 %.3f"):format(n, (1 - DAILY) ^ n))
		canvas:text(2, 11, ("멈추지 않으면 %d일 걸릴 학습을 끝내는 데 걸리는 날(평균):"):format(WORK))
		canvas:text(2, 12, state.days > 1000 and "1,000일 넘게" or ("%.2f일"):format(state.days), state.days > WORK * 1.5 and "warn" or "good")
		canvas:text(2, 14, ("10대로 100일 걸리는 계산을 %d대로 하면 %.2f일 (나눗셈으로는 %.2f일)"):format(
			n, 100 * (10 * cluster.efficiency(state.job, 10, 1)) / (n * state.efficiency), 1000 / n))
	end,

	say = function(state)
		local n = SIZES[state.size]
		return ("GPU %d대, 연결선 %s. 한 걸음 %.3f초 가운데 기울기 맞추기가 %.3f초. 실제로 %.1f배, 확장 효율 %.3f. 체크포인트 %s일 때 이틀짜리 학습은 평균 %.2f일 걸립니다."):format(
			n, WIRES[state.wire][2], state.step, state.ring, n * state.efficiency, state.efficiency, SAVES[state.save][2], state.days)
	end,
}
