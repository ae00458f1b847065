#!/bin/sh
# Every lab of the tree, each solution with three seeds.
LESSON_TEST_OPTIONS="--seeds 3" exec sh "$(dirname "$0")/../app/lessons.sh"
