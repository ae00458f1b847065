-- Lab-LC-8: 지키면서 바꾸기
local T = require "tensor"
local data = require "data"
local scanner = require "lifecycle.scanner"

-- 1. 다시 훈련할 까닭: "성능", "분포", "요구"
local function reasons(report, limits)
	local list = {}
	-- TODO
	return list
end

-- 2. 옛 사진에서 클래스마다 같은 수를 뽑은 줄 번호(1부터)
local function replay(labels, count, seed)
	local rows = {}
	-- TODO: T.seed(seed)를 부르고 T.permutation(#labels)로 섞은 차례(0부터)를 얻을 수 있습니다.
	return rows
end

-- 3. 조리법대로 데이터 모으기
local function gather(recipe, store)
	if recipe.old == "all" then return store.old end
	-- TODO: 지금은 새 사진만 담습니다. scanner.join(가, 나)이 두 묶음을 잇고, store.old:subset(rows)가 줄을 고릅니다.
	return store.new
end

-- 4. 버전 기록
local function record(recipe, store, model, start)
	local out = {}
	for key, value in pairs(recipe) do out[key] = value end
	-- TODO: data, parent, output
	return out
end

-- 5. 기록대로 다시 만들기
local function rebuild(past, store, start)
	-- TODO: 데이터와 출발한 모델의 지문을 기록과 견주고, 훈련하고, 나온 모델의 지문을 견주세요.
	return scanner.train(gather(past, store), { seed = past.seed, start = start })
end

-- 6. 바꿀까요?
local function promote(champion, challenger, rule)
	-- TODO
	return true
end

-- 7. 지금 서비스 중인 버전
local function serving(events)
	-- TODO
	return nil
end

-- 여기부터는 고치지 않아도 됩니다. 세 모델을 훈련해 두 시험을 치릅니다.
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
