local T = require "tensor"
local data = require "data"
local ml = require "ml"
local stats = require "stats"
local air = require "lifecycle.air"

local function needs(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
end

local function copy(value)
	if type(value) ~= "table" then return value end
	local out = {}
	for k, v in pairs(value) do out[k] = copy(v) end
	return out
end

-- What a file could hold of a value: nil when there is a function or an object in it.
local function plain(value)
	local kind = type(value)
	if kind == "number" or kind == "string" or kind == "boolean" then return true end
	if kind ~= "table" then return false end
	for k, v in pairs(value) do
		if not plain(k) or not plain(v) then return false end
	end
	return true
end

-- Mean and deviation of each column of the rows, applied to others.
local function scaler(rows)
	local fitted = {}
	for k = 1, #rows[1] do
		local known = {}
		for _, row in ipairs(rows) do
			if row[k] == row[k] then known[#known + 1] = row[k] end
		end
		local fill, filled = stats.quantile(known, 0.5), {}
		for i, row in ipairs(rows) do filled[i] = row[k] == row[k] and row[k] or fill end
		local s = stats.summary(filled)
		fitted[k] = { fill = fill, mean = s.mean, std = s.std }
	end
	return fitted
end

local function apply(fitted, rows)
	local out = {}
	for i, row in ipairs(rows) do
		out[i] = {}
		for k, rule in ipairs(fitted) do out[i][k] = ((row[k] == row[k] and row[k] or rule.fill) - rule.mean) / rule.std end
	end
	return out
end

local function auc(set)
	local fitted, scores = scaler(set.train.rows), {}
	local model = ml.logistic(apply(fitted, set.train.rows), set.train.labels)
	for i, p in ipairs(model:probabilities(apply(fitted, set.test.rows)):totable()) do scores[i] = p[2] end
	return stats.roc_auc(set.test.labels, scores)
end

-- Rows of the cancer table in a random order, some of them on both sides, prepared with the faults asked for.
local function prepared(seed, duplicated, future, early)
	local set = data.breast_cancer()
	local rows, labels = set.features:totable(), set.labels:totable()
	T.seed(seed)
	local order, luck = T.permutation(#rows):totable(), T.rand(#rows):totable()
	local columns = {}
	for k = 1, 5 do columns[k] = "c" .. k end
	-- texture and smoothness: columns that tell something, none of them nearly everything
	local used = { 2, 5, 9, 15, 19 }
	local train, test = { rows = {}, labels = {}, id = {} }, { rows = {}, labels = {}, id = {} }
	local function put(part, at)
		local row = {}
		for k, c in ipairs(used) do row[k] = rows[at + 1][c] end
		if future then row[#row + 1] = (1 - labels[at + 1]) * 3 + luck[at + 1] * 3.4 end
		part.rows[#part.rows + 1], part.labels[#part.labels + 1], part.id[#part.id + 1] = row, labels[at + 1], at + 1
	end
	for i = 1, 400 do put(train, order[i]) end
	for i = 401, #order do put(test, order[i]) end
	for i = 1, duplicated do put(test, order[i * 3]) end
	if future then columns[#columns + 1] = "visits" end
	local all = table.move(test.rows, 1, #test.rows, #train.rows + 1, table.move(train.rows, 1, #train.rows, 1, {}))
	local fitted = scaler(early and all or train.rows)
	train.rows, test.rows = apply(fitted, train.rows), apply(fitted, test.rows)
	return { train = train, test = test, columns = columns }
end

return function(t, learner)
	t:test("audit: 세 가지 누수 3/3", function()
		needs(t, learner, "audit")
		local plans = { { 0, false, false }, { 7 + t.seed % 20, false, false }, { 0, true, false }, { 0, false, true }, { 11, true, true } }
		local kinds = {}
		for k, plan in ipairs(plans) do
			local case = prepared(t.seed + k, plan[1], plan[2], plan[3])
			local got = learner.audit(case)
			t:ok(type(got) == "table", "audit는 표를 돌려주어야 합니다.")
			t:ok(got.shared == plan[1], ("훈련과 시험에 함께 있는 번호는 %d개인데 %s개라고 하셨습니다. 값이 아니라 번호를 견주었나요?"):format(plan[1], tostring(got.shared)))
			if plan[2] then
				t:ok(got.future == "visits", "한 열만으로 부실을 거의 다 맞히는 열이 있는데 지나쳤습니다. 신청을 받은 때에 알 수 있는 값일까요?")
			else
				t:ok(got.future == nil, ("%s 열을 미래에서 왔다고 하셨습니다. 한 열의 AUC가 0.9를 넘나요?"):format(tostring(got.future)))
			end
			if plan[3] then
				t:ok(got.scaled_early == true, "훈련 열의 평균이 정확히 0이 아닙니다. 이 평균은 어느 행들에서 구한 것일까요?")
			else
				t:ok(got.scaled_early == false, "훈련 행만으로 표준화한 데이터인데 미리 표준화했다고 하셨습니다. 훈련 열의 평균을 보았나요, 시험 열의 평균을 보았나요?")
			end
			kinds[1], kinds[2], kinds[3] = kinds[1] or plan[1] > 0, kinds[2] or plan[2], kinds[3] or plan[3]
		end
		t:metric("leak_kinds_found", (kinds[1] and 1 or 0) + (kinds[2] and 1 or 0) + (kinds[3] and 1 or 0))
	end)

	local raw = data.credit { count = 3000, duplicates = 0.08, missing = 0.08, unit_errors = 0.01, leak = true, seed = t.seed + 10 }
	local rows, labels, months, ids = raw.features:totable(), raw.labels:totable(), raw.month:totable(), raw.id:totable()

	t:test("split: 함께 쓰는 행 0", function()
		needs(t, learner, "split")
		local parts = learner.split(rows, labels, months, ids)
		local where, count, first = {}, 0, {}
		for i, id in ipairs(ids) do first[id] = first[id] or i end
		for _, name in ipairs { "train", "valid", "test" } do
			local part = parts[name]
			t:ok(type(part) == "table" and #part.rows > 0 and #part.rows == #part.labels and #part.rows == #part.id and #part.rows == #part.months,
				name .. " 조각에 rows, labels, id, months가 같은 길이로 있나요?")
			for i, id in ipairs(part.id) do
				t:ok(where[id] == nil or where[id] ~= name, ("%d번 신청이 %s에 두 번 들어 있습니다. 다시 접수된 같은 신청은 몇 건으로 세어야 할까요?"):format(id, name))
				t:ok(where[id] == nil, ("%d번 신청이 %s와(과) %s에 함께 있습니다. 훈련에서 본 행을 시험에서 다시 만나면 점수는 어떻게 되나요?"):format(id, tostring(where[id]), name))
				where[id] = name
				count = count + 1
				local from, to = name == "train" and 1 or (name == "valid" and 15 or 18), name == "train" and 14 or (name == "valid" and 17 or 20)
				t:ok(part.months[i] >= from and part.months[i] <= to,
					("%s에 %d달의 신청이 있습니다. 미래의 행으로 과거를 맞히고 있다면요?"):format(name, part.months[i]))
				t:ok(part.months[i] == months[first[id]], ("%d번 신청은 %d달에 처음 접수되었습니다. 처음 것 대신 다시 접수된 것을 두었나요?"):format(id, months[first[id]]))
				t:ok(part.labels[i] == labels[first[id]], "행과 라벨의 짝이 어긋났습니다.")
			end
		end
		local distinct = 0
		for _ in pairs(first) do distinct = distinct + 1 end
		t:equal(count, distinct, "신청 번호마다 한 행씩 남아야 합니다. 빠진 신청이 있나요?")
		t:metric("shared_rows", 0)
	end)

	t:test("repair: 오류만 고치고 진짜는 두기", function()
		needs(t, learner, "repair")
		local far = 0
		for i, row in ipairs(rows) do
			local before = copy(row)
			local got = learner.repair(row)
			t:ok(type(got) == "table", "신청액이 큰 행이 사라졌습니다. 그 값이 바로 찾으려던 사기라면요?")
			for k = 1, #before do
				t:ok(row[k] == before[k] or row[k] ~= row[k], "원래 행을 고치지 말고 새 행을 돌려주세요. 원본이 남아야 다시 준비할 수 있습니다.")
				local want = before[k]
				if k == 2 and want > 100000 then want = want / 10000 end
				t:ok(got[k] == want or (want ~= want and got[k] ~= got[k]), k == 2 and
					("소득 %.0f만 원인 행입니다. 원으로 적힌 것만 10,000으로 나누었나요?"):format(before[2]) or
					("%d번째 행의 %d번 칸이 %s에서 %s(으)로 바뀌었습니다. 소득 말고도 고칠 까닭이 있었나요?"):format(i, k, tostring(want), tostring(got[k])))
			end
			if before[6] > 3000 then far = far + 1 end
		end
		t:metric("large_amounts_kept", far)
	end)

	t:test("fit, transform: 훈련에서 구해 어디서나 똑같이", function()
		needs(t, learner, "fit")
		needs(t, learner, "transform")
		local clean = {}
		for i, row in ipairs(rows) do
			clean[i] = table.move(row, 1, 8, 1, {})
			if clean[i][2] > 100000 then clean[i][2] = clean[i][2] / 10000 end
		end
		local train, later = table.move(clean, 1, 2000, 1, {}), table.move(clean, 2001, 3000, 1, {})
		local fitted = learner.fit(train)
		t:ok(plain(fitted), "fitted에 함수나 객체가 들어 있습니다. 파일에 적어 두었다가 서비스에서 읽을 수 있나요?")
		local reference = scaler(train)
		local offline, worst = apply(reference, later), 0
		learner.fit(later) -- a service starts again, and others may fit in the meantime
		local saved = copy(fitted)
		for i = #later, 1, -1 do -- one at a time, in another order, as requests come
			local got = learner.transform(saved, copy(later[i]))
			t:ok(type(got) == "table" and #got == 8, "transform은 여덟 칸짜리 한 행을 돌려주어야 합니다.")
			for k = 1, 8 do
				t:ok(got[k] == got[k], "바꾼 행에 빈칸(NaN)이 남아 있습니다.")
				worst = math.max(worst, math.abs(got[k] - offline[i][k]))
			end
		end
		if worst > 1e-9 then
			local own, whole = scaler(later), scaler(clean)
			local function like(other)
				local most = 0
				for i, row in ipairs(apply(other, later)) do
					local got = learner.transform(saved, later[i])
					for k = 1, 8 do most = math.max(most, math.abs(got[k] - row[k])) end
				end
				return most <= 1e-9
			end
			t:ok(not like(own), "시험 행을 시험 행의 평균으로 바꾸었습니다. 서비스에 한 건만 들어오면 그 평균은 어디에서 구하나요?")
			t:ok(not like(whole), "훈련 행만이 아니라 모든 행에서 평균을 구했습니다. 시험지의 정보가 어디로 흘러들었나요?")
			t:fail(("훈련 때 바꾼 값과 서비스에서 한 건씩 바꾼 값이 %.2g까지 다릅니다. 빈칸을 채운 뒤에 평균과 표준편차를 구했나요?"):format(worst))
		end
		t:metric("offline_online_difference", worst)
	end)

	t:test("impute: 빈 주를 채우기", function()
		needs(t, learner, "impute")
		local values, truth = air.weekly { seed = t.seed + 20 }
		local got = learner.impute(copy(values))
		local actual, filled, means, known = {}, {}, {}, {}
		for i, value in ipairs(values) do
			if value == value then
				known[#known + 1] = value
				t:ok(got[i] == value, ("%d번째 주는 잰 값이 있는데 바뀌었습니다."):format(i))
			end
		end
		local mean = stats.summary(known).mean
		for i, value in ipairs(values) do
			if value ~= value then
				t:ok(got[i] == got[i] and type(got[i]) == "number", "아직 비어 있는 주가 있습니다.")
				actual[#actual + 1], filled[#filled + 1], means[#means + 1] = truth[i], got[i], mean
			end
		end
		local rmse, plain_rmse = stats.rmse(actual, filled), stats.rmse(actual, means)
		t:metric("imputed_rmse", rmse)
		t:metric("mean_fill_rmse", plain_rmse)
		t:ok(rmse <= 0.5 * plain_rmse, ("채운 값의 오차는 %.2f, 전체 평균으로 채운 오차는 %.2f입니다. 44년 동안 오르는 값의 빈자리를 전체 평균이 알 수 있을까요?"):format(rmse, plain_rmse))
		t:ok(rmse <= 1, ("오차가 %.2f입니다. 빈 주의 바로 앞 값과 바로 뒤 값을 이었나요?"):format(rmse))
	end)

	t:test("optimism: 부풀려진 만큼을 1 pp 안으로", function()
		needs(t, learner, "optimism")
		local sets = {}
		for s, columns in ipairs { 9, 8 } do
			local set = { train = { rows = {}, labels = {} }, test = { rows = {}, labels = {} } }
			local seen = {}
			for i, row in ipairs(rows) do
				if not seen[ids[i]] then
					seen[ids[i]] = true
					local part = months[i] < 15 and set.train or set.test
					part.rows[#part.rows + 1] = table.move(row, 1, columns, 1, {})
					part.labels[#part.labels + 1] = labels[i]
					local last = part.rows[#part.rows]
					if last[2] > 100000 then last[2] = last[2] / 10000 end
				end
			end
			sets[s] = set
		end
		local want = auc(sets[1]) - auc(sets[2])
		local got = learner.optimism(copy(sets[1]), copy(sets[2]))
		t:ok(type(got) == "number", "optimism이 수를 돌려주지 않습니다.")
		t:metric("optimism", want)
		t:near(got, want, 0.01, ("누수가 부풀린 AUC는 %.3f인데 %.3f입니다. 시험 조각으로 재었나요, 훈련 조각으로 재었나요?"):format(want, got))
	end)
end
