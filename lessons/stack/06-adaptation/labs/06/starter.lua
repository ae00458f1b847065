-- Lab-STACK-6: 가중치를 바꾸지 않고, 조금 바꾸고, 다 바꾸고
local T = require "tensor"
local nn = require "nn"
local adapt = require "stack.adapt"

local function prototypes(features, labels)
	-- TODO: 종류마다 특징의 평균을 냅니다. labels:one_hot(10):to("f32")가 도움이 됩니다.
	return T.zeros(10, features:size(2))
end

local function nearest(centres, features)
	-- TODO: 특징마다 가장 가까운 원형의 번호를 고릅니다.
	return T.zeros(features:size(1)):to("i32")
end

local function adapted(weight, a, b)
	-- TODO: 얼려 둔 가중치에 어댑터를 더합니다.
	return weight
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
local RANK = 32 -- TODO: 배우는 숫자를 세어 보고 고르세요.
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
-- TODO: 60걸음쯤 되풀이합니다. 기울기를 비우고, 손실을 구해 거슬러 가고, optimizer:step { a, b }
report("어댑터", adapt.accuracy(with_adapter(adapt.hidden(task.base, task.new.images, "flat")):argmax(2), task.new.labels))

-- 전체 파인튜닝
local tuned = adapt.copy(task.base)
-- TODO: few로 훈련하세요. 학습률 1e-3, 60걸음에서 시작해 보세요.
report("파인튜닝", tuned:evaluate(task.new).accuracy)

-- 처음부터
local scratch = adapt.build(77)
-- TODO: 공평하게 견주도록 걸음 수를 고르세요.
scratch:fit(few, { steps = 1, batch_size = 30, seed = 1, loss = "cross_entropy", every = 1000, optimizer = nn.adam { learning_rate = 2e-3 } })
report("처음부터", scratch:evaluate(task.new).accuracy)

local forgetting = 0 -- TODO
print(("옛 도메인에서 잊은 양: %.1f%%p"):format(forgetting))

return {
	prototypes = prototypes, nearest = nearest, adapted = adapted,
	base = task.base, adapter = { a = a, b = b }, tuned = tuned, scratch = scratch, forgetting = forgetting,
}
