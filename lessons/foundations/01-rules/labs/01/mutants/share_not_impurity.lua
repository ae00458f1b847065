-- mistake: the share of yes is taken for impurity
-- expects: 한쪽만
local T = require "tensor"

local function applies(rule, known)
	for _, name in ipairs(rule.when) do
		if not known[name] then return false end
	end
	for _, name in ipairs(rule.unless or {}) do
		if known[name] then return false end
	end
	return true
end

local function infer(facts, rules)
	local known, trace = {}, {}
	for name in pairs(facts) do known[name] = true end
	local again = true
	while again do
		again = false
		for _, rule in ipairs(rules) do
			if not known[rule.add] and applies(rule, known) then
				known[rule.add] = true
				trace[#trace + 1] = rule.name
				again = true
			end
		end
	end
	return known, trace
end

local rules = {
	{ name = "R1", when = { "faulty", "receipt" }, add = "refund" },
	{ name = "R2", when = { "week" }, unless = { "opened" }, add = "refund" },
	{ name = "R3", when = { "week", "exchange" }, unless = { "used" }, add = "refund" },
}

local function marginal(list, cases)
	local gains, before = {}, 0
	for n = 1, #list do
		local some, total = { table.unpack(list, 1, n) }, 0
		for _, case in ipairs(cases) do
			if infer(case.facts, some).refund then total = total + 1 end
		end
		gains[n], before = total - before, total
	end
	return gains
end

local function impurity(yes, no)
	local all = yes + no
	if all == 0 then return 0 end
	return yes / all
end

-- 사례를 뽑습니다. exceptions가 참이면 사장님의 예외까지 적용합니다. 고치지 않아도 됩니다.
local names = { "opened", "week", "faulty", "member", "sale", "food", "custom", "receipt", "gift", "abroad", "used",
	"exchange" }

local function judged(f, exceptions)
	local refund = (f.faulty and f.receipt) or (f.week and not f.opened) or (f.week and f.exchange and not f.used)
	if exceptions then
		if f.member and f.gift and f.receipt and not f.used then refund = true end
		if f.custom and not f.faulty then refund = false end
		if f.food and f.opened then refund = false end
		if f.sale and f.abroad and not f.faulty then refund = false end
	end
	return refund or false
end

local function requests(count, seed, exceptions)
	T.seed(seed)
	local cases = {}
	for i, row in ipairs(T.rand(count, #names):totable()) do
		local facts = {}
		for k, name in ipairs(names) do
			if row[k] < 0.4 then facts[name] = true end
		end
		cases[i] = { facts = facts, refund = judged(facts, exceptions) }
	end
	return cases
end

-- 사례에서 나무를 키웁니다. 고치지 않아도 됩니다.

local function count(cases)
	local yes = 0
	for _, case in ipairs(cases) do
		if case.refund then yes = yes + 1 end
	end
	return yes, #cases - yes
end

local function grow(cases, depth)
	local yes, no = count(cases)
	if depth == 0 or yes == 0 or no == 0 then return { refund = yes > no } end
	local best, best_score
	for _, name in ipairs(names) do
		local with, without = {}, {}
		for _, case in ipairs(cases) do
			local side = case.facts[name] and with or without
			side[#side + 1] = case
		end
		if #with > 0 and #without > 0 then
			local a, b = impurity(count(with)), impurity(count(without))
			local score = (a * #with + b * #without) / #cases
			if not best_score or score < best_score then
				best, best_score = { name = name, with = with, without = without }, score
			end
		end
	end
	if not best or best_score >= impurity(yes, no) then return { refund = yes > no } end
	return { name = best.name, with = grow(best.with, depth - 1), without = grow(best.without, depth - 1) }
end

local tree = grow(requests(3000, 1, true), 9)

local function ask_tree(facts)
	local node = tree
	while node.name do node = facts[node.name] and node.with or node.without end
	return node.refund
end

return { infer = infer, rules = rules, marginal = marginal, impurity = impurity, ask_tree = ask_tree }
