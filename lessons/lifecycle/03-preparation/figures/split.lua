-- Random rows against rows in order of time: which test score foretells the year that nobody has seen yet?

local T = require "tensor"
local ml = require "ml"
local stats = require "stats"
local air = require "lifecycle.air"

local YEARS = 44
local MODELS = { "가장 가까운 주의 값", "추세와 계절의 식" }

-- Predictions for the weeks asked, from the weeks known.
local function predict(model, known, values, asked)
	local out = {}
	if model == 1 then
		local at = 1
		for i, week in ipairs(asked) do
			while at < #known and math.abs(known[at + 1] - week) <= math.abs(known[at] - week) do at = at + 1 end
			out[i] = values[known[at]]
		end
		return out
	end
	local x, y, ask = {}, {}, {}
	for i, week in ipairs(known) do x[i], y[i] = air.features(week), values[week] end
	for i, week in ipairs(asked) do ask[i] = air.features(week) end
	local given = ml.ridge(x, y):predict(ask):totable()
	return given
end

local function error_of(state, known, asked)
	local truth = {}
	for i, week in ipairs(asked) do truth[i] = state.truth[week] end
	return stats.rmse(truth, predict(state.model, known, state.values, asked))
end

local function refresh(state)
	local all, past, year = {}, {}, air.per_year
	state.last = math.floor((YEARS - 1) * year)
	for week = 1, state.last do
		if state.values[week] == state.values[week] then all[#all + 1] = week end
	end
	-- at random: about one week in five; in time: the last year
	T.seed(7)
	local chance, train, test, late = T.rand(#all):totable(), {}, {}, {}
	for i, week in ipairs(all) do
		if chance[i] < 0.2 then test[#test + 1] = week else train[#train + 1] = week end
		if week > state.last - year then late[#late + 1] = week else past[#past + 1] = week end
	end
	local future = {}
	for week = state.last + 1, #state.values do future[#future + 1] = week end
	state.random = error_of(state, train, test)
	state.time = error_of(state, past, late)
	state.future = error_of(state, all, future)
	state.shown = state.split == 1 and test or late
end

return {
	keys = {
		{ "s", "무작위/시간 순" },
		{ "m", "모델 바꾸기" },
	},

	init = function()
		local state = { split = 1, model = 1 }
		state.values, state.truth = air.weekly { years = YEARS, seed = 1 }
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "s" then state.split = 3 - state.split
		elseif key == "m" then state.model = 3 - state.model
		end
		refresh(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("이산화탄소 %d년 · 모델: %s", YEARS - 1, MODELS[state.model]), "bold")
		-- the last three years, one week a column
		local from, marked = state.last - 156, {}
		for _, week in ipairs(state.shown) do marked[week] = true end
		local line = {}
		for k = 1, 156 do
			local value = state.values[from + k]
			line[k] = value == value and value or line[k - 1] or 370
		end
		canvas:line(1, 2, 76, 6, { line }, { min = 364, max = 378 })
		for k = 1, 156, 2 do
			local test = marked[from + k] or marked[from + k + 1]
			local x = 8 + (k - 1) * 68 // 155
			canvas:text(x, 8, test and "▲" or "·", test and "bad" or "dim")
		end
		canvas:text(1, 9, "마지막 3년. ▲는 시험에 쓴 주, ·는 훈련에 쓴 주", "dim")
		canvas:text(1, 11, string.format("%s무작위로 나눈 시험의 오차   %6.3f", state.split == 1 and "▸ " or "  ", state.random), state.split == 1 and "accent" or "normal")
		canvas:text(1, 12, string.format("%s시간 순으로 나눈 시험의 오차 %6.3f", state.split == 2 and "▸ " or "  ", state.time), state.split == 2 and "accent" or "normal")
		canvas:text(1, 14, string.format("  아무도 보지 못한 다음 해의 오차 %6.3f", state.future), "good")
		canvas:text(46, 11, string.rep("■", math.floor(state.random * 8 + 0.5)), "s1")
		canvas:text(46, 12, string.rep("■", math.floor(state.time * 8 + 0.5)), "s1")
		canvas:text(46, 14, string.rep("■", math.floor(state.future * 8 + 0.5)), "good")
		canvas:text(1, 15, "오차는 평균 제곱근 오차(ppm)", "dim")
	end,

	say = function(state)
		return string.format("모델은 %s입니다. 무작위 분할의 오차 %.3f, 시간 순 분할의 오차 %.3f, 실제 다음 해의 오차 %.3f입니다.", MODELS[state.model],
			state.random, state.time, state.future)
	end,
}
