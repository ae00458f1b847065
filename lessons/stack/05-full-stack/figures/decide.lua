-- Sessions come in one after another; the interval of the time saved narrows until a rule can decide.

local sessions = require "stack.sessions"

local EFFECTS = { 0, 0.5, 1, 1.5, 2, 3 }
local T_VALUES = { [5] = 2.776, [10] = 2.262, [15] = 2.145, [20] = 2.093, [25] = 2.064, [30] = 2.045, [60] = 2.001, [120] = 1.980 }
local COUNTS = { 5, 10, 15, 20, 25, 30, 60, 120 }
local WORTH = 1.0

local function measure(state)
	local minutes = sessions.make { seed = state.seed, count = 120, effect = EFFECTS[state.effect] }
	local count, sum, squares = COUNTS[state.count], 0, 0
	for i = 1, count do sum = sum + minutes.prototype[i] - minutes.trained[i] end
	local mean = sum / count
	for i = 1, count do squares = squares + (minutes.prototype[i] - minutes.trained[i] - mean) ^ 2 end
	local half = T_VALUES[count] * math.sqrt(squares / (count - 1) / count)
	state.mean, state.low, state.high = mean, mean - half, mean + half
	state.decision = state.low >= WORTH and "투자" or (state.high < WORTH and "접기" or "더 시험")
end

return {
	keys = {
		{ "right/left", "세션 늘리기, 줄이기" },
		{ "up/down", "참 효과" },
		{ "r", "다른 손님들" },
	},

	init = function()
		local state = { seed = 1, effect = 4, count = 2 }
		measure(state)
		return state
	end,

	key = function(state, key)
		if key == "right" then state.count = math.min(#COUNTS, state.count + 1)
		elseif key == "left" then state.count = math.max(1, state.count - 1)
		elseif key == "up" then state.effect = math.min(#EFFECTS, state.effect + 1)
		elseif key == "down" then state.effect = math.max(1, state.effect - 1)
		elseif key == "r" then state.seed = state.seed + 1
		else return end
		measure(state)
	end,

	draw = function(state, canvas)
		canvas:text(2, 1, ("손님 %d명이 두 버전을 다 써 봄 · 참 효과 %.1f분 · 본전 %.1f분"):format(COUNTS[state.count], EFFECTS[state.effect], WORTH), "bold")
		canvas:text(2, 3, "아낀 시간(분)과 95 % 구간", "accent")
		local function column(value) return 8 + math.floor(math.max(-2, math.min(5, value)) * 9 + 18.5) end
		for minute = -2, 5 do canvas:text(column(minute), 9, tostring(minute), "dim") end
		for y = 5, 8 do
			canvas:text(column(WORTH), y, "│", "warn")
		end
		canvas:text(column(WORTH) - 2, 4, "본전", "warn")
		local first, last = column(state.low), column(state.high)
		canvas:text(first, 6, ("─"):rep(math.max(1, last - first + 1)), "s1")
		canvas:text(first, 6, "├", "s1")
		canvas:text(last, 6, "┤", "s1")
		canvas:text(column(state.mean), 6, "●", "bold")
		canvas:text(2, 11, ("잰 값 %.2f분, 구간 %.2f ~ %.2f분"):format(state.mean, state.low, state.high))
		canvas:text(2, 12, "규칙: 아래쪽이 본전 이상이면 투자, 위쪽이 본전 밑이면 접기, 걸치면 더 시험", "dim")
		canvas:text(2, 14, "정하기: " .. state.decision, state.decision == "투자" and "good" or (state.decision == "접기" and "bad" or "warn"))
	end,

	say = function(state)
		return ("손님 %d명. 아낀 시간은 평균 %.2f분, 구간은 %.2f분에서 %.2f분. 본전 %.1f분과 견주어 %s."):format(
			COUNTS[state.count], state.mean, state.low, state.high, WORTH, state.decision)
	end,
}
