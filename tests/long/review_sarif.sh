#!/bin/sh
# The reviewer's SARIF against the official schema of 2.1.0 (from an npm package that carries it, with the validator ajv).
set -eu
command -v npm >/dev/null && command -v node >/dev/null || { echo 'no npm'; exit 77; }
folder=$(dirname "$0")/../review
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent @microsoft/jest-sarif@1.0.0-beta.0 && tar xzf ./*.tgz &&
	npm install --silent --ignore-scripts --no-save --prefix "$work/tools" ajv@8 ajv-formats@3) >/dev/null 2>&1 ||
	{ echo 'the schema could not be fetched'; exit 77; }
# whatever a review can hold: every fixture, text that is no URI, a suppressed finding, an instructor's rule
mkdir "$work/이름 #1%"
cp "$folder/labelled/bad/flask_form.py" "$work/이름 #1%/앱.py"
"$MUNDAP" review --format sarif --rules "$folder/rules" "$folder" >"$work/all.sarif"
"$MUNDAP" review --format sarif "$work/이름 #1%" >"$work/names.sarif"
"$MUNDAP" review --format sarif "$folder/labelled/good/retry.py" >"$work/none.sarif"
cat >"$work/validate.js" <<'JS'
const fs = require('fs'), tools = process.argv[2] + '/tools/node_modules/';
const Ajv = require(tools + 'ajv'), formats = require(tools + 'ajv-formats');
const ajv = new (Ajv.default || Ajv)({ strict: false, allErrors: true, unicodeRegExp: false });
(formats.default || formats)(ajv);
const schema = JSON.parse(fs.readFileSync(process.argv[2] + '/package/lib/schemas/sarif-2.1.0-rtm.5.json'));
delete schema.$schema; // draft 4: what it uses means the same in ajv, but for these two
delete schema.id;
const valid = ajv.compile(schema);
let failed = false;
for (const file of process.argv.slice(3)) {
	const log = JSON.parse(fs.readFileSync(file));
	if (!valid(log)) {
		failed = true;
		for (const e of valid.errors.slice(0, 10)) console.log(file, e.instancePath, e.message);
	}
	console.log(`${log.runs[0].results.length} results`);
}
process.exit(failed ? 1 : 0);
JS
node "$work/validate.js" "$work" "$work"/*.sarif
