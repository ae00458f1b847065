#!/bin/sh
# The encoder in assets/ is what the bank gives, to the bit; and the grader holds its figures on answers kept apart.
set -u
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
"$MUNDAP" bank train --out "$folder/encoder.bin" || exit 1
cmp "$folder/encoder.bin" assets/encoder.bin || { echo "rebuild assets/encoder.bin: mundap bank train"; exit 1; }
size=$(wc -c <assets/encoder.bin); [ "$size" -le 20000000 ] || { echo "$size bytes"; exit 1; }
"$MUNDAP" bank report tests/answers/*.tsv
"$MUNDAP" bank report --format json tests/answers/*.tsv | python3 -c '
import json, sys
a = json.load(sys.stdin)["all"]
ok = a["verdict_accuracy"] >= 0.90 and a["false_passes"] <= 0.03 and a["passes_refused"] <= 0.08 and a["concept_recall"] >= 0.80 and a["concept_precision"] >= 0.90 and a["misconception_recall"] >= 0.80
sys.exit(0 if ok else 1)' || { echo "figures fell"; exit 1; }
