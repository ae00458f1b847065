-- A prototype without a model: paragraphs of this course ranked by the letters they share with a question.

local data = require "data"
local sessions = require "stack.sessions"

local METHODS = { "드문 짝에 높은 점수", "모든 짝에 같은 점수", "아무 문단이나" }

local function rank(state, question)
	local scores, order = {}, {}
	local asked = sessions.grams(question)
	for i in ipairs(state.index.chunks) do
		local score = 0
		if state.method == 3 then
			score = (i * 7919 + #question * 104729) % 1009
		else
			for gram in pairs(asked) do
				if state.index.grams[i][gram] then
					score = score + (state.method == 1 and math.log(#state.index.chunks / state.index.found[gram]) or 1)
				end
			end
		end
		scores[i], order[i] = score, i
	end
	table.sort(order, function(a, b) return scores[a] > scores[b] or (scores[a] == scores[b] and a < b) end)
	return order, scores
end

local function measure(state)
	state.solved, state.asked, state.near = 0, 0, 0
	for i = 1, #state.korean.questions, 6 do
		local question = state.korean.questions[i]
		local order = rank(state, question.text)
		state.asked = state.asked + 1
		if order[1] == question.chunk then state.solved = state.solved + 1 end
		for place = 1, 3 do
			if order[place] == question.chunk then state.near = state.near + 1 end
		end
	end
end

local function cut(text, cells)
	local used, out = 0, {}
	for _, code in utf8.codes((text:gsub("\n", " "))) do
		local width = code > 0x1100 and 2 or 1
		if used + width > cells then return table.concat(out) .. "…" end
		used = used + width
		out[#out + 1] = utf8.char(code)
	end
	return table.concat(out)
end

return {
	keys = {
		{ "n/p", "다음, 앞 질문" },
		{ "m", "찾는 방법" },
	},

	init = function()
		local korean = data.korean { course = "foundations" }
		local state = { korean = korean, index = sessions.index(korean.chunks), question = 1, method = 1 }
		measure(state)
		return state
	end,

	key = function(state, key)
		local count = #state.korean.questions
		if key == "n" then state.question = state.question % count + 1
		elseif key == "p" then state.question = (state.question - 2) % count + 1
		elseif key == "m" then
			state.method = state.method % #METHODS + 1
			measure(state)
		end
	end,

	draw = function(state, canvas)
		local question = state.korean.questions[state.question]
		local order, scores = rank(state, question.text)
		canvas:text(2, 1, cut("손님: " .. question.text, 74), "bold")
		canvas:text(2, 2, ("문단 %d개에서 찾기 · %s"):format(#state.index.chunks, METHODS[state.method]), "dim")
		for place = 1, 3 do
			local i = order[place]
			local chunk, y = state.index.chunks[i], 1 + place * 3
			local right = i == question.chunk
			canvas:text(2, y, ("%d. [%.1f점] %s%s"):format(place, scores[i], cut(chunk.section, 44), right and "  ← 사람이 짝지은 문단" or ""), right and "good" or "normal")
			canvas:text(5, y + 1, cut(chunk.text, 70), "dim")
		end
		canvas:text(2, 14, ("질문 %d개를 물으면 한 번에 맞힌 것 %d개(%.2f), 셋 안에 든 것 %d개(%.2f)"):format(
			state.asked, state.solved, state.solved / state.asked, state.near, state.near / state.asked), "accent")
		canvas:text(2, 15, "학습은 한 걸음도 하지 않았습니다.", "dim")
	end,

	say = function(state)
		local question = state.korean.questions[state.question]
		local order = rank(state, question.text)
		return ("질문: %s 첫째로 찾은 문단은 '%s'의 글이고 %s. %s 방법으로 질문 %d개 가운데 %d개를 한 번에 맞힙니다."):format(
			question.text, state.index.chunks[order[1]].section, order[1] == question.chunk and "맞습니다" or "다른 문단이 정답입니다",
			METHODS[state.method], state.asked, state.solved)
	end,
}
