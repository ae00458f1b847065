#!/bin/sh
# A folder of 1,000 services takes at most 100 MB and (CPU time) 3 s.
set -eu
folder=$(dirname "$0")/../review
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/many"
i=0
while [ $i -lt 1000 ]; do
	for file in "$folder"/labelled/*/*.py "$folder"/live/*.py; do
		[ $i -lt 1000 ] || break
		# two services and one of them again: about 3 kB, what public files of this kind have
		cat "$file" "$folder/live/fastapi_mended.py" "$file" >"$work/many/service_$i.py"
		i=$((i + 1))
	done
done
"$MUNDAP" review --format json "$work/many" >"$work/report" &
pid=$!
peak=0 ticks=0
while now=$(awk '/VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
	peak=$now
	ticks=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | awk '{ print $12 + $13 }')
	sleep 0.02
done
wait $pid
[ "$(grep -c '"path"' "$work/report")" = 1000 ] || { echo "not all files were reviewed"; exit 1; }
echo "peak $peak kB, ${ticks:-0} clock ticks"
[ "$peak" -gt 1000 ] && [ "$peak" -le 102400 ] || { echo "more than 100 MB"; exit 1; }
[ "${ticks:-0}" -le $((3 * $(getconf CLK_TCK))) ] || { echo "more than 3 s"; exit 1; }
