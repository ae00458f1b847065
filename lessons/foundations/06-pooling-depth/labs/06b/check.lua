local T = require "tensor"
local data = require "data"

local function function_in(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
	return learner[name]
end

local function labels(count, classes)
	return T.randint(0, classes, { count }):totable()
end

local function counted(truth, given, classes)
	local matrix = {}
	for r = 1, classes do
		matrix[r] = {}
		for c = 1, classes do matrix[r][c] = 0 end
	end
	for i = 1, #truth do
		matrix[truth[i] + 1][given[i] + 1] = matrix[truth[i] + 1][given[i] + 1] + 1
	end
	return matrix
end

local function same(a, b, swapped)
	if type(a) ~= "table" or #a ~= #b then return false end
	for r = 1, #b do
		if type(a[r]) ~= "table" then return false end
		for c = 1, #b do
			if a[r][c] ~= (swapped and b[c][r] or b[r][c]) then return false end
		end
	end
	return true
end

-- Convolution layers of a model: their weights have four dimensions.
local function convolutions(model)
	local count = 0
	for _, weight in ipairs(model:parameters()) do
		if weight:dim() == 4 then count = count + 1 end
	end
	return count
end

return function(t, learner)
	T.seed(t.seed)

	t:test("confusion: 참은 줄, 답은 칸", function()
		local confusion = function_in(t, learner, "confusion")
		for _, classes in ipairs { 2, 4, 10 } do
			local truth, given = labels(200, classes), labels(200, classes)
			local want, got = counted(truth, given, classes), confusion(truth, given, classes)
			if not same(got, want) then
				t:ok(not same(got, want, true), "참과 답이 서로 바뀌었습니다. 표[참 + 1][답 + 1]에서 줄 번호는 어느 쪽이어야 하나요?")
				t:ok(type(got) == "table" and #got == classes, ("클래스가 %d가지면 표는 몇 줄, 몇 칸이어야 하나요? 한 번도 나오지 않은 칸에는 무엇을 적을까요?"):format(classes))
				t:fail("직접 센 횟수와 다릅니다. 사진 세 장만 놓고 손으로 표를 채워 보면 어디서 갈리나요?")
			end
		end
	end)

	t:test("worst_pair: 가장 많이 헷갈린 짝", function()
		local worst_pair = function_in(t, learner, "worst_pair")
		for _ = 1, 3 do
			local matrix = counted(labels(300, 6), labels(300, 6), 6)
			local r = T.randint(1, 7, { 1 }):item()
			local c = r % 6 + 1
			matrix[r][c] = 400
			for i = 1, 6 do matrix[i][i] = 900 + i end
			local a, b = worst_pair(matrix)
			t:ok(a ~= b, "줄과 칸이 같은 곳은 맞힌 칸입니다. 헷갈린 칸은 어디에 있나요?")
			t:ok(a == r - 1 and b == c - 1, ("가장 많이 헷갈린 칸은 다른 곳입니다. 답하신 칸은 (%s, %s)인데, 번호를 0부터 세었나요? 참과 답의 순서는 맞나요?"):format(
				tostring(a), tostring(b)))
		end
	end)

	t:test("훈련한 CNN: 시험 정확도 0.85 이상", function()
		t:ok(learner.model ~= nil, "훈련한 model을 돌려주세요.")
		local layers = convolutions(learner.model)
		t:ok(layers > 0, "모델에 합성곱층이 없습니다. 오늘은 창을 돌려 쓰는 모델로 도전해 볼까요?")
		local accuracy = learner.model:evaluate(data.fashion_mnist { split = "test" }).accuracy
		t:metric("accuracy", accuracy)
		t:ok(accuracy >= 0.85 or layers <= 6, ("합성곱층이 %d개인데 시험 정확도가 %.3f입니다. 층을 많이 쌓으면 늘 좋아지나요? 훈련 손실은 내려갔나요?"):format(
			layers, accuracy))
		t:ok(accuracy >= 0.85, ("시험 정확도가 %.3f입니다. 두 번째 합성곱 블록과 128칸짜리 층이 들어갔나요? 손실 그림은 끝까지 내려가고 있나요?"):format(accuracy))
	end)
end
