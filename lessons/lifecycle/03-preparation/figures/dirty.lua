-- What is in the way of training: empty cells, values far out, labels written wrongly. The table is stage 2's; because it is
-- made up, the figure can say what really was the matter.

local data = require "data"
local ml = require "ml"
local stats = require "stats"
local project = require "lifecycle.project"

local VIEWS = { "빈칸", "튀는 값", "의심스러운 라벨" }
local CUTS = { 0.04, 0.05, 0.06, 0.08 }
local USED = { 1, 3, 4, 5, 6, 7 } -- without income, which has holes

-- Probability of failing for each row, from a model that was fitted on the other half.
local function doubts(rows, labels)
	local x, halves, out = {}, { {}, {} }, {}
	for i, row in ipairs(rows) do
		x[i] = {}
		for k, column in ipairs(USED) do
			local value = row[column]
			x[i][k] = (column == 3 or column == 5 or column == 6) and math.log(1 + value) or value / (column == 1 and 50 or 1)
		end
		local half = halves[i % 2 + 1]
		half[#half + 1] = i
	end
	for h = 1, 2 do
		local hx, hy = {}, {}
		for k, i in ipairs(halves[3 - h]) do hx[k], hy[k] = x[i], labels[i] end
		local model = ml.logistic(hx, hy)
		local mine = {}
		for k, i in ipairs(halves[h]) do mine[k] = x[i] end
		for k, p in ipairs(model:probabilities(mine):totable()) do out[halves[h][k]] = p[2] end
	end
	return out
end

return {
	keys = {
		{ "tab", "볼 것 바꾸기" },
		{ "left/right", "자르는 곳 옮기기" },
	},

	init = function()
		local record = project.record(2)
		record.options.seed = record.seed
		local all = data.credit(record.options)
		local state = { view = 1, sigma = 3, cut = 2, count = all.count }
		state.rows, state.labels, state.truth = all.features:totable(), all.labels:totable(), all.truth:totable()
		state.fraud = {}
		for i, p in ipairs(all.probability:totable()) do state.fraud[i] = p == 0.95 end
		state.empty = { { 0, 0 }, { 0, 0 } }
		local amounts, incomes = {}, {}
		for i, row in ipairs(state.rows) do
			local kind = state.empty[row[7] == 1 and 2 or 1]
			kind[1] = kind[1] + 1
			if row[2] ~= row[2] then kind[2] = kind[2] + 1 else incomes[#incomes + 1] = row[2] end
			amounts[i] = row[6]
		end
		state.amount, state.income = stats.summary(amounts), stats.summary(incomes)
		state.doubt = doubts(state.rows, state.labels)
		return state
	end,

	key = function(state, key)
		if key == "tab" then state.view = state.view % #VIEWS + 1
		elseif key == "left" then
			state.sigma = math.max(1, state.sigma - 0.5)
			state.cut = math.max(1, state.cut - 1)
		elseif key == "right" then
			state.sigma = math.min(6, state.sigma + 0.5)
			state.cut = math.min(#CUTS, state.cut + 1)
		end
		state.said = nil
	end,

	draw = function(state, canvas)
		for i, name in ipairs(VIEWS) do
			canvas:text(1 + (i - 1) * 20, 1, (i == state.view and "▸ " or "  ") .. name, i == state.view and "bold" or "dim")
		end
		if state.view == 1 then
			for k, name in ipairs { "직장인 등", "자영업" } do
				local rows, empty = state.empty[k][1], state.empty[k][2]
				canvas:text(1, 2 + 2 * k, string.format("%s %d명 가운데 소득이 빈 행 %d", name, rows, empty))
				canvas:text(42, 2 + 2 * k, string.format("%.1f %%", 100 * empty / rows), "accent")
				canvas:text(51, 2 + 2 * k, string.rep("■", math.floor(100 * empty / rows + 0.5)), "s1")
			end
			canvas:text(1, 9, string.format("적힌 소득의 가운데값 %.0f만 원 · 평균 %.0f만 원 · 최댓값 %.0f만 원", state.income.median, state.income.mean, state.income.max))
			canvas:text(1, 11, "빈 행을 버리면 자영업자가 더 많이 사라집니다.", "warn")
			canvas:text(1, 12, "평균으로 채우면 단위가 틀린 몇 행이 모두의 소득을 정합니다.", "warn")
			state.said = string.format("소득이 빈 비율은 직장인 등 %.1f퍼센트, 자영업 %.1f퍼센트입니다. 적힌 소득의 가운데값은 %.0f, 평균은 %.0f만 원입니다.",
				100 * state.empty[1][2] / state.empty[1][1], 100 * state.empty[2][2] / state.empty[2][1], state.income.median, state.income.mean)
		elseif state.view == 2 then
			local cut = state.amount.mean + state.sigma * state.amount.std
			local gone, bad, rest_bad, fraud, gone_fraud = 0, 0, 0, 0, 0
			for i, row in ipairs(state.rows) do
				local far = row[6] > cut
				if far then gone, bad = gone + 1, bad + state.truth[i] else rest_bad = rest_bad + state.truth[i] end
				if state.fraud[i] then
					fraud = fraud + 1
					if far then gone_fraud = gone_fraud + 1 end
				end
			end
			canvas:text(1, 3, string.format("신청액: 평균 %.0f만 원, 표준편차 %.0f만 원, 최댓값 %.0f만 원", state.amount.mean, state.amount.std, state.amount.max))
			canvas:text(1, 5, string.format("평균 + %.1f × 표준편차 = %.0f만 원보다 큰 행을 지우면", state.sigma, cut), "accent")
			canvas:text(1, 7, string.format("지워지는 행       %5d", gone))
			canvas:text(1, 8, string.format("  그 가운데 부실  %5d (%.0f %%), 남은 행의 부실은 %.0f %%", bad, 100 * bad / math.max(gone, 1), 100 * rest_bad / math.max(1, state.count - gone)))
			canvas:text(1, 10, string.format("사기 신청 %d건 가운데 %d건이 함께 사라집니다.", fraud, gone_fraud), gone_fraud > 0 and "bad" or "good")
			canvas:text(32, 7, string.rep("■", math.min(45, gone // 4)), "s2")
			state.said = string.format("신청액이 %.0f만 원보다 큰 %d행을 지우면 사기 %d건 가운데 %d건이 사라집니다.", cut, gone, fraud, gone_fraud)
		else
			local cut, ones, wrong, all = CUTS[state.cut], 0, 0, 0
			for i, label in ipairs(state.labels) do
				if label ~= state.truth[i] then all = all + 1 end
				if label == 1 and state.doubt[i] < cut then
					ones = ones + 1
					if state.truth[i] == 0 then wrong = wrong + 1 end
				end
			end
			canvas:text(1, 3, "반으로 나눠 서로 상대의 모델로 부실 확률을 매깁니다.")
			canvas:text(1, 5, string.format("부실이라고 적혔는데 확률이 %.2f보다 낮은 행", cut), "accent")
			canvas:text(1, 7, string.format("다시 볼 행           %4d", ones))
			canvas:text(1, 8, string.format("  실제로 잘못 적힌 행 %4d (%.0f %%)", wrong, 100 * wrong / math.max(1, ones)), "good")
			canvas:text(1, 10, string.format("표 전체에서 잘못 적힌 라벨은 %d건(%.1f %%)입니다.", all, 100 * all / state.count))
			canvas:text(1, 12, "의심은 순서를 정할 뿐입니다. 고치는 것은 기록을 다시 본 사람입니다.", "warn")
			state.said = string.format("부실이라고 적혔지만 확률이 %.2f보다 낮은 행은 %d개이고, 그 가운데 %d개가 실제로 잘못 적혔습니다.", cut, ones, wrong)
		end
	end,

	say = function(state)
		return state.said or ("지금 보는 것: " .. VIEWS[state.view])
	end,
}
