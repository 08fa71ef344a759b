"""Queries about noise jamming: who radiates, whose bearing is taken, and what is blamed on it."""

from __future__ import annotations

from openiads.audit.query import Check
from openiads.world.codes import Event, Gate, Look

JAMMING = [
    Check(
        "jammers switch",
        "a jammer is on before it is off, and each in turn",
        """
        SELECT replication, time, printf('the jammer of flight %d says %d twice', flight, code) FROM (
            SELECT *, lag(code) OVER (PARTITION BY replication, flight, v0 ORDER BY sequence) AS was FROM jamming)
        WHERE code NOT IN (0, 1) OR coalesce(was, 0) = code""",
    ),
    Check(
        "strobes of jammers",
        "a bearing is taken of a flight whose jammer is on",
        """
        SELECT s.replication, s.time, printf('radar %d takes the bearing of flight %d, which does not jam', s.radar,
            s.flight) FROM strobe s
        ASOF LEFT JOIN jamming j
            ON s.replication = j.replication AND s.flight = j.flight AND s.sequence > j.sequence
        WHERE coalesce(j.code, 0) != 1 OR s.v3 <= 0""",
    ),
    Check(
        "crossings of two",
        "a strobe crosses that of another radar on the same jammer",
        """
        SELECT s.replication, s.time, printf('radar %d crosses strobes of flight %d alone', s.radar, s.flight)
        FROM strobe s LEFT JOIN strobe o ON s.replication = o.replication AND s.flight = o.flight
            AND s.radar != o.radar AND o.code = 1 AND o.sequence < s.sequence
        WHERE s.code = 2 AND o.radar IS NULL""",
    ),
    Check(
        "jammed by somebody",
        "what is blamed on jamming comes after a jammer is on",
        f"""
        SELECT e.replication, e.time, printf('flight %d is called jammed, and nobody has jammed', e.flight) FROM e
        LEFT JOIN (SELECT replication, min(sequence) AS first FROM jamming WHERE code = 1 GROUP BY ALL) j
            USING (replication)
        WHERE ((e.kind = {Event.LOOK:d} AND e.code = {Look.JAMMED:d})
            OR (e.kind = {Event.GATE:d} AND e.code = {Gate.JAMMED:d})) AND (j.first IS NULL OR j.first > e.sequence)""",
    ),
]
