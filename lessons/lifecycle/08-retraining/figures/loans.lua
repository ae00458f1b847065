-- Stage 8 of the project under several mixes: the loan model goes on after the world has changed.

local project = require "lifecycle.project"
local stage = require "lifecycle.stage8"

local OLD, NEW = { 0, 150, 300, 600, 1200, 2400 }, { 150, 300, 600 }
local WORLDS = {
	{ "concept", "규칙이 바뀐 세상: 자영업이 훨씬 위험해졌습니다" },
	{ "harmless", "겉만 바뀐 세상: 상관없는 계좌 수만 늘었습니다" },
}

local function run(state)
	local options = {}
	for name, value in pairs(stage.options) do options[name] = value end
	options.drift, options.new, options.old = WORLDS[state.drift][1], NEW[state.new], OLD[state.old]
	state.result = stage.run(state.before, options, state.seed)
	state.options = options
end

return {
	keys = {
		{ "left/right", "섞을 옛 대출의 수" },
		{ "up/down", "결과가 나온 새 대출의 수" },
		{ "d", "바뀐 세상 고르기" },
		{ "n", "다른 석 달" },
	},

	init = function()
		local state = { old = 1, new = 2, drift = 1, seed = 8, before = project.stage(5, true) }
		run(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.old = math.max(1, state.old - 1)
		elseif key == "right" then state.old = math.min(#OLD, state.old + 1)
		elseif key == "up" then state.new = math.min(#NEW, state.new + 1)
		elseif key == "down" then state.new = math.max(1, state.new - 1)
		elseif key == "d" then state.drift = state.drift % #WORLDS + 1
		elseif key == "n" then state.seed = state.seed + 1
		else return end
		run(state)
	end,

	draw = function(state, canvas)
		local s = state.result.scores
		canvas:text(1, 1, WORLDS[state.drift][2], "bold")
		canvas:text(1, 2, string.format("새 대출 %d건 + 옛 대출 %d건", NEW[state.new], OLD[state.old]), "accent")
		canvas:text(1, 4, "한 건에 드는 비용(만 원, 낮을수록 좋음)", "dim")
		canvas:text(29, 5, "옛 세상    새 세상", "dim")
		local rows = {
			{ "champion", "지금 모델(챔피언)" }, { "new_only", "새것만으로 재훈련" }, { "mix", "섞어서 재훈련" },
		}
		for i, row in ipairs(rows) do
			local value = s[row[1]]
			local won = state.result.winner == row[1]
			canvas:text(1, 5 + i, (won and "★ " or "  ") .. row[2], won and "good" or "normal")
			canvas:text(29, 5 + i, string.format("%6.2f     %6.2f", value.old, value.new), won and "good" or "normal")
			if i > 1 then
				canvas:text(50, 5 + i, string.format("%+.2f  %+.2f", value.old - s.champion.old, value.new - s.champion.new), "dim")
			end
		end
		canvas:text(50, 5, "챔피언과의 차이", "dim")
		canvas:text(1, 10, "새 세상", "dim")
		canvas:bars(12, 10, 62, 3, { s.champion.new, s.new_only.new, s.mix.new }, { min = 0, max = 35, labels = { "지금", "새것", "섞음" } })
		canvas:text(1, 14, string.format("승격 규칙: 새 세상에서 %.1f 넘게 싸지고, 옛 세상에서 %.1f 넘게 비싸지지 않을 것",
			state.options.gain, state.options.lose), "dim")
		local names = { champion = "지금 모델을 그대로 씁니다.", new_only = "새것만으로 배운 모델이 이겼습니다.", mix = "섞어서 배운 모델이 이겼습니다." }
		canvas:text(1, 16, "★ " .. names[state.result.winner], state.result.winner == "champion" and "warn" or "good")
	end,

	say = function(state)
		local s = state.result.scores
		return string.format("새 대출 %d건과 옛 대출 %d건을 섞은 모델의 비용은 옛 세상 %.2f, 새 세상 %.2f입니다. 지금 모델은 %.2f, %.2f이고 새것만 배운 모델은 %.2f, %.2f입니다.",
			NEW[state.new], OLD[state.old], s.mix.old, s.mix.new, s.champion.old, s.champion.new, s.new_only.old, s.new_only.new)
	end,
}
