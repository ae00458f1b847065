-- Lab-AI-12: 왼쪽만 보고, 확률로 고르고, 근거가 없으면 기권하기

-- 1. 인과 마스크를 씌운 어텐션 가중치
local function causal_weights(scores)
	local weights = {}
	-- TODO
	return weights
end

-- 2. 온도
local function tempered(scores, temperature)
	local probabilities = {}
	-- TODO
	return probabilities
end

-- 3. 꼬리 자르기
local function top_p(probabilities, p)
	-- TODO
	return probabilities
end

-- 4. 근거가 있을 때만 답하기
local function answer(question, model, documents)
	-- TODO: 지금은 모델이 하는 말을 그대로 내놓습니다.
	return model(question)
end

return { causal_weights = causal_weights, tempered = tempered, top_p = top_p, answer = answer }
