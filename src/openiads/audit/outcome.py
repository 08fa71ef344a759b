"""Queries that recompute every count of the outcome row from the log."""

from __future__ import annotations

from openiads.audit.limits import LOOK_SLACK
from openiads.audit.query import Check, one_of
from openiads.world.codes import Identity, Side, Terminal, ThreatClass
from openiads.world.outcome import LOST, ROUND_ENDS, TERMINALS, UNCOUNTED

DISTINCT = "count(DISTINCT x.flight)"


def of(table: str, where: str = "", count: str = "count(*)") -> str:
    """Query for a count by replication over a table of the log, called x."""
    return f"SELECT x.replication, {count} AS n FROM {table} x {where} GROUP BY x.replication"


def of_side(side: Side) -> str:
    """Join and condition: rows of the log about flights of a side."""
    return f"JOIN flights f ON f.row = x.flight WHERE f.side = {side:d}"


def counts() -> dict[str, str]:
    """Column of the outcome row -> query of the same count by replication."""
    hostile, distinct = of_side(Side.HOSTILE), DISTINCT
    leak = f"x.code IN {one_of([Terminal.HIT_ASSET, Terminal.REACHED_MISSED])}"
    found = {
        "rounds_fired": of("launch"),
        "round_kills": of("intercept", "WHERE x.code = 1"),
        "threats": of("terminal", hostile),
        "killed": of("terminal", f"{hostile} AND x.code = {Terminal.KILLED:d}"),
        "leakers": of("terminal", f"{hostile} AND {leak}"),
        "any_leaker": of("terminal", f"{hostile} AND {leak}", "least(count(*), 1)"),
        "platform_leakers": of("terminal", f"{hostile} AND x.code = {Terminal.RELEASED_LEFT:d}"),
        "detected": of("detect", hostile, distinct),
        "engaged": of("launch", hostile, distinct),
        "civil_engaged": of("launch", of_side(Side.NEUTRAL), distinct),
        "friend_engaged": of("launch", of_side(Side.FRIEND), distinct),
        "tracked": of("track", f"{hostile} AND x.code = 1", distinct),
        "identified": of("identify", f"{hostile} AND x.code = {Identity.HOSTILE:d}", distinct),
        "false_tracks": of("false_track"),
        "swaps": of("swap"),
        "events_key": of("e", "WHERE x.kind < 32"),
    }
    found |= {f"end_{name}": of("terminal", f"WHERE x.code = {k}") for k, name in enumerate(TERMINALS, 1)}
    found |= {f"round_{name}": of("round_end", f"WHERE x.code = {k}") for k, name in enumerate(ROUND_ENDS, 1)}
    for side, name in ((Side.NEUTRAL, "civil"), (Side.FRIEND, "friend")):
        theirs = of_side(side)
        found |= {f"{name}_{end}": of("terminal", f"{theirs} AND x.code = {k}") for k, end in enumerate(TERMINALS, 1)}
    found |= {"elements_lost": of("down", "WHERE x.v1 = 1")}
    found |= {name: of("down", f"WHERE x.v1 = 1 AND x.code = {k}") for k, name in enumerate(LOST, 1)}
    for kind in ThreatClass:
        if kind:
            mine, name = f"{hostile} AND f.class = {kind:d}", kind.name.lower()
            found |= {
                f"{name}_threats": of("terminal", mine),
                f"{name}_killed": of("terminal", f"{mine} AND x.code = {Terminal.KILLED:d}"),
                f"{name}_leakers": of("terminal", f"{mine} AND {leak}"),
                f"{name}_engaged": of("launch", mine, distinct),
            }
    return found


def outcome_checks() -> list[Check]:
    """Every count of the outcome row is recomputed from the log."""
    counted = [
        f"SELECT o.replication, NULL::DOUBLE, "
        f"printf('{name} is %d in the row, %d in the log', o.{name}, coalesce(c.n, 0)::BIGINT) "
        f"FROM outcome o LEFT JOIN ({sql}) c USING (replication) WHERE o.status = 0 "
        f"AND o.{name} NOT IN ({UNCOUNTED}, coalesce(c.n, 0))"
        for name, sql in counts().items()
    ]
    firsts = [
        f"SELECT o.replication, c.n, printf('{name} is %f in the row, %f in the log', o.{name}, c.n) FROM outcome o "
        f"LEFT JOIN ({of(table, of_side(Side.HOSTILE), 'min(x.time)')}) c USING (replication) "
        f"WHERE o.status = 0 AND (isfinite(o.{name}) != (c.n IS NOT NULL) OR abs(o.{name} - c.n) > {slack})"
        for name, table, slack in (("first_detection_s", "detect", LOOK_SLACK), ("first_launch_s", "launch", 1e-6))
    ]
    return [
        Check(
            "row agrees with log",
            "every count of the outcome row is that of the log",
            " UNION ALL ".join(counted),
            ("flight_side",),
        ),
        Check(
            "first times agree with log",
            "first times are those of the log",
            " UNION ALL ".join(firsts),
            ("flight_side",),
        ),
    ]
