-- The same model file in the laboratory and in the service: what the preparation of a picture does to its answers.

local T = require "tensor"
local serving = require "lifecycle.serving"

local PATHS = {
	{ "나누는 수 16 (훈련 때와 같음)", function(x) return x end },
	{ "나누는 수 255", function(x) return x * (16 / 255) end },
	{ "가로와 세로가 뒤바뀜", function(x) return x:transpose(3, 4):contiguous() end },
	{ "흑백이 뒤집힘", function(x) return 1 - x end },
	{ "맨 윗줄이 잘려 한 칸 올라감", function(x)
		return T.cat({ x:narrow(3, 2, 7), T.zeros(x:size(1), 1, 1, 8) }, 3)
	end },
}

local function refresh(state)
	local seen = PATHS[state.path][2](state.images)
	local logits = state.model(seen)
	local answers, right, same = logits:argmax(2):totable(), 0, 0
	for i, label in ipairs(state.labels) do
		if answers[i] == label then right = right + 1 end
		if answers[i] == state.reference[i] then same = same + 1 end
	end
	state.accuracy, state.same = right / #state.labels, same
	state.lab = state.images:narrow(1, state.at, 1):reshape(8, 8)
	state.server = seen:narrow(1, state.at, 1):reshape(8, 8)
	state.answer = answers[state.at]
	state.sure = logits:softmax(2):narrow(1, state.at, 1):max():item()
end

return {
	keys = {
		{ "left/right", "서버의 손질" },
		{ "n", "다른 숫자" },
	},

	init = function()
		local model, test = serving.reader(1)
		local state = { model = model, images = test.images, labels = test.labels:totable(), path = 1, at = 1 }
		state.reference = model(state.images):argmax(2):totable()
		local right = 0
		for i, label in ipairs(state.labels) do right = right + (state.reference[i] == label and 1 or 0) end
		state.base = right / #state.labels
		refresh(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.path = (state.path - 2) % #PATHS + 1
		elseif key == "right" then state.path = state.path % #PATHS + 1
		elseif key == "n" then state.at = state.at % #state.labels + 1
		else return end
		refresh(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, "연구실이 보는 그림", "bold")
		canvas:image(1, 2, 16, 8, state.lab, { min = 0, max = 1 })
		canvas:text(1, 11, string.format("적힌 숫자 %d", state.labels[state.at]))
		canvas:text(1, 12, string.format("모델의 답 %d", state.reference[state.at]), "good")
		canvas:text(24, 1, "서버가 보는 그림", "bold")
		canvas:image(24, 2, 16, 8, state.server, { min = 0, max = 1 })
		canvas:text(24, 11, string.format("확신 %.3f", state.sure))
		canvas:text(24, 12, string.format("모델의 답 %d", state.answer), state.answer == state.reference[state.at] and "good" or "bad")
		canvas:text(46, 2, "서버의 손질", "dim")
		canvas:text(46, 3, PATHS[state.path][1], "accent")
		canvas:text(46, 5, string.format("연구실의 정확도  %.3f", state.base))
		canvas:text(46, 6, string.format("서버의 정확도    %.3f", state.accuracy), state.accuracy < state.base - 0.02 and "bad" or "good")
		canvas:text(46, 8, string.format("%d장 가운데 같은 답 %d장", #state.labels, state.same))
		canvas:text(46, 10, "오류 메시지  0개", "dim")
		canvas:text(1, 15, "모델 파일은 한 바이트도 다르지 않습니다. 무엇을 나란히 놓아야 알 수 있을까요?", "dim")
	end,

	say = function(state)
		return string.format("서버의 손질: %s. 적힌 숫자는 %d, 연구실의 답은 %d, 서버의 답은 %d(확신 %.3f)입니다. 정확도는 연구실 %.3f, 서버 %.3f이고 %d장 가운데 %d장의 답이 같습니다. 오류 메시지는 없습니다.",
			PATHS[state.path][1], state.labels[state.at], state.reference[state.at], state.answer, state.sure, state.base,
			state.accuracy, #state.labels, state.same)
	end,
}
