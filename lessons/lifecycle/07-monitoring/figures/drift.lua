-- Two windows of applications to the credit union: what can be seen without labels, and what the labels say when they come.

local data = require "data"
local stats = require "stats"
local project = require "lifecycle.project"

local KINDS = {
	{ "none", "변화 없음" },
	{ "harmless", "계좌 수만 늘어남" },
	{ "rich", "소득이 넉넉한 손님이 몰려옴" },
	{ "covariate", "소득이 줄고 빚이 늘어남" },
	{ "corrupt", "소득이 10분의 1로 들어옴(단위 사고)" },
	{ "concept", "부실의 규칙이 바뀜" },
	{ "label", "모두가 더 자주 못 갚음" },
}
local NAMES = { "나이", "소득", "부채", "연체", "기간", "신청액", "자영업", "계좌" }

local function known(list)
	local out = {}
	for _, x in ipairs(list) do
		if x == x then out[#out + 1] = x end
	end
	return out
end

-- Splits 8,000 applications into the window before and after the change.
local function windows(state, kind)
	local raw = data.credit { count = 8000, months = 20, seed = 77, drift = kind == "rich" and "none" or kind, drift_month = 11 }
	local rows, truth, month = raw.features:totable(), raw.truth:totable(), raw.month:totable()
	local parts = { {}, {} }
	for i, row in ipairs(rows) do
		local part = parts[month[i] < 11 and 1 or 2]
		if kind ~= "rich" or month[i] < 11 or row[2] >= 400 then
			part[#part + 1] = { row = row, y = truth[i], p = project.probability(state.model, project.transform(state.fitted, row)) }
		end
	end
	return parts[1], parts[2]
end

local function column(part, read)
	local out = {}
	for i, e in ipairs(part) do out[i] = read(e) end
	return known(out)
end

local function measured(state, part)
	local m = { right = 0, expected = 0, cost = 0, brier = 0, refused = 0 }
	for _, e in ipairs(part) do
		local said = e.p >= state.threshold and 1 or 0
		m.right = m.right + (said == e.y and 1 or 0)
		m.expected = m.expected + (said == 1 and e.p or 1 - e.p)
		m.refused = m.refused + said
		m.brier = m.brier + (e.p - e.y) ^ 2
		if e.y == 1 and said == 0 then m.cost = m.cost + state.costs.miss end
		if e.y == 0 and said == 1 then m.cost = m.cost + state.costs.alarm end
	end
	for name, value in pairs(m) do m[name] = value / #part end
	return m
end

local function refresh(state)
	local kind = KINDS[state.kind][1]
	if not state.kept[kind] then
		local before, after = windows(state, kind)
		local now = { psi = {}, before = measured(state, before), after = measured(state, after), count = #after }
		for c = 1, #NAMES do
			local function read(e) return e.row[c] end
			now.psi[c] = stats.psi(column(before, read), column(after, read))
		end
		local function read(e) return e.p end
		now.predicted = stats.psi(column(before, read), column(after, read))
		state.kept[kind] = now
	end
	state.now = state.kept[kind]
end

return {
	keys = {
		{ "left/right", "무엇이 변했나" },
		{ "a", "정답이 도착하면" },
	},

	init = function()
		local all = project.stage(5, true)
		local state = { kind = 1, opened = false, kept = {}, fitted = all[3].transform, model = all[4],
			threshold = all[5].threshold, costs = all[1].costs }
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.kind = (state.kind - 2) % #KINDS + 1
		elseif key == "right" then state.kind = state.kind % #KINDS + 1
		elseif key == "a" then state.opened = not state.opened
		else return end
		refresh(state)
	end,

	draw = function(state, canvas)
		local now = state.now
		canvas:text(1, 1, string.format("%d/%d %s", state.kind, #KINDS, KINDS[state.kind][2]), "bold")
		canvas:text(1, 3, "입력의 PSI (0.2부터 변화)", "dim")
		for c, name in ipairs(NAMES) do
			local value = now.psi[c]
			local style = value >= 0.2 and "warn" or "normal"
			canvas:text(1, 3 + c, name, style)
			canvas:text(9, 3 + c, string.format("%5.2f", value), style)
			canvas:text(15, 3 + c, string.rep("█", math.min(18, math.ceil(value * 12 - 0.2))), style)
		end
		canvas:text(1, 13, string.format("예측   %6.2f", now.predicted), now.predicted >= 0.2 and "warn" or "normal")
		canvas:text(15, 13, string.rep("█", math.min(18, math.ceil(now.predicted * 12 - 0.2))), now.predicted >= 0.2 and "warn" or "normal")

		canvas:text(38, 3, "                    전      후", "dim")
		canvas:text(38, 4, string.format("거절하는 비율    %.3f   %.3f", now.before.refused, now.after.refused))
		canvas:text(38, 5, string.format("짐작한 정확도    %.3f   %.3f", now.before.expected, now.after.expected), "accent")
		canvas:text(38, 7, "── 열두 달 뒤 정답이 오면 ──", "dim")
		if state.opened then
			canvas:text(38, 8, string.format("진짜 정확도      %.3f   %.3f", now.before.right, now.after.right), "good")
			canvas:text(38, 9, string.format("브라이어 점수    %.3f   %.3f", now.before.brier, now.after.brier))
			canvas:text(38, 10, string.format("비용(만 원)     %6.2f  %6.2f", now.before.cost, now.after.cost), "accent")
		else
			canvas:text(38, 8, "아직 모릅니다. 오늘 가진 것만으로")
			canvas:text(38, 9, "괜찮은지 먼저 말해 보고, a를 누르세요.")
		end
		canvas:text(38, 13, string.format("뒤의 창 %d건", now.count), "dim")
		canvas:text(1, 15, "앞의 창은 1~10달, 뒤의 창은 11~20달입니다.", "dim")
	end,

	say = function(state)
		local now, top = state.now, 1
		for c = 2, #NAMES do
			if now.psi[c] > now.psi[top] then top = c end
		end
		local text = string.format("%s. 가장 많이 변한 입력은 %s(PSI %.2f), 예측의 PSI는 %.2f, 짐작한 정확도는 %.3f에서 %.3f로 바뀝니다.",
			KINDS[state.kind][2], NAMES[top], now.psi[top], now.predicted, now.before.expected, now.after.expected)
		if state.opened then
			text = text .. string.format(" 진짜 정확도는 %.3f에서 %.3f로, 비용은 %.2f만 원에서 %.2f만 원으로 바뀝니다.",
				now.before.right, now.after.right, now.before.cost, now.after.cost)
		end
		return text
	end,
}
