"""The Monte Carlo of COINr's sensitivity analysis in numpy: noise on weights, weighted mean, rank, run by run.

Arguments: folder, runs, units, indicators. Reads `matrix` (column by column) and `weights` (run by run), writes `ranks`.
"""

import sys
import time
from pathlib import Path

import numpy as np

folder, (runs, units, indicators) = Path(sys.argv[1]), map(int, sys.argv[2:5])
matrix = np.ascontiguousarray(np.fromfile(folder / "matrix").reshape(indicators, units).T)
given = np.fromfile(folder / "weights").reshape(runs, indicators)
ranks = np.empty((runs, units), dtype="<u4")
nominal = np.ones(indicators)
random = np.random.default_rng(20)

started = time.perf_counter()
for run in range(runs):
    # The draw costs numpy what it costs us; the ranks are of the weights that both sides share.
    _ = nominal * (1 + 0.25 * random.uniform(-1, 1, indicators))
    weights = given[run] / given[run].sum()
    below = -(matrix @ weights)
    ranks[run] = np.searchsorted(np.sort(below), below) + 1
seconds = time.perf_counter() - started

ranks.tofile(folder / "ranks")
print(f"numpy {np.__version__}: {seconds:.2f} s, the same computation")
