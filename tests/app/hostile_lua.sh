#!/bin/sh
# Scripts that attack the sandbox (tests/hostile/*.lua). Each names on its first line how it has to end: ok, or one or more
# of lua, timeout, memory, killed, denied. None may outlive its time, leave a trace, or hurt the program that ran it.
set -u
folder=$(dirname "$0")/../hostile
failed=0
trace=/tmp/mundap-hostile
rm -f "$trace"
run_one() {
	file=$1
	expects=$(sed -n '1s/^-- expects: //p' "$file")
	[ -n "$expects" ] || expects=denied # the byte code has no comment
	# what is to run out of memory first may take its time on a busy machine
	seconds=1
	case $expects in memory*) seconds=10 ;; esac
	begun=$(date +%s%N)
	out=$("$MUNDAP" run "$file" --time $seconds --memory 128 --threads 1 --format json 2>&1)
	status=$?
	ms=$((($(date +%s%N) - begun) / 1000000))
	kind=$(printf '%s' "$out" | sed -n 's/^  "kind": "\(.*\)",$/\1/p')
	printf '%s' "$out" | grep -q '^ "ok": true,$' && kind=ok
	case " $expects " in
	*" $kind "*) ;;
	*) echo "$file: ended with '$kind', expected $expects"; printf '%s\n' "$out" | tail -n 20; return 1 ;;
	esac
	want=1
	[ "$kind" = ok ] && want=0
	[ "$status" = "$want" ] || { echo "$file: exit status $status"; return 1; }
	[ "$ms" -lt $((seconds * 1000 + 2500)) ] || { echo "$file: took $ms ms"; return 1; }
}
# Three at a time: most of them wait for their second to pass.
pids=
for file in "$folder"/*.lua; do
	run_one "$file" &
	pids="$pids $!"
	set -- $pids
	if [ $# -ge 3 ]; then
		wait "$1" || failed=1
		shift
		pids=$*
	fi
done
for pid in $pids; do
	wait "$pid" || failed=1
done
if [ -e "$trace" ]; then
	echo "a script wrote a file"
	failed=1
fi
"$MUNDAP" run --help >/dev/null || failed=1
exit $failed
