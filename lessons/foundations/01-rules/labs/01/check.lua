local T = require "tensor"

local names = { "opened", "week", "faulty", "member", "sale", "food", "custom", "receipt", "gift", "abroad", "used",
	"exchange" }

local function applies(rule, known)
	for _, name in ipairs(rule.when) do
		if not known[name] then return false end
	end
	for _, name in ipairs(rule.unless or {}) do
		if known[name] then return false end
	end
	return true
end

local function reference(facts, rules)
	local known, used, again = {}, 0, true
	for name in pairs(facts) do known[name] = true end
	while again do
		again = false
		for _, rule in ipairs(rules) do
			if not known[rule.add] and applies(rule, known) then
				known[rule.add], used, again = true, used + 1, true
			end
		end
	end
	return known, used
end

local function one_pass(facts, rules)
	local known = {}
	for name in pairs(facts) do known[name] = true end
	for _, rule in ipairs(rules) do
		if applies(rule, known) then known[rule.add] = true end
	end
	return known
end

local function without_unless(rules)
	local out = {}
	for i, rule in ipairs(rules) do out[i] = { name = rule.name, when = rule.when, add = rule.add } end
	return out
end

local function same_set(a, b)
	if type(a) ~= "table" then return false end
	for name in pairs(a) do
		if not b[name] then return false end
	end
	for name in pairs(b) do
		if not a[name] then return false end
	end
	return true
end

local function pick(n) return T.randint(1, n + 1, { 1 }):item() end

-- A chain of made-up rules in shuffled order; `unless` names only facts that no rule adds.
local function random_rules()
	local rules = {}
	for i = 1, 6 do
		rules[i] = { name = "Q" .. i, when = { i == 1 and names[pick(12)] or "c" .. (i - 1) }, add = "c" .. i }
		if i % 2 == 0 then rules[i].when[2] = names[pick(12)] end
		if i % 3 == 0 then rules[i].unless = { names[pick(12)] } end
	end
	for i = 6, 2, -1 do
		local j = pick(i)
		rules[i], rules[j] = rules[j], rules[i]
	end
	return rules
end

