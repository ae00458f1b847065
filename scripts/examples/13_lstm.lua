-- 맨 처음 기호를 끝까지 기억하기: LSTM
local nn, data = require "nn", require "data"

local train = data.sequence { task = "recall", count = 600, length = 12, symbols = 4, distractors = 4, seed = 1 }
local test = data.sequence { task = "recall", count = 200, length = 12, symbols = 4, distractors = 4, seed = 2 }
local model = nn.sequential { nn.embedding { 9, 16 }, nn.lstm { 16, 32 }, nn.last_step(), nn.linear { 32, 4 } }
model:fit(train, { epochs = 20, batch_size = 32, optimizer = nn.adam { learning_rate = 1e-2 } })
local accuracy = model:evaluate(test).accuracy
print(("시험 정확도 %.2f (찍으면 0.25)"):format(accuracy))
assert(accuracy > 0.5)
