-- 학습을 지켜보다 멈추기: callback이 false를 돌려주면 끝납니다.
local nn, data, plot = require "nn", require "data", require "plot"

local train, test = data.digits():split(0.8, 1)
local model = nn.sequential { nn.flatten(), nn.linear { 64, 32 }, nn.relu(), nn.linear { 32, 10 } }
local history = model:fit(train, {
	epochs = 100, batch_size = 32, every = 10, optimizer = nn.adam { learning_rate = 3e-3 },
	callback = function(progress)
		plot.progress(progress.step / 1000, ("손실 %.3f"):format(progress.loss))
		return progress.accuracy < 0.97
	end,
})
print("멈춘 걸음", history.steps, "기록", #history.points)
print(("시험 정확도 %.3f"):format(model:evaluate(test).accuracy))
assert(history.stopped)
