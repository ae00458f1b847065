local T = require "tensor"
local data = require "data"

local function draw(seed, count, cumulative)
	T.seed(seed)
	local out = T.rand(count):totable()
	for i, u in ipairs(out) do
		local g = 0
		while g < #cumulative - 1 and u >= cumulative[g + 1] do g = g + 1 end
		out[i] = g
	end
	return out
end

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

return function(t, learner)
	t:test("audit: 덜 뽑힌 집단", function()
		needs(t, learner, "audit")
		-- the rarest group is not the one that is left out
		local shares = { 0.08, 0.32, 0.60 }
		local group = draw(t.seed, 900, { 0.10, 0.55, 1 })
		local counts = { 0, 0, 0 }
		for _, g in ipairs(group) do counts[g + 1] = counts[g + 1] + 1 end
		local ratios, least = learner.audit(group, shares)
		t:ok(type(ratios) == "table" and #ratios == 3, "집단마다 하나씩, 비율의 목록을 돌려주세요.")
		for k = 1, 3 do
			t:near(ratios[k], counts[k] / 900 / shares[k], 1e-9,
				("%d번 집단은 표에서 %.3f, 실제로 %.2f입니다. 무엇을 무엇으로 나누었나요?"):format(k - 1, counts[k] / 900, shares[k]))
		end
		t:ok(least ~= 0, "0번은 표에서 가장 적은 집단입니다. 그런데 실제로도 적은 집단이라면, '적다'와 '덜 뽑혔다'는 같은 말일까요?")
		t:equal(least, 2, "가장 덜 뽑힌 집단의 번호가 다릅니다. 번호는 0부터 셉니다.")
	end)

	t:test("weights, estimate: 무게 달기", function()
		needs(t, learner, "weights")
		needs(t, learner, "estimate")
		local shares = { 0.5, 0.3, 0.2 }
		local group = draw(t.seed + 1, 600, { 0.2, 0.3, 1 })
		local counts = { 0, 0, 0 }
		for _, g in ipairs(group) do counts[g + 1] = counts[g + 1] + 1 end
		local weight = learner.weights(group, shares)
		t:ok(type(weight) == "table" and #weight == 600, "무게는 행마다 하나씩입니다.")
		for i, g in ipairs(group) do
			local seen = counts[g + 1] / 600
			t:ok(math.abs(weight[i] - seen / shares[g + 1]) > 1e-9 or math.abs(seen / shares[g + 1] - 1) < 1e-9,
				"덜 뽑힌 집단에 작은 무게가 실렸습니다. 빈자리를 메우려면 한 건의 몫이 커져야 할까요, 작아져야 할까요?")
			t:near(weight[i], shares[g + 1] / seen, 1e-9, ("%d번 집단의 무게가 다릅니다. 실제 %.2f, 표 %.3f입니다."):format(g, shares[g + 1], seen))
		end
		T.seed(t.seed + 2)
		local values, some = T.rand(50):totable(), T.rand(50):totable()
		local sum, total = 0, 0
		for i = 1, 50 do sum, total = sum + values[i] * some[i], total + some[i] end
		t:near(learner.estimate(values, some), sum / total, 1e-9, "무게를 단 평균이 다릅니다. 무게의 합으로 나누었나요, 건수로 나누었나요?")
	end)

	t:test("치우친 표에서 부실 비율을 2 pp 안으로", function()
		for _, name in ipairs { "audit", "weights", "estimate" } do needs(t, learner, name) end
		local truth = data.credit { count = 60000, rate = 0.2, seed = t.seed + 3 }.truth:to("f64"):mean():item()
		local sample = data.credit { count = 8000, rate = 0.2, bias = 0.85, seed = t.seed + 4 }
		local labels, group = sample.truth:totable(), sample.group:totable()
		local plain = sample.truth:to("f64"):mean():item()
		local got = learner.estimate(labels, learner.weights(group, sample.shares))
		t:metric("population", truth)
		t:metric("plain", plain)
		t:metric("reweighted", got)
		local _, least = learner.audit(group, sample.shares)
		t:equal(least, 2, "이 표에서는 고령(2번)이 가장 덜 뽑혔습니다.")
		t:ok(math.abs(got - plain) > 1e-6, ("그냥 평균한 %.3f와 같습니다. 덜 뽑힌 사람의 빈자리는 어디에서 메우나요?"):format(plain))
		t:near(got, truth, 0.02, ("실제 부실 비율은 %.3f인데 %.3f입니다."):format(truth, got))
	end)

	t:test("flip: 라벨을 일부러 틀리기", function()
		needs(t, learner, "flip")
		local labels = draw(t.seed + 5, 4000, { 0.25, 0.5, 0.75, 1 })
		local before = table.move(labels, 1, #labels, 1, {})
		for _, rate in ipairs { 0, 0.1, 0.4 } do
			local got = learner.flip(labels, 4, rate, t.seed + 6)
			t:equal(labels, before, "원래 목록이 바뀌었습니다. 깨끗한 정답이 사라지면 무엇과 견주나요?")
			t:ok(type(got) == "table" and #got == 4000, "길이가 같은 새 목록을 돌려주세요.")
			local changed, kinds = 0, {}
			for i, label in ipairs(got) do
				t:ok(label == math.floor(label) and label >= 0 and label < 4, ("%d번째 라벨이 %s입니다. 클래스는 0부터 3까지입니다."):format(i, tostring(label)))
				if label ~= labels[i] then
					changed = changed + 1
					kinds[label] = true
				end
			end
			t:ok(rate == 0 or changed > 0, "바뀐 라벨이 하나도 없습니다.")
			t:ok(math.abs(changed / 4000 - rate * 0.75) > 0.02 or rate < 0.1 or math.abs(changed / 4000 - rate) <= 0.03,
				("%.0f %%를 바꾸라고 했는데 실제로는 %.1f %%만 달라졌습니다. 바꾼 자리에 원래 라벨이 다시 나오지는 않나요?"):format(100 * rate, changed / 40))
			t:near(changed / 4000, rate, 0.03, "바뀐 비율이 다릅니다.")
			t:ok(rate == 0 or (kinds[0] and kinds[1] and kinds[2] and kinds[3]), "늘 같은 클래스로만 바뀝니다. 다른 클래스 가운데 아무것이나 되어야 합니다.")
		end
	end)

	t:test("noisy_accuracy: 틀린 만큼 내려간다", function()
		needs(t, learner, "noisy_accuracy")
		local test = data.digits { split = "test" }
		local images, labels = test.images:reshape(#test, 64), test.labels:totable()
		local last = 2
		for _, rate in ipairs { 0, 0.1, 0.2, 0.4 } do
			local said, model = learner.noisy_accuracy(rate, t.seed + 7)
			t:ok(type(said) == "number" and model ~= nil, "정확도와 훈련한 모델, 두 값을 돌려주세요.")
			local given, right = model:predict(images):totable(), 0
			for i, label in ipairs(labels) do
				if given[i] == label then right = right + 1 end
			end
			local accuracy = right / #labels
			t:metric(("accuracy_%02.0f"):format(100 * rate), accuracy)
			t:near(said, accuracy, 1e-9, ("라벨의 %.0f %%를 바꾼 모델이 깨끗한 시험에서 낸 정확도는 %.3f인데 %.3f(이)라고 하셨습니다. 시험 라벨까지 바꾸지는 않았나요?"):format(
				100 * rate, accuracy, said))
			t:ok(rate > 0 or accuracy >= 0.93, ("깨끗한 라벨로도 %.3f입니다. 훈련 데이터를 모두 썼나요?"):format(accuracy))
			t:ok(accuracy < last, ("라벨을 %.0f %% 틀리게 적었는데 정확도가 %.3f로 내려가지 않았습니다. 바꾼 라벨로 훈련했나요?"):format(100 * rate, accuracy))
			last = accuracy
		end
	end)
end
