-- One network, four ways to meet sheared digits; everything on the screen is trained and measured here.

local nn = require "nn"
local data = require "data"
local adapt = require "stack.adapt"

local COUNTS = { 1, 2, 3, 5, 10, 20 }

local function exemplars(state, few)
	local features = adapt.hidden(state.base, few.images, "features")
	local marks = few.labels:one_hot(10):to("f32")
	local centres = marks:transpose():matmul(features) / marks:sum(1):reshape(10, 1)
	local seen = adapt.hidden(state.base, state.new.images, "features")
	local squares = (centres * centres):sum(2):reshape(1, 10)
	return adapt.accuracy((squares - seen:matmul(centres:transpose()) * 2):argmin(2), state.new.labels)
end

local function measure(state)
	local amount = state.shear / 10
	state.new = adapt.sheared(state.old, amount)
	local few = adapt.sheared(adapt.few(state.train, COUNTS[state.count], 101), amount)
	state.zero = state.base:evaluate(state.new).accuracy
	state.shown = exemplars(state, few)
	local tuned = adapt.copy(state.base)
	tuned:fit(few, {
		steps = 60, batch_size = math.min(30, #few), seed = 1, loss = "cross_entropy", every = 1000000,
		optimizer = nn.adam { learning_rate = 1e-3 },
	})
	state.tuned = tuned:evaluate(state.new).accuracy
	state.kept = tuned:evaluate(state.old).accuracy
end

return {
	keys = {
		{ "left/right", "기울기" },
		{ "up/down", "보여 줄 예시의 수" },
		{ "n", "다른 숫자" },
	},

	init = function()
		local task = adapt.task()
		local state = { base = task.base, old = task.old, train = data.digits { split = "train" }, shear = 6, count = 3, digit = 1 }
		state.before = state.base:evaluate(state.old).accuracy
		measure(state)
		return state
	end,

	key = function(state, key)
		if key == "n" then
			state.digit = state.digit % 50 + 1
			return
		elseif key == "left" then state.shear = math.max(0, state.shear - 1)
		elseif key == "right" then state.shear = math.min(9, state.shear + 1)
		elseif key == "up" then state.count = math.min(#COUNTS, state.count + 1)
		elseif key == "down" then state.count = math.max(1, state.count - 1)
		else return end
		measure(state)
	end,

	draw = function(state, canvas)
		canvas:text(2, 1, ("기울기 %.1f · 종류마다 예시 %d장 (모두 %d장)"):format(state.shear / 10, COUNTS[state.count], COUNTS[state.count] * 10), "bold")
		canvas:text(2, 3, "배운 그대로", "dim")
		canvas:image(2, 4, 12, 6, state.old.images:select(1, state.digit):reshape(8, 8), { min = 0, max = 1 })
		canvas:text(17, 3, "새로 들어온 것", "dim")
		canvas:image(17, 4, 12, 6, state.new.images:select(1, state.digit):reshape(8, 8), { min = 0, max = 1 })
		canvas:text(2, 11, ("정답 %d"):format(state.old.labels:get(state.digit)))
		canvas:text(35, 3, "새 도메인의 정확도", "accent")
		canvas:bars(35, 4, 42, 3, { state.zero, state.shown, state.tuned }, { labels = { "아무것도 안 함", "예시만", "파인튜닝" }, min = 0, max = 1 })
		canvas:text(35, 8, "옛 도메인의 정확도", "accent")
		canvas:bars(35, 9, 42, 2, { state.before, state.kept }, { labels = { "튜닝 앞", "튜닝 뒤" }, min = 0, max = 1 })
		canvas:text(2, 13, ("예시 %+.3f, 파인튜닝 %+.3f. 옛 도메인에서는 %.3f를 잃었습니다."):format(
			state.shown - state.zero, state.tuned - state.zero, state.before - state.kept))
		local gap = state.tuned - state.shown
		canvas:text(2, 14, gap >= 0 and ("지금은 파인튜닝이 예시만 쓰는 것보다 %.3f 낫습니다."):format(gap)
			or ("지금은 예시만 쓰는 것이 파인튜닝보다 %.3f 낫습니다."):format(-gap), "bold")
	end,

	say = function(state)
		return ("기울기 %.1f, 종류마다 예시 %d장. 새 도메인의 정확도는 그대로 %.3f, 예시만 %.3f, 파인튜닝 %.3f입니다. 옛 도메인은 %.3f에서 %.3f로 바뀌었습니다."):format(
			state.shear / 10, COUNTS[state.count], state.zero, state.shown, state.tuned, state.before, state.kept)
	end,
}
