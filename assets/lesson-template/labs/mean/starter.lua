-- Lab-@UNIT@: 평균과 중앙값을 직접 짜기

local function mean(values)
	-- TODO: 모두 더해서 무엇으로 나누나요?
	return 0
end

local function median(values)
	-- TODO: 차례로 세우면 가운데에는 누가 서나요? 개수가 짝수라면요?
	return 0
end

return { mean = mean, median = median }
