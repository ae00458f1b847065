#!/bin/sh
# Runs the tests and closes with one line "N passed, N failed, N skipped".
# Usage: scripts/test.sh quick|long|asan BUILD_DIR
# Unit programs are BUILD_DIR/tests/MODULE/test_*; whole-program tests are tests/app/*.sh (quick) and tests/long/*.sh.
# Such a script exits 0 (passed), 77 (skipped, with the reason as its last line) or otherwise (failed).
set -u
cd "$(dirname "$0")/.." || exit 3
mode=$1 build=$2
passed=0 failed=0 skipped=0
export MUNDAP=$PWD/$build/mundap
scratch=$(mktemp -d) || exit 3
trap 'rm -rf "$scratch"' EXIT
# The program gives the terminal back on these signals itself, and a test watches it do so.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:handle_segv=0:handle_abort=0}
# Terminal descriptions that ncurses keeps until the program ends.
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/tests/support/lsan.txt:print_suppressions=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

run_one() { # name command…
	name=$1; shift
	home=$scratch/$(echo "$name" | tr '/' '_'); mkdir -p "$home"
	start=$(date +%s%N)
	MUNDAP_HOME=$home/data XDG_CONFIG_HOME=$home/config "$@" >"$home/log" 2>&1
	status=$?
	ms=$((($(date +%s%N) - start) / 1000000))
	case $status in
	0) passed=$((passed + 1)); echo "ok    $name (${ms} ms)" ;;
	77) skipped=$((skipped + 1)); echo "skip  $name: $(tail -n 1 "$home/log")" ;;
	*) failed=$((failed + 1)); echo "FAIL  $name (exit $status, ${ms} ms)"; tail -n 60 "$home/log" ;;
	esac
}

if [ "$mode" != long ]; then
	for t in $(find "$build/tests" -name 'test_*' -type f -perm -u+x ! -name '*.d' ! -name '*.o' | sort); do
		source=tests/unit/${t#"$build"/tests/}.c
		[ -f "$source" ] || continue
		run_one "${t#"$build"/tests/}" "$t"
	done
fi
case $mode in
quick) scripts=$(find tests/app -name '*.sh' 2>/dev/null | sort) ;;
long) scripts=$(find tests/long -name '*.sh' 2>/dev/null | sort) ;;
asan) scripts=$(grep -l '^# asan: yes' tests/app/*.sh 2>/dev/null) ;;
esac
for s in $scripts; do
	run_one "${s#tests/}" sh "$s"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] && [ $passed -gt 0 ]
