-- Twenty samples collected in the same way: their averages flutter around a place that more rows do not move.

local data = require "data"
local stats = require "stats"

local SIZES = { 500, 1000, 5000 }
local BIASES = { 0, 0.5, 0.8, 0.95 }
local SAMPLES = 20
local LOW, HIGH, WIDTH = 0.08, 0.18, 60

-- Shares of the groups and share of bad loans in each.
local function describe(sample)
	local counts, bad = { 0, 0, 0 }, { 0, 0, 0 }
	local labels = sample.truth:totable()
	for i, group in ipairs(sample.group:totable()) do
		counts[group + 1] = counts[group + 1] + 1
		bad[group + 1] = bad[group + 1] + labels[i]
	end
	return counts, bad
end

local function refresh(state)
	state.plain, state.weighted, state.counts = {}, {}, { 0, 0, 0 }
	local size, bias = SIZES[state.size], BIASES[state.bias]
	for k = 1, SAMPLES do
		local sample = data.credit { count = size, bias = bias, seed = state.from + k }
		local counts, bad = describe(sample)
		local all, fixed = 0, 0
		for g = 1, 3 do
			all = all + bad[g]
			if counts[g] > 0 then fixed = fixed + sample.shares[g] * bad[g] / counts[g] end
			state.counts[g] = state.counts[g] + counts[g]
		end
		state.plain[k], state.weighted[k] = all / size, fixed
		state.shares = sample.shares
	end
end

-- Dots of the twenty averages on one line; where several fall together a larger mark stands.
local function strip(canvas, y, values, style)
	local cells = {}
	for _, value in ipairs(values) do
		local x = math.floor((value - LOW) / (HIGH - LOW) * (WIDTH - 1) + 0.5)
		x = math.max(0, math.min(WIDTH - 1, x))
		cells[x] = (cells[x] or 0) + 1
	end
	for x, count in pairs(cells) do
		canvas:text(12 + x, y, count > 3 and "#" or (count > 1 and "*" or "+"), style)
	end
end

return {
	keys = {
		{ "left/right", "치우침" },
		{ "up/down", "모은 건수" },
		{ "r", "다시 스무 번 모으기" },
	},

	init = function()
		local state = { size = 1, bias = 3, from = 0 }
		local all = data.credit { count = 100000, seed = 1 }
		local counts, bad = describe(all)
		state.truth = (bad[1] + bad[2] + bad[3]) / all.count
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.bias = math.max(1, state.bias - 1)
		elseif key == "right" then state.bias = math.min(#BIASES, state.bias + 1)
		elseif key == "down" then state.size = math.max(1, state.size - 1)
		elseif key == "up" then state.size = math.min(#SIZES, state.size + 1)
		elseif key == "r" then state.from = state.from + SAMPLES
		end
		refresh(state)
	end,

	draw = function(state, canvas)
		local size, bias = SIZES[state.size], BIASES[state.bias]
		canvas:text(1, 1, string.format("%d건씩 스무 번 모으기 · 빠지는 고령 신청자 %.0f %%", size, 100 * bias), "bold")
		local names = { "청년", "중장년", "고령" }
		for g = 1, 3 do
			local share = state.counts[g] / (size * SAMPLES)
			canvas:text(1, 2 + g, names[g])
			canvas:text(10, 2 + g, string.rep("■", math.floor(share * 50 + 0.5)), "s1")
			canvas:text(38, 2 + g, string.format("표 %.3f  실제 %.2f  무게 %s", share, state.shares[g],
				share > 0 and string.format("%.2f", state.shares[g] / share) or "없음"), share < state.shares[g] * 0.8 and "bad" or "normal")
		end
		local plain, weighted = stats.summary(state.plain), stats.summary(state.weighted)
		local x = 12 + math.floor((state.truth - LOW) / (HIGH - LOW) * (WIDTH - 1) + 0.5)
		canvas:text(1, 7, string.format("부실 비율 (실제 %.3f는 ▼)", state.truth), "dim")
		canvas:text(x, 8, "▼", "accent")
		canvas:text(1, 9, "그냥 평균", "bad")
		strip(canvas, 9, state.plain, "bad")
		canvas:text(1, 11, "무게 달고", "good")
		strip(canvas, 11, state.weighted, "good")
		canvas:text(x, 10, "│", "accent")
		canvas:text(x, 12, "▲", "accent")
		canvas:text(12, 13, string.format("%.2f", LOW), "dim")
		canvas:text(12 + WIDTH - 4, 13, string.format("%.2f", HIGH), "dim")
		canvas:text(1, 15, string.format("그냥 평균 %.3f ± %.3f", plain.mean, plain.std), "bad")
		canvas:text(28, 15, string.format("무게 단 평균 %.3f ± %.3f", weighted.mean, weighted.std), "good")
		canvas:text(56, 15, string.format("치우침 %+.3f → %+.3f", plain.mean - state.truth, weighted.mean - state.truth))
	end,

	say = function(state)
		local plain, weighted = stats.summary(state.plain), stats.summary(state.weighted)
		return string.format("%d건씩 스무 번 모았고 고령 신청자의 %.0f퍼센트가 빠집니다. 실제 부실 비율 %.3f, 그냥 평균 %.3f에 흔들림 %.3f, 무게를 단 평균 %.3f에 흔들림 %.3f입니다.",
			SIZES[state.size], 100 * BIASES[state.bias], state.truth, plain.mean, plain.std, weighted.mean, weighted.std)
	end,
}
