-- Lab-LC-3: 새는 곳을 찾고, 새지 않게 나누고, 다시 쓸 수 있게 바꾸기
local ml = require "ml"
local stats = require "stats"
local project = require "lifecycle.project"

-- 1. 누수 찾기
local function audit(case)
	-- TODO: 겹치는 번호 / stats.roc_auc(labels, 한 열의 값) / 훈련 열의 평균은 정확히 0인가
	return { shared = 0, future = nil, scaled_early = false }
end

-- 2. 시간 순으로, 같은 번호는 하나만
local function split(rows, labels, months, ids)
	local parts = {}
	for _, name in ipairs { "train", "valid", "test" } do parts[name] = { rows = {}, labels = {}, id = {}, months = {} } end
	for i = 1, #rows do
		local part = parts.train -- TODO
		local n = #part.rows + 1
		part.rows[n], part.labels[n], part.id[n], part.months[n] = rows[i], labels[i], ids[i], months[i]
	end
	return parts
end

-- 3. 단위 고치기 (2번 칸이 소득)
local function repair(row)
	-- TODO
	return row
end

-- 4. 훈련 행에서 구하고(fit), 한 행에 쓰기(transform)
local function fit(rows)
	local fitted = {}
	for column = 1, #rows[1] do fitted[column] = { fill = 0, mean = 0, std = 1 } end
	-- TODO: stats.quantile(목록, 0.5), stats.summary(목록).mean, .std
	return fitted
end

local function transform(fitted, row)
	local out = {}
	for column, value in ipairs(row) do
		if value ~= value then value = 0 end
		out[column] = value -- TODO
	end
	return out
end

-- 5. 빈칸을 앞뒤 값으로 잇기 (처음과 끝은 비어 있지 않습니다)
local function impute(series)
	local out = {}
	for i, value in ipairs(series) do out[i] = value == value and value or 0 end -- TODO
	return out
end

-- 6. 미래에서 온 열이 AUC를 얼마나 부풀리나
local function optimism(with, without)
	-- TODO: model:probabilities(행들):totable()의 두 번째 칸이 부실 확률입니다.
	return 0
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
