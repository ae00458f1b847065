-- One application after another: what each column adds to the log-odds of the logistic regression, and the three reasons that
-- a refused person would be told.

local project = require "lifecycle.project"

local NAMES = { "나이", "소득", "부채", "최근 1년 연체", "거래 기간", "신청액", "자영업", "계좌 수" }

local function refresh(state)
	local x = state.test.x[state.at]
	state.p = project.probability(state.model, x)
	state.terms = {}
	for k, value in ipairs(x) do state.terms[k] = { k, state.model.coefficients[k] * value } end
	state.sorted = table.move(state.terms, 1, #state.terms, 1, {})
	table.sort(state.sorted, function(a, b) return a[2] > b[2] end)
	state.reasons = {}
	for r = 1, 3 do
		if state.sorted[r][2] > 0.05 then state.reasons[#state.reasons + 1] = NAMES[state.sorted[r][1]] end
	end
end

local function shown(value)
	return value == value and string.format("%.0f", value) or "빈칸"
end

return {
	keys = {
		{ "left/right", "앞뒤 신청" },
		{ "n", "다음 거절 신청" },
	},

	init = function()
		local state = { at = 1, test = project.stage(3).test, model = project.stage(4) }
		state.threshold = project.threshold(project.stage(1).costs)
		refresh(state)
		return state
	end,

	key = function(state, key)
		local count = #state.test.x
		if key == "left" then state.at = (state.at - 2) % count + 1
		elseif key == "right" then state.at = state.at % count + 1
		elseif key == "n" then
			for _ = 1, count do
				state.at = state.at % count + 1
				if project.probability(state.model, state.test.x[state.at]) >= state.threshold then break end
			end
		end
		refresh(state)
	end,

	draw = function(state, canvas)
		local refused = state.p >= state.threshold
		canvas:text(1, 1, string.format("시험 조각의 %d번째 신청 · 부실 확률 %.3f · 임계값 %.3f", state.at, state.p, state.threshold), "bold")
		canvas:text(63, 1, refused and "→ 거절" or "→ 승인", refused and "bad" or "good")
		canvas:text(1, 2, "열             값       계수 × 바꾼 값", "dim")
		for k, term in ipairs(state.terms) do
			local y = 2 + k
			canvas:text(1, y, NAMES[k])
			canvas:text(16, y, shown(state.test.raw[state.at][k]))
			canvas:text(26, y, string.format("%+.2f", term[2]), term[2] > 0 and "bad" or "good")
			local cells = math.floor(math.min(20, math.abs(term[2]) * 10) + 0.5)
			canvas:text(term[2] > 0 and 56 or 56 - cells, y, string.rep("■", cells), term[2] > 0 and "bad" or "good")
			canvas:text(55, y, "│", "dim")
		end
		canvas:text(36, 11, "안전한 쪽 ←", "dim")
		canvas:text(58, 11, "→ 위험한 쪽", "dim")
		local sum = state.model.intercept
		for _, term in ipairs(state.terms) do sum = sum + term[2] end
		canvas:text(1, 12, string.format("절편은 %+.2f, 모두 더하면 %+.2f → 확률 1 ÷ (1 + e^%.2f) = %.3f", state.model.intercept, sum, -sum, state.p))
		canvas:text(1, 14, refused and ("거절한 까닭: " .. table.concat(state.reasons, ", ")) or "", "accent")
		canvas:text(1, 15, refused and ("실제로는 " .. (state.test.labels[state.at] == 1 and "부실이라고 적혔습니다." or "갚았다고 적혔습니다.")) or "", "dim")
	end,

	say = function(state)
		local refused = state.p >= state.threshold
		return string.format("%d번째 신청의 부실 확률은 %.3f, 판정은 %s입니다.%s", state.at, state.p, refused and "거절" or "승인",
			refused and (" 가장 큰 까닭은 " .. table.concat(state.reasons, ", ") .. "입니다.") or "")
	end,
}
