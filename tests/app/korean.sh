#!/bin/sh
# data.korean: the lessons' prose in paragraphs, and questions that still find theirs after the prose was edited.
# asan: yes
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
fail() { echo "korean: $*" >&2; exit 1; }

cat >"$work/all.lua" <<'LUA'
local korean = require "data".korean {}
for _, question in ipairs(korean.lost) do print("no paragraph holds the phrase of: " .. question) end
assert(#korean.lost == 0, "mend assets/data/korean-questions.tsv")
assert(#korean.questions >= 150, #korean.questions .. " questions")
assert(#korean.unanswerable >= 60, #korean.unanswerable .. " questions without an answer")
assert(#korean.chunks >= 300, #korean.chunks .. " paragraphs")
local asked = {}
for _, question in ipairs(korean.questions) do
	assert(korean.chunks[question.chunk], question.text)
	assert(not asked[question.text], "asked twice: " .. question.text)
	asked[question.text] = true
end
for i, chunk in ipairs(korean.chunks) do
	assert(chunk.id == i and chunk.lesson:match("^%l[%w-]*/%d%d%-") and #chunk.text > 0)
	assert(not chunk.text:find("**", 1, true) and not chunk.text:find("](", 1, true) and not chunk.text:find("\n|", 1, true), chunk.text)
end
local some = require "data".korean { course = "foundations" }
assert(#some.chunks > 0 and #some.chunks <= #korean.chunks and #some.text <= #korean.text)
for _, chunk in ipairs(some.chunks) do assert(chunk.lesson:find("^foundations/")) end
assert(#require "data".korean { course = "no-such" }.chunks == 0)
print(#korean.chunks, #korean.text, korean.text:sub(1, 300))
LUA
"$MUNDAP" run "$work/all.lua" >"$work/one" 2>"$work/err" || { cat "$work/one" "$work/err" >&2; fail "the corpus"; }
"$MUNDAP" run "$work/all.lua" >"$work/two" 2>/dev/null
cmp -s "$work/one" "$work/two" || fail "two readings differ"

# how Markdown becomes paragraphs
mkdir -p "$work/share/lessons/demo/01-first/text" "$work/share/assets/data"
cat >"$work/share/lessons/demo/01-first/text/01-a.md" <<'MD'
## **굵은** 제목

짧은 이끎:

- 하나는 `코드`라고 부르는 것이고 앞의 이끎과 한 문단이 됩니다
- 둘은 [이름](https://example.org) 하나

한 문단은 두 줄에 걸쳐 있고
$x_i$ 같은 식이 있습니다. 이 문단은 마흔 글자를 넘으니 따로 섭니다. 정말입니다.

```lua
print("아님")
```

| 이름 | 값 |
|---|---|
| 가 | **1** |

    들여 쓴 코드
MD
printf 'demo/01\t둘은\t어디에?\ndemo/01\t없는 말\t잃은 질문\n-\t-\t모르는 질문\n' >"$work/share/assets/data/korean-questions.tsv"
cat >"$work/demo.lua" <<'LUA'
local korean = require "data".korean {}
local function same(a, b) assert(a == b, ("%q\n%q"):format(a, b)) end
same(#korean.chunks, 3)
same(korean.chunks[1].text, "짧은 이끎:\n하나는 코드라고 부르는 것이고 앞의 이끎과 한 문단이 됩니다\n둘은 이름 하나")
same(korean.chunks[1].section, "굵은 제목")
same(korean.chunks[1].lesson, "demo/01-first")
same(korean.chunks[2].text, "한 문단은 두 줄에 걸쳐 있고 x_i 같은 식이 있습니다. 이 문단은 마흔 글자를 넘으니 따로 섭니다. 정말입니다.")
same(korean.chunks[3].text, "이름 · 값\n가 · 1")
same(korean.questions[1].chunk, 1)
same(korean.lost[1], "잃은 질문")
same(korean.unanswerable[1], "모르는 질문")
LUA
MUNDAP_SHARE="$work/share" "$MUNDAP" run "$work/demo.lua" >"$work/out" 2>&1 || { cat "$work/out" >&2; fail "paragraphs"; }
