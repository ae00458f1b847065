#!/bin/sh
# mundap run: JSON and exit statuses as documented, time and memory limits, quick start, Ctrl-C, determinism; mundap lab
# copies once and never overwrites; mundap docs writes annotations that are Lua.
# asan: yes
set -u
cd "$(dirname "$0")/../.." || exit 3
scratch=$(mktemp -d) || exit 3
trap 'rm -rf "$scratch"' EXIT
failed=0
complain() { echo "run.sh: $*"; failed=1; }
expect() { # status command…
	want=$1; shift
	"$@" >"$scratch/out" 2>"$scratch/err"
	got=$?
	[ $got = "$want" ] || { complain "'$*' ended with $got, not $want"; cat "$scratch/out" "$scratch/err"; }
}
has() { grep -q -- "$1" "$scratch/$2" || { complain "no '$1' in $2:"; cat "$scratch/$2"; }; }

# words of the documented JSON
cat >"$scratch/a.lua" <<'LUA'
local plot = require "plot"
print("하나", 2)
for i = 1, 3 do plot.metric("m", i, i / 2) end
plot.image("x", { { 1, 2 }, { 3, 4 } })
LUA
expect 0 "$MUNDAP" run "$scratch/a.lua" --format json
for word in '"ok": true' '"error": null' '"log"' '"하나\\t2"' '"m"' '1.5' '"seconds"' '"peak_mb"'; do has "$word" out; done
[ ! -s "$scratch/err" ] || complain "JSON mode wrote to stderr"
expect 0 "$MUNDAP" run "$scratch/a.lua"
has '하나' out
has 'm: 0.5' out

# failures and wrong use
printf 'local a\nprint(a.b)\n' >"$scratch/b.lua"
expect 1 "$MUNDAP" run "$scratch/b.lua" --format json
has '"kind": "lua"' out
has '"line": 2' out
expect 1 "$MUNDAP" run "$scratch/b.lua"
has '2번째 줄' err
expect 2 "$MUNDAP" run "$scratch/none.lua"
[ "$(wc -l <"$scratch/err")" = 1 ] || complain "a missing file takes more than one line to say"
expect 2 "$MUNDAP" run "$scratch/none.lua" --format json
has '"error"' out
expect 2 "$MUNDAP" run
expect 2 "$MUNDAP" run "$scratch/a.lua" --tiem 5
expect 2 "$MUNDAP" run "$scratch/a.lua" --time x
expect 2 "$MUNDAP" worker
echo 'print(6 * 7)' | "$MUNDAP" run - >"$scratch/out" 2>/dev/null && has 42 out

# same seed, same bytes
cat >"$scratch/c.lua" <<'LUA'
local T, nn, data = require "tensor", require "nn", require "data"
local set = data.shapes { count = 100 }
local model = nn.sequential { nn.flatten(), nn.linear { 256, 16 }, nn.relu(), nn.linear { 16, 4 } }
print(model:fit(set, { steps = 30, batch_size = 16 }).loss, T.randn(3), math.random())
LUA
for seed in 7 7 8; do "$MUNDAP" run "$scratch/c.lua" --seed $seed --threads 2 2>/dev/null >"$scratch/seed$seed.$((n = ${n:-0} + 1))"; done
cmp -s "$scratch/seed7.1" "$scratch/seed7.2" || complain "the same seed gave other numbers"
cmp -s "$scratch/seed7.1" "$scratch/seed8.3" && complain "another seed gave the same numbers"

# Ctrl-C: what was shown until then is kept, and it does not take long
cat >"$scratch/d.lua" <<'LUA'
print("시작")
require("plot").metric("m", 1, 1)
while true do pcall(function() while true do end end) end
LUA
"$MUNDAP" run "$scratch/d.lua" --format json >"$scratch/out" 2>"$scratch/err" &
pid=$!
sleep 0.5
begun=$(date +%s%N)
kill -INT $pid
wait $pid
got=$?
ms=$((($(date +%s%N) - begun) / 1000000))
[ $got = 1 ] || complain "a stopped run ended with $got"
[ $ms -lt 400 ] || complain "Ctrl-C took $ms ms"
for word in '"kind": "killed"' '시작' '"m"'; do has "$word" out; done

# an empty script starts quickly and in little memory
: >"$scratch/empty.lua"
best=1000
for i in 1 2 3 4 5 6 7 8; do
	begun=$(date +%s%N)
	"$MUNDAP" run "$scratch/empty.lua" --format json >"$scratch/out"
	ms=$((($(date +%s%N) - begun) / 1000000))
	[ $ms -lt $best ] && best=$ms
done
case $MUNDAP in
*/asan/*) ;;
*)
	# The aim is 20 ms on a quiet machine; a busy one gets room, a slow start does not hide in it.
	[ $best -le 120 ] || complain "an empty script took $best ms"
	peak=$(sed -n 's/.*"peak_mb": \([0-9]*\).*/\1/p' "$scratch/out")
	[ "$peak" -le 25 ] || complain "an empty script took $peak MB"
	;;
esac

# labs
expect 0 "$MUNDAP" lab lab-ai-05
file=$MUNDAP_HOME/work/Lab-AI-05/Lab-AI-05.lua
[ -s "$file" ] || complain "no starter at $file"
has "$file" out
echo '-- 내가 고친 것' >>"$file"
expect 0 "$MUNDAP" lab Lab-AI-05
tail -n 1 "$file" | grep -q '내가 고친 것' || complain "the learner's file was overwritten"
expect 1 "$MUNDAP" lab Lab-AI-05 --check --format json --seed 3
for word in '"lab": "Lab-AI-05"' '"passed": false' '"tests"' '"metrics"' '"seconds"'; do has "$word" out; done
expect 2 "$MUNDAP" lab Lab-AI-05 --check "$scratch/none.lua"
expect 2 "$MUNDAP" lab Lab-NO-05

# reference and annotations
expect 0 "$MUNDAP" docs lua
has 'nn.conv2d' out
expect 0 "$MUNDAP" docs lua --format json
expect 0 "$MUNDAP" docs lua --meta "$scratch/meta"
for module in tensor nn data plot stats ml; do
	expect 0 "$MUNDAP" run "$scratch/meta/$module.lua"
	grep -q "^---@meta $module" "$scratch/meta/$module.lua" || complain "$module.lua is no annotation file"
done
exit $failed
