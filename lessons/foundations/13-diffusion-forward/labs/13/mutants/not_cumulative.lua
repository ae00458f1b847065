-- mistake: the share of one step is taken for the cumulative one
-- expects: 곱해
local betas = {}
for t = 1, 100 do betas[t] = 1e-4 + (0.08 - 1e-4) * (t - 1) / 99 end

local function alpha_bars(list)
	local out, product = {}, 1
	for t, beta in ipairs(list) do
		product = product - beta * product * 0.5
		out[t] = 1 - beta
	end
	return out
end

local function step(x, beta, noise)
	return math.sqrt(1 - beta) * x + math.sqrt(beta) * noise
end

local function jump(x0, alpha_bar, noise)
	return math.sqrt(alpha_bar) * x0 + math.sqrt(1 - alpha_bar) * noise
end

local function snr(alpha_bar)
	return alpha_bar / (1 - alpha_bar)
end

return { betas = betas, alpha_bars = alpha_bars, step = step, jump = jump, snr = snr }
