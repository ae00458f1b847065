#!/bin/sh
# Submissions that attack the live probe (tests/review/hostile): each review ends in time with a report, every process ends,
# no file is left, nothing got out; also when the reviewer is killed in the middle.
set -u
command -v bwrap >/dev/null && bwrap --unshare-all --ro-bind / / true 2>/dev/null ||
	{ echo 'bubblewrap cannot make namespaces here'; exit 77; }
/usr/bin/python3 -c 'import flask' 2>/dev/null || { echo 'no flask'; exit 77; }
folder=$(dirname "$0")/../review/hostile
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
complain() { echo "$*"; failed=1; }
left_over() { # processes of a sandbox: their arguments name a path that exists only inside
	pgrep -f '/tools/(launcher.py|mundap probe)'
}
gone() { # NAME: within three seconds
	tries=0
	while [ -n "$(left_over)" ]; do
		tries=$((tries + 1))
		[ $tries -lt 60 ] || { complain "$1: processes left: $(left_over | tr '\n' ' ')"; return; }
		sleep 0.05
	done
}
for file in ${HOSTILE:-"$folder"/*.py}; do
	name=$(basename "$file" .py)
	begun=$(date +%s)
	timeout 110 "$MUNDAP" review --live --format json "$file" >"$work/$name" 2>"$work/err"
	status=$?
	seconds=$(($(date +%s) - begun))
	[ $status = 0 ] || complain "$name: exit $status"
	[ $seconds -le 90 ] || complain "$name: took $seconds s"
	grep -q '"probes"' "$work/$name" || complain "$name: no report"
	grep -q 'forged' "$work/$name" && complain "$name: wrote a verdict itself"
	grep -q 'EscapeError' "$work/$name" && complain "$name: $(grep EscapeError "$work/$name")"
	gone "$name"
	# killed in the middle
	"$MUNDAP" review --live "$file" >/dev/null 2>&1 &
	pid=$!
	tries=0
	while [ -z "$(left_over)" ] && [ $tries -lt 100 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	sleep 0.5
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	gone "$name, killed"
	echo "$name: $seconds s"
done
for trace in /tmp/mundap-review-escaped /mundap-review-escaped /usr/mundap-review-escaped /tmp/mundap-planted \
	/tmp/mundap-slow /tmp/fill0 /srv/fill0 /dev/shm/fill0 /var/tmp/fill0 /fill0; do
	[ ! -e $trace ] || complain "left behind: $trace"
done
exit $failed
