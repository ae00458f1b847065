#!/bin/sh
# The project of the life-cycle course: every stage is made again, bit for bit, from its version record; a record that was
# tampered with is refused; another seed or option is another version.
# asan: yes
set -eu
mkdir -p "$MUNDAP_HOME"
cat >"$MUNDAP_HOME/rebuild.lua" <<'LUA'
local project = require "lifecycle.project"
local stages = 0
for stage = 1, 9 do
	if not pcall(require, "lifecycle.stage" .. stage) then break end
	stages = stage
	local record = project.record(stage)
	local output, again = project.rebuild(record)
	assert(again.output == record.output and #record.output == 64, "stage " .. stage)
	assert(stage == 1 or record.parent.output == project.record(stage - 1).output, "the parent of " .. stage)
	record.output = ("0"):rep(64)
	assert(not pcall(project.rebuild, record), "a changed fingerprint went unnoticed")
end
assert(stages == 8, "stage " .. stages + 1 .. " does not load")
local old = project.record(2)
local _, other = project.version(2, nil, 7)
assert(other.output ~= old.output, "another seed gave the same data")
local _, fewer = project.version(2, { count = 5000 })
assert(fewer.output ~= old.output)
project.rebuild(other)
project.rebuild(fewer)
print(stages, project.record(stages).output)

local data, T = require "data", require "tensor"
local print_of = data.fingerprint
assert(print_of { a = 1, b = { 2, 3 } } == print_of { b = { 2, 3 }, a = 1 }, "the order of keys counted")
assert(print_of { 1, 2 } == print_of { 1.0, 2.0 } and print_of { 1, 2 } ~= print_of { 2, 1 })
assert(print_of { "1" } ~= print_of { 1 } and print_of { { 1 }, 2 } ~= print_of { 1, { 2 } } and print_of {} ~= print_of { {} })
assert(print_of { "ab", "c" } ~= print_of { "a", "bc" } and print_of(true) ~= print_of(false))
assert(print_of { 0 / 0 } == print_of { -(0 / 0) }, "two ways of being no number")
assert(print_of(T.tensor { 1, 2, 3, 4 }) ~= print_of(T.tensor { { 1, 2 }, { 3, 4 } }), "the shape did not count")
assert(print_of(T.tensor { { 1, 2 }, { 3, 4 } }:transpose()) == print_of(T.tensor { { 1, 3 }, { 2, 4 } }), "strides counted")
for _, bad in ipairs { print, { [true] = 1 }, { print }, { [7] = 1 } } do assert(not pcall(print_of, bad)) end
assert(print_of "ab" == "8b0ea25fcd316d85be8187fe4e30360c6d0acce26ab28292b15aa1e46b698f2f")
local loop = {}
loop[1] = loop
assert(not pcall(print_of, loop), "a table inside itself")
LUA
first=$("$MUNDAP" run "$MUNDAP_HOME/rebuild.lua" --seed 1 2>/dev/null)
second=$("$MUNDAP" run "$MUNDAP_HOME/rebuild.lua" --seed 2 --threads 1 2>/dev/null)
[ "$first" = "$second" ] || { echo "two runs made two different projects:"; echo "$first"; echo "$second"; exit 1; }

# A course of one's own shares modules in the same way; what is no module says so.
mkdir -p "$MUNDAP_HOME/lessons/mine/shared"
echo 'return { double = function(x) return 2 * x end }' >"$MUNDAP_HOME/lessons/mine/shared/tool.lua"
echo 'print(require("mine.tool").double(21)); assert(not pcall(require, "mine.other")); assert(not pcall(require, "../mine.tool"))' \
	>"$MUNDAP_HOME/own.lua"
MUNDAP_LESSONS="$MUNDAP_HOME/lessons" "$MUNDAP" run "$MUNDAP_HOME/own.lua" | grep -q 42
(cd "$MUNDAP_HOME" && MUNDAP_LESSONS="$MUNDAP_HOME/lessons/mine" "$MUNDAP" run own.lua) | grep -q 42

# … and its lessons are tested with them, named by their path alone.
"$MUNDAP" lesson new "$MUNDAP_HOME/lessons/mine/01-own" --unit OWN-01 --title "내 레슨" >/dev/null
for file in "$MUNDAP_HOME"/lessons/mine/01-own/labs/*/solution.lua; do
	{ echo 'assert(require("mine.tool").double(1) == 2)'; cat "$file"; } >"$file.new" && mv "$file.new" "$file"
done
"$MUNDAP" lesson test --labs "$MUNDAP_HOME/lessons/mine/01-own" >"$MUNDAP_HOME/out" ||
	{ cat "$MUNDAP_HOME/out"; exit 1; }
