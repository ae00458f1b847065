-- What a model learned from a table that leaves people out says about them: new applicants, drawn evenly, whose outcome is
-- known because they are made up.

local data = require "data"
local ml = require "ml"
local project = require "lifecycle.project"

local MODELS = { "치우친 표로 훈련(우리 모델)", "LC-2의 무게를 달아 훈련", "고르게 모은 같은 크기의 표로 훈련" }
local NAMES = { "청년", "중장년", "고령" }

-- A model of the same family from a table without bias, prepared in the same way.
local function fair_model(fitted)
	local raw = project.version(2, { bias = 0 })
	local rows, labels, months, ids = raw.features:totable(), raw.labels:totable(), raw.month:totable(), raw.id:totable()
	local x, y, seen = {}, {}, {}
	for i, row in ipairs(rows) do
		if months[i] < 15 and not seen[ids[i]] then
			seen[ids[i]] = true
			x[#x + 1], y[#y + 1] = project.transform(fitted, row), labels[i]
		end
	end
	local learned = ml.logistic(x, y):learned()
	return { coefficients = learned.coefficients[1], intercept = learned.intercepts[1] }
end

local function measure(state)
	local fresh = data.credit { count = 12000, seed = 10 + state.draw }
	local truth, group, x = fresh.truth:totable(), fresh.group:totable(), {}
	for i, row in ipairs(fresh.features:totable()) do x[i] = project.transform(state.fitted, row) end
	state.found = {}
	for m, model in ipairs(state.models) do
		local groups = {}
		for g = 1, 3 do groups[g] = { count = 0, said = 0, bad = 0, missed = 0, cost = 0 } end
		for i, label in ipairs(truth) do
			local sums, p = groups[group[i] + 1], project.probability(model, x[i])
			local refused = p >= state.threshold
			sums.count, sums.said, sums.bad = sums.count + 1, sums.said + p, sums.bad + label
			if label == 1 and not refused then
				sums.missed, sums.cost = sums.missed + 1, sums.cost + state.costs.miss
			elseif label == 0 and refused then
				sums.cost = sums.cost + state.costs.alarm
			end
		end
		state.found[m] = groups
	end
end

return {
	keys = {
		{ "left/right", "모델 바꾸기" },
		{ "r", "다른 신청자 12,000건" },
	},

	init = function()
		local state = { at = 1, draw = 1, fitted = project.stage(3).transform, costs = project.stage(1).costs }
		state.threshold = project.threshold(state.costs)
		state.models = { project.stage(4), project.version(4, { weighted = true }), fair_model(state.fitted) }
		measure(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.at = (state.at + 1) % 3 + 1
		elseif key == "right" then state.at = state.at % 3 + 1
		elseif key == "r" then
			state.draw = state.draw + 1
			measure(state)
		end
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, "◂ " .. MODELS[state.at] .. " ▸", "bold")
		canvas:text(1, 2, "고르게 뽑은 새 신청자 12,000건에서 집단별로", "dim")
		for g, sums in ipairs(state.found[state.at]) do
			local y = 1 + 4 * g - 1
			local said, was = sums.said / sums.count, sums.bad / sums.count
			local low = said < was - 0.02
			canvas:text(1, y, string.format("%s %d건", NAMES[g], sums.count), "accent")
			canvas:text(1, y + 1, string.format("  모델의 확률 %.3f", said), low and "bad" or "normal")
			canvas:text(22, y + 1, string.rep("■", math.floor(said * 100 + 0.5)), low and "bad" or "s1")
			canvas:text(1, y + 2, string.format("  실제 부실   %.3f", was))
			canvas:text(22, y + 2, string.rep("■", math.floor(was * 100 + 0.5)), "s2")
			canvas:text(50, y + 1, string.format("놓친 부실 %4.1f %%", 100 * sums.missed / sums.bad))
			canvas:text(50, y + 2, string.format("한 건에   %.2f만 원", sums.cost / sums.count))
			if low then canvas:text(22, y, "실제보다 안전하다고 말합니다.", "warn") end
		end
	end,

	say = function(state)
		local old = state.found[state.at][3]
		return string.format("%s: 고령 신청자에게 모델이 말한 부실 확률은 평균 %.3f, 실제는 %.3f이고, 부실의 %.1f퍼센트를 놓쳐 한 건에 %.2f만 원이 듭니다.", MODELS[state.at],
			old.said / old.count, old.bad / old.count, 100 * old.missed / old.bad, old.cost / old.count)
	end,
}
