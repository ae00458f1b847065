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

local banned = { "무료", "당첨", "대출", "클릭", "쿠폰", "특가", "입금", "광고", "상담", "이벤트" }

local function by_rule(words)
	local hits = 0
	for _, word in ipairs(words) do
		for _, bad in ipairs(banned) do
			if word == bad then hits = hits + 1 end
		end
	end
	return hits >= 2
end

local function distinct(words)
	local set = {}
	for _, word in ipairs(words) do set[word] = true end
	return set
end

local function train(list)
	local model = { spam = {}, normal = {}, spam_total = 0, normal_total = 0 }
	for _, message in ipairs(list) do
		local side = message.spam and "spam" or "normal"
		model[side .. "_total"] = model[side .. "_total"] + 1
		for word in pairs(distinct(message.words)) do
			model[side][word] = (model[side][word] or 0) + 1
		end
	end
	return model
end

local function score(model, words)
	local sum = math.log(model.spam_total / model.normal_total)
	for word in pairs(distinct(words)) do
		local s = ((model.spam[word] or 0) + 1) / (model.spam_total + 2)
		local n = ((model.normal[word] or 0) + 1) / (model.normal_total + 2)
		sum = sum + math.log(s / n)
	end
	return sum
end

local function f1(truth, given)
	local hit, said, real = 0, 0, 0
	for i = 1, #truth do
		if truth[i] and given[i] then hit = hit + 1 end
		if given[i] then said = said + 1 end
		if truth[i] then real = real + 1 end
	end
	if hit == 0 then return 0 end
	local precision, recall = hit / said, hit / real
	return 2 * precision * recall / (precision + recall)
end

local january, february = messages(1000, 1, 11), messages(1000, 2, 12)
local old, new = train(january), train(february)

return { by_rule = by_rule, train = train, score = score, f1 = f1, old = old, new = new, messages = messages }
