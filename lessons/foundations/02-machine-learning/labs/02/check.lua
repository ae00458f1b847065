local T = require "tensor"

local common = { "안녕하세요", "오늘", "지금", "확인", "바랍니다", "드립니다", "고객님", "시간", "연락", "내일", "이번", "주세요" }
local normal = { "회의", "보고서", "점심", "과제", "수업", "일정", "주말", "사진", "가족", "저녁", "발표", "출근" }
local spam = {
	{ "무료", "당첨", "대출", "클릭", "쿠폰", "특가", "입금", "광고", "상담", "이벤트" },
	{ "택배", "부고", "청첩장", "환급", "지원금", "본인인증", "조회", "링크", "벌금", "계좌" },
}

-- Messages of one month: { words = { … }, spam = bool }. The vocabulary of spam changes from month to month.
local function messages(count, month, seed)
	T.seed(seed)
	local list, draws = {}, T.rand(count, 25):totable()
	for i, row in ipairs(draws) do
		local is_spam, words = row[1] < 0.4, {}
		for k = 1, 6 + math.floor(row[2] * 5) do
			local kind, at = row[2 * k + 1], row[2 * k + 2]
			local own, other = is_spam and spam[month] or normal, is_spam and normal or spam[month]
			local from = kind < 0.48 and own or (kind < 0.52 and other or common)
			if from == spam[2] and kind * 50 % 1 < 0.15 then from = spam[1] end
			words[k] = from[math.floor(at * #from) + 1]
		end
		list[i] = { words = words, spam = is_spam }
	end
	return list
end

local function distinct(words)
	local set = {}
	for _, word in ipairs(words) do set[word] = true end
	return set
end

local function f1(truth, given)
	local hit, said, real = 0, 0, 0
	for i = 1, #truth do
		if truth[i] and given[i] then hit = hit + 1 end
		if given[i] then said = said + 1 end
		if truth[i] then real = real + 1 end
	end
	return hit == 0 and 0 or 2 * hit / (said + real)
end

local function graded(list, decide)
	local truth, given = {}, {}
	for i, message in ipairs(list) do
		truth[i], given[i] = message.spam, decide(message.words)
	end
	return f1(truth, given)
end

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

return function(t, learner)
	t:test("train: 낱말이 나온 문자의 수", function()
		needs(t, learner, "train")
		local list = messages(60, 1, t.seed + 1)
		list[#list + 1] = { words = { "무료", "무료", "무료", "회의" }, spam = true }
		local spam_total, free, meeting = 0, 0, 0
		for _, message in ipairs(list) do
			local set = distinct(message.words)
			if message.spam then
				spam_total = spam_total + 1
				if set["무료"] then free = free + 1 end
			elseif set["회의"] then
				meeting = meeting + 1
			end
		end
		local model = learner.train(list)
		t:ok(type(model) == "table" and type(model.spam) == "table", "골격의 model 표를 채워서 돌려주세요.")
		t:equal(model.spam_total, spam_total, "스팸 문자의 수가 다릅니다.")
		t:equal(model.normal_total, #list - spam_total, "정상 문자의 수가 다릅니다.")
		t:ok(model.spam["무료"] == free, ("'무료'가 나온 스팸 문자는 %d통인데 %s(으)로 세셨습니다. 한 문자에 세 번 나와도 한 번만 세었나요?"):format(
			free, tostring(model.spam["무료"])))
		t:ok((model.normal["회의"] or 0) == meeting, ("'회의'가 나온 정상 문자는 %d통입니다. 같은 문자에서는 한 번만 세었나요?"):format(meeting))
	end)

	t:test("score: 로그 비율의 합", function()
		needs(t, learner, "score")
		local model = { spam = { ["무료"] = 3, ["확인"] = 2 }, normal = { ["확인"] = 3, ["회의"] = 4 }, spam_total = 4, normal_total = 6 }
		local function want(words)
			local sum = math.log(model.spam_total / model.normal_total)
			for word in pairs(distinct(words)) do
				sum = sum + math.log(((model.spam[word] or 0) + 1) / (model.spam_total + 2)) -
					math.log(((model.normal[word] or 0) + 1) / (model.normal_total + 2))
			end
			return sum
		end
		local got = learner.score(model, { "확인" })
		t:ok(got == got and math.abs(got) < 1e9, "점수가 수가 아닙니다.")
		if math.abs(got - want { "확인" }) > 1e-6 then
			t:ok(math.abs(got) > 1e-6, "출발점이 빠졌습니다. 낱말을 하나도 보지 않았을 때, 스팸일 가능성은 반반인가요?")
			t:fail("본문의 표에 있는 '확인'의 점수와 다릅니다. 출발점 log(4 ÷ 6)에 무엇을 더했나요?")
		end
		for _, words in ipairs { { "무료" }, { "처음" }, { "회의", "확인" } } do
			local value = learner.score(model, words)
			t:ok(value == value and math.abs(value) < 1e9,
				"본 적 없는 낱말이 섞이자 점수가 무한대가 되었습니다. 열 통에 없었다고 세상에 없는 낱말일까요?")
			t:near(value, want(words), 1e-6, "'" .. table.concat(words, " ") .. "'의 점수가 다릅니다.")
		end
		t:near(learner.score(model, { "무료", "무료" }), want { "무료" }, 1e-6, "같은 낱말이 두 번 나온 문자입니다. 세는 방법과 같은 방법으로 더했나요?")
	end)

	t:test("f1: 정밀도와 재현율", function()
		needs(t, learner, "f1")
		T.seed(t.seed)
		local a, b = T.rand(80):totable(), T.rand(80):totable()
		local truth, given = {}, {}
		for i = 1, 80 do truth[i], given[i] = a[i] < 0.3, b[i] < 0.5 end
		t:near(learner.f1(truth, given), f1(truth, given), 1e-9, "F1이 다릅니다. 정밀도의 분모와 재현율의 분모는 각각 무엇인가요?")
		t:equal(learner.f1({ true, false }, { false, false }), 0, "하나도 잡지 못했을 때는 0을 돌려주세요.")
	end)

	t:test("1월: 배운 모델 F1 0.95 이상", function()
		needs(t, learner, "by_rule")
		t:ok(type(learner.old) == "table" and type(learner.new) == "table", "훈련한 old와 new를 돌려주세요.")
		local january, february = messages(1500, 1, t.seed + 21), messages(1500, 2, t.seed + 22)
		local function learned(model) return function(words) return learner.score(model, words) > 0 end end
		local rule_before, rule_after = graded(january, learner.by_rule), graded(february, learner.by_rule)
		local before = graded(january, learned(learner.old))
		local stale = graded(february, learned(learner.old))
		local after = graded(february, learned(learner.new))
		t:metric("rule_january", rule_before)
		t:metric("rule_february", rule_after)
		t:metric("learned_january", before)
		t:metric("stale_february", stale)
		t:metric("retrained_february", after)
		t:ok(rule_before >= 0.6, ("규칙의 1월 F1이 %.2f입니다. 막을 낱말을 세고 있나요?"):format(rule_before))
		t:ok(before >= 0.95, ("1월 F1이 %.3f입니다. 세기와 점수가 모두 맞나요?"):format(before))
		t:ok(rule_before - rule_after >= 0.15, ("말투가 바뀌었는데 규칙의 F1이 %.2f에서 %.2f입니다. 2월의 낱말을 미리 알고 있었나요?"):format(rule_before, rule_after))
		if before - after > 0.03 then
			if math.abs(after - stale) < 1e-9 then
				t:fail(("2월 F1이 %.3f입니다. 1월에 배운 모델을 그대로 쓰고 있네요. 2월 문자로 다시 훈련하면 어떻게 될까요?"):format(after))
			end
			t:fail(("다시 훈련한 2월 F1이 %.3f로 1월의 %.3f에 못 미칩니다. 2월 문자의 라벨은 믿을 만한가요?"):format(after, before))
		end
	end)
end
