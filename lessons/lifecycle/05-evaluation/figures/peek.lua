-- Models that toss a coin, marked with one and the same test: the best of many looks good until it gets a new test.

local T = require "tensor"

local MOST, QUESTIONS, FRESH = 200, 50, 1000

-- Shares of right answers of MOST coin tossers on one test, and on a new one.
local function play(state)
	T.seed(state.seed)
	local test = T.rand(MOST, QUESTIONS):totable()
	local new = T.rand(MOST, FRESH):totable()
	state.score, state.fresh = {}, {}
	for m = 1, MOST do
		local right, again = 0, 0
		for _, x in ipairs(test[m]) do right = right + (x < 0.5 and 1 or 0) end
		for _, x in ipairs(new[m]) do again = again + (x < 0.5 and 1 or 0) end
		state.score[m], state.fresh[m] = right / QUESTIONS, again / FRESH
	end
	state.best, state.renewed = {}, {}
	local best = 1
	for m = 1, MOST do
		if state.score[m] > state.score[best] then best = m end
		state.best[m], state.renewed[m] = state.score[best], state.fresh[best]
	end
end

return {
	keys = {
		{ "left/right", "한 번 덜/더 엿보기" },
		{ "up/down", "열 번 더/덜" },
		{ "r", "새로 던지기" },
	},

	init = function(seed)
		local state = { seed = 11, at = 1 }
		play(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.at = math.max(1, state.at - 1)
		elseif key == "right" then state.at = math.min(MOST, state.at + 1)
		elseif key == "up" then state.at = math.min(MOST, state.at + 10)
		elseif key == "down" then state.at = math.max(1, state.at - 10)
		elseif key == "r" then
			state.seed = state.seed + 1
			play(state)
		end
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, "동전을 던져 답하는 모델들 · 진짜 실력은 모두 0.50", "bold")
		canvas:text(1, 3, string.format("같은 시험지 %d문제를 엿본 횟수  %3d번", QUESTIONS, state.at), "accent")
		canvas:text(1, 5, "1등의 점수 (위) 와 그 1등이 새 시험지에서 받는 점수 (아래)", "dim")
		local shown, renewed = {}, {}
		for m = 1, MOST do
			shown[m] = state.best[math.min(m, state.at)]
			renewed[m] = state.renewed[math.min(m, state.at)]
		end
		canvas:line(1, 6, 52, 8, { shown, renewed }, { min = 0.4, max = 0.8 })
		canvas:text(9, 14, "1번", "dim")
		canvas:text(46, 14, "200번", "dim")
		canvas:text(56, 6, string.format("1등의 점수  %.2f", state.best[state.at]), "warn")
		canvas:text(56, 8, string.format("새 시험지   %.2f", state.renewed[state.at]), "good")
		canvas:text(56, 10, string.format("부풀린 몫  %+.2f", state.best[state.at] - state.renewed[state.at]), "bad")
		canvas:text(1, 15, "한 번 볼 때마다 실력이 늘까요, 운 좋은 것이 골라질까요?", "dim")
	end,

	say = function(state)
		return string.format("%d번 엿보았습니다. 1등의 점수는 %.2f, 그 1등이 새 시험지 %d문제에서 받는 점수는 %.2f입니다.",
			state.at, state.best[state.at], FRESH, state.renewed[state.at])
	end,
}
