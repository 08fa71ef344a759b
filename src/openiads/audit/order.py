"""Queries about order: times, row numbers, serial numbers, and what must come before what."""

from __future__ import annotations

from openiads.audit.query import Check, one_of
from openiads.world.codes import Event, Gate, Identity, RoundEnd, Terminal

ORDER = [
    Check(
        "times ordered",
        "key events are logged in order of time, inside the run",
        """
        SELECT replication, time, printf('event %d comes after one at t = %.6f', sequence, was) FROM (
            SELECT *, lag(time) OVER (PARTITION BY replication ORDER BY sequence) AS was FROM e WHERE kind < 32)
        WHERE time < was - 1e-9
        UNION ALL SELECT replication, time, 'time outside the run' FROM e
        WHERE NOT isfinite(time) OR time < 0 OR time > (SELECT duration FROM setting) + 1e-6""",
    ),
    Check(
        "recorded times ordered",
        "states, looks and updates of one thing are in order of time",
        """
        SELECT replication, time, printf('kind %d steps back from t = %.6f', kind, was) FROM (
            SELECT *, lag(time)
                OVER (PARTITION BY replication, kind, flight, radar, "round", track ORDER BY sequence) AS was
            FROM e WHERE kind >= 32) WHERE time < was - 1e-9""",
    ),
    Check(
        "keys resolve",
        "every row number is that of a thing, every code is known",
        f"""
        SELECT replication, time,
            printf('kind %d: row %d %d %d %d code %d', kind, flight, unit, radar, launcher, code) FROM e, setting s
        WHERE flight < -1 OR flight >= s.flights OR unit < -1 OR unit >= s.units OR radar < -1 OR radar >= s.radars
           OR launcher < -1 OR launcher >= s.launchers OR kind NOT IN {one_of(k for k in Event if k)}
           OR (kind = {Event.TERMINAL:d} AND code NOT IN {one_of(t for t in Terminal if t)})
           OR (kind = {Event.ROUND_END:d} AND code NOT IN {one_of(r for r in RoundEnd if r)})
           OR (kind = {Event.IDENTIFY:d} AND code NOT IN {one_of(i for i in Identity if i)})
           OR (kind = {Event.GATE:d} AND code NOT IN {one_of(Gate)})
           OR (kind IN ({Event.INTERCEPT:d}, {Event.ASSESS:d}) AND code NOT IN (0, 1))""",
    ),
    Check(
        "rounds unique",
        "a round is launched once",
        """
        SELECT replication, max(time), printf('round %d is launched %d times', "round", count(*)) FROM launch
        GROUP BY replication, "round" HAVING count(*) > 1 OR "round" < 0""",
    ),
    Check(
        "tracks unique",
        "a track is confirmed once; serial numbers are never reused",
        """
        SELECT replication, max(time), printf('track %d is confirmed %d times', track, count(*)) FROM track
            WHERE code = 1
        GROUP BY replication, track HAVING count(*) > 1""",
    ),
    Check(
        "shots numbered",
        "the n-th shot at a flight says n",
        """
        SELECT replication, time, printf('shot %d at flight %d says %d', n, flight, code) FROM (
            SELECT *, row_number() OVER (PARTITION BY replication, flight ORDER BY sequence) AS n FROM launch
                WHERE flight >= 0)
        WHERE n != code""",
    ),
    Check(
        "gates chain",
        "each change of gate starts from the gate before",
        """
        SELECT replication, time, printf('flight %d, unit %d: gate was %d, says %d', flight, unit, was, v0::INT) FROM (
            SELECT *, lag(code) OVER (PARTITION BY replication, flight, unit ORDER BY sequence) AS was FROM gate)
        WHERE was IS NOT NULL AND (was != v0 OR code = was)""",
    ),
    Check(
        "detected before tracked",
        "a track of a flight follows a detection of it, or a crossing of strobes on its jammer",
        """
        SELECT t.replication, t.time, printf('flight %d is tracked before it is detected', t.flight) FROM track t
        LEFT JOIN (SELECT replication, flight, min(time) AS first FROM (
                SELECT replication, flight, time FROM detect
                UNION ALL SELECT replication, flight, time FROM strobe WHERE code = 2) GROUP BY ALL) d
            USING (replication, flight)
        WHERE t.flight >= 0 AND (d.first IS NULL OR d.first > t.time + 1e-9)""",
    ),
    Check(
        "tracked before identified",
        "belief is about a confirmed track",
        """
        SELECT i.replication, i.time, printf('track %d is identified before it is confirmed', i.track) FROM identify i
        LEFT JOIN (SELECT replication, track, min(sequence) AS first FROM track GROUP BY ALL) t
            USING (replication, track)
        WHERE t.first IS NULL OR t.first > i.sequence""",
    ),
    Check(
        "tracked before assigned",
        "only a confirmed track is assigned, and not sooner than the post can",
        """
        SELECT a.replication, a.time, printf('track %d is assigned to unit %d too soon', a.track, a.unit) FROM assign a
        JOIN units u ON u.row = a.unit
        LEFT JOIN (SELECT replication, track, min(sequence) AS first, min(time) AS at FROM track GROUP BY ALL) t
        USING (replication, track)
        WHERE t.first IS NULL OR t.first > a.sequence OR a.time - t.at < u.assign_delay - 1e-6""",
    ),
    Check(
        "assigned before launched",
        "a launch follows an assignment by at least the declared delay",
        """
        SELECT l.replication, l.time, printf('unit %d fires at track %d unassigned or too soon', l.unit, l.track)
            FROM launch l
        JOIN units u ON u.row = l.unit
        LEFT JOIN (SELECT replication, unit, track, min(sequence) AS first, min(time) AS at FROM assign GROUP BY ALL) a
        USING (replication, unit, track)
        WHERE a.first IS NULL OR a.first > l.sequence OR l.time - a.at < u.launch_delay - 1e-6""",
    ),
    Check(
        "launched before intercept",
        "an intercept follows the launch of its round, after its time of flight",
        """
        SELECT x.replication, x.time, printf('round %d intercepts without a launch %.3f s before', x."round", x.v5)
            FROM intercept x
        LEFT JOIN launch l USING (replication, "round")
        WHERE l.time IS NULL OR l.time >= x.time OR abs(x.time - l.time - x.v5) > 1e-3""",
    ),
    Check(
        "assessed after its rounds ended",
        "an assessment follows an intercept by at least the declared delay",
        """
        SELECT a.replication, a.time, printf('unit %d assesses flight %d too soon', a.unit, a.flight) FROM (
            SELECT s.*, x.time AS ended FROM assess s ASOF LEFT JOIN
                (SELECT * FROM intercept UNION ALL SELECT * FROM round_end) x
            ON s.replication = x.replication AND s.unit = x.unit AND s.flight = x.flight AND s.time >= x.time) a
        JOIN units u ON u.row = a.unit WHERE a.flight >= 0 AND (ended IS NULL OR a.v1 < u.assess_delay - 1e-6)""",
    ),
]
