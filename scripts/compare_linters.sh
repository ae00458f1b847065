#!/bin/sh
# Puts the reviewer beside bandit, pylint, ruff and pyright on our own labelled Python files (tests/review/labelled) and
# prints a Markdown table. bandit and pylint come from Debian (apt install bandit pylint), pyright and ruff from npm (fetched
# into build/linters). A label counts as found when the tool says something of the same kind on the same line; a well-made
# file counts as accused when the tool says something of any kind that a label has.
# Usage: scripts/compare_linters.sh [MUNDAP]
set -eu
cd "$(dirname "$0")/.."
mundap=$(realpath "${1:-build/release/mundap}")
root=tests/review/labelled
tools=build/linters
mkdir -p "$tools"
command -v node >/dev/null || { echo 'node is missing: apt install nodejs npm' >&2; exit 3; }
[ -d "$tools/node_modules/pyright" ] && [ -d "$tools/node_modules/@astral-sh" ] ||
	npm install --silent --ignore-scripts --no-save --prefix "$tools" pyright@1.1.414 @astral-sh/ruff-wasm-nodejs \
		>/dev/null 2>&1 || echo 'pyright and ruff could not be fetched' >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files=$(cd "$root" && find bad good -name '*.py' | sort)
# FILE<TAB>LINE<TAB>CODE for every tool
for file in $files; do
	(cd "$root" && "$mundap" review --format json "$file") >"$work/report"
	node -e '
		const report = JSON.parse(require("fs").readFileSync(process.argv[1]));
		for (const f of report.files) for (const x of f.findings)
			console.log(`${process.argv[2]}\t${x.line}\t${x.rule}`);' "$work/report" "$file"
done >"$work/mundap"
if command -v bandit >/dev/null; then
	(cd "$root" && bandit -q -f custom --msg-template '{relpath}	{line}	{test_id}' $files 2>/dev/null) >"$work/bandit" || true
fi
if command -v pylint >/dev/null; then
	(cd "$root" && pylint --disable=import-error --score=n --msg-template='{path}	{line}	{msg_id}' $files 2>/dev/null) |
		grep -v '^\*' >"$work/pylint" || true
fi
if [ -d "$tools/node_modules/pyright" ]; then
	(cd "$root" && node "../../../$tools/node_modules/pyright/index.js" --outputjson $files 2>/dev/null) >"$work/json" || true
	node -e '
		const fs = require("fs"), root = fs.realpathSync(process.argv[2]) + "/";
		const out = JSON.parse(fs.readFileSync(process.argv[1]));
		for (const d of out.generalDiagnostics)
			console.log(`${d.file.replace(root, "")}\t${d.range.start.line + 1}\t${d.rule || "syntax"}`);' \
		"$work/json" "$root" >"$work/pyright"
fi
if [ -d "$tools/node_modules/@astral-sh" ]; then
	node -e '
		const fs = require("fs");
		const { Workspace, PositionEncoding } = require(fs.realpathSync(process.argv[1]) +
			"/node_modules/@astral-sh/ruff-wasm-nodejs");
		const ruff = new Workspace({ lint: { select: ["ALL"] } }, PositionEncoding.Utf16);
		for (const file of process.argv.slice(3))
			for (const d of ruff.check(fs.readFileSync(process.argv[2] + "/" + file, "utf8")))
				console.log(`${file}\t${d.start_location.row}\t${d.code || "syntax"}`);' \
		"$tools" "$root" $files >"$work/ruff"
