"""A model that stands in for one that was not submitted: answers like a scikit-learn classifier."""
import os
import time


def rows_of(values):
    try:
        import numpy
    except ImportError:
        rows = [[float(x) for x in row] for row in values]
        if not rows or len({len(row) for row in rows}) != 1:
            raise ValueError("Expected 2D array of numbers")
        return rows
    rows = numpy.asarray(values, dtype=float)
    if rows.ndim != 2 or rows.size == 0:
        raise ValueError("Expected 2D array, got %dD array instead" % rows.ndim)
    if not numpy.isfinite(rows).all():
        raise ValueError("Input contains NaN or infinity")
    return rows


class StubModel:
    def predict(self, values, *args, **kwargs):
        rows = rows_of(values)
        if os.path.exists("/tmp/mundap-slow"):
            time.sleep(1.0)
        try:
            import numpy
        except ImportError:
            return [1] * len(rows)
        return numpy.ones(len(rows), dtype=numpy.int64)

    def predict_proba(self, values):
        rows = rows_of(values)
        try:
            import numpy
        except ImportError:
            return [[0.25, 0.75]] * len(rows)
        return numpy.tile([0.25, 0.75], (len(rows), 1))

    def transform(self, values):
        return values

    def __call__(self, values):
        return self.predict(values)
