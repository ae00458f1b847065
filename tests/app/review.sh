#!/bin/sh
# asan: yes
# mundap review as a pre-commit hook and in CI: exit status, standard input, formats, folders, globs, comparison.
set -eu
folder=$(dirname "$0")/../review
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
expect() { # STATUS COMMAND…
	want=$1; shift
	set +e; "$@" >"$work/out" 2>"$work/err"; got=$?; set -e
	[ "$got" = "$want" ] || { cat "$work/err"; fail "exit $got instead of $want: $*"; }
}
bad=$folder/live/flask_bad.py good=$folder/labelled/good/retry.py
expect 0 "$MUNDAP" review "$bad"
expect 1 "$MUNDAP" review --fail-on high "$bad"
expect 0 "$MUNDAP" review --fail-on low "$good"
expect 2 "$MUNDAP" review --fail-on grave "$bad"
expect 2 "$MUNDAP" review /nonexistent.py
expect 2 "$MUNDAP" review
expect 2 "$MUNDAP" review "$work/*.py"
expect 2 "$MUNDAP" review --format json /nonexistent.py
grep -q '"error"' "$work/out" || fail "no JSON error"
# the same file from standard input and by name
"$MUNDAP" review --format json "$bad" | grep -c '"rule"' >"$work/a"
"$MUNDAP" review --format json - <"$bad" | grep -c '"rule"' >"$work/b"
cmp -s "$work/a" "$work/b" || fail "standard input differs"
[ "$(cat "$work/a")" -ge 10 ] || fail "fewer than ten findings"
# a folder, a glob
"$MUNDAP" review --format json "$folder/live" >"$work/all"
[ "$(grep -c '"path"' "$work/all")" = 10 ] || fail "folder"
"$MUNDAP" review --format json "$folder/live/*_bad.py" >"$work/some"
[ "$(grep -c '"path"' "$work/some")" = 5 ] || fail "glob"
# a rule of an instructor: tried on its samples, used with --rules and from a lesson folder, told when it is wrong
expect 0 "$MUNDAP" lesson lint "$folder/rules/no-pandas-in-handler.lua"
sed 's/line = { 9, 16 }/line = { 9, 15 }/' "$folder/rules/no-pandas-in-handler.lua" >"$work/wrong.lua"
expect 1 "$MUNDAP" lesson lint "$work/wrong.lua"
echo 'return { id = "x", find = 1 }' >"$work/broken.lua"
expect 1 "$MUNDAP" lesson lint "$work/broken.lua"
expect 2 "$MUNDAP" review --rules "$work/broken.lua" "$good"
printf 'import pandas as pd\nfrom flask import Flask\napp = Flask(__name__)\n\n\n@app.get("/x")\ndef x():\n    return pd.read_csv("x.csv").to_json()\n' >"$work/table.py"
expect 0 "$MUNDAP" review --format json "$work/table.py"
! grep -q csv-read-per-request "$work/out" || fail "a rule that nobody asked for"
expect 1 "$MUNDAP" review --format json --fail-on medium --rules "$folder/rules" "$work/table.py"
grep -A4 csv-read-per-request "$work/out" | grep -q '"line": 8' || fail "the rule's line"
mkdir -p "$work/lessons/rules"
cp "$folder/rules/no-pandas-in-handler.lua" "$work/lessons/rules"
MUNDAP_LESSONS=$work/lessons expect 0 "$MUNDAP" review --format sarif "$work/table.py"
grep -q '"ruleId": "csv-read-per-request"' "$work/out" || fail "rules beside the lessons"
# SARIF
"$MUNDAP" review --format sarif "$bad" >"$work/sarif"
for word in '"version": "2.1.0"' '"ruleId": "debug-server"' '"startLine": 15' '"level": "error"'; do
	grep -q "$word" "$work/sarif" || fail "SARIF lacks $word"
done
# a second submission
"$MUNDAP" review --format json "$bad" >"$work/first.json"
cp "$folder/live/flask_mended.py" "$work/flask_bad.py"
"$MUNDAP" review --since "$work/first.json" "$work/flask_bad.py" | grep -q '고친 것' || fail "no comparison"
# Korean by default, English on request, no colour in a pipe
"$MUNDAP" review "$bad" | grep -q '프로덕션 관점' || fail "Korean"
"$MUNDAP" review --lang en "$bad" | grep -q 'Thinking of production' || fail "English"
