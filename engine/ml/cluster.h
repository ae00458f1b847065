#ifndef MUNDAP_ML_CLUSTER_H
#define MUNDAP_ML_CLUSTER_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* Structure without labels, float64. x [rows, columns] row-major. */

/**
 * Lloyd's k-means from k-means++ starts, the best of `restarts`.
 * Shapes: centres [k, columns], labels [rows] (may be NULL), *inertia the sum of squared distances
 * Source: Arthur and Vassilvitskii 2007
 */
enum status kmeans_fit(double *centres, int32_t *labels, double *inertia, const double *x,
		       size_t rows, size_t columns, size_t k, unsigned restarts, uint64_t seed,
		       struct error *err);

/** DBSCAN: labels [rows] from 0 up, -1 is noise; *clusters how many. Source: Ester et al. 1996. */
enum status dbscan(int32_t *labels, size_t *clusters, const double *x, size_t rows, size_t columns,
		   double radius, size_t least_neighbours, struct error *err);

/** Mean silhouette of a clustering (labels below 0 are left out); NAN with fewer than two clusters. */
double silhouette(const double *x, const int32_t *labels, size_t rows, size_t columns);

/**
 * Principal components of the centred columns, strongest first, each with its largest part positive.
 * Shapes: components [k, columns], variances [k] (unbiased), means [columns]; k <= columns
 */
enum status pca_fit(double *components, double *variances, double *means, const double *x,
		    size_t rows, size_t columns, size_t k, struct error *err);
/** out [rows, k]: the rows in the components' coordinates. */
void pca_transform(const double *components, const double *means, const double *x, size_t rows,
		   size_t columns, size_t k, double *out);

/**
 * Eigenvalues and vectors of a symmetric matrix by cyclic Jacobi rotations, largest first.
 * Shapes: a [n, n] (destroyed) -> values [n], vectors [n, n] in rows
 */
enum status eigen_symmetric(double *values, double *vectors, double *a, size_t n,
			    struct error *err);

#endif
