#!/bin/sh
# Drift detectors: false alarms within the stated level and power of at least 0.9 on the stated shifts, 1,000 seeded runs.
MUNDAP_LONG=1 "$(dirname "$MUNDAP")/tests/ml/test_detectors"
