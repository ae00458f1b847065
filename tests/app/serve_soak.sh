#!/bin/sh
# Mixed load on two replicas (15 seconds; $MUNDAP_SOAK sets another time): swaps, restarts, kills, bad clients; every answer is
# checked, no accepted request may be lost, memory stays flat.
set -u
cd "$(dirname "$0")/../.." || exit 3
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
scratch=$(mktemp -d) || exit 3
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/train.lua" <<'LUA'
local ml, mlops, data = require "ml", require "mlops", require "data"
local iris = data.iris {}
local x, y = iris.features, iris.labels
local models = { ml.logistic(x, y), ml.forest(x, y, { trees = 20, seed = 3 }) }
for v, model in ipairs(models) do mlops.save("soak-" .. v, model) end
local rows = {}
for r = 1, 150, 5 do
	local one, scores = x[r]:totable(), {}
	for v, model in ipairs(models) do scores[tostring(v)] = model:probabilities({ one })[1]:totable() end
	rows[#rows + 1] = { x = one, scores = scores }
end
print(mlops.encode(rows))
LUA
"$MUNDAP" run "$scratch/train.lua" --artifacts "$scratch" 2>/dev/null | grep '^\[' >"$scratch/rows.json"
for v in 1 2; do
	"$MUNDAP" registry add soak "$scratch/soak-$v.safetensors" >/dev/null && "$MUNDAP" registry approve soak $v >/dev/null || exit 1
done
"$MUNDAP" registry stage soak 1 production >/dev/null || exit 1
python3 tests/support/serve_soak.py "$MUNDAP" "${MUNDAP_SOAK:-15}" "$scratch/rows.json" soak "${MUNDAP_SOAK_SEED:-7}"
