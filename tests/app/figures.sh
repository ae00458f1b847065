#!/bin/sh
# Every figure of the lessons: draws, answers its keys, keeps to 78 columns and 16 rows, says something each time.
set -u
cd "$(dirname "$0")/../.." || exit 3
failed=0
seen=0
out=$(mktemp) || exit 3
trap 'rm -f "$out"' EXIT
for figure in lessons/*/*/figures/*.lua; do
	[ -e "$figure" ] || continue
	seen=$((seen + 1))
	# the keys it names: pairs ["left/right", "what"], one on three lines of the JSON
	"$MUNDAP" figure "$figure" --format json >"$out" || { echo "$figure: $(grep message "$out")"; failed=1; continue; }
	keys=$(tr -d '\n' <"$out" | sed 's/.*"keys": \[//' | grep -o '\[ *"[^"]*"' | sed 's/.*"\(.*\)"/\1/' | tr '/ ' '\n\n' | grep -v '^$' | tr '\n' ',')
	for seed in 1 2; do
		"$MUNDAP" figure "$figure" --seed $seed --keys "$keys$keys" --format json >"$out" ||
			{ echo "$figure with keys $keys: $(grep message "$out")"; failed=1; }
		if grep -q '"say": ""' "$out"; then
			echo "$figure says nothing"
			failed=1
		fi
	done
	"$MUNDAP" figure "$figure" --width 40 --height 8 --keys "$keys" >/dev/null ||
		{ echo "$figure fails on a small canvas"; failed=1; }
done
[ $seen -gt 0 ] || { echo "no figures found"; failed=1; }
exit $failed
