#!/bin/sh
# The live probes tell a bad service from its mended one, and leave nothing behind, also when killed.
# The long test runs all eight; here are two.
set -eu
command -v bwrap >/dev/null && bwrap --unshare-all --ro-bind / / true 2>/dev/null ||
	{ echo 'bubblewrap cannot make namespaces here'; exit 77; }
/usr/bin/python3 -c 'import flask, fastapi, uvicorn, numpy' 2>/dev/null ||
	{ echo 'no flask, fastapi, uvicorn, numpy'; exit 77; }
folder=$(dirname "$0")/../review/live
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed_probes() { # count of failed probes in a report; no python json needed
	tr '{' '\n' <"$1" | grep -c '"passed": *false' || true
}
for name in ${SERVICES:-fastapi}; do
	for kind in bad mended; do
		"$MUNDAP" review --live --format json "$folder/${name}_$kind.py" >"$work/$name.$kind"
		grep -q '"ran": *true' "$work/$name.$kind" || { echo "$name $kind did not run"; exit 1; }
	done
	bad=$(failed_probes "$work/$name.bad") mended=$(failed_probes "$work/$name.mended")
	[ "$bad" -ge 8 ] || { echo "$name bad: only $bad probes failed"; exit 1; }
	[ "$mended" = 0 ] || { echo "$name mended: $mended probes failed"; tr '{' '\n' <"$work/$name.mended" |
		grep '"passed": *false'; exit 1; }
done
# evidence stands with the findings
grep -q '"evidence": *"[^"]*500' "$work/${SERVICES:-fastapi}.bad" 2>/dev/null || [ -n "${SERVICES:-}" ] ||
	{ echo "no evidence"; exit 1; }
# any token will do, or only the right one
for kind in bad mended; do
	"$MUNDAP" review --live --format json "$folder/auth_$kind.py" >"$work/auth.$kind"
	tr -d '\n' <"$work/auth.$kind" | tr '{' '\n' | grep '"passed": *false' >"$work/auth.failed" || true
	case $kind in
	bad) grep -q '틀린 토큰' "$work/auth.failed" && [ "$(wc -l <"$work/auth.failed")" = 1 ] ||
		{ echo "wrong token not told"; cat "$work/auth.failed"; exit 1; } ;;
	mended) [ ! -s "$work/auth.failed" ] || { echo "right service refused"; cat "$work/auth.failed"; exit 1; } ;;
	esac
done
# killed in the middle: everything inside ends
"$MUNDAP" review --live "$folder/fastapi_bad.py" >/dev/null 2>&1 &
pid=$!
tries=0
while ! pgrep -f '/tools/launcher.py' >/dev/null; do
	tries=$((tries + 1)); [ $tries -lt 100 ] || break
	sleep 0.05
done
kill -9 $pid
wait $pid 2>/dev/null || true
tries=0
while pgrep -f '/tools/launcher.py' >/dev/null; do
	tries=$((tries + 1)); [ $tries -lt 60 ] || { echo "the service outlived its reviewer"; exit 1; }
	sleep 0.05
done
