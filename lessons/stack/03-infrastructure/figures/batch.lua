-- The same data, the same four passes, other batches: trained here, each time a key is pressed.

local T = require "tensor"
local nn = require "nn"
local data = require "data"

local SIZES = { 16, 32, 64, 128, 256, 512, 1024 }
local RULES = {
	{ "학습률 0.1 그대로", function() return 0.1 end },
	{ "배치의 √배로 키움", function(size) return 0.1 * math.sqrt(size / 16) end },
	{ "배치만큼 키움", function(size) return 0.1 * size / 16 end },
}

local function measure(state)
	local size = SIZES[state.size]
	state.rate = RULES[state.rule][2](size)
	T.seed(1)
	local model = nn.sequential { nn.flatten(), nn.linear { 64, 32 }, nn.relu(), nn.linear { 32, 10 } }
	model:fit(state.train, {
		epochs = 4, batch_size = size, seed = 1, loss = "cross_entropy", every = 1000000,
		optimizer = nn.sgd { learning_rate = state.rate },
	})
	state.accuracy = model:evaluate(state.test).accuracy
	state.seen[state.rule][state.size] = state.accuracy
end

return {
	keys = { { "left/right", "배치 크기" }, { "l", "학습률 정하는 법" } },

	init = function()
		local state = { size = 1, rule = 1, seen = { {}, {}, {} }, train = data.digits { split = "train" }, test = data.digits { split = "test" } }
		measure(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.size = math.max(1, state.size - 1)
		elseif key == "right" then state.size = math.min(#SIZES, state.size + 1)
		elseif key == "l" then state.rule = state.rule % #RULES + 1
		else return end
		measure(state)
	end,

	draw = function(state, canvas)
		local size = SIZES[state.size]
		canvas:text(2, 1, ("배치 %d장 · %s (%.2f) · 손글씨 %d장을 네 번 훑음"):format(size, RULES[state.rule][1], state.rate, #state.train), "bold")
		canvas:text(2, 3, ("가중치를 고친 횟수  %d번"):format(math.ceil(#state.train / size) * 4))
		canvas:text(2, 4, ("시험 정확도         %.3f"):format(state.accuracy), "accent")
		canvas:text(2, 6, "지금까지 재어 본 것", "dim")
		canvas:text(2, 7, "배치")
		for i, other in ipairs(SIZES) do canvas:text(22 + (i - 1) * 8, 7, ("%5d"):format(other), i == state.size and "bold" or "normal") end
		for r, rule in ipairs(RULES) do
			canvas:text(2, 7 + r, rule[1], r == state.rule and "bold" or "normal")
			for i in ipairs(SIZES) do
				local seen = state.seen[r][i]
				canvas:text(22 + (i - 1) * 8, 7 + r, seen and ("%.3f"):format(seen) or "    ·", (r == state.rule and i == state.size) and "reverse" or "normal")
			end
		end
		canvas:text(2, 12, "장비 한 대가 16장씩 본다면, 배치 1,024는 64대가 함께 걷는 한 걸음입니다.", "dim")
	end,

	say = function(state)
		return ("배치 %d장, %s. 가중치를 %d번 고쳐 시험 정확도 %.3f입니다."):format(
			SIZES[state.size], RULES[state.rule][1], math.ceil(#state.train / SIZES[state.size]) * 4, state.accuracy)
	end,
}
