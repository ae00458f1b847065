-- Lab-AI-13: 한 걸음씩, 그리고 한 번에

-- 1. 노이즈 스케줄: 100걸음
local betas = {}
for t = 1, 100 do
	betas[t] = 0.001 -- TODO: 끝에서 순수한 노이즈에 닿나요?
end

-- 2. 누적 계수의 목록
local function alpha_bars(list)
	local out = {}
	-- TODO
	return out
end

-- 3. 한 걸음
local function step(x, beta, noise)
	-- TODO
	return x
end

-- 4. 한 번에 건너뛰기
local function jump(x0, alpha_bar, noise)
	-- TODO
	return x0
end

-- 5. 신호 대 잡음비
local function snr(alpha_bar)
	-- TODO
	return 1
end

return { betas = betas, alpha_bars = alpha_bars, step = step, jump = jump, snr = snr }
