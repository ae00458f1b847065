#!/usr/bin/env python3
"""Copy the small UCI tables from an unpacked Debian package python3-sklearn into assets/data.

Maintainer's tool, not part of the build:
    apt-get download python3-sklearn && dpkg -x python3-sklearn_*.deb unpacked
    python3 scripts/datasets/import_small_sets.py unpacked assets/data
Digits become two idx files (8x8 pixels, values 0..16, one label byte); the tables keep their CSV form
with the first line "rows,columns,class names".
"""
import csv
import gzip
import pathlib
import struct
import sys

DATA = "usr/lib/python3/dist-packages/sklearn/datasets/data"
TABLES = {"iris.csv": "iris.csv", "wine_data.csv": "wine.csv", "breast_cancer.csv": "breast_cancer.csv"}


def write_idx(path, dims, payload):
    header = bytes([0, 0, 8, len(dims)]) + b"".join(struct.pack(">I", d) for d in dims)
    path.write_bytes(header + payload)


def main(source, target):
    source, target = pathlib.Path(source) / DATA, pathlib.Path(target)
    with gzip.open(source / "digits.csv.gz", "rt") as handle:
        rows = [[int(float(v)) for v in row] for row in csv.reader(handle)]
    pixels = bytes(v for row in rows for v in row[:64])
    write_idx(target / "digits-images-idx3-ubyte", [len(rows), 8, 8], pixels)
    write_idx(target / "digits-labels-idx1-ubyte", [len(rows)], bytes(row[64] for row in rows))
    for name, kept in TABLES.items():
        (target / kept).write_text((source / name).read_text())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
