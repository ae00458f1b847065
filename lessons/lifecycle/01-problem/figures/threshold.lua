-- The cost of a threshold: 4,000 made-up loan applications whose true probabilities are known.

local data = require "data"

local MISSES = { 300, 150, 40 } -- 10,000 won
local ALARM = 40
local COUNT = 4000

local function load(state)
	local table_ = data.credit { count = COUNT, seed = 1, rate = state.rare and 0.02 or 0.12, fraud = state.rare and 0 or 0.01 }
	state.p, state.y = table_.probability:totable(), table_.truth:totable()
	state.bad = 0
	for _, y in ipairs(state.y) do state.bad = state.bad + y end
end

local function score(state, threshold)
	local miss, alarm = 0, 0
	for i = 1, COUNT do
		local refused = state.p[i] >= threshold
		if refused and state.y[i] == 0 then alarm = alarm + 1 end
		if not refused and state.y[i] == 1 then miss = miss + 1 end
	end
	return {
		miss = miss, alarm = alarm,
		accuracy = 1 - (miss + alarm) / COUNT,
		recall = (state.bad - miss) / state.bad,
		cost = (miss * MISSES[state.miss] + alarm * ALARM) / COUNT,
	}
end

local function refresh(state)
	state.costs, state.accuracies, state.best, state.top = {}, {}, 1, 1
	for k = 1, 100 do
		local s = score(state, k / 100)
		state.costs[k], state.accuracies[k] = s.cost, s.accuracy
		if s.cost < state.costs[state.best] then state.best = k end
		if s.accuracy > state.accuracies[state.top] then state.top = k end
	end
	state.most = math.max(table.unpack(state.costs))
end

return {
	keys = {
		{ "left/right", "임계값 옮기기" },
		{ "c", "놓침의 값 바꾸기" },
		{ "r", "부실이 드문 세상" },
		{ "b", "가장 싼 임계값으로" },
	},

	init = function()
		local state = { at = 50, miss = 1, rare = false }
		load(state)
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.at = math.max(1, state.at - 1)
		elseif key == "right" then state.at = math.min(100, state.at + 1)
		elseif key == "b" then state.at = state.best
		elseif key == "c" then state.miss = state.miss % #MISSES + 1; refresh(state)
		elseif key == "r" then state.rare = not state.rare; load(state); refresh(state)
		end
	end,

	draw = function(state, canvas)
		local s = score(state, state.at / 100)
		canvas:text(1, 1, string.format("신청 %d건 · 부실 %d건(%.1f %%) · 놓침 %d만 원, 헛거절 %d만 원", COUNT, state.bad,
			100 * state.bad / COUNT, MISSES[state.miss], ALARM), "bold")
		canvas:text(1, 3, string.format("한 건에 드는 비용 (0~%.0f만 원)", state.most), "s1")
		canvas:line(1, 4, 50, 5, { state.costs }, { min = 0, max = state.most })
		canvas:text(1, 9, "정확도 (0~1)", "s2")
		canvas:line(1, 10, 50, 4, { state.accuracies }, { min = 0, max = 1 })
		local x = 8 + math.floor((state.at - 1) * 42 / 99 + 0.5) -- under the plots, right of their axis
		canvas:text(x, 14, "▲", "accent")
		canvas:text(8, 15, "0", "dim")
		canvas:text(26, 15, "임계값", "dim")
		canvas:text(50, 15, "1", "dim")
		canvas:text(54, 3, string.format("임계값 %.2f", state.at / 100), "accent")
		canvas:text(54, 5, string.format("놓침    %4d건", s.miss), "bad")
		canvas:text(54, 6, string.format("헛거절  %4d건", s.alarm), "warn")
		canvas:text(54, 7, string.format("정확도  %.3f", s.accuracy))
		canvas:text(54, 8, string.format("재현율  %.3f", s.recall))
		canvas:text(54, 9, string.format("비용    %.2f만 원", s.cost), "accent")
		canvas:text(54, 11, string.format("가장 싼 곳   %.2f", state.best / 100), "good")
		canvas:text(54, 12, string.format("  비용 %.2f만 원", state.costs[state.best]), "good")
		canvas:text(54, 13, string.format("정확도 최고  %.2f", state.top / 100), "dim")
		canvas:text(54, 14, string.format("  비용 %.2f만 원", state.costs[state.top]), "dim")
	end,

	say = function(state)
		local s = score(state, state.at / 100)
		return string.format("임계값 %.2f에서 놓침 %d건, 헛거절 %d건, 정확도 %.3f, 재현율 %.3f, 한 건에 드는 비용은 %.2f만 원입니다. 가장 싼 임계값은 %.2f(%.2f만 원), 정확도가 가장 높은 임계값은 %.2f(%.2f만 원)입니다.",
			state.at / 100, s.miss, s.alarm, s.accuracy, s.recall, s.cost, state.best / 100, state.costs[state.best],
			state.top / 100, state.costs[state.top])
	end,
}
