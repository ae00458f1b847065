-- Naive Bayes on made-up text messages: each word's score, the sum, and how the F1 depends on month, data and labels.

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

local sizes, noises = { 20, 50, 100, 300, 1000 }, { 0, 0.2, 0.4 }

local function train(list)
	local counts, totals = { [true] = {}, [false] = {} }, { [true] = 0, [false] = 0 }
	for _, message in ipairs(list) do
		totals[message.label] = totals[message.label] + 1
		local seen = {}
		for _, word in ipairs(message.words) do
			if not seen[word] then
				seen[word] = true
				counts[message.label][word] = (counts[message.label][word] or 0) + 1
			end
		end
	end
	return { counts = counts, totals = totals }
end

local function word_score(model, word)
	local s = ((model.counts[true][word] or 0) + 1) / (model.totals[true] + 2)
	local n = ((model.counts[false][word] or 0) + 1) / (model.totals[false] + 2)
	return math.log(s / n)
end

local function prior(model)
	return math.log((model.totals[true] + 1) / (model.totals[false] + 1))
end

local function score(model, words)
	local sum, seen = prior(model), {}
	for _, word in ipairs(words) do
		if not seen[word] then
			seen[word] = true
			sum = sum + word_score(model, word)
		end
	end
	return sum
end

local function f1(model, list)
	local hit, said, truth = 0, 0, 0
	for _, message in ipairs(list) do
		local guess = score(model, message.words) > 0
		if guess then said = said + 1 end
		if message.spam then truth = truth + 1 end
		if guess and message.spam then hit = hit + 1 end
	end
	return hit == 0 and 0 or 2 * hit / (said + truth)
end

local function labelled(list, noise, seed)
	T.seed(seed)
	local flips = T.rand(#list):totable()
	for i, message in ipairs(list) do
		message.label = message.spam
		if flips[i] < noise then message.label = not message.spam end
	end
	return list
end

local function refresh(state)
	state.test = messages(400, state.month, state.seed + 500)
	state.scores = {}
	for i, size in ipairs(sizes) do
		local list = labelled(messages(size, state.learned, state.seed), noises[state.noise], state.seed + 9)
		local model = train(list)
		if size == 300 then state.model = model end
		state.scores[i] = f1(model, state.test)
	end
	state.message = state.test[state.index].words
	state.at = math.min(state.at, #state.message)
end

return {
	keys = {
		{ "left/right", "낱말 짚기" },
		{ "n", "다음 문자" },
		{ "m", "받은 달 1월/2월" },
		{ "t", "배운 달 1월/2월" },
		{ "l", "틀린 라벨 비율" },
	},

	init = function(seed)
		local state = { month = 1, learned = 1, noise = 1, index = 1, at = 1, seed = seed % 1000 + 1 }
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.at = math.max(1, state.at - 1)
		elseif key == "right" then state.at = math.min(#state.message, state.at + 1)
		elseif key == "n" then state.index, state.at = state.index % 400 + 1, 1
		elseif key == "m" then state.month = 3 - state.month
		elseif key == "t" then state.learned = 3 - state.learned
		elseif key == "l" then state.noise = state.noise % #noises + 1
		end
		refresh(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("%d월에 배운 모델 · %d월에 받은 문자 · 틀린 라벨 %d %%", state.learned, state.month,
			math.floor(noises[state.noise] * 100 + 0.5)), "bold")
		local sum, seen = prior(state.model), {}
		canvas:text(1, 2, string.format("출발점            %+6.2f", sum), "dim")
		for i, word in ipairs(state.message) do
			local value = seen[word] and 0 or word_score(state.model, word)
			seen[word] = true
			sum = sum + value
			local here = i == state.at
			canvas:text(1, i + 2, (here and "▸ " or "  ") .. word, here and "bold" or "normal")
			canvas:text(18, i + 2, string.format("%+6.2f", value), value > 0.3 and "bad" or (value < -0.3 and "good" or "dim"))
			local cells = math.floor(math.min(8, math.abs(value) * 3) + 0.5)
			canvas:text(25, i + 2, string.rep("■", cells), value > 0 and "bad" or "good")
			if here then canvas:text(35, i + 2, string.format("여기까지 %+.2f", sum), "accent") end
		end
		local total = score(state.model, state.message)
		canvas:text(1, 14, string.format("합 %+.2f → 모델의 답: %s   참: %s", total, total > 0 and "스팸" or "정상",
			state.test[state.index].spam and "스팸" or "정상"), "accent")
		canvas:text(54, 2, "배운 문자 수    F1", "dim")
		for i, size in ipairs(sizes) do
			canvas:text(54, i + 2, string.format("%8d     %.3f", size, state.scores[i]), size == 300 and "accent" or "normal")
		end
		canvas:text(54, 9, "왼쪽 점수는 300통으로", "dim")
		canvas:text(54, 10, "배운 모델의 것입니다.", "dim")
	end,

	say = function(state)
		local total = score(state.model, state.message)
		return string.format("%d월 문자 300통으로 배운 모델이 %d월 문자에서 낸 F1은 %.3f입니다. 지금 문자의 점수는 %+.2f이고 답은 %s입니다.",
			state.learned, state.month, state.scores[4], total, total > 0 and "스팸" or "정상")
	end,
}
