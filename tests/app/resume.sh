# A model comes back from its file; training that was killed goes on from its checkpoint at exactly the same bits.
# asan: yes
set -eu
script=$MUNDAP_HOME.lua
cat >"$script" <<'LUA'
local T, nn, data = require "tensor", require "nn", require "data"
T.seed(5)
local model = nn.sequential { nn.linear { 2, 32 }, nn.batch_norm1d { 32 }, nn.tanh(), nn.dropout { 0.2 }, nn.linear { 32, 2 } }
local ema = nn.ema(model, { decay = 0.9 })
local set = data.moons { count = 300, seed = 1 }
local slow = SLOW and function(info) if info.epoch >= 4 then while true do end end end or nil
model:fit(set, { epochs = 8, batch_size = 32, seed = 3, optimizer = nn.adam { learning_rate = 0.01 }, ema = ema, accumulate = 2,
	schedule = "cosine", period = 80, every = 3, checkpoint = "moons.safetensors", save_every = 7, resume = RESUME, callback = slow })
local function sum(m)
	local total = {}
	for _, p in ipairs(m:parameters()) do total[#total + 1] = ("%a"):format((p * p):sum():item()) end
	return table.concat(total, " ")
end
print("weights " .. sum(model))
ema:swap()
print("means " .. sum(model))
model:save("final.safetensors")
local again = nn.load("final.safetensors")
local x = T.randn(5, 2)
assert(T.max_abs_diff(again:eval()(x), model:eval()(x)) == 0 and #again == 5)
T.save(T.arange(0, 6):reshape(2, 3), "x.npy")
assert(T.load("x.npy"):get(2, 3) == 5)
for _, name in ipairs { "../x.npy", "/tmp/x.npy", ".x.npy", "a/b.npy", "" } do assert(not pcall(T.save, T.zeros(1), name), name) end
LUA
run() { "$MUNDAP" run "$script" --threads 2 --time "${1:-60}" 2>&1 | grep -E '^(weights|means)' || true; }
sed -i '1i SLOW, RESUME = false, false' "$script"
whole=$(run)
[ -n "$whole" ] || { "$MUNDAP" run "$script"; exit 1; }
sed -i '1s/.*/SLOW, RESUME = true, false/' "$script"
rm "$MUNDAP_HOME/files/moons.safetensors"
[ -z "$(run 1.5)" ] || exit 1 # ended by its time in the fourth epoch
[ -s "$MUNDAP_HOME/files/moons.safetensors" ]
sed -i '1s/.*/SLOW, RESUME = false, true/' "$script"
rest=$(run)
[ "$whole" = "$rest" ] || { printf '%s\n---\n%s\n' "$whole" "$rest"; exit 1; }
# NumPy's own reader understands what was saved, where it is installed.
python=/usr/bin/python3
"$python" -c 'import numpy' 2>/dev/null || exit 0
"$python" -c "import numpy, sys; a = numpy.load(sys.argv[1]); assert a.shape == (2, 3) and a[1, 2] == 5" "$MUNDAP_HOME/files/x.npy"
