#!/bin/sh
# Runs every fuzz target for a while. Usage: scripts/fuzz.sh DIR_OF_FUZZERS; FUZZ_SECONDS (default 20) for each.
# tests/fuzz/corpus/NAME, where there is one, is where a target starts; what it finds goes to build/fuzz/corpus.
# Exit status 1 when a target found something: the input is kept beside the corpus and its path printed.
set -u
cd "$(dirname "$0")/.." || exit 3
fuzzers=$1 seconds=${FUZZ_SECONDS:-20} failed=0 ran=0
seeds() { # the files of the tree that are samples for a target
	case $1 in
	lesson) find lessons -name lesson.lua -o -name checkpoint.lua ;;
	markdown) find lessons -name '*.md' ;;
	esac
	find "tests/fuzz/corpus/$1" -type f 2>/dev/null
}
# the reviewer's target takes the kind of file from its first byte
review_seeds() {
	find tests/review -type f ! -name '*.tsv' ! -name '*.md' | while read -r file; do
		case $file in
		*.py) kind='\000' ;;
		*ockerfile) kind='\001' ;;
		*compose*) kind='\003' ;;
		*workflows*) kind='\004' ;;
		*.y*ml) kind='\002' ;;
		*.lua) kind='\005' ;;
		*requirements.txt) kind='\006' ;;
		*) continue ;;
		esac
		{ printf "$kind"; cat "$file"; } >"$1/seed-$(cksum <"$file" | cut -d' ' -f1)"
	done
}
for target in "$fuzzers"/fuzz_*; do
	case $target in *.d | *.o) continue ;; esac
	[ -x "$target" ] || continue
	name=${target##*/fuzz_}
	corpus=build/fuzz/corpus/$name found=build/fuzz/found/$name
	mkdir -p "$corpus" "$found"
	seeds "$name" | while read -r file; do
		cp "$file" "$corpus/seed-$(cksum <"$file" | cut -d' ' -f1)"
	done
	log=$found/log
	[ "$name" = review ] && review_seeds "$corpus"
	if "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -artifact_prefix="$found/" \
		"$corpus" >"$log" 2>&1; then
		echo "ok    fuzz $name: $(grep -c . "$log") lines, $(ls "$corpus" | wc -l) inputs"
	else
		failed=$((failed + 1))
		tail -n 30 "$log"
		echo "FAIL  fuzz $name: see $found"
	fi
	ran=$((ran + 1))
done
[ $ran -gt 0 ] || { echo "no fuzz targets in $fuzzers" >&2; exit 3; }
[ $failed = 0 ]
