"""A check as a named query, and the pieces that queries share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """A named query; its rows (replication, time, text) are the violations."""

    name: str
    says: str
    sql: str
    needs: tuple[str, ...] = ()


def one_of(codes: Iterable[int]) -> str:
    return "(" + ", ".join(str(int(c)) for c in codes) + ")"


def sweep(intervals: str, limit: str, said: str) -> str:
    """Query for the times at which more intervals (replication, unit, a, b) are open than a unit's limit."""
    return f"""
    WITH i AS ({intervals}),
    d AS (SELECT replication, unit, round(a, 6) AS t, 1 AS d FROM i UNION ALL
          SELECT replication, unit, round(b, 6), -1 FROM i WHERE b IS NOT NULL),
    s AS (SELECT *, sum(d) OVER (PARTITION BY replication, unit ORDER BY t, d ROWS UNBOUNDED PRECEDING) AS held FROM d)
    SELECT replication, t, printf('unit %d holds %d {said}, limit %d', s.unit, held::INT, u.{limit}::INT)
    FROM s JOIN units u ON u.row = s.unit WHERE d = 1 AND held > u.{limit}"""
