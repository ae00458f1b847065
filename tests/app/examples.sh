#!/bin/sh
# Every example under scripts/examples runs to its end; its assertions are its test.
# asan: yes
set -u
cd "$(dirname "$0")/../.." || exit 3
failed=0
for file in scripts/examples/*.lua; do
	"$MUNDAP" run "$file" --seed 1 --time 60 --threads 2 >"${TMPDIR:-/tmp}/example.$$" 2>&1 ||
		{ echo "$file"; cat "${TMPDIR:-/tmp}/example.$$"; failed=1; }
done
rm -f "${TMPDIR:-/tmp}/example.$$"
exit $failed
