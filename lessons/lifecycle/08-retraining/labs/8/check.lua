local T = require "tensor"
local data = require "data"
local scanner = require "lifecycle.scanner"

local function function_in(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
	return learner[name]
end

local function print_of(model)
	return data.fingerprint(scanner.weights(model))
end

-- The same photos with one dot of one of them changed by a hair.
local function touched(set)
	local images = set.images:clone()
	images:set(1, 1, 4, 4, images:get(1, 1, 4, 4) + 0.01)
	return data.tensors(images, set.labels, { classes = set.classes })
end

local function random(low, high)
	return low + (high - low) * T.rand(1):item()
end

local function scores(model, world)
	return { old = scanner.accuracy(model, world.old_test), new = scanner.accuracy(model, world.new_test) }
end

return function(t, learner)
	local world = scanner.world()
	local store = { old = world.old, new = scanner.pick(world.new_pool, 15, t.seed + 11) }
	local recipes = {
		{ name = "v1", old = "all", seed = t.seed % 1000 + 1 },
		{ name = "v2", fresh = true, old = 0, seed = t.seed % 1000 + 2 },
		{ name = "v3", fresh = true, old = 300, seed = t.seed % 1000 + 3 },
	}
	local models, start = {}, {}
	local passed = 0 -- the training is tried only when its parts are right

	t:test("reasons: 다시 훈련할 까닭", function()
		local reasons = function_in(t, learner, "reasons")
		T.seed(t.seed)
		local limits = { drop = 0.05, psi = 0.2 }
		local words = { "성능", "분포", "요구" }
		for case = 0, 15 do
			local want, report = {}, { before = random(0.9, 0.99) }
			local bad = { case % 2 == 1, case // 2 % 2 == 1, case // 4 % 2 == 1 }
			local unknown = case >= 8
			report.now = not unknown and report.before - (bad[1] and random(0.06, 0.3) or random(-0.02, 0.04)) or nil
			report.psi = bad[2] and random(0.25, 0.9) or random(0, 0.15)
			report.new_classes = bad[3] and T.randint(1, 4, { 1 }):item() or 0
			for k, word in ipairs(words) do
				if bad[k] and not (k == 1 and unknown) then want[#want + 1] = word end
			end
			local fine, got = pcall(reasons, report, limits)
			t:ok(fine, unknown and "정답이 아직 오지 않아 report.now가 nil인 날에 멈췄습니다. 그날은 성능을 어떻게 다루어야 할까요?"
				or "reasons가 오류를 냈습니다: " .. tostring(got))
			t:ok(type(got) == "table", "까닭의 목록(표)을 돌려주세요. 까닭이 없으면 빈 목록입니다.")
			if #want == 0 and #got > 0 then
				t:fail("떨어진 것도, 달라진 것도, 바뀐 요구도 없는 날인데 다시 훈련하자고 합니다. 까닭 없이 다시 훈련하면 무엇을 잃을 수 있을까요?")
			end
			t:equal(table.concat(got, ","), table.concat(want, ","), ("전 %.3f, 지금 %s, PSI %.2f, 새 글자 %d가지인 날의 까닭이 다릅니다. 어떤 값이 어떤 한도를 넘었나요?"):format(
				report.before, report.now and ("%.3f"):format(report.now) or "아직 모름", report.psi, report.new_classes))
		end
		passed = passed + 1
	end)

	t:test("replay: 옛 사진을 고르게 뽑기", function()
		local replay = function_in(t, learner, "replay")
		local labels = world.old.labels:totable()
		for _, count in ipairs { 50, 300 } do
			local rows = replay(labels, count, t.seed + 5)
			t:ok(type(rows) == "table" and #rows == count, ("옛 사진 %d장을 부탁했는데 %s장이 왔습니다. 섞는 수를 정확히 지켰나요?"):format(count,
				type(rows) == "table" and #rows or "?"))
			local seen, each = {}, {}
			for _, row in ipairs(rows) do
				t:ok(math.type(row) == "integer" and row >= 1 and row <= #labels, ("줄 번호 %s는 1부터 %d 사이가 아닙니다. permutation은 0부터 셉니다."):format(
					tostring(row), #labels))
				t:ok(not seen[row], "같은 사진을 두 번 뽑았습니다. 뽑은 것을 어떻게 다시 뽑지 않게 할까요?")
				seen[row] = true
				each[labels[row]] = (each[labels[row]] or 0) + 1
			end
			for label = 0, 9 do
				t:equal(each[label] or 0, count // 10, ("숫자 %d만 세어 보면 %d장입니다. 클래스마다 같은 수를 지키지 않으면 드문 글자는 어떻게 될까요?"):format(label,
					each[label] or 0))
			end
			t:equal(table.concat(replay(labels, count, t.seed + 5), ","), table.concat(rows, ","),
				"같은 시드로 두 번 불렀는데 다른 사진이 뽑혔습니다. 석 달 뒤에 그날의 데이터를 다시 모을 수 있을까요?")
			t:ok(table.concat(replay(labels, count, t.seed + 6), ",") ~= table.concat(rows, ","), "시드를 바꾸었는데 같은 사진만 나옵니다. 시드를 쓰고 있나요?")
		end
		passed = passed + 1
	end)

	t:test("promote: 옛 시험과 새 시험을 모두 보고", function()
		local promote = function_in(t, learner, "promote")
		local rule = { gain = 0.05, lose = 0.025 }
		local champion = { old = 0.98, new = 0.72 }
		local cases = {
			{ { old = 0.81, new = 0.95 }, false, "새 시험은 올랐지만 옛 시험에서 17점을 잃은 모델을 올렸습니다. 예전 고객의 정확도는 어떻게 되나요?" },
			{ { old = 0.97, new = 0.94 }, true, "옛 시험을 1점만 잃고 새 시험이 22점 오른 모델을 올리지 않았습니다. 규칙의 두 값을 어떻게 견주었나요?" },
			{ { old = 0.985, new = 0.75 }, false, "새 시험이 3점밖에 오르지 않았습니다. 바꾸는 수고만큼 나아졌다고 할 수 있을까요?" },
			{ { old = nil, new = 0.96 }, false, "옛 시험을 재지도 않은 모델을 올렸습니다. 재지 않은 점수를 좋다고 믿어도 될까요?" },
			{ { old = 0.99, new = nil }, false, "새 시험을 재지 않은 모델을 올렸습니다. 무엇을 보고 나아졌다고 하나요?" },
			{ { old = 0.99, new = 0.90 }, true, "옛 시험도 새 시험도 오른 모델을 올리지 않았습니다. 옛 시험이 오르면 잃은 점수는 음수가 됩니다." },
		}
		for _, case in ipairs(cases) do
			local fine, got = pcall(promote, champion, case[1], rule)
			t:ok(fine and (got and true or false) == case[2], case[3])
		end
		passed = passed + 1
	end)

	t:test("serving: 되돌린 뒤에는 누가 답하나", function()
		local serving = function_in(t, learner, "serving")
		local cases = {
			{ {}, nil, "아직 아무것도 올리지 않았는데 버전이 나왔습니다." },
			{ { "v1" }, "v1", "하나를 올렸으면 그것이 서비스 중이어야 합니다." },
			{ { "v1", "v2", "-" }, "v1", "v2를 올렸다가 되돌렸습니다. 그 전에 쓰던 것은 무엇인가요?" },
			{ { "v1", "v2", "v3", "-", "-" }, "v1", "두 번 되돌렸습니다. 되돌린 것을 또 되돌리면 어디로 가야 하나요?" },
			{ { "v1", "-" }, "v1", "돌아갈 곳이 없는데 되돌렸습니다. 서비스에 아무 모델도 남지 않으면 손님은 누가 받나요?" },
			{ { "v1", "v2", "-", "v4", "-" }, "v1", "v2를 되돌린 다음 v4를 올렸다가 또 되돌렸습니다. 말썽이 나서 내린 v2로 돌아가도 될까요?" },
			{ { "-", "v1" }, "v1", "처음부터 되돌리기가 들어와도 멈추지 말아야 합니다." },
		}
		for _, case in ipairs(cases) do
			local events = {}
			for i, word in ipairs(case[1]) do events[i] = word == "-" and { "rollback" } or { "promote", word } end
			local fine, got = pcall(serving, events)
			t:ok(fine and got == case[2], case[3])
		end
		passed = passed + 1
	end)

	t:test("gather: 새것만 넣으면 잊고, 섞으면 지킨다", function()
		local gather = function_in(t, learner, "gather")
		t:ok(passed == 4, "앞의 네 시험을 먼저 통과해 주세요. 훈련은 그다음에 해 보겠습니다.")
		local sets = {}
		for i, recipe in ipairs(recipes) do sets[i] = gather(recipe, store) end
		t:equal(#sets[1], #store.old, "v1은 옛 사진 전부로 훈련한 모델입니다. 몇 장을 담았나요?")
		t:equal(#sets[2], #store.new, "옛 사진을 0장 섞는 조리법입니다. 새 사진 150장만 담겼나요?")
		models[1] = scanner.train(store.old, { seed = recipes[1].seed })
		start = { [2] = models[1], [3] = models[1] }
		for i = 2, 3 do models[i] = scanner.train(sets[i], { seed = recipes[i].seed, start = start[i] }) end
		local before, only, mix = scores(models[1], world), scores(models[2], world), scores(models[3], world)
		t:metric("old_before", before.old)
		t:metric("new_only_lost", before.old - only.old)
		t:metric("mix_lost", before.old - mix.old)
		t:metric("mix_new", mix.new)
		t:ok(before.old - only.old >= 0.04, ("새것만 배운 v2가 옛 시험에서 %.3f밖에 잃지 않았습니다. 새 사진만 담긴 것이 맞나요?"):format(before.old - only.old))
		t:ok(before.old - mix.old <= 0.025, ("v3가 옛 시험에서 %.1f점을 잃었습니다(%.3f → %.3f). 옛 사진 300장이 정말 함께 담겼나요? 예전 고객의 정확도는 재 보셨나요?"):format(
			100 * (before.old - mix.old), before.old, mix.old))
		t:ok(mix.new >= 0.90, ("v3의 새 시험이 %.3f입니다. 새 사진이 빠지지는 않았나요?"):format(mix.new))
		t:equal(#sets[3], #store.new + 300, "v3는 새 사진 150장에 옛 사진 300장을 더한 것입니다. 몇 장이 담겼나요?")
	end)

	t:test("record, rebuild: 세 모델을 한 비트도 다르지 않게", function()
		local record, rebuild = function_in(t, learner, "record"), function_in(t, learner, "rebuild")
		t:ok(models[3] ~= nil, "앞의 시험에서 모델이 만들어져야 이어서 시험할 수 있습니다.")
		local same = 0
		local records = {}
		for i, recipe in ipairs(recipes) do
			records[i] = record(recipe, store, models[i], start[i])
			t:ok(type(records[i]) == "table" and records[i].seed == recipe.seed and records[i].old == recipe.old,
				"기록에 조리법의 값(old, fresh, seed)이 모두 남았나요? 하나라도 빠지면 무엇으로 다시 만들까요?")
			local fine, again = pcall(rebuild, records[i], store, start[i])
			t:ok(fine, recipe.name .. "을 기록대로 다시 만들다가 멈췄습니다: " .. tostring(again))
			t:ok(again and print_of(again) == print_of(models[i]), recipe.name ..
				"을 다시 만들었더니 다른 모델이 나왔습니다. 시드와 출발한 모델까지 그날과 같나요?")
			same = same + 1
		end
		t:metric("rebuilt", same)
		local other = record(recipes[2], { old = store.old, new = touched(store.new) }, models[2], start[2])
		t:ok(records[2].data ~= nil and other.data ~= records[2].data,
			"새 사진 한 장의 점 하나를 고쳐도 기록의 data가 그대로입니다. 누가 그 파일을 고쳤다면 기록의 무엇이 알려 주나요?")
		local fine = pcall(rebuild, records[2], { old = store.old, new = touched(store.new) }, start[2])
		t:ok(not fine, "새 사진 한 장의 점 하나를 고쳐 두었는데 rebuild가 아무 말 없이 다시 만들었습니다. 누가 그 파일을 고쳤다면 기록의 무엇이 알려 주나요?")
		fine = pcall(rebuild, records[1], { old = touched(store.old), new = store.new }, nil)
		t:ok(not fine, "옛 사진의 점 하나를 고쳤는데 v1이 그대로 다시 만들어졌습니다. 누가 그 파일을 고쳤다면 기록의 무엇이 알려 주나요?")
		fine = pcall(rebuild, records[3], store, models[2])
		t:ok(not fine, "v1이 아니라 v2에서 출발했는데도 rebuild가 받아들였습니다. 어느 모델에서 출발했는지도 기록에 있나요?")
		local wrong = {}
		for key, value in pairs(records[2]) do wrong[key] = value end
		wrong.output = records[3].output
		t:ok(wrong.output ~= nil and not pcall(rebuild, wrong, store, start[2]),
			"나온 모델의 지문이 기록과 다른데도 rebuild가 받아들였습니다. 다 만든 뒤에 무엇을 견주어 보아야 할까요?")
	end)
end
