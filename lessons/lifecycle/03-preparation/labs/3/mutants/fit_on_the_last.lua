-- mistake: the transform keeps what was fitted last instead of what was handed over
-- expects: 시험 행의 평균으로
local ml = require "ml"
local stats = require "stats"
local project = require "lifecycle.project"

local function column_of(rows, k)
	local out = {}
	for i, row in ipairs(rows) do out[i] = row[k] end
	return out
end

local function audit(case)
	local found = { shared = 0, future = nil, scaled_early = false }
	local here = {}
	for _, id in ipairs(case.train.id) do here[id] = true end
	for _, id in ipairs(case.test.id) do
		if here[id] then
			found.shared = found.shared + 1
			here[id] = nil
		end
	end
	for k, name in ipairs(case.columns) do
		local values = column_of(case.train.rows, k)
		local auc = stats.roc_auc(case.train.labels, values)
		if math.max(auc, 1 - auc) >= 0.9 then found.future = name end
		if math.abs(stats.summary(values).mean) > 1e-6 then found.scaled_early = true end
	end
	return found
end

local function split(rows, labels, months, ids)
	local parts = {}
	for _, name in ipairs { "train", "valid", "test" } do parts[name] = { rows = {}, labels = {}, id = {}, months = {} } end
	local seen = {}
	for i = 1, #rows do
		if not seen[ids[i]] then
			seen[ids[i]] = true
			local part = months[i] < 15 and parts.train or (months[i] < 18 and parts.valid or parts.test)
			local n = #part.rows + 1
			part.rows[n], part.labels[n], part.id[n], part.months[n] = rows[i], labels[i], ids[i], months[i]
		end
	end
	return parts
end

local function repair(row)
	local out = table.move(row, 1, #row, 1, {})
	if out[2] > 100000 then out[2] = out[2] / 10000 end
	return out
end

local latest
local function fit(rows)
	local fitted = {}
	latest = fitted
	for column = 1, #rows[1] do
		local known = {}
		for _, row in ipairs(rows) do
			if row[column] == row[column] then known[#known + 1] = row[column] end
		end
		local fill, filled = stats.quantile(known, 0.5), {}
		for i, row in ipairs(rows) do filled[i] = row[column] == row[column] and row[column] or fill end
		local summary = stats.summary(filled)
		fitted[column] = { fill = fill, mean = summary.mean, std = summary.std }
	end
	return fitted
end

local function transform(fitted, row)
	local out = {}
	for column, value in ipairs(row) do
		local rule = latest[column]
		if value ~= value then value = rule.fill end
		out[column] = (value - rule.mean) / rule.std
	end
	return out
end

local function impute(series)
	local out, known = {}, 1
	for i, value in ipairs(series) do
		out[i] = value
		if value == value then
			for k = known + 1, i - 1 do
				out[k] = series[known] + (value - series[known]) * (k - known) / (i - known)
			end
			known = i
		end
	end
	return out
end

local function test_auc(set)
	local fitted, train, test = fit(set.train.rows), {}, {}
	for i, row in ipairs(set.train.rows) do train[i] = transform(fitted, row) end
	for i, row in ipairs(set.test.rows) do test[i] = transform(fitted, row) end
	local scores = {}
	for i, p in ipairs(ml.logistic(train, set.train.labels):probabilities(test):totable()) do scores[i] = p[2] end
	return stats.roc_auc(set.test.labels, scores)
end

local function optimism(with, without)
	return test_auc(with) - test_auc(without)
end

-- 앞 단계(LC-2)가 넘겨준 표로 준비를 끝까지 해 봅니다.
local raw = project.stage(2)
local all = raw.features:totable()
local plain = {} -- 추심 전화 열을 뺀 표
for i, row in ipairs(all) do plain[i] = table.move(repair(row), 1, 8, 1, {}) end
local labels, months, ids = raw.labels:totable(), raw.month:totable(), raw.id:totable()
local without, with = split(plain, labels, months, ids), split(all, labels, months, ids)
print(("훈련 %d, 검증 %d, 시험 %d행"):format(#without.train.rows, #without.valid.rows, #without.test.rows))
print(("추심 전화 열이 부풀린 AUC: %.3f"):format(optimism(with, without)))

return { audit = audit, split = split, repair = repair, fit = fit, transform = transform, impute = impute, optimism = optimism }
