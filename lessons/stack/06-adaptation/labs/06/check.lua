local T = require "tensor"
local nn = require "nn"
local adapt = require "stack.adapt"

local function function_in(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
	return learner[name]
end

local function model_in(t, learner, name)
	t:ok(learner[name] ~= nil and learner[name].named_parameters, "돌려주는 표에 모델 " .. name .. "이(가) 있나요?")
	return learner[name]
end

local function same_weights(a, b)
	local others = b:named_parameters()
	for name, parameter in pairs(a:named_parameters()) do
		if T.max_abs_diff(parameter, others[name]) > 0 then return false end
	end
	return true
end

-- Class means and the nearest of them, by hand.
local function means(features, labels)
	local sums, counts, width = {}, {}, #features[1]
	for k = 0, 9 do
		sums[k], counts[k] = {}, 0
		for c = 1, width do sums[k][c] = 0 end
	end
	for i, label in ipairs(labels) do
		counts[label] = counts[label] + 1
		for c = 1, width do sums[label][c] = sums[label][c] + features[i][c] end
	end
	local out = {}
	for k = 0, 9 do
		out[k + 1] = {}
		for c = 1, width do out[k + 1][c] = sums[k][c] / counts[k] end
	end
	return T.tensor(out), T.tensor((function()
		local rows = {}
		for k = 0, 9 do rows[k + 1] = sums[k] end
		return rows
	end)())
end

return function(t, learner)
	T.seed(t.seed)
	local task = adapt.task()
	local zero_shot = task.base:evaluate(task.new).accuracy
	local exemplars

	t:test("prototypes: 종류마다 특징의 평균", function()
		local prototypes = function_in(t, learner, "prototypes")
		local features = T.randn(25, 6)
		local labels = {}
		for i = 1, 25 do labels[i] = i <= 10 and i - 1 or (i * 7 + t.seed) % 10 end
		local got = prototypes(features, T.tensor(labels, "i32"))
		local want, sums = means(features:totable(), labels)
		t:ok(got ~= nil and got.shape and #got.shape == 2 and got:size(1) == 10 and got:size(2) == 6,
			"종류 10가지마다 길이가 특징과 같은 줄이 하나씩, 모두 10줄이 나와야 하지 않을까요?")
		if T.max_abs_diff(got, want) > 1e-4 and T.max_abs_diff(got, sums) <= 1e-3 then
			t:fail("합에서 멈춘 것 같습니다. 예시가 셋인 종류와 다섯인 종류를 공평하게 견주려면 무엇으로 나누어야 할까요? 평균을 떠올려 보세요.")
		end
		t:near(got, want, 1e-4, "종류마다의 평균과 다릅니다. 첫 종류의 예시만 손으로 더해 나누어 보면 얼마인가요?")
	end)

	t:test("예시만으로: 가중치는 한 자리도 바뀌지 않는다", function()
		local base = model_in(t, learner, "base")
		local prototypes, nearest = function_in(t, learner, "prototypes"), function_in(t, learner, "nearest")
		t:ok(same_weights(base, task.base), "돌려준 base의 가중치가 처음과 다릅니다. 예시를 보여 주는 방법에서 모델을 훈련하지는 않았나요?")
		local centres = prototypes(adapt.hidden(task.base, task.few.images, "features"), task.few.labels)
		local found = nearest(centres, adapt.hidden(task.base, task.new.images, "features"))
		t:ok(found ~= nil and found.shape and found:numel() == #task.new, "nearest는 그림마다 번호 하나(0부터)를 내야 합니다. 몇 개가 나왔나요?")
		exemplars = adapt.accuracy(found:to("i32"), task.new.labels)
		t:metric("zero_shot", zero_shot)
		t:metric("exemplars", exemplars)
		t:ok(exemplars >= zero_shot + 0.10, ("예시를 쓴 정확도가 %.3f, 쓰지 않은 것이 %.3f입니다. 특징과 중심 사이의 거리가 가장 가까운 종류를 고르나요, 가장 먼 종류를 고르나요?"):format(exemplars, zero_shot))
	end)

	t:test("어댑터: 얼린 몸통에 작은 행렬 둘", function()
		local adapted = function_in(t, learner, "adapted")
		local weight, down, up = T.randn(5, 7), T.randn(2, 7), T.randn(5, 2)
		t:near(adapted(weight, down, up), weight + up:matmul(down), 1e-4,
			"W(5×7)에 어댑터 a(2×7), b(5×2)를 붙인 결과가 다릅니다. 얼려 둔 W는 그대로 두고 무엇을 더해야 할까요?")
		local pair = learner.adapter
		t:ok(type(pair) == "table" and pair.a and pair.b, "adapter = { a = …, b = … }로 배운 두 행렬을 돌려주세요.")
		local count, whole = pair.a:numel() + pair.b:numel(), task.base:parameter_count()
		t:metric("adapter_share", count / whole)
		t:ok(count <= whole * 0.10, ("어댑터가 배우는 숫자가 %d개로 전체 %d개의 %.0f %%입니다. 10 %% 아래로 줄이려면 두 행렬의 어느 쪽 길이를 줄여야 할까요?"):format(
			count, whole, count / whole * 100))
		t:ok(#pair.a.shape == 2 and #pair.b.shape == 2 and pair.a:size(2) == 256 and pair.b:size(1) == 64 and pair.a:size(1) == pair.b:size(2),
			"a는 r×256, b는 64×r 모양인가요? 어댑터를 붙이는 첫 완전연결층은 256칸을 받아 64칸을 냅니다.")
		local weights = task.base:named_parameters()
		local accuracy = T.no_grad(function()
			local inside = nn.f.linear(adapt.hidden(task.base, task.new.images, "flat"),
				weights["6.weight"] + pair.b:detach():matmul(pair.a:detach()), weights["6.bias"]):relu()
			return adapt.accuracy(nn.f.linear(inside, weights["8.weight"], weights["8.bias"]):argmax(2), task.new.labels)
		end)
		t:metric("adapter", accuracy)
		t:ok(accuracy >= zero_shot + 0.10, ("어댑터를 붙인 정확도가 %.3f로, 붙이지 않은 %.3f보다 0.10 넘게 낫지 않습니다. 걸음마다 두 행렬이 실제로 바뀌나요?"):format(accuracy, zero_shot))
	end)

	t:test("파인튜닝: 배운 가중치에서 출발해 더 배운다", function()
		local tuned, scratch = model_in(t, learner, "tuned"), model_in(t, learner, "scratch")
		t:ok(not same_weights(tuned, task.base), "tuned의 가중치가 처음과 똑같습니다. 새 도메인의 예시로 훈련했나요?")
		local fine, fresh = tuned:evaluate(task.new).accuracy, scratch:evaluate(task.new).accuracy
		t:metric("fine_tuned", fine)
		t:metric("scratch", fresh)
		t:ok(fresh >= 0.60, ("처음부터 배운 모델이 %.3f입니다. 견주는 상대도 제대로 훈련해야 공평하지 않을까요?"):format(fresh))
		t:ok(exemplars and fine >= exemplars + 0.04 and fine >= fresh,
			("파인튜닝 %.3f, 예시 %.3f, 처음부터 %.3f입니다. 예시보다 0.04 넘게, 처음부터보다도 나으려면 tuned의 가중치는 어디에서 출발해야 할까요?"):format(
				fine, exemplars or 0, fresh))
	end)

	t:test("망각: 옛 도메인에서 얼마나 잃었나", function()
		local tuned = model_in(t, learner, "tuned")
		local lost = (task.base:evaluate(task.old).accuracy - tuned:evaluate(task.old).accuracy) * 100
		t:metric("forgetting_pp", lost)
		t:ok(type(learner.forgetting) == "number", "forgetting에 잃은 양을 %p(백분율의 차이)로 적어 주세요.")
		t:ok(math.abs(learner.forgetting - lost) <= 0.5,
			("forgetting이 %.1f인데 다시 재면 %.1f%%p입니다. 옛 도메인(task.old)에서 튜닝하기 전과 뒤를 견주었나요? 새 도메인은 아닌가요?"):format(learner.forgetting, lost))
	end)
end
