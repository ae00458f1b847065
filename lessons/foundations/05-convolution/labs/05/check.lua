local T = require "tensor"
local nn = require "nn"
local data = require "data"

-- A table of random numbers, new at each attempt.
local function table_of(height, width)
	return T.randn(height, width):totable()
end

local function flipped(kernel)
	local out = {}
	for i = 1, #kernel do
		out[i] = {}
		for j = 1, #kernel do out[i][j] = kernel[#kernel + 1 - i][#kernel + 1 - j] end
	end
	return out
end

local function turned(kernel)
	local out = {}
	for i = 1, #kernel do
		out[i] = {}
		for j = 1, #kernel do out[i][j] = kernel[j][i] end
	end
	return out
end

local function engine(image, kernel, stride, padding)
	local x = T.tensor { { image } }
	local w = T.tensor { { kernel } }
	local out = nn.f.conv2d(x, w, nil, { stride = stride, padding = padding })
	return out:reshape(out:size(3), out:size(4)):totable()
end

-- Largest difference of two tables of numbers; nil when their shapes differ or a value is no number.
local function distance(a, b)
	if type(a) ~= "table" or #a ~= #b then return nil end
	local worst = 0
	for r = 1, #b do
		if type(a[r]) ~= "table" or #a[r] ~= #b[r] then return nil end
		for c = 1, #b[r] do
			if type(a[r][c]) ~= "number" or a[r][c] ~= a[r][c] then return nil end
			worst = math.max(worst, math.abs(a[r][c] - b[r][c]))
		end
	end
	return worst
end

local function close(a, b)
	local d = distance(a, b)
	return d ~= nil and d <= 1e-5
end

local function shape_of(t)
	if type(t) ~= "table" then return type(t) end
	return #t .. "×" .. (type(t[1]) == "table" and #t[1] or 0)
end

-- Compares with the engine and, when it differs, looks for the likeliest reason.
local function compare(t, conv2d, height, width, size, stride, padding)
	local image, kernel = table_of(height, width), table_of(size, size)
	local got = conv2d(image, kernel, stride, padding)
	local want = engine(image, kernel, stride, padding)
	if close(got, want) then return distance(got, want) end
	if close(got, engine(image, flipped(kernel), stride, padding)) then
		t:fail("필터를 위아래·좌우로 뒤집어서 곱하셨네요. 그림에서 창의 왼쪽 위 숫자는 사진의 어느 칸과 만났나요?")
	end
	if close(got, engine(image, turned(kernel), stride, padding)) then
		t:fail("필터의 줄과 칸이 서로 바뀌었습니다. kernel[i][j]에서 i는 아래로 가는 번호인가요, 오른쪽으로 가는 번호인가요?")
	end
	if stride > 1 and close(got, engine(image, kernel, 1, padding)) then
		t:fail("창이 한 칸씩만 움직였습니다. 보폭이 2이면 두 번째 자리는 입력의 몇 번째 칸에서 시작하나요?")
	end
	if padding > 0 and close(got, engine(image, kernel, stride, 0)) then
		t:fail("패딩이 빠졌습니다. 둘레에 0을 한 줄 두르면 맨 윗줄의 창은 입력의 몇 번째 줄부터 덮나요?")
	end
	if distance(got, want) == nil then
		t:fail(("결과의 크기가 %s인데 %s가 나와야 합니다. %d칸에 %d칸짜리 창은 보폭이 %d, 패딩이 %d일 때 몇 번 멈출 수 있나요?"):format(
			shape_of(got), shape_of(want), height, size, stride, padding))
	end
	t:fail(("값이 엔진과 %.3g만큼 다릅니다. 종이에 3×3 이미지와 2×2 창을 그리고 첫 칸을 손으로 셈해 보면 어디서 갈리나요?"):format(
		distance(got, want)))
end

