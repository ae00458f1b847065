-- A minute of lunch-time traffic at a made-up server: precision, batch and workers against latency and cost.

local serving = require "lifecycle.serving"

local TRAFFIC = {
	{ "점심시간의 앱: 초당 30건, 두 번 250건", { { 20, 30 }, { 10, 250 }, { 20, 30 }, { 10, 250 } }, 0.99, 0.2 },
	{ "창구: 초당 6건", { { 60, 6 } }, 0.95, 0.05 },
}

local function refresh(state)
	local bits, batch, workers = serving.bits[state.bits], serving.batches[state.batch], serving.workers[state.workers]
	local traffic = TRAFFIC[state.traffic]
	if not state.arrivals[state.traffic] then state.arrivals[state.traffic] = serving.traffic(traffic[2], 5) end
	local arrivals = state.arrivals[state.traffic]
	local latencies = serving.latencies(arrivals, workers, batch, function(n) return state.profile.seconds(bits, n) end)
	state.count = #arrivals
	state.half, state.most = serving.quantile(latencies, 0.5), serving.quantile(latencies, traffic[3])
	state.worst = serving.quantile(latencies, 1)
	state.curve = {}
	for s = 1, 60 do state.curve[s] = 0 end
	for i, at in ipairs(arrivals) do
		local s = math.min(60, math.floor(at) + 1)
		state.curve[s] = math.min(0.4, math.max(state.curve[s], latencies[i]))
	end
	state.capacity = workers * batch / state.profile.seconds(bits, batch)
	state.cost = serving.cost(state.profile, { mode = "online", bits = bits, workers = workers })
end

return {
	keys = {
		{ "left/right", "묶음의 크기" },
		{ "up/down", "일꾼의 수" },
		{ "p", "정밀도(비트)" },
		{ "t", "손님" },
	},

	init = function()
		local state = { bits = 1, batch = 1, workers = 1, traffic = 1, arrivals = {}, profile = serving.profile(1) }
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.batch = math.max(1, state.batch - 1)
		elseif key == "right" then state.batch = math.min(#serving.batches, state.batch + 1)
		elseif key == "up" then state.workers = math.min(#serving.workers, state.workers + 1)
		elseif key == "down" then state.workers = math.max(1, state.workers - 1)
		elseif key == "p" then state.bits = state.bits % #serving.bits + 1
		elseif key == "t" then state.traffic = state.traffic % #TRAFFIC + 1
		else return end
		refresh(state)
	end,

	draw = function(state, canvas)
		local bits, traffic = serving.bits[state.bits], TRAFFIC[state.traffic]
		local kept = state.most <= traffic[4]
		canvas:text(1, 1, traffic[1], "bold")
		canvas:text(1, 2, string.format("%d비트 · 묶음 %d · 일꾼 %d", bits, serving.batches[state.batch], serving.workers[state.workers]), "accent")
		canvas:text(1, 3, "초마다 가장 오래 기다린 손님 (초, 0.4에서 자름)", "dim")
		canvas:line(1, 4, 48, 9, { state.curve }, { min = 0, max = 0.4 })
		canvas:text(9, 13, "0초", "dim")
		canvas:text(43, 13, "60초", "dim")
		canvas:text(51, 4, string.format("호출 %.1f + 건마다 %.1f ms", 1000 * state.profile.call, 1000 * state.profile.row[bits]), "dim")
		canvas:text(51, 5, string.format("많아야 초당 %.0f건", state.capacity))
		canvas:text(51, 7, string.format("p50  %7.1f ms", 1000 * state.half))
		canvas:text(51, 8, string.format("p%d  %7.1f ms", 100 * traffic[3], 1000 * state.most), kept and "good" or "bad")
		canvas:text(51, 9, string.format("약속 %7.1f ms  %s", 1000 * traffic[4], kept and "지킴" or "어김"), kept and "good" or "bad")
		canvas:text(51, 11, string.format("시험 정확도 %.3f", state.profile.accuracy[bits]))
		canvas:text(51, 12, string.format("크기 %.1f KB", state.profile.kilobytes[bits]))
		canvas:text(51, 13, string.format("하루 %d원", math.floor(state.cost)), "accent")
		canvas:text(1, 15, "서버와 값은 지어낸 것이고, 시간은 곱셈의 횟수에서 셈했습니다.", "dim")
	end,

	say = function(state)
		local bits, traffic = serving.bits[state.bits], TRAFFIC[state.traffic]
		return string.format("%s. %d비트, 묶음 %d, 일꾼 %d명이면 많아야 초당 %.0f건을 처리합니다. p50은 %.1f밀리초, p%d는 %.1f밀리초로 약속 %.0f밀리초를 %s. 시험 정확도 %.3f, 크기 %.1fKB, 하루 %d원입니다.",
			traffic[1], bits, serving.batches[state.batch], serving.workers[state.workers], state.capacity, 1000 * state.half,
			100 * traffic[3], 1000 * state.most, 1000 * traffic[4], state.most <= traffic[4] and "지킵니다" or "어깁니다",
			state.profile.accuracy[bits], state.profile.kilobytes[bits], math.floor(state.cost))
	end,
}
