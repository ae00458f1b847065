-- The same answers by two rulers: letters equal to the reference, and a rubric; beside them what a person said.

local answers = require "stack.answers"

local MAILS = {
	{ "무료 쿠폰 당첨! 지금 눌러 주세요", "스팸" },
	{ "회의가 3시로 바뀌었어요", "정상" },
	{ "택배 주소를 확인하세요 bit.ly/x1", "스팸" },
	{ "이번 달 보고서 보내 드립니다", "정상" },
	{ "대출 한도 조회는 무료입니다", "스팸" },
	{ "무료 배송 상품이 도착했어요", "정상" },
	{ "점심 같이 하실래요?", "정상" },
	{ "당첨금 수령 안내", "스팸" },
}
for _, mail in ipairs(MAILS) do -- a model of one rule
	mail[3] = (mail[1]:find("무료", 1, true) or mail[1]:find("당첨", 1, true)) and "스팸" or "정상"
end

local function has_any(text, phrases)
	for _, phrase in ipairs(phrases) do
		if answers.squeeze(text):find(answers.squeeze(phrase), 1, true) then return true end
	end
	return false
end

local function measure(answer, question)
	local equal = answers.squeeze(answer.text) == answers.squeeze(question.reference) and 1 or 0
	local met, names = 0, {}
	for _, criterion in ipairs(question.rubric.criteria) do
		if has_any(answer.text, criterion.any) then
			met = met + 1
			names[#names + 1] = criterion.name
		end
	end
	local wrong = has_any(answer.text, question.rubric.avoid)
	return equal, wrong and 0 or math.min(1, met / 2), wrong and "잘못된 믿음" or table.concat(names, ", ")
end

-- Cuts a text to so many cells, Hangul counting two.
local function cut(text, cells)
	local used, out = 0, {}
	for _, code in utf8.codes(text) do
		local width = code > 0x1100 and 2 or 1
		if used + width > cells then break end
		used = used + width
		out[#out + 1] = utf8.char(code)
	end
	return table.concat(out)
end

local function open_rows(state)
	return answers.questions[state.question].answers
end

return {
	keys = {
		{ "up/down", "답 고르기" },
		{ "n", "다음 질문" },
		{ "t", "닫힌 일과 열린 일" },
	},

	init = function() return { open = true, question = 1, row = 2 } end,

	key = function(state, key)
		local last = state.open and #open_rows(state) or #MAILS
		if key == "up" then state.row = math.max(1, state.row - 1)
		elseif key == "down" then state.row = math.min(last, state.row + 1)
		elseif key == "n" and state.open then state.question, state.row = state.question % 5 + 1, 1
		elseif key == "t" then state.open, state.row = not state.open, 1 end
	end,

	draw = function(state, canvas)
		if not state.open then
			canvas:text(2, 1, "닫힌 일: 스팸일까, 아닐까 (모델의 규칙은 무료나 당첨이 있으면 스팸)", "bold")
			local right = 0
			for i, mail in ipairs(MAILS) do
				local same = mail[2] == mail[3]
				right = right + (same and 1 or 0)
				local style = i == state.row and "reverse" or (same and "normal" or "warn")
				canvas:text(2, i + 2, cut(mail[1], 40), style)
				canvas:text(46, i + 2, ("정답 %s  모델 %s  %s"):format(mail[2], mail[3], same and "같음 1" or "다름 0"), style)
			end
			canvas:text(2, 12, ("정답과 같은 것이 %d통 가운데 %d통: 정확도 %.3f"):format(#MAILS, right, right / #MAILS), "accent")
			canvas:text(2, 14, "라벨이 하나뿐이라 '같은가'만 세면 채점이 끝납니다.", "dim")
			return
		end
		local question = answers.questions[state.question]
		canvas:text(2, 1, "열린 일: " .. question.ask, "bold")
		canvas:text(55, 2, "사람  글자  기준표", "dim")
		local sums, good = { 0, 0 }, 0
		for i, answer in ipairs(question.answers) do
			local equal, score = measure(answer, question)
			if answer.label == 2 then
				good, sums[1], sums[2] = good + 1, sums[1] + equal, sums[2] + score
			end
			local style = i == state.row and "reverse" or "normal"
			canvas:text(2, i + 2, cut(answer.text, 50), style)
			canvas:text(56, i + 2, ("%d점   %d     %.1f"):format(answer.label, equal, score), style)
		end
		local _, _, why = measure(question.answers[state.row], question)
		canvas:text(2, 13, cut("→ " .. question.answers[state.row].text, 76), "dim")
		canvas:text(2, 14, cut("찾은 기준: " .. (why == "" and "없음" or why), 76))
		canvas:text(2, 15, ("사람이 2점을 준 답 %d개의 평균: 글자 일치 %.2f, 기준표 %.2f"):format(good, sums[1] / good, sums[2] / good), "accent")
	end,

	say = function(state)
		if not state.open then
			return ("닫힌 일. 메일 '%s'의 정답은 %s, 모델의 답은 %s입니다."):format(table.unpack(MAILS[state.row]))
		end
		local question = answers.questions[state.question]
		local answer = question.answers[state.row]
		local equal, score, why = measure(answer, question)
		return ("%s 답: %s 사람 %d점, 글자 일치 %d, 기준표 %.1f (%s)."):format(question.ask, answer.text, answer.label, equal, score, why == "" and "없음" or why)
	end,
}
