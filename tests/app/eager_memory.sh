# Training loops written by hand in Lua run in bounded memory, however many small tensors and graphs they leave behind.
set -eu
script=$MUNDAP_HOME.lua
peak() { # SCRIPT LIMIT_MB
	cat >"$script"
	"$MUNDAP" run "$script" --time 100 --format json >"$script.json" || { cat "$script.json"; exit 1; }
	sed -n 's/.*"peak_mb": \([0-9]*\).*/\1/p' "$script.json" | { read -r mb; [ "$mb" -le "$1" ] || { echo "$mb MB, allowed $1"; exit 1; }; }
}
peak 150 <<'LUA'
local T = require "tensor"
local w, x = T.randn(4, 4):requires_grad(), T.randn(4, 4)
for i = 1, 33333 do local y = (w * x + x):tanh() end -- 100,000 ops
LUA
peak 250 <<'LUA'
local T, nn = require "tensor", require "nn"
local layers = {}
for i = 1, 40 do layers[2 * i - 1], layers[2 * i] = nn.linear { 2, 2 }, nn.tanh() end
local model, x = nn.sequential(layers), T.randn(1, 2)
for i = 1, 8000 do local y = model(x) end -- each leaves a graph of 80 nodes
LUA
peak 250 <<'LUA'
local T = require "tensor"
local w, u = (T.randn(32, 64) * 0.1):requires_grad(), (T.randn(64, 64) * 0.1):requires_grad()
for step = 1, 30 do
	local h, x = T.zeros(64, 64), T.randn(64, 32)
	for t = 1, 50 do h = (x:matmul(w) + h:matmul(u)):tanh() end
	(h * h):mean():backward()
	assert(w.grad:abs():sum():item() > 0)
	w:zero_grad() u:zero_grad()
end
LUA
# Near the limit what nobody reaches any more makes room.
cat >"$script" <<'LUA'
local T = require "tensor"
local big = T.zeros(8000000)
for i = 1, 30 do big = T.zeros(8000000) end
LUA
"$MUNDAP" run "$script" --memory 80 >/dev/null
