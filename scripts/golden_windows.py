#!/usr/bin/python3
"""Golden values of the windowed drift tests and of burn rates, by scipy and numpy: writes tests/unit/ml/golden_windows.h.

usage: /usr/bin/python3 scripts/golden_windows.py > tests/unit/ml/golden_windows.h
The samples follow a formula that the C test repeats.
"""
import numpy as np
from scipy import stats
from scipy.spatial import distance

N, W, BINS = 400, 150, 8


def sample(n, step, shift, scale):
    i = np.arange(n)
    return shift + scale * (((i * step) % 997) / 997.0 + ((i * i * 7 + i * step) % 503) / 503.0)


def counts(cuts, x):
    return np.bincount(np.searchsorted(cuts, x, side="left"), minlength=BINS).astype(float)


def psi(a, b):
    a, b = np.maximum(a / a.sum(), 1e-4), np.maximum(b / b.sum(), 1e-4)
    return float(((b - a) * np.log(b / a)).sum())


reference, current = sample(N, 131, 0, 1), sample(W, 211, 0.25, 0.9)
cuts = np.quantile(reference, np.arange(1, BINS) / BINS)
a, b = counts(cuts, reference), counts(cuts, current)
ks = stats.ks_2samp(reference, current)
classes = [(np.arange(N) * 7 % 11 % 4), (np.arange(W) * 5 % 13 % 4)]
table = np.array([np.bincount(c, minlength=4) for c in classes])
chi = stats.chi2_contingency(table, correction=False)
rows = {
    "GOLDEN_PSI": psi(a, b),
    "GOLDEN_JENSEN_SHANNON": distance.jensenshannon(a, b) ** 2,
    "GOLDEN_WASSERSTEIN": stats.wasserstein_distance(reference, current),
    "GOLDEN_KS": ks.statistic,
    "GOLDEN_KS_P": ks.pvalue,
    "GOLDEN_CHI_SQUARED": chi[0],
    "GOLDEN_CHI_SQUARED_P": chi[1],
}
print("/* Written by scripts/golden_windows.py (scipy %s, numpy %s). */" % (__import__("scipy").__version__, np.__version__))
for name, value in rows.items():
    print(f"#define {name} {float(value)!r}")
