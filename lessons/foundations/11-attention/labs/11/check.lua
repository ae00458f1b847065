local T = require "tensor"
local nn = require "nn"
local data = require "data"

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

-- The engine's attention of one head: mixed values of [n, d] tensors.
local function engine(q, k, v)
	local function shaped(x) return x:reshape(1, 1, x:size(1), x:size(2)) end
	return nn.f.attention(shaped(q), shaped(k), shaped(v)):reshape(q:size(1), v:size(2))
end

local function seats(count, width)
	local rows = {}
	for pos = 0, count - 1 do
		rows[pos + 1] = {}
		for i = 0, width - 1 do
			local angle = pos / 10000 ^ (2 * (i // 2) / width)
			rows[pos + 1][i + 1] = i % 2 == 0 and math.sin(angle) or math.cos(angle)
		end
	end
	return rows
end

local function difference(a, b)
	if type(a) ~= "table" or #a ~= #b then return math.huge end
	local most = 0
	for i = 1, #b do
		if type(a[i]) ~= "table" or #a[i] ~= #b[i] then return math.huge end
		for j = 1, #b[i] do
			local d = type(a[i][j]) == "number" and math.abs(a[i][j] - b[i][j]) or math.huge
			most = d == d and math.max(most, d) or math.huge
		end
	end
	return most
end

return function(t, learner)
	T.seed(t.seed)

	t:test("attention: 엔진과 같고 줄의 합은 1", function()
		needs(t, learner, "attention")
		local worst = 0
		for _, case in ipairs { { 4, 4, 4 }, { 5, 5, 8 }, { 3, 3, 9 } } do
			local n, d = case[1], case[3]
			local q, k, v = T.randn(n, d), T.randn(n, d), T.randn(n, d)
			local mixed, weights = learner.attention(q:totable(), k:totable(), v:totable())
			local want = engine(q, k, v):totable()
			t:ok(type(weights) == "table" and #weights == n, "섞은 값과 함께 어텐션 가중치의 표도 돌려주세요.")
			if difference(mixed, want) > 1e-5 then
				t:ok(difference(mixed, engine(q * math.sqrt(d), k, v):totable()) > 1e-4,
					"점수를 길이의 제곱근으로 나누지 않았습니다. 길이가 긴 벡터의 내적은 왜 커지나요?")
				t:ok(difference(mixed, engine(q, k, k):totable()) > 1e-4, "값이 아니라 키를 섞으셨습니다. 이름표와 내용물 가운데 무엇을 가져와야 하나요?")
				local by_column = (q:matmul(k:transpose()) * (1 / math.sqrt(d))):softmax(1):matmul(v):totable()
				t:ok(difference(mixed, by_column) > 1e-4,
					"눈길을 보내는 쪽이 아니라 받는 쪽의 합이 1입니다. 한 낱말이 보내는 눈길을 모두 더하면 얼마여야 하나요?")
				t:fail(("섞은 값이 엔진과 %.3g만큼 다릅니다. 강의의 세 낱말로 손수 셈해 보면 어느 박자에서 갈리나요?"):format(difference(mixed, want)))
			end
			worst = math.max(worst, difference(mixed, want))
			for i = 1, n do
				local sum = 0
				for j = 1, n do sum = sum + weights[i][j] end
				t:near(sum, 1, 1e-6, ("%d번째 낱말이 보내는 눈길의 합이 1이 아닙니다."):format(i))
			end
		end
		t:metric("attention_difference", worst)
	end)

	t:test("순서: 위치가 없으면 섞어도 같고, 있으면 다르다", function()
		needs(t, learner, "positions")
		local n, d = 5, 8
		local seat = learner.positions(n, d)
		t:ok(difference(seat, seats(n, d)) < math.huge, ("positions(%d, %d)은 %d줄 %d칸이어야 합니다."):format(n, d, n, d))
		local flat = true
		for pos = 2, n do
			for i = 1, d do
				if seat[pos][i] ~= seat[1][i] then flat = false end
			end
		end
		t:ok(not flat, "모든 자리가 같은 벡터입니다. 첫째 자리와 셋째 자리를 모델은 무엇으로 구별하나요?")
		t:ok(difference(seat, seats(n, d)) <= 1e-6, "사인·코사인 값이 강의의 식과 다릅니다. 자리를 0부터 세었나요? 짝수 칸과 홀수 칸은 각각 무엇인가요?")
		local x, order = T.randn(n, d):totable(), T.permutation(n):totable()
		local shuffled, seated, shuffled_seated = {}, {}, {}
		for place = 1, n do
			local w = order[place] + 1
			shuffled[place], seated[place], shuffled_seated[place] = x[w], {}, {}
			for i = 1, d do
				seated[place][i] = x[place][i] + seat[place][i]
				shuffled_seated[place][i] = x[w][i] + seat[place][i]
			end
		end
		local plain, moved = learner.attention(x, x, x), learner.attention(shuffled, shuffled, shuffled)
		local with, with_moved = learner.attention(seated, seated, seated), learner.attention(shuffled_seated, shuffled_seated, shuffled_seated)
		local same, other, still = 0, 0, true
		for place = 1, n do
			local w = order[place] + 1
			if w ~= place then still = false end
			same = math.max(same, difference({ moved[place] }, { plain[w] }))
			other = math.max(other, difference({ with_moved[place] }, { with[w] }))
		end
		t:metric("without_positions", same)
		t:metric("with_positions", other)
		t:ok(same <= 1e-5, "위치가 없는데도 섞으면 문맥 벡터가 달라집니다. 계산이 자리 번호를 쓰고 있나요?")
		t:ok(other >= 1e-2 or still, "위치를 더했는데도 섞은 문장이 똑같습니다.")
	end)

	t:test("steps: 차례로 기다리는 걸음", function()
		needs(t, learner, "steps")
		local n = T.randint(20, 90, { 1 }):item()
		t:equal(learner.steps("rnn", n), n, "RNN은 앞 시점이 끝나야 다음 시점을 계산합니다.")
		t:equal(learner.steps("attention", n), 1, "어텐션은 모든 낱말이 한꺼번에 눈길을 보냅니다. 서로 기다릴 일이 있나요?")
	end)

	t:test("뒤집기: 위치 있음 0.98 이상, 없음 0.70 이하", function()
		t:ok(type(learner.with) == "function" and type(learner.without) == "function", "훈련한 with와 without을 돌려주세요.")
		local batch = data.sequence { task = "reverse", count = 200, length = 8, symbols = 10, seed = 900000 + t.seed }
		local wanted = batch.labels:reshape(1600):totable()
		local function accuracy(model)
			local given, right = model(batch.images):argmax(2):totable(), 0
			for i = 1, 1600 do
				if given[i] == wanted[i] then right = right + 1 end
			end
			return right / 1600
		end
		local with, without = accuracy(learner.with), accuracy(learner.without)
		t:metric("with", with)
		t:metric("without", without)
		t:ok(without <= 0.70, ("위치가 없는 모델이 %.2f입니다. 어디선가 순서가 새어 들어갔나요?"):format(without))
		t:ok(with >= 0.98, ("위치가 있는 모델이 %.2f입니다. positions의 값이 자리마다 다른가요?"):format(with))
	end)
end