local function random_facts(share)
	local facts = {}
	for i, value in ipairs(T.rand(#names):totable()) do
		if value < share then facts[names[i]] = true end
	end
	return facts
end

local function exceptional(f)
	return (f.member and f.gift and f.receipt and not f.used) or (f.custom and not f.faulty) or (f.food and f.opened) or
		(f.sale and f.abroad and not f.faulty)
end

local function judged(f)
	local refund = (f.faulty and f.receipt) or (f.week and not f.opened) or (f.week and f.exchange and not f.used)
	if f.member and f.gift and f.receipt and not f.used then refund = true end
	if f.custom and not f.faulty then refund = false end
	if f.food and f.opened then refund = false end
	if f.sale and f.abroad and not f.faulty then refund = false end
	return refund or false
end

return function(t, learner)
	T.seed(t.seed)

	t:test("infer: 새 사실이 없을 때까지 추론한다", function()
		t:ok(type(learner.infer) == "function", "돌려주는 표에 infer 함수가 있나요?")
		for _ = 1, 30 do
			local rules, facts = random_rules(), random_facts(0.7)
			local copy = {}
			for name in pairs(facts) do copy[name] = true end
			local want, used = reference(facts, rules)
			local got, trace = learner.infer(facts, rules)
			t:ok(same_set(facts, copy), "받은 facts가 바뀌었습니다. 원래 사실을 고쳐 쓰면 다음 손님의 판단은 어떻게 될까요?")
			if not same_set(got, want) then
				if same_set(got, one_pass(facts, rules)) then
					t:fail("규칙을 한 바퀴만 돌았습니다. 뒤에 있는 규칙이 더한 사실이 앞의 규칙을 깨울 수 있지 않을까요?")
				end
				if same_set(got, (reference(facts, without_unless(rules)))) then
					t:fail("unless에 적힌 조건이 참인데도 규칙을 썼습니다. '쓴 흔적이 없으면'은 언제 맞는 조건인가요?")
				end
				t:fail("이끌어 낸 사실이 다릅니다. 규칙 두 개만 놓고 종이에 한 바퀴씩 따라가 볼까요?")
			end
			t:ok(type(trace) == "table" and #trace == used,
				("결론을 낸 규칙은 %d개인데 까닭에는 %s개가 적혀 있습니다. 새 사실을 더한 규칙만, 쓴 순서대로 적었나요?"):format(used,
					type(trace) == "table" and #trace or "0"))
		end
	end)

	t:test("rules: 보통 문의 0.90 이상, 까닭까지", function()
		t:ok(type(learner.rules) == "table" and #learner.rules > 0, "rules에 규칙을 적어 주세요.")
		local right, total = 0, 0
		for _ = 1, 800 do
			local facts = random_facts(0.4)
			if not exceptional(facts) then
				total = total + 1
				local known, trace = learner.infer(facts, learner.rules)
				local refund = known.refund == true
				if refund == judged(facts) then right = right + 1 end
				t:ok(not refund or #trace > 0, "환불이라고 했는데 까닭이 비어 있습니다. 손님이 왜냐고 물으면 무엇을 보여 드릴까요?")
			end
		end
		t:metric("regular", right / total)
		t:ok(right / total >= 0.90, ("보통 문의에서 %.2f입니다. 사장님의 세 문장이 모두 규칙이 되었나요?"):format(right / total))
	end)

	t:test("marginal: 규칙 하나가 새로 더한 건수", function()
		t:ok(type(learner.marginal) == "function", "돌려주는 표에 marginal 함수가 있나요?")
		local cases = {}
		for i = 1, 300 do cases[i] = { facts = random_facts(0.4) } end
		local rules = {
			{ name = "A", when = { "faulty" }, add = "sorry" },
			{ name = "B", when = { "week" }, unless = { "used" }, add = "refund" },
			{ name = "C", when = { "sorry", "receipt" }, add = "refund" },
			{ name = "D", when = { names[pick(12)], names[pick(12)] }, add = "refund" },
		}
		local got = learner.marginal(rules, cases)
		local before = 0
		for n = 1, #rules do
			local total = 0
			for _, case in ipairs(cases) do
				if reference(case.facts, { table.unpack(rules, 1, n) }).refund then total = total + 1 end
			end
			if n > 1 and got[n] == total and total ~= total - before then
				t:fail(("%d번째 규칙까지의 합계를 적으셨습니다. 그 규칙 덕분에 새로 늘어난 건수는 얼마인가요?"):format(n))
			end
			t:equal(got[n], total - before, ("규칙 %d번이 새로 늘린 건수가 다릅니다. 혼자서는 환불을 만들지 못하는 규칙도 있지요?"):format(n))
			before = total
		end
	end)

	t:test("impurity와 나무: 예외 문의에서 앞선다", function()
		t:ok(type(learner.impurity) == "function", "돌려주는 표에 impurity 함수가 있나요?")
		t:ok(math.abs(learner.impurity(7, 7) - 0.5) < 1e-9, "반반으로 섞인 묶음이 가장 지저분합니다. 이때 불순도는 얼마여야 하나요?")
		t:ok(learner.impurity(9, 0) == 0 and learner.impurity(0, 4) == 0, "한쪽만 있는 묶음은 깨끗합니다. 반반인 묶음과 견주어 보세요.")
		t:ok(learner.impurity(0, 0) == 0, "빈 묶음의 불순도는 0으로 해 주세요. 0으로 나누지는 않았나요?")
		local a, b = pick(20), pick(20)
		t:near(learner.impurity(a, b), 1 - (a / (a + b)) ^ 2 - (b / (a + b)) ^ 2, 1e-9, ("참 %d건, 거짓 %d건의 불순도"):format(a, b))

		t:ok(type(learner.ask_tree) == "function", "나무에게 묻는 ask_tree 함수를 돌려주세요.")
		local by_rules, by_tree, total = 0, 0, 0
		for _ = 1, 1500 do
			local facts = random_facts(0.4)
			if exceptional(facts) then
				total = total + 1
				local truth = judged(facts)
				if (learner.infer(facts, learner.rules).refund == true) == truth then by_rules = by_rules + 1 end
				if learner.ask_tree(facts) == truth then by_tree = by_tree + 1 end
			end
		end
		t:metric("rules_on_exceptions", by_rules / total)
		t:metric("tree_on_exceptions", by_tree / total)
		t:ok(by_tree / total >= by_rules / total + 0.05, ("예외 문의에서 규칙 %.2f, 나무 %.2f입니다. 나무가 예외가 섞인 사례에서 배웠나요?"):format(
			by_rules / total, by_tree / total))
	end)
end
