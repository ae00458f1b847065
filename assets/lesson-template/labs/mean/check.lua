-- 검사: 시도할 때마다 다른 값으로 물어봅니다(t.seed). 실패한 검사의 글이 배우는 사람이 읽는 글입니다.
-- 어떤 오해인지 짚고 물어보되, 코드를 알려 주지 않습니다.
local state = 0

local function random(low, high)
	state = (state * 1103515245 + 12345) % 2147483648
	return low + state % (high - low + 1)
end

local function random_values(count)
	local values = {}
	for i = 1, count do
		values[i] = random(-50, 50)
	end
	return values
end

local function copy(values)
	return { table.unpack(values) }
end

local function mean_of(values)
	local sum = 0
	for _, value in ipairs(values) do
		sum = sum + value
	end
	return sum / #values
end

local function median_of(values)
	local sorted = copy(values)
	table.sort(sorted)
	local half = #sorted // 2
	return #sorted % 2 == 1 and sorted[half + 1] or (sorted[half] + sorted[half + 1]) / 2
end

return function(t, learner)
	state = t.seed % 2147483648

	t:test("평균", function()
		t:ok(type(learner.mean) == "function", "mean 함수를 돌려주었나요? return { mean = mean, … }")
		for count = 3, 9 do
			local values = random_values(count)
			t:near(learner.mean(copy(values)), mean_of(values), 1e-9,
				"평균이 다릅니다. 모두 더한 다음 무엇으로 나누었나요? 목록의 길이가 달라져도 맞나요?")
		end
	end)

	t:test("홀수 개의 중앙값", function()
		t:ok(type(learner.median) == "function", "median 함수를 돌려주었나요? return { median = median, … }")
		for _ = 1, 5 do
			local values = random_values(7)
			t:near(learner.median(copy(values)), median_of(values), 1e-9,
				"중앙값이 다릅니다. 받은 차례 그대로의 가운데인가요, 크기 차례로 세운 가운데인가요?")
		end
	end)

	t:test("짝수 개의 중앙값", function()
		for _ = 1, 5 do
			local values = random_values(8)
			values[1], values[2] = 40, 41
			t:near(learner.median(copy(values)), median_of(values), 1e-9,
				"여덟 개일 때 중앙값이 다릅니다. 가운데에 선 값은 하나인가요, 둘인가요?")
		end
	end)

	t:test("받은 목록은 그대로", function()
		local values = { 3, 1, 2 }
		learner.median(values)
		t:ok(values[1] == 3 and values[2] == 1 and values[3] == 2,
			"median을 부르고 나니 받은 목록의 차례가 바뀌었습니다. 누구의 목록을 줄 세웠나요?")
	end)
end
