#!/bin/sh
# The CNN of the lessons on the whole of Fashion-MNIST: test accuracy after one epoch (mean of ten seeds, and the lessons'
# seed) and after three, and the same bits for the same seed and number of threads.
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
accuracy() { # epochs seed
	sed "s/EPOCHS/$1/; s/seed = 1,/seed = $2,/" "$script" >"$script.lua"
	"$MUNDAP" run "$script.lua" --seed "$2" --threads 2 --time 300 2>/dev/null | grep -E '^0\.[0-9]+$'
	rm -f "$script.lua"
}
one=$(accuracy 1 1) again=$(accuracy 1 1) three=$(accuracy 3 1)
echo "seed 1: one epoch $one, three $three"
[ "$one" = "$again" ] || { echo "the same seed and threads gave $again"; exit 1; }
sum=0
for seed in 0 1 2 3 4 5 6 7 8 9; do
	value=$(accuracy 1 $seed)
	echo "seed $seed: one epoch $value"
	sum="$sum + $value"
done
awk "BEGIN { mean = ($sum) / 10; print \"mean of ten seeds\", mean; exit !($one >= 0.865 && $three >= 0.89 && mean >= 0.865) }" ||
	{ echo "too low"; exit 1; }
