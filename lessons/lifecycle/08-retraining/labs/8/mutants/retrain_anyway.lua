-- mistake: retraining is started on a day without any reason
-- expects: 까닭 없이 다시 훈련하면
local T = require "tensor"
local data = require "data"
local scanner = require "lifecycle.scanner"

local function reasons(report, limits)
	local list = {}
	if report.now and report.before - report.now > limits.drop then list[#list + 1] = "성능" end
	if report.psi > limits.psi then list[#list + 1] = "분포" end
	if report.new_classes >= 0 then list[#list + 1] = "요구" end
	return list
end

local function replay(labels, count, seed)
	T.seed(seed)
	local rows, taken, each = {}, {}, count // 10
	for _, at in ipairs(T.permutation(#labels):totable()) do
		local label = labels[at + 1]
		taken[label] = taken[label] or 0
		if taken[label] < each then
			taken[label] = taken[label] + 1
			rows[#rows + 1] = at + 1
		end
	end
	return rows
end

local function gather(recipe, store)
	if recipe.old == "all" then return store.old end
	if recipe.old == 0 then return store.new end
	local kept = store.old:subset(replay(store.old.labels:totable(), recipe.old, recipe.seed))
	return recipe.fresh and scanner.join(store.new, kept) or kept
end

local function print_of(model)
	return model and data.fingerprint(scanner.weights(model)) or nil
end

local function content(recipe, store)
	local set = gather(recipe, store)
	return set, data.fingerprint { set.images, set.labels }
end

local function record(recipe, store, model, start)
	local out = {}
	for key, value in pairs(recipe) do out[key] = value end
	local _, print = content(recipe, store)
	out.data, out.parent, out.output = print, print_of(start), print_of(model)
	return out
end

local function rebuild(past, store, start)
	local set, print = content(past, store)
	if print ~= past.data then error("데이터가 그날의 것이 아닙니다", 0) end
	if print_of(start) ~= past.parent then error("출발한 모델이 그날의 것이 아닙니다", 0) end
	local model = scanner.train(set, { seed = past.seed, start = start })
	if print_of(model) ~= past.output then error("다시 만든 모델이 기록과 다릅니다", 0) end
	return model
end

local function promote(champion, challenger, rule)
	if not (champion.old and champion.new and challenger.old and challenger.new) then return false end
	return challenger.new - champion.new >= rule.gain and champion.old - challenger.old <= rule.lose
end

local function serving(events)
	local stack = {}
	for _, event in ipairs(events) do
		if event[1] == "promote" then
			stack[#stack + 1] = event[2]
		elseif #stack > 1 then
			stack[#stack] = nil
		end
	end
	return stack[#stack]
end

local world = scanner.world()
local store = { old = world.old, new = scanner.pick(world.new_pool, 15, 8) }
local recipes = {
	{ name = "v1", old = "all", seed = 8 },
	{ name = "v2 새것만", fresh = true, old = 0, seed = 8 },
	{ name = "v3 섞음", fresh = true, old = 300, seed = 8 },
}
local champion
for _, recipe in ipairs(recipes) do
	local model = scanner.train(gather(recipe, store), { seed = recipe.seed, start = champion })
	print(("%-12s 옛 시험 %.3f  새 시험 %.3f"):format(recipe.name, scanner.accuracy(model, world.old_test), scanner.accuracy(model, world.new_test)))
	champion = champion or model
end

return {
	reasons = reasons, replay = replay, gather = gather, record = record, rebuild = rebuild, promote = promote, serving = serving,
}
