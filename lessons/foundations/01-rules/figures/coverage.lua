-- Rules added one at a time to 600 refund requests: what each newly gets right, and how many requests set rules at odds.

local T = require "tensor"

local COUNT = 600
local names = { "opened", "week", "faulty", "member", "sale", "food", "custom", "receipt", "gift", "abroad", "used",
	"exchange" }

-- In the order a shop keeper would think of them. `yes` must hold, `no` must not.
local rules = {
	{ text = "불량, 영수증 → 환불", yes = { "faulty", "receipt" }, no = {}, refund = true },
	{ text = "7일 이내, 포장 그대로 → 환불", yes = { "week" }, no = { "opened" }, refund = true },
	{ text = "7일 이내, 교환 희망, 쓴 흔적 없음 → 환불", yes = { "week", "exchange" }, no = { "used" }, refund = true },
	{ text = "맞춤 제작, 불량 아님 → 거절", yes = { "custom" }, no = { "faulty" }, refund = false },
	{ text = "식품, 뜯음 → 거절", yes = { "food", "opened" }, no = {}, refund = false },
	{ text = "할인, 해외 배송, 불량 아님 → 거절", yes = { "sale", "abroad" }, no = { "faulty" }, refund = false },
	{ text = "단골, 선물, 영수증, 쓴 흔적 없음 → 환불", yes = { "member", "gift", "receipt" }, no = { "used" }, refund = true },
}

local function matches(rule, facts)
	for _, name in ipairs(rule.yes) do
		if not facts[name] then return false end
	end
	for _, name in ipairs(rule.no) do
		if facts[name] then return false end
	end
	return true
end

-- The last of the first n rules that matches decides; none: refuse. Also says whether rules disagreed.
local function decide(facts, n)
	local answer, seen_yes, seen_no = false, false, false
	for i = 1, n do
		if matches(rules[i], facts) then
			answer = rules[i].refund
			if answer then seen_yes = true else seen_no = true end
		end
	end
	return answer, seen_yes and seen_no
end

local function refresh(state)
	T.seed(state.seed)
	local rows = T.rand(COUNT, #names):totable()
	state.right, state.clash = {}, {}
	local wanted = state.exceptions and #rules or 3
	for n = 0, #rules do
		state.right[n], state.clash[n] = 0, 0
	end
	for _, row in ipairs(rows) do
		local facts = {}
		for i, name in ipairs(names) do facts[name] = row[i] < 0.35 end
		local truth = decide(facts, wanted)
		for n = 0, #rules do
			local answer, clash = decide(facts, n)
			if answer == truth then state.right[n] = state.right[n] + 1 end
			if clash then state.clash[n] = state.clash[n] + 1 end
		end
	end
end

return {
	keys = {
		{ "left/right", "규칙 수" },
		{ "e", "예외 켜고 끄기" },
		{ "n", "문의 다시 뽑기" },
	},

	init = function(seed)
		local state = { count = 3, exceptions = false, seed = seed % 1000 + 1 }
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.count = math.max(0, state.count - 1)
		elseif key == "right" then state.count = math.min(#rules, state.count + 1)
		elseif key == "e" then
			state.exceptions = not state.exceptions
			refresh(state)
		elseif key == "n" then
			state.seed = state.seed + 1
			refresh(state)
		end
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("환불 문의 %d건 · 세상의 예외 %s", COUNT, state.exceptions and "있음" or "없음"), "bold")
		canvas:text(1, 2, "   규칙                                          맞힌 건수  새로 맞힘", "dim")
		for i = 1, #rules do
			local used = i <= state.count
			canvas:text(1, i + 2, string.format("%s %d %s", used and "■" or "□", i, rules[i].text), used and "normal" or "dim")
			canvas:text(51, i + 2, string.format("%5d", state.right[i]), used and "accent" or "dim")
			canvas:text(62, i + 2, string.format("%+5d", state.right[i] - state.right[i - 1]),
				state.right[i] < state.right[i - 1] and "bad" or (used and "good" or "dim"))
		end
		local right, n = state.right[state.count], state.count
		local cells = math.floor(right * 40 / COUNT + 0.5)
		canvas:text(1, 11, "맞힌 비율", "normal")
		canvas:text(12, 11, string.rep("█", cells), "s1")
		canvas:text(54, 11, string.format("%.3f", right / COUNT), "accent")
		canvas:text(1, 13, string.format("규칙 %d개 · 부딪칠 수 있는 짝 %d개 · 실제로 서로 다른 답을 낸 문의 %d건", n, n * (n - 1) // 2,
			state.clash[n]), state.clash[n] > 0 and "warn" or "normal")
		canvas:text(1, 15, "답이 갈리면 뒤에 적은 규칙이 이깁니다. 순서를 바꾸면 답도 바뀝니다.", "dim")
	end,

	say = function(state)
		return string.format("규칙 %d개로 문의 %d건 가운데 %d건을 맞혔습니다. 마지막 규칙이 바꾼 건수는 %+d, 규칙끼리 답이 갈린 문의는 %d건입니다.",
			state.count, COUNT, state.right[state.count],
			state.count > 0 and state.right[state.count] - state.right[state.count - 1] or 0, state.clash[state.count])
	end,
}
