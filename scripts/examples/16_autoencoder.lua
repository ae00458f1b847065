-- 오토인코더: 숫자 그림을 4개의 수로 줄였다 되살리기
local T, nn, data, plot = require "tensor", require "nn", require "data", require "plot"

local images = data.digits { limit = 600 }.images
local encoder = nn.sequential { nn.flatten(), nn.linear { 64, 32 }, nn.relu(), nn.linear { 32, 4 } }
local decoder = nn.sequential { nn.linear { 4, 32 }, nn.relu(), nn.linear { 32, 64 }, nn.sigmoid() }
local model = nn.sequential { encoder, decoder }
local set = data.tensors(images, images:reshape(600, 64))
local before = model:evaluate(set, { loss = "mse" }).loss
model:fit(set, { epochs = 30, batch_size = 32, loss = "mse", optimizer = nn.adam { learning_rate = 3e-3 } })
local after = model:evaluate(set, { loss = "mse" }).loss
print(("되살린 오차 %.4f → %.4f"):format(before, after))
plot.images("원래와 되살린 그림", T.cat({ images:narrow(1, 1, 4):reshape(4, 8, 8), model(images:narrow(1, 1, 4)):detach():reshape(4, 8, 8) }))
assert(after < before / 2)
