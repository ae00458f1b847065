-- Lab-LC-7: 정답이 있을 때와 없을 때의 감시
local stats = require "stats"
local data = require "data"
local project = require "lifecycle.project"

local all = project.stage(6, true)
local service = all[6] -- 앞 단계가 넘겨준 서비스: transform, model, threshold

-- 1. PSI
local function psi(reference, current, bins)
	-- TODO: 경계를 정하고, 두 줄을 같은 경계로 나누어 비율을 세고, 칸마다 더하세요.
	return 0
end

-- 2. 페이지–힝클리 탐지기
local function page_hinkley(delta, threshold)
	local count, mean, sum, lowest = 0, 0, 0, 0
	return function(value)
		-- TODO: 평균을 고치고, (값 - 평균 - delta)를 쌓고, 가장 낮은 자리와 견주세요.
		return false
	end
end

-- 3. 무엇을 어떻게 지켜볼까요?
local watch = {
	value = function(p, y) return (p >= service.threshold) == (y == 1) and 0 or 1 end, -- TODO: 틀렸나(0, 1)로 충분한가요?
	delta = 0.01,
	threshold = 3,
}

-- 4. 정답 없이 짐작하는 정확도
local function expected_accuracy(p, threshold)
	-- TODO: 한 건마다 맞을 확률은 얼마인가요?
	return 1
end

-- 5. 해로운 변화인가, 무해한 변화인가
local function judge(reference, window)
	-- TODO: 재료가 상하지는 않았나요? 짐작한 정확도는 얼마나 떨어졌나요?
	return "harmless"
end

-- 어떤 변화가 어떻게 보이는지 찍어 봅니다.
for _, drift in ipairs { "none", "harmless", "covariate", "corrupt", "label" } do
	local raw = data.credit { count = 3000, months = 1, seed = 7, drift = drift, drift_month = 1 }
	local rows, p = raw.features:totable(), {}
	for i, row in ipairs(rows) do p[i] = project.probability(service.model, project.transform(service.transform, row)) end
	print(("%-10s 짐작한 정확도 %.3f"):format(drift, expected_accuracy(p, service.threshold)))
end

local usual = project.stage(7).prediction
print(("7단계: 학습 때 거절하던 비율 %.3f, 짐작한 정확도 %.3f"):format(usual.refused, usual.accuracy))

return { psi = psi, page_hinkley = page_hinkley, watch = watch, expected_accuracy = expected_accuracy, judge = judge }
