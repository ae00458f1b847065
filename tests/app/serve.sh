#!/bin/sh
# mundap serve: a model that really learned, registered and served; good, malformed and slow clients; API keys; versions
# swapped and rolled back under load without a lost or wrong answer; draining on SIGTERM; wrong use.
set -u
cd "$(dirname "$0")/../.." || exit 3
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
scratch=$(mktemp -d) || exit 3
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$scratch"' EXIT
failed=0
complain() { echo "serve.sh: $*"; failed=1; }
check=tests/support/serve_check.py

cat >"$scratch/train.lua" <<'LUA'
local ml, mlops, data = require "ml", require "mlops", require "data"
local iris = data.iris {}
local x, y = iris.features, iris.labels
local models = { ml.logistic(x, y), ml.forest(x, y, { trees = 20, seed = 3 }) }
for v, model in ipairs(models) do mlops.save("iris-" .. v, model) end
local rows = {}
for r = 1, 150, 15 do
	local one, scores = x[r]:totable(), {}
	for v, model in ipairs(models) do
		local p = {}
		for k, value in ipairs(model:probabilities({ one })[1]:totable()) do p[k] = ("%.17g"):format(value) end
		scores[v] = ('"%d": [%s]'):format(v, table.concat(p, ", "))
	end
	rows[#rows + 1] = ('{"x": [%s], "scores": {%s}}'):format(table.concat(one, ", "), table.concat(scores, ", "))
end
print("[" .. table.concat(rows, ",\n") .. "]")
LUA
"$MUNDAP" run "$scratch/train.lua" --artifacts "$scratch/models" 2>"$scratch/err" | sed -n '/^\[/,/\]$/p' >"$scratch/rows.json"
[ -s "$scratch/models/iris-2.safetensors" ] || { cat "$scratch/err"; complain "no model file"; exit 1; }

start() { # options: sets pid and port
	"$MUNDAP" serve "$@" --port 0 --format json --watch-ms 20 >"$scratch/out" 2>"$scratch/log" &
	pid=$!
	for _ in $(seq 100); do [ -s "$scratch/out" ] && break; sleep 0.05; done
	port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$scratch/out")
	[ -n "$port" ] || { cat "$scratch/out" "$scratch/log"; complain "serve $* did not start"; exit 1; }
}
stop() { # wanted status
	kill -TERM "$pid"; wait "$pid"; got=$?; pid=
	[ $got = "$1" ] || { tail -n 5 "$scratch/log"; complain "stopping ended with $got, not $1"; }
}
quietly() { "$@" >"$scratch/said" 2>&1 || { cat "$scratch/said"; complain "'$*' failed"; }; }

# a file
start "$scratch/models/iris-1.safetensors" --timeout 1
python3 $check basics "$port" "$scratch/rows.json" || complain "basics"
stop 0
python3 - "$scratch/log" <<'PY' || complain "the log is not one JSON object a line"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert any(l.get("request_id") == "test-7" and l["status"] == 200 for l in lines)
PY

# keys
printf '# role key\nadmin admin-key-001\npredict predict-key-1\n' >"$scratch/keys"; chmod 600 "$scratch/keys"
start "$scratch/models/iris-1.safetensors" --keys "$scratch/keys"
python3 $check keys "$port" || complain "keys"
stop 0

# the registry: two versions, promoted and rolled back while clients keep asking
quietly "$MUNDAP" registry add iris "$scratch/models/iris-1.safetensors"
quietly "$MUNDAP" registry add iris "$scratch/models/iris-2.safetensors"
for v in 1 2; do quietly "$MUNDAP" registry approve iris $v; done
quietly "$MUNDAP" registry stage iris 1 production
start iris
python3 $check traffic "$port" 3 "$scratch/rows.json" >"$scratch/traffic" &
client=$!
sleep 0.4
for _ in 1 2 3; do
	quietly "$MUNDAP" registry stage iris 2 production; sleep 0.3
	quietly "$MUNDAP" registry rollback iris; sleep 0.3
done
wait $client || complain "traffic during swaps"
grep -q '"versions": \["1", "2"\]' "$scratch/traffic" || { cat "$scratch/traffic"; complain "both versions should have answered"; }
grep -q '"event":"swap"' "$scratch/log" || complain "no swap in the log"
# a damaged version is refused and the old one stays
digest=$("$MUNDAP" registry show iris 2 --format json | sed -n 's/.*"digest": "\(.*\)".*/\1/p')
file=$(find "$MUNDAP_HOME/artifacts" -name "$(echo "$digest" | cut -c3-)")
printf x >>"$file"
quietly "$MUNDAP" registry stage iris 2 production
sleep 0.3
grep -q '"event":"refused"' "$scratch/log" || complain "a damaged file was served"
# draining: what was accepted is answered
python3 $check traffic "$port" 10 "$scratch/rows.json" "$pid" >"$scratch/traffic" || complain "draining lost requests"
wait "$pid"; got=$?; pid=
[ $got = 0 ] || complain "draining ended with $got"

# wrong use: one line, exit 2
wrong() { "$MUNDAP" serve "$@" >"$scratch/out" 2>"$scratch/err"; got=$?; [ $got = 2 ] && [ "$(wc -l <"$scratch/err")" = 1 ] || { cat "$scratch/err"; complain "serve $* ended with $got"; }; }
wrong
wrong nothing
wrong "$scratch/none.safetensors"
wrong iris@9
wrong iris --port x
echo 'admin short' >"$scratch/keys"
wrong "$scratch/models/iris-1.safetensors" --keys "$scratch/keys"
echo junk >"$scratch/junk.safetensors"
"$MUNDAP" serve "$scratch/junk.safetensors" >/dev/null 2>"$scratch/err"; got=$?
[ $got = 2 ] || { cat "$scratch/err"; complain "a file that is no model ended with $got"; }
start "$scratch/models/iris-1.safetensors"
"$MUNDAP" serve "$scratch/models/iris-1.safetensors" --port "$port" >/dev/null 2>"$scratch/err"; got=$?
[ $got = 3 ] && grep -q -- --port "$scratch/err" || complain "a taken port ended with $got"
stop 0
exit $failed
