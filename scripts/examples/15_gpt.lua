-- 글자를 하나씩 잇는 작은 GPT
local T, nn = require "tensor", require "nn"

local text = ("가나다라마바사 "):rep(60)
local symbols, ids, order = {}, {}, {}
for _, code in utf8.codes(text) do
	if not symbols[code] then
		order[#order + 1] = utf8.char(code)
		symbols[code] = #order - 1
	end
	ids[#ids + 1] = symbols[code]
end
local model = nn.gpt { vocabulary = #order, d = 32, heads = 2, layers = 1, context = 16 }
local optimizer = nn.adam { learning_rate = 3e-3 }
local all = T.tensor(ids, "i32")
for step = 1, 60 do
	local at = (step * 7) % (#ids - 20) + 1
	local x, y = all:narrow(1, at, 16):reshape(1, 16), all:narrow(1, at + 1, 16)
	model:zero_grad()
	local loss = nn.cross_entropy(model(x):reshape(16, #order), y)
	loss:backward()
	optimizer:step(model:parameters())
	if step % 20 == 0 then print(step, ("손실 %.3f"):format(loss:item())) end
end
local made = { 0 }
for _ = 1, 10 do
	local logits = T.no_grad(model, T.tensor({ made }, "i32"))
	made[#made + 1] = logits:select(2, -1):argmax():item()
end
local words = {}
for i, id in ipairs(made) do words[i] = order[id + 1] end
print(table.concat(words))
assert(table.concat(words, "", 1, 5) == "가나다라마")
