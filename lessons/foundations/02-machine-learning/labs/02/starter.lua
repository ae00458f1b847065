-- Lab-AI-02: 스팸 거르기, 규칙과 학습
local T = require "tensor"

-- 문자를 뽑습니다. 고치지 않아도 됩니다.
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

-- 1. 규칙: 막을 낱말이 두 개 이상이면 스팸
local banned = { "무료", "당첨", "대출", "클릭", "쿠폰", "특가", "입금", "광고", "상담", "이벤트" }

local function by_rule(words)
	-- TODO
	return false
end

-- 2. 낱말마다, 그 낱말이 나온 문자의 수를 세세요.
local function train(list)
	local model = { spam = {}, normal = {}, spam_total = 0, normal_total = 0 }
	-- TODO: list[i].words, list[i].spam
	return model
end

-- 3. 출발점 log(스팸 수 ÷ 정상 수)에 낱말마다의 로그 비율을 더하세요. 본 적 없는 낱말도 다룰 수 있어야 합니다.
local function score(model, words)
	-- TODO
	return 0
end

-- 4. 정밀도와 재현율에서 F1을 구하세요. 둘 다 참/거짓의 목록입니다.
local function f1(truth, given)
	-- TODO
	return 0
end

local january, february = messages(1000, 1, 11), messages(1000, 2, 12)
local old, new = train(january), train(february)

return { by_rule = by_rule, train = train, score = score, f1 = f1, old = old, new = new, messages = messages }
