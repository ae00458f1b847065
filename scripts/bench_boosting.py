#!/usr/bin/python3
"""Histogram boosting, ours beside scikit-learn's, in turn and on one thread: 100,000 rows, 20 columns, 100 rounds of depth 6.

usage: /usr/bin/python3 scripts/bench_boosting.py [ROUNDS_OF_BOTH]      (Debian: python3-sklearn; needs ./mundap)
Both get the same rows (a linear score, an interaction and noise); prints processor seconds to fit and accuracy on 20,000 others.
Ours are those of a whole run less those of one that makes the data and does not fit.
"""
import os
import re
import resource
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

SCRIPT = """
local T, ml = require "tensor", require "ml"
local n, m = 120000, 20
T.seed(1)
local x = T.randn(n, m)
local z = x:select(2, 1) + x:select(2, 2) * x:select(2, 3) - x:select(2, 4):tanh() * 2 + T.randn(n) * 0.5
local y = z:gt(0):to("f64")
local train, test = x:narrow(1, 1, 100000), x:narrow(1, 100001, 20000)
if FIT then
	local model = ml.boosting(train, y:narrow(1, 1, 100000), { rounds = 100, max_depth = 6, min_samples_leaf = 20 })
	local right = TEST and model:predict(test):to("f64"):eq(y:narrow(1, 100001, 20000)):to("f64"):mean():item() or 0
	print(("accuracy %.4f"):format(right))
end
"""


def spent(fit, test):
    script = f"local FIT, TEST = {fit}, {test}\n{SCRIPT}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(["./mundap", "run", "-", "--threads", "1", "--time", "300"], input=script,
                         capture_output=True, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, out


def ours():
    accuracy = float(re.search(r"accuracy ([\d.]+)", spent("true", "true")[1]).group(1))
    return spent("true", "false")[0] - spent("false", "false")[0], accuracy


def theirs():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((120000, 20))
    z = x[:, 0] + x[:, 1] * x[:, 2] - np.tanh(x[:, 3]) * 2 + rng.standard_normal(120000) * 0.5
    y = (z > 0).astype(int)
    model = HistGradientBoostingClassifier(max_iter=100, max_depth=6, max_leaf_nodes=None, min_samples_leaf=20,
                                           l2_regularization=1, early_stopping=False)
    begun = time.process_time()
    model.fit(x[:100000], y[:100000])
    seconds = time.process_time() - begun
    return seconds, model.score(x[100000:], y[100000:])


for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
    a, b = ours(), theirs()
    print(f"mundap {a[0]:.2f} s (accuracy {a[1]:.4f})   scikit-learn {b[0]:.2f} s (accuracy {b[1]:.4f})   ratio {b[0] / a[0]:.2f}")
