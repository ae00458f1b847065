#!/bin/sh
# make lint: formatting, cppcheck, who may include whom, each library in its own folder, headers compile alone.
set -u
cd "$(dirname "$0")/.." || exit 3
failed=0
complain() { echo "lint: $*" >&2; failed=1; }
files=$(git ls-files --cached --others --exclude-standard '*.c' '*.h')

bad=$(echo "$files" | xargs clang-format --dry-run -Werror 2>&1 | grep -c 'error:')
[ "$bad" = 0 ] || complain "$bad places not formatted: run make format"

# Layers: a folder, then the folders it may include (itself always). engine/base includes nothing of ours.
allowed() {
	case $1 in
	engine/base) echo "engine/base" ;;
	engine/tensor) echo "engine/base" ;;
	engine/nn) echo "engine/base engine/tensor" ;;
	engine/ml) echo "engine/base engine/tensor engine/nn" ;;
	engine/mlops) echo "engine/base engine/tensor engine/nn engine/ml" ;;
	engine/lua) echo "engine/base engine/tensor engine/nn engine/ml engine/mlops" ;;
	engine/syntax | engine/store) echo "engine/base" ;;
	engine/worker) echo "engine/base engine/tensor engine/nn engine/ml engine/mlops engine/lua" ;;
	engine/tutor) echo "engine/base engine/tensor engine/nn engine/lua engine/store" ;;
	engine/review) echo "engine/base engine/syntax engine/lua engine/worker" ;;
	tui*) echo "tui engine/base engine/tensor engine/nn engine/ml engine/mlops engine/lua engine/syntax engine/store engine/worker engine/tutor engine/review" ;;
	*) echo "any" ;;
	esac
}
for f in $files; do
	case $f in
	engine/*) folder=$(echo "$f" | cut -d/ -f1-2) ;;
	tui/*) folder=tui ;;
	*) continue ;;
	esac
	ok=$(allowed "$folder")
	for inc in $(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$f"); do
		case $inc in
		engine/*) target=$(echo "$inc" | cut -d/ -f1-2) ;;
		tui/*) target=tui ;;
		*) complain "$f includes \"$inc\": include by path from the root"; continue ;;
		esac
		[ "$target" = "$folder" ] && continue
		case " $ok " in *" $target "*) ;; *) complain "$f may not include $inc (layers)" ;; esac
	done
done

# One owner folder for each of these libraries.
owner() {
	header=$1 folder=$2
	for f in $(echo "$files" | grep -v "^tests/"); do
		case $f in "$folder"*) continue ;; esac
		grep -q "^#include <$header>" "$f" && complain "$f includes <$header>: only $folder may"
	done
}
owner curses.h tui/backend_curses.c
owner ncurses.h tui/backend_curses.c
owner cblas.h engine/tensor/
owner sqlite3.h engine/store/
owner lua.h engine/lua/
owner lauxlib.h engine/lua/
owner tree_sitter/api.h engine/syntax/
owner seccomp.h engine/worker/
owner microhttpd.h engine/mlops/

flags="-std=c17 -D_GNU_SOURCE -I. -Ibuild $(sed -n 's/^PKG_CFLAGS := //p' build/libs.mk)"
for h in $(echo "$files" | grep '\.h$' | grep -v '^tests/'); do
	echo "#include \"$h\"" | ${CC:-cc} $flags -Wall -Wextra -Werror -fsyntax-only -x c - 2>/dev/null ||
		complain "$h does not compile alone"
done

for f in $(echo "$files" | grep -v '^tests/'); do
	lines=$(wc -l <"$f")
	[ "$lines" -le 650 ] || complain "$f has $lines lines: split it by what it does"
done

if [ -z "${LINT_QUICK:-}" ]; then
	report=$(mktemp)
	# What cppcheck 2.10 takes for a fault and is none here: NULL ends our variadic lists (a pointer on every platform we
	# build for), kernels look at bytes through pointers of their type, and the compilers and sanitizers follow
	# initialisation, indices and tests for NULL better than it does.
	not_here=
	for id in varFuncNullUB invalidPointerCast duplicateAssignExpression uninitvar legacyUninitvar negativeIndex \
		arrayIndexOutOfBoundsCond nullPointerRedundantCheck missingIncludeSystem unknownMacro; do
		not_here="$not_here --suppress=$id"
	done
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
		$not_here --error-exitcode=1 -j2 \
		-I. $(echo "$files" | grep '\.c$' | grep -v '^tests/') 2>"$report" || { cat "$report" >&2; complain "cppcheck"; }
	rm -f "$report"
fi
[ $failed = 0 ] && echo "lint: clean"
exit $failed