return function(t, learner)
	T.seed(t.seed)

	t:test("conv2d: 보폭 1, 패딩 0", function()
		t:ok(type(learner.conv2d) == "function", "돌려주는 표에 conv2d 함수가 있나요?")
		local worst = 0
		for _ = 1, 4 do
			local height, width = T.randint(5, 10, { 1 }):item(), T.randint(5, 10, { 1 }):item()
			worst = math.max(worst, compare(t, learner.conv2d, height, width, 3, 1, 0))
		end
		t:metric("conv_difference", worst)
	end)

	t:test("conv2d: 패딩과 보폭", function()
		compare(t, learner.conv2d, 7, 9, 3, 1, 1)
		compare(t, learner.conv2d, 8, 8, 3, 2, 0)
		compare(t, learner.conv2d, 9, 6, 5, 2, 2)
		compare(t, learner.conv2d, 6, 6, 1, 1, 0)
	end)

	t:test("edges: 세로 경계와 가로 경계", function()
		t:ok(type(learner.edges) == "function", "돌려주는 표에 edges 함수가 있나요?")
		local bright = T.randint(3, 9, { 1 }):item()
		local image = {}
		for r = 1, 6 do
			image[r] = {}
			for c = 1, 7 do image[r][c] = c > 3 and bright or 0 end
		end
		local found = learner.edges(image)
		t:ok(type(found) == "table" and type(found.vertical) == "table" and type(found.horizontal) == "table",
			"{ vertical = 표, horizontal = 표 }로 돌려주세요.")
		t:ok(#found.vertical == 4 and #found.vertical[1] == 5,
			"3×3 필터를 패딩 없이 쓰면 6×7 이미지에서 4×5칸이 나옵니다. 지금은 " .. shape_of(found.vertical) .. "입니다.")
		t:ok(found.vertical[2][2] ~= 0, "세로 경계가 있는 자리인데 vertical이 0입니다. 필터의 어느 방향으로 빼야 좌우 차이가 보일까요?")
		t:ok(found.vertical[2][2] > 0, "밝기가 오른쪽으로 커지는데 vertical이 음수입니다. 어느 쪽에서 어느 쪽을 빼셨나요?")
		t:near(found.vertical[2][5], 0, 1e-9, "밝기가 고른 곳에서는 vertical이 0이어야 합니다. 필터의 숫자를 모두 더하면 얼마인가요?")
		t:near(found.horizontal[2][2], 0, 1e-9, "가로 경계가 없는 이미지인데 horizontal이 반응합니다. 두 필터를 바꿔 쓰지는 않았나요?")
		local turned_image = {}
		for r = 1, 7 do
			turned_image[r] = {}
			for c = 1, 6 do turned_image[r][c] = image[c][r] end
		end
		local other = learner.edges(turned_image)
		t:ok(other.horizontal[2][2] > 0, "밝기가 아래로 커지는데 horizontal이 양수가 아닙니다. 윗줄과 아랫줄 가운데 무엇에서 무엇을 빼나요?")
	end)

	t:test("parameter_count: 다섯 가지 층", function()
		t:ok(type(learner.parameter_count) == "function", "돌려주는 표에 parameter_count 함수가 있나요?")
		local biases = { true, true, false, true, true }
		for i = 1, 5 do
			local into = i == 1 and 1 or T.randint(2, 17, { 1 }):item()
			local out = T.randint(2, 33, { 1 }):item()
			local kernel = ({ 3, 5, 3, 1, 7 })[i]
			local layer = { in_channels = into, out_channels = out, kernel = kernel, bias = biases[i] }
			local want = nn.conv2d({ into, out, kernel = kernel, bias = biases[i] }):parameter_count()
			local got = learner.parameter_count(layer)
			if got ~= want then
				local said = ("입력 %d채널, 출력 %d장, %d×%d, 편향 %s: 답하신 수는 %s입니다. "):format(into, out, kernel, kernel,
					biases[i] and "있음" or "없음", tostring(got))
				if got == kernel * kernel * out + (biases[i] and out or 0) then
					t:fail(said .. "창에도 채널마다 한 장씩 숫자가 있습니다. 컬러 사진의 빨강·초록·파랑은 어디에서 곱해지나요?")
				elseif biases[i] and got == kernel * kernel * into * out then
					t:fail(said .. "창마다 마지막에 더하는 숫자 하나가 빠졌습니다. 그것은 특징 맵 몇 장에 하나씩인가요?")
				elseif not biases[i] and got == (kernel * kernel * into + 1) * out then
					t:fail(said .. "bias가 false인 층에도 편향을 더하셨어요.")
				elseif biases[i] and got == kernel * kernel * into * out + 1 then
					t:fail(said .. "편향을 층 전체에 하나만 두셨습니다. 특징 맵마다 기준선이 다를 수 있다면 몇 개가 필요할까요?")
				end
				t:fail(said .. "창 하나의 숫자를 먼저 세고, 창이 몇 개인지 곱해 보세요.")
			end
		end
	end)

	t:test("옮긴 도형: MLP는 무너지고 CNN은 버틴다", function()
		t:ok(learner.mlp ~= nil and learner.cnn ~= nil, "훈련한 mlp와 cnn을 돌려주세요.")
		local left = data.shapes { count = 300, position = "left", seed = t.seed + 11 }
		local right = data.shapes { count = 300, position = "right", seed = t.seed + 12 }
		local mlp_left, mlp_right = learner.mlp:evaluate(left).accuracy, learner.mlp:evaluate(right).accuracy
		local cnn_left, cnn_right = learner.cnn:evaluate(left).accuracy, learner.cnn:evaluate(right).accuracy
		t:metric("mlp_left", mlp_left)
		t:metric("mlp_right", mlp_right)
		t:metric("cnn_left", cnn_left)
		t:metric("cnn_right", cnn_right)
		t:ok(mlp_left >= 0.95, ("MLP가 왼쪽 도형에서도 %.2f입니다. 무너지는 것을 보려면 먼저 배운 자리에서는 잘해야 하지 않을까요?"):format(mlp_left))
		t:ok(mlp_right <= 0.70, ("MLP가 오른쪽 도형에서 %.2f입니다. mlp에 합성곱이 섞였거나 오른쪽 도형을 훈련에 쓰지는 않았나요?"):format(mlp_right))
		t:ok(cnn_left >= 0.95, ("CNN이 왼쪽 도형에서 %.2f입니다. 훈련이 충분했나요?"):format(cnn_left))
		t:ok(cnn_right >= 0.95, ("CNN이 배운 자리에서는 %.2f인데 옮긴 도형에서는 %.2f입니다. 합성곱을 썼는데도 자리를 외웠네요. "
			.. "마지막 층은 특징 맵의 칸마다 다른 가중치를 가지나요?"):format(cnn_left, cnn_right))
	end)
end
