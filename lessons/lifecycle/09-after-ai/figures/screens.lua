-- One model, two screens: how many of its mistakes a clerk catches who has time to look twice at some of the answers.

local T = require "tensor"
local desk = require "lifecycle.desk"

local COUNT = 120

local function overlap(a, b)
	local sum = 0
	for k = 1, #a do sum = sum + a[k] * b[k] end
	return sum
end

local function start(state)
	local log = desk.questions { count = 300, seed = state.seed }
	local classify = desk.train(log)
	local past = {}
	for i, entry in ipairs(log) do past[i] = desk.counts(entry.text) end
	state.list, state.wrong = {}, 0
	for i, entry in ipairs(desk.questions { count = COUNT, seed = state.seed + 100, since = 0.3 }) do
		local topic, sure = desk.best(classify(entry.text))
		local v, near, at = desk.counts(entry.text), -1, 1
		for k = 1, #past do
			local score = overlap(past[k], v)
			if log[k].topic == topic and score > near then near, at = score, k end
		end
		state.list[i] = { text = entry.text, truth = entry.topic, topic = topic, sure = sure, near = log[at].text }
		if topic ~= entry.topic then state.wrong = state.wrong + 1 end
	end
	T.seed(state.seed)
	state.blind = T.permutation(COUNT):totable()
	for k = 1, COUNT do state.blind[k] = state.blind[k] + 1 end
	state.guided = {}
	for k = 1, COUNT do state.guided[k] = k end
	table.sort(state.guided, function(a, b)
		local x, y = state.list[a].sure, state.list[b].sure
		return x < y or (x == y and a < b)
	end)
end

local function caught(state, order)
	local count = 0
	for k = 1, state.looks do
		local entry = state.list[order[k]]
		if entry.topic ~= entry.truth then count = count + 1 end
	end
	return count
end

local function cut(text, cells)
	local out, used = "", 0
	for _, code in utf8.codes(text) do
		local wide = code > 0x1100 and 2 or 1
		if used + wide > cells then return out .. "…" end
		out, used = out .. utf8.char(code), used + wide
	end
	return out
end

return {
	keys = {
		{ "left/right", "다시 살펴볼 수 있는 건수" },
		{ "up/down", "다른 문의 보기" },
		{ "n", "다른 하루" },
	},

	init = function()
		local state = { looks = 30, at = 1, seed = 1 }
		start(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.looks = math.max(0, state.looks - 5)
		elseif key == "right" then state.looks = math.min(COUNT, state.looks + 5)
		elseif key == "up" then state.at = state.at % COUNT + 1
		elseif key == "down" then state.at = (state.at - 2) % COUNT + 1
		elseif key == "n" then
			state.seed = state.seed + 1
			start(state)
		end
	end,

	draw = function(state, canvas)
		local entry = state.list[state.at]
		local name = desk.topics[entry.topic + 1].name
		canvas:text(1, 1, string.format("손님 %d: “%s”", state.at, cut(entry.text, 60)), "bold")
		canvas:box(1, 2, 24, 6, "화면 가")
		canvas:text(3, 4, "분류: " .. name)
		canvas:text(3, 6, "코드 0." .. string.format("%03d", math.floor(entry.sure * 999)), "dim")
		canvas:box(27, 2, 51, 6, "화면 나")
		local doubt = entry.sure < 0.6
		canvas:text(29, 3, string.format("‘%s’ 문의 같아요  %d%%%s", name, math.floor(entry.sure * 100 + 0.5), doubt and "  확실하지 않아요" or ""),
			doubt and "warn" or "good")
		canvas:text(29, 4, "비슷한 옛 문의: " .. cut(entry.near, 30), "dim")
		canvas:text(29, 6, "[ 맞아요 ]  [ 아니에요, 고칠게요 ]")
		canvas:text(1, 9, string.format("문의 %d건 가운데 모델이 틀린 것 %d건. 직원이 다시 살펴볼 수 있는 것 %d건.", COUNT, state.wrong, state.looks))
		local blind, guided = caught(state, state.blind), caught(state, state.guided)
		canvas:text(1, 11, "화면 가: 아무 건이나 골라 살핌", "dim")
		canvas:text(1, 13, "화면 나: 자신 없는 건부터 살핌", "dim")
		canvas:bars(34, 11, 34, 1, { blind }, { min = 0, max = math.max(1, state.wrong) })
		canvas:bars(34, 13, 34, 1, { guided }, { min = 0, max = math.max(1, state.wrong) })
		canvas:text(1, 15, string.format("같은 모델, 같은 수고인데 잡아낸 실수는 %d건과 %d건입니다.", blind, guided), "accent")
		canvas:text(1, 16, entry.topic == entry.truth and "지금 보이는 문의는 맞혔습니다." or
			string.format("지금 보이는 문의는 틀렸습니다. 실제로는 ‘%s’입니다.", desk.topics[entry.truth + 1].name),
			entry.topic == entry.truth and "dim" or "warn")
	end,

	say = function(state)
		return string.format("모델이 틀린 %d건 가운데, %d건을 다시 살펴 화면 가에서는 %d건, 화면 나에서는 %d건을 잡았습니다.", state.wrong, state.looks,
			caught(state, state.blind), caught(state, state.guided))
	end,
}
