#!/bin/sh
# The Lua module "mlops": records that can be repeated, a registry, versions of data, alerts, metrics; and HTTP services inside
# the script, which the sandbox opens only when asked and from which nothing gets out.
# asan: yes
set -u
scratch=$(mktemp -d) || exit 3
trap 'rm -rf "$scratch"' EXIT
failed=0
complain() { echo "lua_mlops.sh: $*"; failed=1; }
run() { # name status options…: runs scratch/name.lua
	name=$1 want=$2; shift 2
	"$MUNDAP" run "$scratch/$name.lua" "$@" --format json >"$scratch/out" 2>"$scratch/err"; got=$?
	[ $got = "$want" ] || { cat "$scratch/out" "$scratch/err"; complain "$name ended with $got, not $want"; }
}
has() { grep -q -- "$1" "$scratch/out" || { cat "$scratch/out"; complain "no '$1'"; }; }

cat >"$scratch/records.lua" <<'LUA'
local ml, mlops, data, T = require "ml", require "mlops", require "data", require "tensor"
local iris = data.iris {}
local x, y = iris.features, iris.labels
local function refused(...) assert(not pcall(...)) end
-- records
for i, l2 in ipairs { 0.1, 10 } do
	local run = mlops.run { name = "iris " .. i, parameters = { l2 = l2 }, data = mlops.hash(iris), code = "4f2a",
		hypothesis = "더 세게 누르면 나빠진다", tags = { who = "me" } }
	local model, right = ml.logistic(x, y, { l2 = l2 }), 0
	local p = model:predict(x)
	for r = 1, #iris do if p:get(r) == y:get(r) then right = right + 1 end end
	for step = 1, 3 do run:metric("loss", 1 / step) end
	run:metric("accuracy", right / #iris)
	local digest = run:artifact("model", mlops.save("iris-" .. i, model))
	assert(digest == mlops.hash(mlops.save("iris-" .. i, ml.logistic(x, y, { l2 = l2 }))), "same data and settings, same bytes")
	run:finish()
	refused(run.metric, run, "late", 1)
end
local best, value = mlops.best(mlops.runs(), "accuracy")
assert(best.parameters.l2 == 0.1 and value == 0.98 and #mlops.missing(best) == 0)
for _, name in ipairs { "parameters", "metrics", "data", "code", "seed", "environment", "artifacts", "hypothesis" } do
	local copy = mlops.decode(mlops.encode(best))
	copy[name] = nil
	local missing = mlops.missing(copy)
	assert(#missing == 1 and missing[1] == name)
end
assert(mlops.best(mlops.runs(), "loss", "min").name == "iris 1")
local found = {}
for path, text in pairs(mlops.mlflow(best)) do found[path:match("^0/%x+/(.*)") or path] = text end
assert(found["params/l2"] and found["tags/who"] == "me" and found["metrics/loss"]:match(" 1\n.* 2\n.* 3\n"))
assert(found["meta.yaml"]:match("status: 3") and found["0/meta.yaml"])
-- registry
local registry = mlops.registry()
assert(registry:add("iris", ml.logistic(x, y)) == 1 and registry:add("iris", ml.knn(x, y), { note = "둘째" }) == 2)
refused(registry.stage, registry, "iris", 1, "production")
refused(registry.find, registry, "iris", 9)
for v = 1, 2 do registry:approve("iris", v, "me"); registry:stage("iris", v, "production") end
assert(registry:find("iris", "production").version == 2 and registry:find("iris", 1).stage == "archived")
assert(registry:rollback("iris") == 1 and registry:find("iris", "production").version == 1)
refused(registry.rollback, registry, "iris")
local bytes = registry:file("iris", 2)
assert(registry:verify("iris", 2, bytes) and not registry:verify("iris", 2, bytes:sub(1, -2) .. "x"))
assert(#registry:events("iris") == 7 and registry:list("iris")[2].note == "둘째")
-- versions of data
local store = mlops.versions()
local h1 = store:put("train", T.tensor { { 1, 2 }, { 3, 4 } })
assert(select(2, store:put("train", T.tensor { { 1, 2 }, { 3, 4 } })) == 1)
local h2, v2 = store:put("train", T.tensor { { 1, 2, 3, 4 } }, "모양이 다르다")
assert(h1 ~= h2 and v2 == 2 and store:get("train", 1):get(2, 1) == 3 and store:get(h1:sub(1, 8)).shape[1] == 2)
store:get("train", 1):set(1, 1, 99)
assert(store:get("train", 1):get(1, 1) == 1, "what is kept does not change")
assert(#store:log("train") == 2)
refused(store.get, store, "nothing")
-- watching
local alert = mlops.alert { below = 0.9, clear = 0.95, hold = 2 }
assert(not alert:update(0, 0.8) and alert:state() == "pending" and not alert:update(1, 0.8))
assert(alert:update(2, 0.8) == "fired" and not alert:update(3, 0.93) and alert:update(4, 0.96) == "resolved")
refused(mlops.alert, { above = 1, clear = 2 })
refused(mlops.alert, {})
local slo, fired = mlops.slo { target = 0.99, windows = { { long = 600, short = 60, factor = 9.9 } } }, nil
for t = 10, 900, 10 do
	if slo:update(t, t > 600 and 50 or 100, 100) == "fired" then fired = fired or t end
end
assert(fired == 720 and slo:state() == "firing" and slo:budget_left(60) < 0)
local metrics = mlops.metrics()
local count = metrics:counter("requests_total", "요청 수", { route = "/predict", code = 200 })
count:add(); count:add(2)
local latency = metrics:histogram("latency_seconds", "지연", {}, { 0.01, 0.1, 1 })
for i = 1, 100 do latency:observe(i / 1000) end
assert(count:value() == 3 and math.abs(latency:quantile(0.95) - 0.095) < 1e-3)
assert(metrics:expose():match('requests_total{code="200",route="/predict"} 3'))
refused(count.add, count, -1)
refused(metrics.gauge, metrics, "requests_total")
T.seed(4)
local window, levels = mlops.window { test = "ks", reference = T.randn(1000), window = 200 }, {}
for i, value in ipairs(T.randn(400):totable()) do levels[i] = window:update(i > 200 and value + 1 or value) end
assert(levels[200] == "none" and levels[400] == "drift" and window:result().p_value < 1e-6)
refused(mlops.window, { test = "what", reference = { 1, 2 } })
refused(mlops.encode, { f = print })
refused(mlops.encode, { 0 / 0 })
local loop = {}; loop.loop = loop
refused(mlops.encode, loop)
LUA
run records 0
has '"name": "iris 2"'
"$MUNDAP" track list --format json >"$scratch/out"
has '"name": "iris 1"'
has '"accuracy": 0.98'

# a pipeline inside the script: cache, retries, what stops what
cat >"$scratch/daily.lua" <<'LUA'
local mlops = require "mlops"
local calls = 0
local pipeline = mlops.pipeline {
	name = "daily", params = { day = 1, bad = false },
	steps = {
		{ name = "ingest", outputs = { rows = "list" }, run = function(_, params)
			calls = calls + 1
			return { rows = { params.bad and -1 or params.day, 2, 3 } }
		end },
		{ name = "validate", inputs = { rows = "ingest.rows" }, params = {}, run = function(inputs)
			for _, v in ipairs(inputs.rows) do if v < 0 then error("음수") end end
		end },
		{ name = "train", needs = { "validate" }, inputs = { all = "ingest" }, params = {}, retries = 1, outputs = { sum = "number" },
			run = function(inputs, _, step)
				if step.attempt == 1 then error("잠깐") end
				local sum = 0
				for _, v in ipairs(inputs.all.rows) do sum = sum + v end
				return { sum = sum }
			end },
	},
}
local r = pipeline:run()
assert(r.ok and r.executed == 3 and r.outputs.train.sum == 6 and r.steps[3].attempts == 2)
r = pipeline:run()
assert(r.ok and r.executed == 0 and r.steps[1].status == "cached" and calls == 1)
r = pipeline:run { day = 5 }
assert(r.executed == 3 and r.outputs.train.sum == 10)
r = pipeline:run { bad = true }
assert(not r.ok and r.steps[2].status == "failed" and r.steps[2].error:match("음수") and r.steps[3].status == "skipped")
assert(pipeline:run().executed == 0, "what was done before is still known")
assert(not pcall(pipeline.run, pipeline, { what = 1 }))
assert(not pcall(mlops.pipeline, { name = "x", steps = { { name = "a", needs = { "a" }, run = print } } }))
LUA
run daily 0

cat >"$scratch/services.lua" <<'LUA'
local ml, mlops, data = require "ml", require "mlops", require "data"
local iris = data.iris {}
local model = ml.logistic(iris.features, iris.labels)
local inner = mlops.service { ["GET /up"] = function() return 200, "안쪽" end }
local service
service = mlops.service {
	["POST /predict"] = function(request)
		local x = type(request.json) == "table" and request.json.features
		if type(x) ~= "table" or #x ~= 4 then return 422, { error = "features" } end
		return 200, { prediction = model:predict({ x }):get(1) }, { ["X-Model"] = "iris" }
	end,
	["GET /healthz"] = function(request) return 200, { status = "ok", echo = request.query.echo } end,
	["GET /boom"] = function() error("터짐") end,
	["GET /odd"] = function() return "no status" end,
	["GET /inner"] = function() return 200, inner:client():get("/up").body end,
	["GET /self"] = function() return 200, service:client():get("/healthz").body end,
}
local client = service:client()
for i = 1, 20 do
	local row = iris.features[i]:totable()
	local r = client:post("/predict", { features = row })
	assert(r.status == 200 and r.json.prediction == model:predict({ row }):get(1) and r.headers["X-Model"] == "iris")
end
for _, body in ipairs { "", "{", "[]", "7", '{"features":[1]}', '{"features":"x"}' } do
	local r = client:post("/predict", body)
	assert(r.status == 422 and r.json.error)
end
assert(client:get("/healthz?echo=hi").json.echo == "hi")
assert(client:get("/boom").status == 500 and client:get("/boom").json.error.message:match("터짐"))
assert(client:get("/odd").status == 500 and client:get("/none").status == 404 and client:get("/predict").status == 405)
assert(client:get("/inner").body == "안쪽" and client:get("/self").status == 500)
assert(not client:raw("junk\r\n\r\n") and client:get("/healthz").status == 200)
local load = mlops.load(service, { path = "/healthz", seconds = 0.2 })
assert(load.answered > 10 and load.failed == 0 and load.status["2xx"] == load.answered)

local server = mlops.serve(model, { name = "iris", version = "1", keys = { ["key-for-all-1"] = "predict" } })
local c, key = server:client(), { Authorization = "Bearer key-for-all-1" }
assert(c:post("/predict", { features = { 5.1, 3.5, 1.4, 0.2 } }).status == 401)
local r = c:post("/predict", { features = { 5.1, 3.5, 1.4, 0.2 } }, key)
local p = model:probabilities({ { 5.1, 3.5, 1.4, 0.2 } })
for k = 1, 3 do assert(math.abs(r.json.scores[1][k] - p:get(1, k)) < 1e-12) end
local load = mlops.load(server, { body = { features = { 5.1, 3.5, 1.4, 0.2 } }, key = "key-for-all-1", requests = 500, connections = 8 })
assert(load.answered == 500 and load.failed == 0 and load.status["2xx"] == 500)
server:swap(ml.forest(iris.features, iris.labels, { trees = 3 }), "2")
assert(c:post("/predict", { instances = { { 5.1, 3.5, 1.4, 0.2 } } }, key).json.version == "2")
assert(server:stop() == 0 and not pcall(c.get, c, "/health"))
local slow = mlops.serve(model, { delay_ms = 30, batch = 1 })
local load = mlops.load(slow, { body = { features = { 5.1, 3.5, 1.4, 0.2 } }, requests = 5, connections = 1 })
assert(load.p50 >= 0.03)
-- four replicas, one of them slow, one of them dying on the way
local x = { features = { 5.1, 3.5, 1.4, 0.2 } }
local function replicas()
	local list = {}
	for i = 1, 4 do list[i] = mlops.serve(model, { batch = 1, delay_ms = i == 2 and 40 or 4 }) end
	return list
end
local function round_robin(_, n) return (n - 1) % 4 + 1 end
local function least(servers)
	local best = 1
	for i, s in ipairs(servers) do
		if not s.down and (servers[best].down or s.active < servers[best].active) then best = i end
	end
	return best
end
local rr = mlops.balance { servers = replicas(), choose = round_robin, rate = 150, requests = 200, body = x, seed = 1 }
local lc = mlops.balance { servers = replicas(), choose = least, rate = 150, requests = 200, body = x, seed = 1 }
assert(rr.answered == 200 and lc.answered == 200 and lc.p95 / rr.p95 <= 0.5, lc.p95 .. " " .. rr.p95)
local servers = replicas()
local survived = mlops.balance { servers = servers, rate = 150, requests = 200, body = x, retries = 2,
	choose = function(list, n)
		if n == 60 then servers[3]:stop(0) end
		return least(list)
	end }
assert(survived.answered == 200 and survived.failed == 0 and survived.servers[3].failed > 0)
assert(not pcall(mlops.balance, { servers = servers, choose = function() return 9 end, requests = 1 }))
assert(not pcall(mlops.balance, { servers = {}, choose = least }))
LUA
run services 0 --network local
run services 1
has 'network = '

# Hostile handlers: an endless one ends with the run's time, a memory bomb with its memory, and neither hurts more.
cat >"$scratch/endless.lua" <<'LUA'
local service = require "mlops".service { ["GET /"] = function() while true do pcall(error) end end }
service:client():get("/")
LUA
run endless 1 --network local --time 1
has '"kind": "timeout"'
cat >"$scratch/waiting.lua" <<'LUA'
local mlops, ml = require "mlops", require "ml"
local server = mlops.serve(ml.ridge({ { 1 }, { 2 } }, { 1, 2 }), { delay_ms = 10000 })
pcall(function() server:client():request { method = "POST", path = "/predict", body = { features = { 1 } }, timeout = 600 } end)
while true do end
LUA
run waiting 1 --network local --time 1
has '"kind": "timeout"'
cat >"$scratch/flood.lua" <<'LUA'
local mlops = require "mlops"
local service = mlops.service { ["GET /"] = function() return 200, ("x"):rep(1 << 20) end }
local clients = {}
for i = 1, 300 do
	clients[i] = service:client()
	local ok, why = pcall(clients[i].get, clients[i], "/")
end
print("alive")
LUA
run flood 0 --network local --time 30
has alive
exit $failed
