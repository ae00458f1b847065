local T = require "tensor"
local nn = require "nn"
local data = require "data"

local function function_in(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
	return learner[name]
end

local function same(a, b)
	if type(a) ~= "table" or #a ~= #b then return false end
	for r = 1, #b do
		if type(a[r]) ~= "table" or #a[r] ~= #b[r] then return false end
		for c = 1, #b[r] do
			if type(a[r][c]) ~= "number" or math.abs(a[r][c] - b[r][c]) > 1e-5 then return false end
		end
	end
	return true
end

local function engine_pool(image, size, kind)
	local x = T.tensor { { image } }
	local out = kind == "avg" and nn.f.avg_pool2d(x, size) or nn.f.max_pool2d(x, size)
	return out:reshape(out:size(3), out:size(4)):totable()
end

-- A model trained for diagnosis: its name and what it shows on old and new images.
local function run(name, model, train, test, options)
	options.batch_size, options.seed = 30, 3
	model:fit(train, options)
	return { name = name, train = model:evaluate(train).accuracy, test = model:evaluate(test).accuracy }
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

	t:test("max_pool: 엔진과 같은 결과", function()
		local max_pool = function_in(t, learner, "max_pool")
		for _, case in ipairs { { 6, 6, 2 }, { 4, 8, 2 }, { 9, 6, 3 } } do
			local image = T.rand(case[1], case[2]):totable()
			local got = max_pool(image, case[3])
			if not same(got, engine_pool(image, case[3])) then
				if same(got, engine_pool(image, case[3], "avg")) then
					t:fail("가장 큰 값이 아니라 평균이 남았습니다. 묶음 1 3 8 2에서 무엇이 남아야 하나요?")
				end
				local rows = type(got) == "table" and #got or 0
				t:ok(rows == case[1] // case[3], ("%d×%d 표를 %d칸씩 묶으면 몇 줄이 남나요? 지금은 %d줄입니다. 묶음끼리 겹치지는 않나요?"):format(
					case[1], case[2], case[3], rows))
				t:fail("묶음의 가장 큰 값과 다릅니다. 첫 묶음의 칸들을 print로 찍어 보면 어떤 칸이 들어 있나요?")
			end
		end
		local negative = (T.rand(4, 4) * -1 - 1):totable()
		t:ok(same(max_pool(negative, 2), engine_pool(negative, 2)),
			"값이 모두 음수인 묶음에서 어긋납니다. 가장 큰 값을 찾기 시작할 때 무엇과 견주나요?")
	end)

	t:test("conv_macs: 엔진이 센 곱셈과 같다", function()
		local conv_macs = function_in(t, learner, "conv_macs")
		for _ = 1, 4 do
			local layer = { height = T.randint(5, 20, { 1 }):item(), width = T.randint(5, 20, { 1 }):item(),
				in_channels = T.randint(2, 9, { 1 }):item(), out_channels = T.randint(2, 9, { 1 }):item(), kernel = 3 }
			local model = nn.conv2d { layer.in_channels, layer.out_channels, kernel = 3, padding = 1, bias = false }
			local want = nn.macs(model, { 1, layer.in_channels, layer.height, layer.width })
			local got = conv_macs(layer)
			if got ~= want then
				if got == want / layer.in_channels then
					t:fail("입력 채널이 빠졌습니다. 창 하나는 모든 입력 채널을 곱하지 않나요?")
				elseif got == want / layer.out_channels then
					t:fail("출력 채널이 빠졌습니다. 특징 맵 한 장을 만드는 일을 몇 번 되풀이하나요?")
				elseif got == want / 9 then
					t:fail("창의 칸 수가 빠졌습니다. 3×3 창은 한 자리에서 몇 번 곱하나요?")
				end
				t:fail(("높이 %d, 너비 %d, %d채널에서 %d채널: 답은 %s, 엔진은 %d입니다. 출력 한 칸에 드는 곱셈부터 세어 볼까요?"):format(
					layer.height, layer.width, layer.in_channels, layer.out_channels, tostring(got), want))
			end
		end
	end)

	t:test("pool_factor: 풀링이 아낀 곱셈", function()
		local pool_factor = function_in(t, learner, "pool_factor")
		for _, size in ipairs { 2, 3, 4 } do
			local conv = nn.conv2d { 4, 8, kernel = 3, padding = 1, bias = false }
			local plain = nn.macs(conv, { 1, 4, 24, 24 })
			local pooled = nn.macs(conv, { 1, 4, 24 // size, 24 // size })
			local got = pool_factor(size)
			if got == size then
				t:fail(("%d×%d 풀링에서 %d분의 1이라고 하셨습니다. 가로만 줄어드나요, 세로도 줄어드나요?"):format(size, size, size))
			end
			t:equal(got, plain / pooled, ("%d×%d 풀링 앞뒤의 곱셈을 엔진으로 세면 %d와 %d입니다. 몇 배 차이인가요?"):format(size, size, plain, pooled))
		end
	end)

	t:test("깊이: 4층 이하가 가장 좋고 24층은 무너진다", function()
		t:ok(type(learner.models) == "table", "깊이마다 훈련한 models를 돌려주세요.")
		local _, rest = data.digits():split(150 / 1797, 7)
		local test = rest:subset(1000)
		local best, best_depth = -1, 0
		for _, depth in ipairs { 1, 2, 4, 8, 16, 24 } do
			local model = learner.models[depth]
			t:ok(model ~= nil, depth .. "층 모델이 models에 없습니다.")
			local layers = convolutions(model)
			t:ok(layers == depth, ("models[%d]에 합성곱층이 %d개 있습니다. build(depth)가 depth개를 쌓나요?"):format(depth, layers))
			local accuracy = model:evaluate(test).accuracy
			t:metric("depth_" .. depth, accuracy)
			if accuracy > best then best, best_depth = accuracy, depth end
		end
		local deepest = learner.models[24]:evaluate(test).accuracy
		t:ok(best >= 0.75, ("가장 좋은 모델도 %.2f입니다. 얕은 모델이 먼저 제대로 훈련되었나요?"):format(best))
		t:ok(best_depth <= 4, ("가장 좋은 깊이가 %d층으로 나왔습니다. 층 사이에 정규화나 지름길을 넣지는 않았나요?"):format(best_depth))
		t:ok(best - deepest >= 0.20, ("24층이 %.2f로 아직 괜찮습니다. 깊이만 바꾸어 쌓았나요?"):format(deepest))
	end)

	t:test("diagnose: 실제로 훈련한 네 모델", function()
		local diagnose = function_in(t, learner, "diagnose")
		local digits = data.digits()
		local few, rest = digits:split(60 / 1797, t.seed)
		local many = rest:subset(1000)
		local _, test = rest:split(0.6, t.seed)
		local adam = function(rate) return nn.adam { learning_rate = rate } end
		local mlp = function(width)
			return nn.sequential { nn.flatten(), nn.linear { 64, width }, nn.relu(), nn.linear { width, 10 } }
		end
		local deep = { nn.flatten(), nn.linear { 64, 16 }, nn.sigmoid() }
		for _ = 1, 10 do
			deep[#deep + 1] = nn.linear { 16, 16 }
			deep[#deep + 1] = nn.sigmoid()
		end
		deep[#deep + 1] = nn.linear { 16, 10 }
		local runs = {
			{ run("1,000장으로 훈련한 얕은 모델", mlp(32), many, test, { epochs = 20, optimizer = adam(3e-3) }), "건강" },
			{ run("60장으로 훈련한 큰 모델", mlp(512), few:subset(30), test, { epochs = 80, optimizer = adam(3e-3) }), "과적합" },
			{ run("시그모이드를 11층 쌓은 모델", nn.sequential(deep), many, test, { epochs = 3, optimizer = adam(1e-3) }), "최적화 실패" },
			{ run("학습률이 거의 0인 모델", mlp(32), many, test, { epochs = 2, optimizer = adam(1e-7) }), "최적화 실패" },
		}
		local right = 0
		for _, entry in ipairs(runs) do
			local seen, want = entry[1], entry[2]
			local got = diagnose(seen.train, seen.test)
			if got ~= want then
				local said = ("%s: 훈련 %.2f, 시험 %.2f를 '%s'(으)로 진단하셨습니다. "):format(seen.name, seen.train, seen.test, tostring(got))
				if want == "최적화 실패" then
					t:fail(said .. "외운 모델이라면 훈련 점수는 높아야 하지 않을까요?")
				elseif want == "과적합" then
					t:fail(said .. "훈련 점수와 시험 점수의 틈은 얼마인가요?")
				end
				t:fail(said .. "두 점수가 모두 높고 틈도 좁지 않나요?")
			end
			right = right + 1
		end
		t:metric("diagnosed", right)
	end)
end
