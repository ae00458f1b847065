#!/usr/bin/python3
"""Writes tests/unit/ml/golden_stats.h: what SciPy and scikit-learn (Debian's python3-scipy, python3-sklearn) compute on
small fixed samples. The tests compare against the header and need neither. Usage: scripts/golden_stats.py > HEADER"""
import numpy as np
from scipy import special, stats
from sklearn import metrics

rng = np.random.default_rng(7)
a = np.round(rng.normal(10, 2, 40), 4)
b = np.round(rng.normal(11, 3, 35), 4)
tied_a = rng.integers(0, 6, 30).astype(float)
tied_b = rng.integers(1, 7, 25).astype(float)
table = np.array([[12, 5, 7], [3, 9, 14]], float)
truth = rng.integers(0, 3, 60)
predicted = np.where(rng.random(60) < 0.7, truth, rng.integers(0, 3, 60))
binary = rng.integers(0, 2, 80)
score = np.round(binary * 0.6 + rng.normal(0, 0.6, 80), 2)
probability = np.round(1 / (1 + np.exp(-score)), 6)
relevance = np.array([3, 2, 3, 0, 1, 2, 0], float)

print("/* Made by scripts/golden_stats.py; do not edit. */")
print("/* clang-format off */")


def array(name, values, kind="double"):
    body = ", ".join(repr(float(v)) if kind == "double" else str(int(v)) for v in np.ravel(values))
    print(f"static const {kind} golden_{name}[] = {{{body}}};")


for name, values in dict(a=a, b=b, tied_a=tied_a, tied_b=tied_b, table=table, score=score,
                         probability=probability, relevance=relevance).items():
    array(name, values)
for name, values in dict(truth=truth, predicted=predicted, binary=binary).items():
    array(name, values, "int32_t")


def value(name, v):
    print(f"#define GOLDEN_{name} {float(v)!r}")


t = stats.ttest_1samp(a, 9.5)
value("T1", t.statistic); value("T1_P", t.pvalue)
t = stats.ttest_ind(a, b)
value("TP", t.statistic); value("TP_P", t.pvalue)
t = stats.ttest_ind(a, b, equal_var=False)
value("TW", t.statistic); value("TW_P", t.pvalue)
t = stats.ttest_rel(a[:35], b)
value("TR", t.statistic); value("TR_P", t.pvalue)
m = stats.mannwhitneyu(a, b, method="asymptotic")
value("MW", m.statistic); value("MW_P", m.pvalue)
m = stats.mannwhitneyu(tied_a, tied_b, method="asymptotic")
value("MWT", m.statistic); value("MWT_P", m.pvalue)
k = stats.ks_2samp(a, b, method="exact")
value("KS", k.statistic); value("KS_P", k.pvalue)
value("KOLMOGOROV_05", special.kolmogorov(0.5)); value("KOLMOGOROV_12", special.kolmogorov(1.2))
c = stats.chi2_contingency(table, correction=False)
value("CHI", c[0]); value("CHI_P", c[1])
f = stats.fisher_exact([[8, 2], [1, 5]])
value("FISHER_ODDS", f[0]); value("FISHER_P", f[1])
value("T_Q", stats.t.ppf(0.975, 7.3)); value("N_Q", stats.norm.ppf(1e-7)); value("F_SF", stats.f.sf(3.3, 4, 17))
value("CHI_SF", stats.chi2.sf(30.5, 12)); value("BETA", special.betainc(2.5, 0.7, 0.83))
value("SKEW", stats.skew(a)); value("KURT", stats.kurtosis(a)); value("Q1", np.quantile(a, 0.25))
value("ACC", metrics.accuracy_score(truth, predicted)); value("BALANCED", metrics.balanced_accuracy_score(truth, predicted))
value("MACRO_F1", metrics.f1_score(truth, predicted, average="macro")); value("WEIGHTED_F1", metrics.f1_score(truth, predicted, average="weighted"))
value("KAPPA", metrics.cohen_kappa_score(truth, predicted)); value("MCC", metrics.matthews_corrcoef(truth, predicted))
value("AUC", metrics.roc_auc_score(binary, score)); value("AP", metrics.average_precision_score(binary, score))
value("BRIER", metrics.brier_score_loss(binary, probability))
value("LOGLOSS", metrics.log_loss(binary, probability))
gain = 2.0 ** relevance - 1
value("NDCG5", metrics.ndcg_score([gain], [np.arange(len(gain), 0, -1)], k=5))
value("WASSERSTEIN", stats.wasserstein_distance(a, b))
p, q = np.array([10, 20, 30, 40.0]), np.array([25, 25, 25, 25.0])
mean = (p / 100 + q / 100) / 2
value("JS", (stats.entropy(p / 100, mean) + stats.entropy(q / 100, mean)) / 2)
value("R2", metrics.r2_score(a[:35], b)); value("RMSE", metrics.mean_squared_error(a[:35], b) ** 0.5)