fi
awk -F'\t' -v OFS='\t' -v tools="mundap bandit pylint ruff pyright" -v work="$work" '
function kind(code) { # what of ours a code of theirs speaks of
	return code in same ? same[code] : code
}
function mean(rule, codes, list, n, i) {
	n = split(codes, list, " ")
	for (i = 1; i <= n; i++) same[list[i]] = same[list[i]] " " rule " "
}
BEGIN {
	mean("unsafe-deserialization", "B301 B302 B506 B614 S301 S302 S506 S614")
	mean("debug-server", "B201 S201")
	mean("binds-all-interfaces-with-debug", "B104 S104")
	mean("hardcoded-secret", "B105 B106 B107 S105 S106 S107")
	mean("sql-injection", "B608 S608")
	mean("command-injection", "B307 B602 B605 B609 S307 S602 S604 S605 W0123 PGH001")
	mean("ssrf", "B310 S310")
	mean("no-timeouts", "B113 W3101 S113")
	mean("swallowed-exception", "B110 B112 W0702 W0718 W0703 S110 S112 E722 BLE001")
	mean("unclosed-file", "R1732 SIM115")
	mean("undefined-name", "E0602 F821 reportUndefinedVariable")
	mean("wildcard-import", "W0401 F403")
	mean("python2-code", "E0001 syntax E999")
	mean("self-shadowing-local", "E0601 F823 reportUnboundVariable")
	mean("missing-return-path", "R1710 E0606 RET501 RET502 RET503 reportPossiblyUnbound reportPossiblyUnboundVariable")
	mean("global-mutable-state", "W0603 PLW0603")
	mean("print-logging", "T201")
	mean("blocking-call-in-async-handler", "ASYNC210 ASYNC220 ASYNC221 ASYNC222 ASYNC230 ASYNC251")
	mean("no-input-validation", "none"); mean("unchecked-key-access", "reportOptionalSubscript")
	mean("errors-returned-as-200", "none"); mean("leaks-exception-text", "none")
}
FILENAME ~ /labels.tsv$/ {
	if ($0 !~ /^#/ && $1 ~ /\.py$/) {
		label[++labels] = $1 "\t" $2 "\t" $3
		if ($2 == 0) whole++; else lines++
		known[$3] = 1
	}
	next
}
{
	tool = FILENAME; sub(/.*\//, "", tool)
	ran[tool] = 1
	n = split(tool == "mundap" ? $3 : kind($3), rules, " ")
	for (i = 1; i <= n; i++) {
		if (!(rules[i] in known)) continue
		said[tool, $1, $2, rules[i]] = 1
		said[tool, $1, 0, rules[i]] = 1
		if ($1 ~ /^good\// && !((tool, $1, $2, rules[i]) in counted)) {
			counted[tool, $1, $2, rules[i]] = 1
			good[tool, ++goods[tool]] = $1 "\t" $2 "\t" rules[i]
		}
	}
}
END {
	printf "| tool | findings with a line, of %d | once a file, of %d | said of well-made files beyond their labels |\n|---|---|---|---|\n", lines, whole
	n = split(tools, order, " ")
	for (t = 1; t <= n; t++) {
		tool = order[t]
		if (!ran[tool]) { print "| " tool " | not installed | | |"; continue }
		found = files = 0
		for (i = 1; i <= labels; i++) {
			split(label[i], l, "\t")
			# rules once a handler may stand on any of its first lines
			hit = (tool, l[1], l[2], l[3]) in said
			for (d = -4; l[3] ~ /^no-(input|error)/ && d <= 4; d++) hit = hit || (tool, l[1], l[2] + d, l[3]) in said
			if (l[2] == 0) files += hit; else found += hit
		}
		wrong = 0
		for (i = 1; i <= goods[tool]; i++) {
			split(good[tool, i], g, "\t")
			right = 0
			for (k = 1; k <= labels; k++) {
				split(label[k], l, "\t")
				right = right || (l[1] == g[1] && l[3] == g[3] && (l[2] == 0 || l[2] == g[2]))
			}
			wrong += !right
		}
		print "| " tool " | " found " | " files " | " wrong " |"
	}
}' "$root/labels.tsv" $(for tool in mundap bandit pylint ruff pyright; do [ -e "$work/$tool" ] && echo "$work/$tool"; done)
