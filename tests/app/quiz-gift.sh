#!/bin/sh
# A lesson's questions go out to GIFT and come back as the same questions.
set -u
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
"$MUNDAP" quiz export AI-05 >"$folder/a.gift" || { echo "export"; exit 1; }
n=$(grep -c '^::' "$folder/a.gift"); [ "$n" -ge 3 ] || { echo "$n questions"; exit 1; }
"$MUNDAP" quiz import "$folder/a.gift" >"$folder/a.lua" || { echo "import"; exit 1; }
m=$(grep -c 'id = "q[0-9]' "$folder/a.lua"); [ "$m" = "$n" ] || { echo "$n out, $m back"; exit 1; }
printf 'Who? {=a\n' >"$folder/b.gift"
"$MUNDAP" quiz import "$folder/b.gift" >/dev/null 2>&1; [ $? != 0 ] || { echo "broken file taken"; exit 1; }
"$MUNDAP" quiz import "$folder/none" >/dev/null 2>&1; [ $? = 2 ] || { echo "missing file"; exit 1; }
echo ok
