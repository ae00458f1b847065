#!/bin/sh
# 100,000 random keys and 2,000 window sizes over the whole program.
build=$(dirname "$MUNDAP")
MUNDAP_KEYS=100000 exec "$build/tests/tui/test_keys"
