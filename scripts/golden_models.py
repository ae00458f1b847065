#!/usr/bin/python3
"""Writes tests/unit/ml/golden_models.h: what scikit-learn (Debian's python3-sklearn) learns from the tables in
assets/data. The tests compare against the header and do not need it. Usage: scripts/golden_models.py > HEADER"""
import numpy as np
from sklearn import cluster, decomposition, ensemble, linear_model, metrics, naive_bayes, neighbors, preprocessing, tree


def table(name):
    rows = np.loadtxt(f"assets/data/{name}.csv", delimiter=",", skiprows=1)
    return rows[:, :-1], rows[:, -1].astype(int)


iris, iris_y = table("iris")
cancer, cancer_y = table("breast_cancer")
wine, wine_y = table("wine")
scaled = preprocessing.StandardScaler().fit_transform(cancer)
even, odd = slice(0, None, 2), slice(1, None, 2)

print("/* Made by scripts/golden_models.py; do not edit. */")
print("/* clang-format off */")


def value(name, v):
    print(f"#define GOLDEN_{name} {float(v)!r}")


def array(name, values):
    print(f"static const double golden_{name}[] = {{{', '.join(repr(float(v)) for v in np.ravel(values))}}};")


m = linear_model.LinearRegression().fit(iris[:, :3], iris[:, 3])
array("ols", np.append(m.coef_, m.intercept_))
m = linear_model.Ridge(alpha=5.0).fit(iris[:, :3], iris[:, 3])
array("ridge", np.append(m.coef_, m.intercept_))
m = linear_model.LogisticRegression(C=0.5, solver="newton-cholesky", tol=1e-12, max_iter=100000).fit(scaled, cancer_y)
array("logistic", np.append(m.coef_[0], m.intercept_))
m = linear_model.LogisticRegression(C=1.0, solver="newton-cg", tol=1e-10, max_iter=100000).fit(iris, iris_y)
array("softmax", m.predict_proba(iris[[0, 70, 120]]))
m = naive_bayes.MultinomialNB(alpha=1.0).fit(wine, wine_y)
array("naive_bayes", m.predict_proba(wine[[0, 80, 150]]))
m = neighbors.KNeighborsClassifier(7).fit(scaled[even], cancer_y[even])
value("KNN", m.score(scaled[odd], cancer_y[odd]))
m = tree.DecisionTreeClassifier(max_depth=3, random_state=0).fit(cancer, cancer_y)
value("TREE_DEPTH3", m.score(cancer, cancer_y))
m = tree.DecisionTreeRegressor(max_depth=2, random_state=0).fit(iris[:, :3], iris[:, 3])
value("TREE_MSE", metrics.mean_squared_error(iris[:, 3], m.predict(iris[:, :3])))
m = ensemble.RandomForestClassifier(200, random_state=0).fit(cancer[even], cancer_y[even])
value("FOREST", m.score(cancer[odd], cancer_y[odd]))
m = ensemble.HistGradientBoostingClassifier(max_iter=100, random_state=0).fit(cancer[even], cancer_y[even])
value("BOOSTING", m.score(cancer[odd], cancer_y[odd]))
m = cluster.KMeans(3, n_init=20, tol=1e-12, random_state=0).fit(iris)
value("KMEANS", m.inertia_)
value("SILHOUETTE", metrics.silhouette_score(iris, m.labels_))
labels = cluster.DBSCAN(eps=0.5, min_samples=5).fit_predict(iris)
value("DBSCAN_CLUSTERS", labels.max() + 1)
value("DBSCAN_NOISE", (labels < 0).sum())
m = decomposition.PCA(4).fit(iris)
array("pca", m.explained_variance_)
