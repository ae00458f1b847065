#!/bin/sh
# The first frame with 1,000 lessons and 1,000,000 stored answers, and the memory of the interface.
build=$(dirname "$MUNDAP")
MUNDAP_LESSON_COUNT=1000 MUNDAP_ANSWER_COUNT=1000000 exec "$build/tests/tui/test_start"
