"""Compare two systems like for like, a few replications each: ``python examples/like_for_like.py [REPLICATIONS]``.

The full table and what its rows and arms mean: docs/scenarios/like_for_like.md.
"""

import sys

import openiads as oi

table = oi.like_for_like


def show(cell: oi.like_for_like.Cell) -> None:
    """One line a cell: the share of all threats that leaked, with its 95 % interval."""
    mean, low, high = cell.shares["all"]
    what = f"{table.SIZES[cell.size].title}, {cell.axes}, {cell.arm}"
    print(f"{what:62} {table.SIDES[cell.side]:14} {100 * mean:5.1f} % ({100 * low:.1f} to {100 * high:.1f})")


table.cells(int(sys.argv[1]) if len(sys.argv) > 1 else 20, sizes=["fire_units"], progress=show)
