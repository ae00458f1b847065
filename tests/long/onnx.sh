# Models of every family are exported to ONNX, run in onnxruntime (from npm), and give the same numbers.
set -eu
cd "$(dirname "$0")/../.."
command -v node >/dev/null && command -v npm >/dev/null || exit 77
modules=${MUNDAP_ONNXRUNTIME:-build/onnxruntime}
if [ ! -d "$modules/node_modules/onnxruntime-web" ]; then
	mkdir -p "$modules"
	npm install --prefix "$modules" --no-audit --no-fund --ignore-scripts onnxruntime-web >"$modules/npm.log" 2>&1 || exit 77
fi
script=$MUNDAP_HOME.lua
cat >"$script" <<'LUA'
local T, nn = require "tensor", require "nn"
local function export(name, model, x, y)
	local out = T.no_grad(function() if y then return (model:eval()(x, y)) end return (model:eval()(x)) end)
	if y then model:export_onnx(name .. ".onnx", x, y) T.save(y:contiguous(), name .. ".input2.npy") else model:export_onnx(name .. ".onnx", x) end
	T.save(x:contiguous(), name .. ".input.npy")
	T.save(out:contiguous(), name .. ".output.npy")
end
export("mlp", nn.sequential { nn.linear { 20, 32 }, nn.relu(), nn.layer_norm { 32 }, nn.gelu(), nn.linear { 32, 5 }, nn.softmax() }, T.randn(4, 20))
local cnn = nn.sequential { nn.conv2d { 3, 8, padding = 1 }, nn.batch_norm2d { 8 }, nn.silu(), nn.residual { nn.conv2d { 8, 8, padding = 1 }, nn.tanh() },
	nn.max_pool2d(2), nn.conv2d { 8, 16, kernel = 3, stride = 2, groups = 2 }, nn.leaky_relu(0.1), nn.upsample2d { 2 }, nn.avg_pool2d(2), nn.group_norm { 16, 4 },
	nn.flatten(), nn.linear { 144, 10 } }
cnn:train()
cnn(T.randn(8, 3, 16, 16)) -- moves the running statistics
export("cnn", cnn, T.randn(2, 3, 16, 16))
for _, cell in ipairs { "rnn", "lstm", "gru" } do
	export(cell, nn.sequential { nn.embedding { 30, 12 }, nn[cell] { 12, 16, layers = 2, bidirectional = true }, nn.last_step(), nn.linear { 32, 4 } },
		T.randint(0, 30, 3, 7))
	export("lm_" .. cell, nn.char_lm { vocabulary = 30, embedding = 8, hidden = 16, cell = cell }, T.randint(0, 30, 2, 9))
end
export("gpt", nn.gpt { vocabulary = 40, d = 32, heads = 4, layers = 2, context = 16 }, T.randint(0, 40, 2, 12))
export("encoder", nn.sequential { nn.positions { 10, 16, kind = "sinusoidal" }, nn.transformer_block { 16, heads = 2 }, nn.rms_norm { 16 } }, T.randn(2, 10, 16))
export("cross", nn.multi_head_attention { 16, heads = 4 }, T.randn(2, 5, 16), T.randn(2, 9, 16))
export("generator", nn.dcgan_generator { z = 8, width = 8 }, T.randn(3, 8))
export("discriminator", nn.dcgan_discriminator { width = 8 }, T.randn(3, 1, 28, 28))
export("bert", nn.encoder { vocabulary = 20, d = 16, heads = 2, layers = 2, context = 8 }, T.randint(0, 20, 2, 6), T.tensor { { 1, 1, 1, 1, 0, 0 }, { 1, 1, 1, 1, 1, 1 } })
export("transformer", nn.transformer { vocabulary = 20, d = 16, heads = 2, layers = 2 }, T.randint(0, 20, 2, 6), T.randint(0, 20, 2, 5))
export("seq2seq", nn.seq2seq { vocabulary = 20, cell = "lstm" }, T.randint(0, 20, 2, 6), T.randint(0, 20, 2, 5))
export("vae", nn.vae { ["in"] = 10, latent = 3 }, T.rand(4, 10))
export("unet", nn.unet { width = 8, time = 16 }, T.randn(2, 1, 28, 28), T.tensor { 3, 500 })
LUA
"$MUNDAP" run "$script" --seed 3 >/dev/null
node tests/support/onnx_check.mjs "$(cd "$modules" && pwd)" "$MUNDAP_HOME/files"
