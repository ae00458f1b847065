#!/bin/sh
# Every lesson of the tree is sound, and every lab with a budget of a minute does what it should: its solution passes, its
# starter and an empty answer fail, each planted mistake is caught with its own words. The long test takes all labs and
# three seeds.
set -u
"$MUNDAP" lesson lint || { echo "lesson lint found problems"; exit 1; }
"$MUNDAP" lesson test --labs ${LESSON_TEST_OPTIONS:---quick}
