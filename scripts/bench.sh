#!/bin/sh
# make bench: the engine and PyTorch take turns on the same workloads from the same weights; prints the ratio table.
# Usage: scripts/bench.sh [--threads "1 2"] [--seconds S] [--rounds N] [--stock] [NAME…]
set -u
cd "$(dirname "$0")/.." || exit 3
python=
for candidate in /usr/bin/python3 python3; do
	if "$candidate" -c 'import torch' 2>/dev/null; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
	echo "PyTorch가 없어 견줄 수 없습니다: apt install python3-torch libopenblas0-openmp" >&2
	exit 3
fi
exec "$python" scripts/bench_compare.py "$@"
