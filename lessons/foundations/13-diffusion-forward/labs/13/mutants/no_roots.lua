-- mistake: shares are used where their square roots belong
-- expects: 제곱근
local betas = {}
for t = 1, 100 do betas[t] = 1e-4 + (0.08 - 1e-4) * (t - 1) / 99 end

local function alpha_bars(list)
	local out, product = {}, 1
	for t, beta in ipairs(list) do
		product = product * (1 - beta)
		out[t] = product
	end
	return out
end

local function step(x, beta, noise)
	return (1 - beta) * x + beta * noise
end

local function jump(x0, alpha_bar, noise)
	return math.sqrt(alpha_bar) * x0 + math.sqrt(1 - alpha_bar) * noise
end

local function snr(alpha_bar)
	return alpha_bar / (1 - alpha_bar)
end

return { betas = betas, alpha_bars = alpha_bars, step = step, jump = jump, snr = snr }
