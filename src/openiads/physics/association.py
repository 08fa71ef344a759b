"""Which plot belongs to which track.

Global nearest neighbor is the assignment of least total cost, solved exactly by shortest augmenting paths
(R. Jonker and A. Volgenant, Computing 38 (1987) 325).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError

Floats = NDArray[np.float64]


@kernel("i8(f8[:, ::1], i8, i8, f8, i8[::1], f8[:, ::1], i8[:, ::1])", entry=True)
def assign(cost, n_rows, n_cols, gate, row_to_col, values, indices):
    """Pair rows with columns at least total cost, in place; returns how many rows are paired.

    cost : the first ``n_rows`` by ``n_cols`` are read; pairs at or above ``gate`` (finite) are never made, and leaving
    a row unpaired costs ``gate``;  row_to_col : takes the column of each row, or -1
    values : scratch, 3 rows;  indices : scratch, 3 rows; both with at least max(n_rows, n_cols) + 1 columns
    """
    turned = n_rows > n_cols
    n, m = min(n_rows, n_cols), max(n_rows, n_cols)
    for j in range(m + 1):
        values[0, j] = 0.0
        values[1, j] = 0.0
        indices[0, j] = 0
    # rows and columns count from 1; column 0 is where each new row enters
    for i in range(1, n + 1):
        indices[0, 0] = i
        here = 0
        for j in range(m + 1):
            values[2, j] = math.inf
            indices[2, j] = 0
        while indices[0, here] != 0:
            indices[2, here] = 1
            row = indices[0, here]
            delta = math.inf
            following = 0
            for j in range(1, m + 1):
                if indices[2, j] == 0:
                    price = cost[j - 1, row - 1] if turned else cost[row - 1, j - 1]
                    reduced = min(price, gate) - values[0, row] - values[1, j]
                    if reduced < values[2, j]:
                        values[2, j] = reduced
                        indices[1, j] = here
                    if values[2, j] < delta:
                        delta = values[2, j]
                        following = j
            for j in range(m + 1):
                if indices[2, j] == 1:
                    values[0, indices[0, j]] += delta
                    values[1, j] -= delta
                else:
                    values[2, j] -= delta
            here = following
        while here != 0:
            before = indices[1, here]
            indices[0, here] = indices[0, before]
            here = before
    for i in range(n_rows):
        row_to_col[i] = -1
    paired = 0
    for j in range(1, m + 1):
        if indices[0, j] > 0:
            i, k = (j - 1, indices[0, j] - 1) if turned else (indices[0, j] - 1, j - 1)
            if cost[i, k] < gate:
                row_to_col[i] = k
                paired += 1
    return paired


class Assignment(NamedTuple):
    """Pairs (row, column) in order of row, and the summed cost of the pairs."""

    pairs: list[tuple[int, int]]
    cost: float


def assignment(cost: ArrayLike, gate: float = 1e9) -> Assignment:
    """Least-cost assignment of a matrix of any shape; pairs at or above ``gate`` are left out.  See ``assign``."""
    matrix = matrix_of(cost, gate)
    rows, columns = matrix.shape
    size = max(rows, columns) + 1
    row_to_col = np.full(rows, -1, dtype=np.int64)
    assign(matrix, rows, columns, gate, row_to_col, np.empty((3, size)), np.empty((3, size), dtype=np.int64))
    pairs = [(i, int(j)) for i, j in enumerate(row_to_col) if j >= 0]
    return Assignment(pairs, float(sum(matrix[i, j] for i, j in pairs)))


def matrix_of(cost: ArrayLike, gate: float) -> Floats:
    """A table of costs as numbers, checked."""
    matrix = np.ascontiguousarray(cost, dtype=float)
    if matrix.ndim != 2 or np.isnan(matrix).any() or np.isneginf(matrix).any():
        raise InputError("cost", "not a table of numbers", "give one row per track, one column per plot")
    if not math.isfinite(gate):
        raise InputError("gate", f"{gate} is not finite", "give the cost of leaving a track unpaired")
    return matrix
