-- Lab-LC-6: 약속 카드 세 장과 소리 없는 어긋남
local ml = require "ml"
local mlops = require "mlops"
local serving = require "lifecycle.serving"
local project = require "lifecycle.project"

-- 1. 줄마다 눈금 하나, 나머지는 정수로
local function quantise(rows, bits)
	local integers, scales = {}, {}
	-- TODO: 그 줄에서 가장 큰 절댓값은? 가장 큰 정수는?
	return integers, scales
end

-- 2. 줄 서기 흉내
local function simulate(arrivals, workers, batch, seconds)
	local free, waited = {}, {}
	for w = 1, workers do free[w] = 0 end -- 일꾼마다 비는 시각
	-- TODO: 가장 먼저 비는 일꾼이, 언제부터, 몇 명을 맡나요?
	return waited
end

-- 3. 약속을 지키는 가장 싼 것
local function choose(card, profile)
	-- TODO: 고를 수 있는 값을 모두 대어 보고, 약속을 어기는 것을 빼고, 가장 싼 것을 고르세요.
	return { mode = "online", bits = 32, batch = 1, workers = 1 }
end

-- 4. 어긋난 칸 찾기
local function find_skew(lab, server, rows)
	-- TODO: 모든 행을 두 곳에 넣고 칸마다 견주세요. 빈칸(NaN)이 나오면 어떻게 될까요?
	return {}
end

-- 5. 켠 직후의 1분
local function first_minute(client, samples)
	-- TODO: 준비가 되었나요? 연구실에서 적어 둔 표본에 같은 답을 하나요?
	return { ready = true, failed = {} }
end

-- 여러분의 선택을 찍어 봅니다.
local profile = serving.profile(1)
for _, card in ipairs(serving.cards(profile, 1)) do
	local c = choose(card, profile)
	print(("%s: %s, %d비트, 묶음 %d, 일꾼 %d → 하루 %.1f원"):format(card.name, c.mode, c.bits, c.batch, c.workers,
		serving.cost(profile, c, card)))
end

-- 앞 단계의 서비스가 연구실과 같은 답을 하는지도 볼 수 있습니다.
local stages = project.stage(6, true)
local ready, service = stages[3], stages[6]
for i = 1, 3 do
	local x = project.transform(service.transform, service.smoke[i].row)
	print(("신청 %d: 연구실 %.4f, 서비스 %.4f"):format(i, service.smoke[i].probability, project.probability(service.model, x)))
end

-- 진짜 서버에 진짜 부하: 묶음 1(한 번에 6ms)과 묶음 4(한 번에 13ms)에 초당 250건을 0.6초씩 보냅니다.
local row = ready.valid.x[1]
local model = ml.logistic(ready.train.x, ready.train.labels)
for _, setting in ipairs { { 1, 6 }, { 4, 13 } } do
	local server = mlops.serve(model, { batch = setting[1], delay_ms = setting[2] })
	local load = mlops.load(server, { path = "/predict", body = { features = row }, shape = "poisson", rate = 250, seconds = 0.6, connections = 100, seed = 1 })
	print(("묶음 %d: %d건에 답하고, 잰 p99는 %.0f밀리초"):format(setting[1], load.answered, 1000 * load.p99))
	server:stop()
end

return { quantise = quantise, simulate = simulate, choose = choose, find_skew = find_skew, first_minute = first_minute }
