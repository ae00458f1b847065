#!/bin/sh
# Checks the sentence banks in assets/bank: every line "label<TAB>sentence", labels of the unit, no duplicates, enough of each.
set -u
cd "$(dirname "$0")/.." || exit 3
[ $# -gt 0 ] || set -- assets/bank/*.tsv
failed=0
for f in "$@"; do
	[ "$(basename "$f")" != common.tsv ] || continue
	name=$(basename "$f" .tsv)
	unit=${name%%.*}	# UNIT.HAND.tsv adds another hand's sentences: how many is theirs to say
	checkpoint=$(grep -ls "unit *= *\"$unit\"" lessons/*/*/checkpoint.lua | head -1)
	[ -n "$checkpoint" ] || { echo "$f: no checkpoint.lua of this unit" >&2; failed=1; continue; }
	ids=$(grep -o 'id *= *"[A-Z0-9-]*\.[km][0-9]"' "$checkpoint" | sed 's/.*\.\([km][0-9]\)"/\1/' | tr '\n' ' ')
	awk -F'\t' -v file="$f" -v ids="$ids" -v whole="$([ "$name" = "$unit" ] && echo 1)" '
		function say(text) { print file ":" text > "/dev/stderr"; bad = 1 }
		BEGIN { n = split(ids, id, " "); for (i = 1; i <= n; i++) known[id[i]] = 1 }
		NF != 2 || $2 == "" { say(NR ": not label<TAB>sentence"); next }
		seen[$2]++ { say(NR ": again: " $2) }
		$1 == "none" { none++; next }
		{
			m = split($1, part, ",")
			for (i = 1; i <= m; i++) {
				name = part[i]; sub(/^!/, "", name)
				if (!(name in known)) say(NR ": label " part[i])
				count[part[i]]++
			}
		}
		END {
			if (!whole) exit bad
			for (i = 1; i <= n; i++) {
				if (count[id[i]] < 40) say(" " id[i] " has " count[id[i]] + 0 " sentences, wanted 40")
				if (count["!" id[i]] < 8) say(" !" id[i] " has " count["!" id[i]] + 0 " sentences, wanted 8")
			}
			if (none < 15) say(" none has " none + 0 " sentences, wanted 15")
			exit bad
		}' "$f" || failed=1
done
exit $failed
