-- 붓꽃 나누기: 표 데이터, 나눔, 평가
local nn, data, plot = require "nn", require "data", require "plot"

local train, test = data.iris():split(0.7, 1)
local model = nn.sequential { nn.linear { 4, 16 }, nn.relu(), nn.linear { 16, 3 } }
model:fit(train, { epochs = 150, batch_size = 16, optimizer = nn.adam { learning_rate = 0.01 } })
local result = model:evaluate(test)
print(("시험 정확도 %.3f (%d송이)"):format(result.accuracy, #test))
plot.confusion("혼동 행렬", result.confusion, test.classes)
assert(result.accuracy > 0.9)
