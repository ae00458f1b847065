-- Two versions meet in front of a judge who leans to the left: how many comparisons until it is no luck?

local T = require "tensor"

local LIMIT = 60

local function sign_test(wins, losses)
	local n, tail = wins + losses, 0
	local term = 0.5 ^ n
	for k = 0, n do
		if k >= math.max(wins, losses) then tail = tail + term end
		term = term * (n - k) / (k + 1)
	end
	return math.min(1, 2 * tail)
end

local function restart(state)
	T.seed(state.seed)
	state.count, state.wins, state.rates, state.ps, state.last = 0, 0, {}, {}, "-"
end

local function compare(state)
	if state.count >= LIMIT then return end
	state.count = state.count + 1
	local new_left = not state.swap or state.count % 2 == 1
	local p = (state.preference + (new_left and state.leaning or -state.leaning)) / 100
	local won = T.rand(1):item() < p
	state.wins = state.wins + (won and 1 or 0)
	state.last = ("새 버전을 %s에 놓았고 %s 버전이 뽑혔습니다"):format(new_left and "왼쪽" or "오른쪽", won and "새" or "옛")
	state.rates[state.count] = state.wins / state.count
	state.ps[state.count] = sign_test(state.wins, state.count - state.wins)
end

local function verdict(state)
	if state.count == 0 then return "아직 묻지 않았습니다" end
	local p = state.ps[state.count]
	if p >= 0.05 then return "우연일 수 있습니다 (p가 0.05 이상)" end
	return state.wins * 2 > state.count and "새 버전이 낫다고 말할 만합니다" or "옛 버전이 낫다고 말할 만합니다"
end

return {
	keys = {
		{ "space", "한 번" },
		{ "t", "열 번" },
		{ "left/right", "진짜 실력" },
		{ "b", "왼쪽 버릇" },
		{ "s", "자리 바꾸기" },
		{ "r", "다른 평가자" },
	},

	init = function(seed)
		local state = { seed = seed % 1000 + 1, preference = 65, leaning = 0, swap = false }
		restart(state)
		return state
	end,

	key = function(state, key)
		if key == "space" then compare(state)
		elseif key == "t" then
			for _ = 1, 10 do compare(state) end
		else
			if key == "left" then state.preference = math.max(30, state.preference - 5)
			elseif key == "right" then state.preference = math.min(90, state.preference + 5)
			elseif key == "b" then state.leaning = (state.leaning + 10) % 40
			elseif key == "s" then state.swap = not state.swap
			elseif key == "r" then state.seed = state.seed + 1
			else return end
			restart(state)
		end
	end,

	draw = function(state, canvas)
		canvas:text(2, 1, ("새 버전이 뽑힐 참 확률 %d %% · 왼쪽 버릇 +%d %% · %s"):format(
			state.preference, state.leaning, state.swap and "자리를 번갈아 바꿈" or "늘 새 버전이 왼쪽"), "bold")
		canvas:text(2, 2, state.last == "-" and "space로 한 번, t로 열 번 물어봅니다." or state.last, "dim")
		if state.count > 1 then
			canvas:line(2, 4, 50, 8, { state.rates }, { min = 0, max = 1, labels = { "새 버전의 승률" } })
		end
		canvas:text(56, 4, ("물은 횟수  %d"):format(state.count))
		canvas:text(56, 5, ("새 버전    %d승"):format(state.wins))
		canvas:text(56, 6, ("옛 버전    %d승"):format(state.count - state.wins))
		if state.count > 0 then
			canvas:text(56, 8, ("승률  %.3f"):format(state.rates[state.count]), "accent")
			canvas:text(56, 9, ("p값   %.4f"):format(state.ps[state.count]), "accent")
		end
		canvas:text(2, 13, "판정: " .. verdict(state), "bold")
		local truth = state.preference > 50 and "새 버전이 낫습니다" or (state.preference < 50 and "옛 버전이 낫습니다" or "둘이 같습니다")
		canvas:text(2, 14, "실제로는: " .. truth)
	end,

	say = function(state)
		if state.count == 0 then return "아직 묻지 않았습니다. 새 버전이 뽑힐 참 확률은 " .. state.preference .. "퍼센트입니다." end
		return ("%d번 물어 새 버전이 %d번 이겼습니다. 승률 %.3f, p값 %.4f. %s."):format(
			state.count, state.wins, state.rates[state.count], state.ps[state.count], verdict(state))
	end,
}
