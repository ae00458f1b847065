local T = require "tensor"
local data = require "data"

local answers = { "AI", "DL", "ML", "DL", "AI", "ML", "DL", "ML", "DL", "AI", "ML", "DL", "AI", "DL", "AI", "ML", "DL",
	"ML", "DL", "AI" }

-- Convolution layers of a model: their weights have four dimensions.
local function convolutions(model)
	local count = 0
	for _, weight in ipairs(model:parameters()) do
		if weight:dim() == 4 then count = count + 1 end
	end
	return count
end

return function(t, learner)
	local _, test = data.digits():split(1297 / 1797, 5)
	local images, labels = test.images:reshape(#test, 8, 8):totable(), test.labels:totable()
	local by_hand = 0

	t:test("features: 사람이 지은 특징 세 개", function()
		t:ok(type(learner.features) == "function", "돌려주는 표에 features 함수가 있나요?")
		local rows, same = {}, true
		for i, image in ipairs(images) do
			local row = learner.features(image)
			t:ok(type(row) == "table" and #row == 3, "특징은 꼭 세 개여야 합니다. { a, b, c }로 돌려주세요.")
			for k = 1, 3 do
				t:ok(type(row[k]) == "number" and row[k] == row[k], "특징은 수여야 합니다. 잉크가 없는 이미지에서 0으로 나누지는 않나요?")
				if i > 1 and row[k] ~= rows[1][k] then same = false end
			end
			rows[i] = row
		end
		t:ok(not same, "이미지가 달라져도 세 특징이 늘 같습니다. 그러면 모델은 무엇을 보고 숫자를 구별하나요?")
		t:ok(learner.simple ~= nil, "세 특징으로 훈련한 simple을 돌려주세요.")
		local given = learner.simple(T.tensor(rows)):argmax(2):totable()
		local right = 0
		for i = 1, #labels do
			if given[i] == labels[i] then right = right + 1 end
		end
		by_hand = right / #labels
		t:metric("three_features", by_hand)
		t:ok(by_hand >= 0.15, ("세 특징 모델이 %.2f입니다. 찍어도 0.10인데요. 특징의 크기가 서로 너무 다르지는 않나요?"):format(by_hand))
	end)

	t:test("세 방법: CNN이 0.20 이상 앞선다", function()
		t:ok(learner.cnn ~= nil and learner.mlp ~= nil, "훈련한 mlp와 cnn을 돌려주세요.")
		t:ok(convolutions(learner.cnn) > 0, "cnn에 합성곱층이 없습니다. 이웃한 칸끼리 무늬를 이룬다는 것을 어디에 담았나요?")
		local mlp, cnn = learner.mlp:evaluate(test).accuracy, learner.cnn:evaluate(test).accuracy
		t:metric("mlp", mlp)
		t:metric("cnn", cnn)
		t:ok(cnn >= 0.9, ("CNN이 %.2f입니다. 합성곱, 구부림, 풀링이 차례로 들어갔나요?"):format(cnn))
		t:ok(cnn - by_hand >= 0.20, ("세 특징 %.2f, CNN %.2f입니다. 차이가 작다면 특징에 픽셀을 그대로 담지는 않았나요?"):format(by_hand, cnn))
	end)

	t:test("카드: 가장 안쪽 동그라미", function()
		t:ok(type(learner.cards) == "table" and #learner.cards == 20, "카드 스무 장의 답을 차례로 적어 주세요.")
		local right, ai_as_ml, ml_as_dl = 0, 0, 0
		for i, want in ipairs(answers) do
			local got = learner.cards[i]
			if got == want then right = right + 1 end
			if want == "AI" and got == "ML" then ai_as_ml = ai_as_ml + 1 end
			if want == "ML" and got == "DL" then ml_as_dl = ml_as_dl + 1 end
		end
		t:metric("cards", right)
		t:ok(right >= 18 or ai_as_ml < 3, ("%d장 맞았습니다. 규칙으로 만든 프로그램 %d개를 ML로 나누셨어요. 그 프로그램은 데이터에서 무엇을 배웠나요?"):format(right, ai_as_ml))
		t:ok(right >= 18 or ml_as_dl < 3, ("%d장 맞았습니다. 특징을 사람이 정한 방법 %d개를 DL로 나누셨어요. 신경망이 특징까지 배웠나요?"):format(right, ml_as_dl))
		t:ok(right >= 18, ("%d장 맞았습니다. 데이터에서 배웠는지, 특징까지 스스로 지었는지 두 가지를 차례로 물어보세요."):format(right))
	end)
end
