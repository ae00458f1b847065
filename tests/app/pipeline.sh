#!/bin/sh
# mundap pipeline: typed steps in order, the cache, retries with back-off, timeouts, what changes what, resuming after a kill at
# random moments without repeating a finished step, Ctrl-C, wrong files.
set -u
cd "$(dirname "$0")/../.." || exit 3
scratch=$(mktemp -d) || exit 3
trap 'rm -rf "$scratch"' EXIT
failed=0
complain() { echo "pipeline.sh: $*"; failed=1; }
run() { # wanted status, arguments of pipeline run
	want=$1; shift
	"$MUNDAP" pipeline run "$@" --format json >"$scratch/out" 2>"$scratch/err"; got=$?
	[ $got = "$want" ] || { cat "$scratch/out" "$scratch/err"; complain "run $* ended with $got, not $want"; }
}
# "ingest=done train=cached …" of the last run
states() { sed -n -e 's/^   "name": "\(.*\)",$/\1/p' -e 's/^   "status": "\(.*\)",$/\1/p' "$scratch/out" | paste -sd '= ' ; }
expect() { seen=$(states); [ "$seen" = "$1" ] || complain "$2: $seen"; }

cat >"$scratch/iris.lua" <<'LUA'
local function rows_of(set) return #set end
return {
	name = "iris", params = { l2 = 1.0, note = "a" },
	steps = {
		{ name = "ingest", outputs = { x = "tensor", y = "list", rows = "integer" }, params = {}, run = function()
			local iris = require "data".iris {}
			return { x = iris.features, y = iris.labels:totable(), rows = rows_of(iris) }
		end },
		{ name = "train", needs = { "validate" }, inputs = { x = "ingest.x", y = "ingest.y" }, outputs = { model = "file" },
			params = { "l2" }, retries = 2, backoff = 0.05, run = function(inputs, params, step)
			if step.attempt < 2 then error("아직 안 됨") end
			return { model = require "mlops".save("iris", require "ml".logistic(inputs.x, inputs.y, { l2 = params.l2 })) }
		end },
		{ name = "validate", inputs = { rows = "ingest.rows" }, params = {}, run = function(inputs)
			if inputs.rows ~= 150 then error("행이 모자랍니다") end
		end },
		{ name = "evaluate", inputs = { all = "ingest", model = "train.model" }, outputs = { size = "integer" },
			run = function(inputs) return { size = #inputs.model + #inputs.all.y } end },
	},
}
LUA
run 0 "$scratch/iris.lua"
expect "ingest=done validate=done train=done evaluate=done" "first run"
grep -q '"attempts": 2' "$scratch/out" || complain "train should have been tried twice"
digest=$(sed -n 's/.*"hash": "\(.*\)".*/\1/p' "$scratch/out" | sort | paste -sd,)
run 0 "$scratch/iris.lua"
expect "ingest=cached validate=cached train=cached evaluate=cached" "nothing changed"
run 0 "$scratch/iris.lua" l2=2
expect "ingest=cached validate=cached train=done evaluate=done" "a parameter changed"
run 0 "$scratch/iris.lua" note=b
expect "ingest=cached validate=cached train=cached evaluate=done" "a parameter of one step changed"
sed -i 's/행이 모자랍니다/행이 너무 적습니다/' "$scratch/iris.lua"
run 0 "$scratch/iris.lua"
expect "ingest=cached validate=done train=cached evaluate=cached" "one step's code changed, its result did not"
run 0 "$scratch/iris.lua" --force
expect "ingest=done validate=done train=done evaluate=done" "forced"
again=$(sed -n 's/.*"hash": "\(.*\)".*/\1/p' "$scratch/out" | sort | paste -sd,)
[ "$digest" = "$again" ] || complain "the same steps made other bytes"
sed -i 's/return #set/return #set - 1/' "$scratch/iris.lua"
run 1 "$scratch/iris.lua"
expect "ingest=done validate=failed train=skipped evaluate=skipped" "bad data stops at validate"
grep -q '행이 너무 적습니다' "$scratch/out" || complain "the reason is not told"
"$MUNDAP" pipeline show iris | grep -q failed || complain "show"
"$MUNDAP" pipeline list | grep -q iris || complain "list"
# a kept output that was damaged is made again
"$MUNDAP" pipeline clean iris >/dev/null || complain "clean"
sed -i 's/return #set - 1/return #set/' "$scratch/iris.lua"
run 0 "$scratch/iris.lua"
for object in "$MUNDAP_HOME"/pipelines/iris/objects/*/*; do echo x >>"$object"; done
run 0 "$scratch/iris.lua"
expect "ingest=done validate=cached train=done evaluate=done" "damaged outputs"

cat >"$scratch/faults.lua" <<'LUA'
return { name = "faults", steps = {
	{ name = "slow", timeout = 0.3, retries = 1, backoff = 0.1, run = function() while true do end end },
	{ name = "liar", outputs = { n = "integer" }, run = function() return { n = "글" } end },
	{ name = "fine", run = function() return { n = 1 } end },
} }
LUA
run 1 "$scratch/faults.lua"
expect "slow=failed liar=failed fine=done" "faults"
grep -q '"kind": "timeout"' "$scratch/out" || complain "no timeout told"

# Killed at random moments and started again until it ends: no finished step is ever run twice.
cat >"$scratch/chain.lua" <<'LUA'
local function work(n) local x = 0 for i = 1, n do x = (x * 31 + i) % 1000003 end return x end
local steps = {}
for i = 1, 8 do
	steps[i] = { name = "s" .. i, inputs = i > 1 and { before = "s" .. (i - 1) .. ".value" } or nil, outputs = { value = "integer" },
		run = function(inputs) return { value = (inputs.before or 0) + work(2000000) } end }
end
return { name = "chain", steps = steps }
LUA
kills=0 round=0 most=40 log=$scratch/chain.log
: >"$log"
while [ $round -lt 60 ]; do
	round=$((round + 1))
	"$MUNDAP" pipeline run "$scratch/chain.lua" >"$scratch/part" 2>&1 &
	pid=$!
	# a moment that differs from round to round, up to 0.4 s; less where the whole run is over before it
	sleep "0.$(printf %02d $(((round * 17 + $$) % most)))"
	if kill -9 $pid 2>/dev/null; then kills=$((kills + 1)); fi
	wait $pid; got=$?
	grep '✓' "$scratch/part" >>"$log"
	[ $got = 0 ] || continue
	[ $kills = 0 ] || break
	most=$((most / 2 + 1))
	"$MUNDAP" pipeline clean chain >/dev/null
	: >"$log"
done
run 0 "$scratch/chain.lua"
[ $kills -gt 0 ] || complain "no kill hit the run"
expect "s1=cached s2=cached s3=cached s4=cached s5=cached s6=cached s7=cached s8=cached" "after $kills kills"
# each step said once that it was done now; every later word on it is that it was kept
for s in 1 2 3 4 5 6 7 8; do
	done_now=$(grep -c "✓ s$s  [0-9]" "$log")
	[ "$done_now" -le 1 ] || complain "s$s was done $done_now times in $kills kills"
done
value=$(sed -n 's/.*"hash": "\(.*\)".*/\1/p' "$scratch/out" | paste -sd,)
"$MUNDAP" pipeline clean chain >/dev/null
run 0 "$scratch/chain.lua"
[ "$value" = "$(sed -n 's/.*"hash": "\(.*\)".*/\1/p' "$scratch/out" | paste -sd,)" ] || complain "kills changed the results"

# Ctrl-C stops all and says so
cat >"$scratch/long.lua" <<'LUA'
return { name = "long", steps = { { name = "a", run = function() while true do end end }, { name = "b", needs = { "a" }, run = function() end } } }
LUA
"$MUNDAP" pipeline run "$scratch/long.lua" --format json >"$scratch/out" 2>&1 &
pid=$!
sleep 0.5
kill -TERM $pid; wait $pid; got=$?
[ $got = 1 ] || complain "a stopped run ended with $got"
expect "a=stopped b=stopped" "stopped"

wrong() { # what the one line must say
	"$MUNDAP" pipeline run "$scratch/wrong.lua" >/dev/null 2>"$scratch/err"; got=$?
	[ $got = 2 ] && [ "$(wc -l <"$scratch/err")" = 1 ] && grep -q "$1" "$scratch/err" || { cat "$scratch/err"; complain "'$1': $got"; }
}
echo 'return { name = "w", steps = { { name = "a", needs = { "b" }, run = print }, { name = "b", needs = { "a" }, run = print } } }' >"$scratch/wrong.lua"; wrong 'a → b → a'
echo 'return { name = "w", steps = { { name = "load", run = print }, { name = "b", needs = { "laod" }, run = print } } }' >"$scratch/wrong.lua"; wrong load
echo 'return { name = "w", steps = { { name = "a" } } }' >"$scratch/wrong.lua"; wrong run
echo 'return { name = "w", steps = { { name = "a", retrys = 1, run = print } } }' >"$scratch/wrong.lua"; wrong retrys
echo 'return 7' >"$scratch/wrong.lua"; wrong steps
echo 'return {' >"$scratch/wrong.lua"; wrong wrong.lua
"$MUNDAP" pipeline run "$scratch/none.lua" 2>/dev/null; [ $? = 2 ] || complain "a missing file"
"$MUNDAP" pipeline run "$scratch/iris.lua" what=1 2>/dev/null; [ $? = 2 ] || complain "an unknown parameter"
"$MUNDAP" pipeline fly 2>/dev/null; [ $? = 2 ] || complain "an unknown word"
exit $failed
