-- mistake: forgetting is measured on the new domain
-- expects: 옛 도메인
local T = require "tensor"
local nn = require "nn"
local adapt = require "stack.adapt"

local function prototypes(features, labels)
	local marks = labels:one_hot(10):to("f32")
	local sums = marks:transpose():matmul(features)
	return sums / marks:sum(1):reshape(10, 1)
end

local function nearest(centres, features)
	local squares = (centres * centres):sum(2):reshape(1, 10)
	return (squares - features:matmul(centres:transpose()) * 2):argmin(2)
end

local function adapted(weight, a, b)
	return weight + b:matmul(a)
end

local task = adapt.task()
local few = task.few

local function report(name, accuracy)
	print(("%-12s 새 도메인 %.3f"):format(name, accuracy))
end

report("zero-shot", task.base:evaluate(task.new).accuracy)

-- 가중치는 그대로
local centres = prototypes(adapt.hidden(task.base, few.images, "features"), few.labels)
report("예시", adapt.accuracy(nearest(centres, adapt.hidden(task.base, task.new.images, "features")), task.new.labels))

-- 저순위 어댑터
local RANK = 4
local weights = task.base:named_parameters()
local weight, bias = weights["6.weight"]:detach(), weights["6.bias"]:detach()
local last_weight, last_bias = weights["8.weight"]:detach(), weights["8.bias"]:detach()
T.seed(5)
local a = (T.randn(RANK, 256) * (1 / 16)):requires_grad()
local b = T.zeros(64, RANK):requires_grad()

local function with_adapter(flat)
	return nn.f.linear(nn.f.linear(flat, adapted(weight, a, b), bias):relu(), last_weight, last_bias)
end

local optimizer = nn.adam { learning_rate = 5e-3 }
local flat = adapt.hidden(task.base, few.images, "flat")
for _ = 1, 60 do
	a:zero_grad()
	b:zero_grad()
	nn.cross_entropy(with_adapter(flat), few.labels):backward()
	optimizer:step { a, b }
end
report("어댑터", adapt.accuracy(with_adapter(adapt.hidden(task.base, task.new.images, "flat")):argmax(2), task.new.labels))

-- 전체 파인튜닝
local tuned = adapt.copy(task.base)
tuned:fit(few, { steps = 60, batch_size = 30, seed = 1, loss = "cross_entropy", every = 1000, optimizer = nn.adam { learning_rate = 1e-3 } })
report("파인튜닝", tuned:evaluate(task.new).accuracy)

-- 처음부터
local scratch = adapt.build(77)
scratch:fit(few, { steps = 100, batch_size = 30, seed = 1, loss = "cross_entropy", every = 1000, optimizer = nn.adam { learning_rate = 2e-3 } })
report("처음부터", scratch:evaluate(task.new).accuracy)

local forgetting = (task.base:evaluate(task.new).accuracy - tuned:evaluate(task.new).accuracy) * 100
print(("옛 도메인에서 잊은 양: %.1f%%p"):format(forgetting))

return {
	prototypes = prototypes, nearest = nearest, adapted = adapted,
	base = task.base, adapter = { a = a, b = b }, tuned = tuned, scratch = scratch, forgetting = forgetting,
}
