#!/bin/sh
# The CNN of the lessons on the whole of Fashion-MNIST: test accuracy after one and after three epochs, and the same bits
# for the same seed and number of threads.
set -u
[ -d /usr/share/datasets/fashion-mnist ] || { echo "no dataset-fashion-mnist"; exit 77; }
script=$(mktemp) || exit 3
trap 'rm -f "$script"' EXIT
cat >"$script" <<'LUA'
local nn, data = require "nn", require "data"
local train, test = data.fashion_mnist { split = "train" }, data.fashion_mnist { split = "test" }
local function cnn()
	return nn.sequential {
		nn.conv2d { 1, 16, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		nn.conv2d { 16, 32, kernel = 3, padding = 1 }, nn.relu(), nn.max_pool2d(2),
		nn.flatten(), nn.linear { 1568, 128 }, nn.relu(), nn.linear { 128, 10 } }
end
local model = cnn()
assert(model:parameter_count() == 206922)
model:fit(train, { epochs = EPOCHS, batch_size = 64, seed = 1, optimizer = nn.adam { learning_rate = 1e-3 } })
print(("%.17g"):format(model:evaluate(test).accuracy))
LUA
accuracy() { sed "s/EPOCHS/$1/" "$script" >"$script.lua"; "$MUNDAP" run "$script.lua" --seed 1 --threads 2 --time 300 2>/dev/null |
	grep -E '^0\.[0-9]+$'; rm -f "$script.lua"; }
one=$(accuracy 1) again=$(accuracy 1) three=$(accuracy 3)
echo "one epoch $one, three $three"
[ "$one" = "$again" ] || { echo "the same seed and threads gave $again"; exit 1; }
awk -v one="$one" -v three="$three" 'BEGIN { exit !(one >= 0.865 && three >= 0.89) }' || { echo "too low"; exit 1; }
