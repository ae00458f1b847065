#!/bin/sh
# asan: yes
# Screens of the program as files: text, a picture, a recording.
MUNDAP_SHARE=$(cd "$(dirname "$0")/../fixtures/play" && pwd)
export MUNDAP_SHARE
work=$MUNDAP_HOME
mkdir -p "$work"
failed=0

fail() {
	echo "FAILED: $1"
	failed=1
}

wrong() {
	what=$1
	shift
	"$MUNDAP" export "$@" >/dev/null 2>&1
	[ $? -eq 2 ] || fail "$what is wrong use"
}

out=$("$MUNDAP" export --screen AI-01/why) || fail "status of a text"
case $out in *"왜 더할까요"*"Space 다음"*) ;; *) fail "text of a step: $out" ;; esac
[ "$(echo "$out" | wc -l)" -eq 24 ] || fail "a text of 24 rows"

out=$("$MUNDAP" export --screen AI-01/pile --keys "right right" --size 100x30) || fail "status with keys"
case $out in *"사과가 5개 있습니다."*) ;; *) fail "keys reach the figure: $out" ;; esac
[ "$(echo "$out" | wc -l)" -eq 30 ] || fail "30 rows: $out"

"$MUNDAP" export --screen AI-01/why --format svg --output "$work/why.svg" 2>/dev/null || fail "svg"
grep -q '왜 더할까요' "$work/why.svg" || fail "text in the picture"
if command -v xmllint >/dev/null; then
	xmllint --noout "$work/why.svg" || fail "the picture is XML"
fi

# A recording: a head, then frames in the order of their times, the last one as the text shows it.
"$MUNDAP" export --screen AI-01/pile --keys "right right left" --format asciicast >"$work/pile.cast" || fail "asciicast"
head -1 "$work/pile.cast" | grep -q '"version":2' || fail "head of the recording"
[ "$(wc -l <"$work/pile.cast")" -ge 4 ] || fail "a frame for each key"
tail -1 "$work/pile.cast" | grep -q '사과가 4개' || fail "the last frame"
sed 1d "$work/pile.cast" | sed 's/^\[\([0-9.e-]*\),.*/\1/' | sort -g -c || fail "times in order"

# Looking changes nothing of the learner's.
[ ! -e "$work/mundap.db" ] || fail "a screen made a record"

wrong "an unknown screen" --screen nowhere
wrong "an unknown step" --screen AI-01/nothing
wrong "an unknown run" --screen '#999'
wrong "an unknown key" --screen home --keys zzz
wrong "a size too small" --screen home --size 10x5
wrong "an unknown theme" --screen home --theme pink
wrong "csv of a screen" --screen home --format csv
wrong "a picture of nothing" --format svg
exit $failed
