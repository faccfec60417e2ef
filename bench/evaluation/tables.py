"""Makes a synthetic table as Parquet: python tables.py KIND ROWS FILE

balanced      ROWS / 10 units over 10 periods, five regressors that go with both effects
worker-firm   each row one of ROWS / 20 workers and one of ROWS / 500 firms, drawn at random
score         an outcome that bends on both sides of a cut-off at 0 and jumps there by 0.04
staggered     ROWS units over 10 periods, cohorts that start in periods 4 to 8 and a third never
"""
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PIECE = 1_000_000


def regression(n, balanced, r):
    """In pieces of a million rows, so that a table need not fit into memory."""
    units, others = (n // 10, 10) if balanced else (n // 20, n // 500)
    of_a, of_b = r.standard_normal(units), r.standard_normal(others)
    for begin in range(0, n, PIECE):
        row = np.arange(begin, min(begin + PIECE, n))
        m = len(row)
        a, b = (row // 10, row % 10) if balanced else (r.integers(0, units, m), r.integers(0, others, m))
        x = [r.standard_normal(m) + 0.3 * of_a[a] - 0.2 * of_b[b] for _ in range(5)]
        y = sum((i + 1) * v for i, v in enumerate(x)) + of_a[a] + of_b[b] + r.standard_normal(m)
        yield {"y": y, **{f"x{i + 1}": v for i, v in enumerate(x)}, "a": a, "b": b}


def score(n, r):
    x = 2 * r.beta(2, 4, n) - 1
    below = 0.48 + 1.27 * x + 7.18 * x**2 + 20.21 * x**3 + 21.54 * x**4 + 7.33 * x**5
    above = 0.52 + 0.84 * x - 3.00 * x**2 + 7.99 * x**3 - 9.01 * x**4 + 3.56 * x**5
    return {"y": np.where(x < 0, below, above) + 0.1295 * r.standard_normal(n), "x": x}


def staggered(n, r):
    start = r.choice([0, 4, 5, 6, 7, 8], n, p=[1 / 3] + [2 / 15] * 5).astype(float)
    unit, time = np.repeat(np.arange(n), 10), np.tile(np.arange(1.0, 11.0), n)
    begun = start[unit]
    effect = np.where((begun > 0) & (time >= begun), 0.2 + 0.05 * (time - begun), 0.0)
    y = r.standard_normal(n)[unit] + 0.1 * time + effect + r.standard_normal(10 * n)
    return {"y": y, "unit": unit, "time": time, "start": begun}


def main():
    kind, n, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    r = np.random.default_rng(20260401)
    if kind == "score":
        pieces = [score(n, r)]
    elif kind == "staggered":
        pieces = [staggered(n, r)]
    else:
        pieces = regression(n, kind == "balanced", r)
    writer = None
    for piece in pieces:
        table = pa.table(piece)
        writer = writer or pq.ParquetWriter(out, table.schema)
        writer.write_table(table)
    writer.close()


main()
