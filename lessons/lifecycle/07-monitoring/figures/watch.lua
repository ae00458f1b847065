-- Labels that come one by one: a Page–Hinkley detector over the mistakes of the credit union's model.

local data = require "data"
local project = require "lifecycle.project"

local COUNT, CHANGE = 10000, 5000
local WORLDS = { { "label", "5,000번째부터 모두가 더 자주 못 갚음" }, { "none", "아무것도 변하지 않음" } }
local VALUES = { { "brier", "브라이어 (확률 - 정답)²" }, { "error", "틀렸나 (0 또는 1)" } }
local DELTAS = { 0.005, 0.01, 0.02, 0.03, 0.05 }
local THRESHOLDS = { 3, 6, 12, 20, 30 }

local function stream(state, kind)
	if not state.kept[kind] then
		local raw = data.credit { count = COUNT, months = 20, seed = 201, drift = kind, drift_month = 11 }
		local rows, truth, events = raw.features:totable(), raw.truth:totable(), {}
		for i, row in ipairs(rows) do
			local p = project.probability(state.model, project.transform(state.fitted, row))
			events[i] = { brier = (p - truth[i]) ^ 2, error = (p >= state.threshold) == (truth[i] == 1) and 0 or 1 }
		end
		state.kept[kind] = events
	end
	return state.kept[kind]
end

local function mean(events, name, from, to)
	local sum = 0
	for i = from, to do sum = sum + events[i][name] end
	return sum / (to - from + 1)
end

local function refresh(state)
	local events = stream(state, WORLDS[state.world][1])
	local name, delta, limit = VALUES[state.value][1], DELTAS[state.delta], THRESHOLDS[state.limit]
	local count, average, sum, lowest = 0, 0, 0, 0
	state.alarms, state.height = {}, {}
	for i, e in ipairs(events) do
		count = count + 1
		average = average + (e[name] - average) / count
		sum = sum + e[name] - average - delta
		lowest = math.min(lowest, sum)
		state.height[i] = sum - lowest
		if count >= 30 and sum - lowest > limit then
			state.alarms[#state.alarms + 1] = i
			count, average, sum, lowest = 0, 0, 0, 0
		end
	end
	state.before, state.after = mean(events, name, 1, CHANGE), mean(events, name, CHANGE + 1, COUNT)
	state.false_alarms, state.delay = 0, nil
	for _, at in ipairs(state.alarms) do
		if at <= CHANGE or WORLDS[state.world][1] == "none" then state.false_alarms = state.false_alarms + 1
		elseif not state.delay then state.delay = at - CHANGE end
	end
	state.curve = {}
	for k = 1, 100 do
		local most = 0
		for i = (k - 1) * 100 + 1, k * 100 do most = math.max(most, state.height[i]) end
		state.curve[k] = math.min(most, 36)
	end
end

return {
	keys = {
		{ "left/right", "임계값 λ" },
		{ "up/down", "참아 주는 폭 δ" },
		{ "v", "지켜볼 값" },
		{ "w", "세상" },
	},

	init = function()
		local all = project.stage(5, true)
		local state = { world = 1, value = 1, delta = 3, limit = 3, kept = {}, fitted = all[3].transform, model = all[4],
			threshold = all[5].threshold }
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.limit = math.max(1, state.limit - 1)
		elseif key == "right" then state.limit = math.min(#THRESHOLDS, state.limit + 1)
		elseif key == "up" then state.delta = math.min(#DELTAS, state.delta + 1)
		elseif key == "down" then state.delta = math.max(1, state.delta - 1)
		elseif key == "v" then state.value = state.value % #VALUES + 1
		elseif key == "w" then state.world = state.world % #WORLDS + 1
		else return end
		refresh(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, WORLDS[state.world][2], "bold")
		canvas:text(1, 2, "지켜볼 값: " .. VALUES[state.value][2], "accent")
		canvas:text(1, 3, "쌓인 높이 (임계값을 넘으면 울리고 다시 셉니다)", "dim")
		canvas:line(1, 4, 56, 9, { state.curve }, { min = 0, max = 36 })
		canvas:text(9, 13, "1", "dim")
		canvas:text(31, 13, "5000", "dim")
		canvas:text(51, 13, "10000", "dim")
		canvas:text(59, 4, string.format("δ %.3f  λ %d", DELTAS[state.delta], THRESHOLDS[state.limit]), "accent")
		canvas:text(59, 6, "평균", "dim")
		canvas:text(59, 7, string.format("앞 %.4f", state.before))
		canvas:text(59, 8, string.format("뒤 %.4f", state.after))
		canvas:text(59, 10, string.format("헛알람 %d번", state.false_alarms), state.false_alarms > 0 and "bad" or "good")
		canvas:text(59, 11, string.format("울린 것 모두 %d번", #state.alarms), "dim")
		if WORLDS[state.world][1] ~= "none" then
			canvas:text(59, 12, state.delay and string.format("지연 %d건", state.delay) or "못 알아챔", state.delay and "good" or "bad")
		end
		canvas:text(1, 15, "값을 바꾸면 같은 변화가 보이기도 하고, 보이지 않기도 합니다.", "dim")
	end,

	say = function(state)
		local text = string.format("%s. 지켜볼 값은 %s이고 평균은 앞 %.4f, 뒤 %.4f입니다. δ %.3f, λ %d에서 헛알람은 %d번",
			WORLDS[state.world][2], VALUES[state.value][2], state.before, state.after, DELTAS[state.delta],
			THRESHOLDS[state.limit], state.false_alarms)
		if WORLDS[state.world][1] == "none" then return text .. "입니다." end
		return text .. (state.delay and string.format(", 변화를 알아챈 것은 %d건 뒤입니다.", state.delay) or ", 변화를 알아채지 못했습니다.")
	end,
}
