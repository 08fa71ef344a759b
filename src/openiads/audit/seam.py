"""Queries about tracks that are left to point defense and taken back."""

from __future__ import annotations

from openiads.audit.query import Check
from openiads.world.codes import Gate

SEAM = [
    Check(
        "left where declared",
        "only a unit whose site leaves tracks to point defense says so",
        f"""
        SELECT g.replication, g.time, printf('unit %d leaves flight %d to a point defense, and declares none', g.unit,
            g.flight)
        FROM gate g JOIN units u ON u.row = g.unit WHERE g.code = {Gate.POINT_DEFENSE:d} AND u.leaves = 0""",
        ("unit_leaves",),
    ),
    Check(
        "left while there is time",
        "a track is left to a unit that must have it at a time to come, and is waited for no longer",
        """
        SELECT replication, time, printf('track %d is left to unit %d until %.1f s, to be had by %.1f s, chance %.3f',
            track, unit, v0, v2, v1)
        FROM leave WHERE code = 0 AND (unit < 0 OR v0 < time OR v2 < time OR v2 > v0 + 1e-6 OR v1 <= 0 OR v1 > 1)""",
    ),
    Check(
        "taken back for good",
        "a track is taken back once, after it was left, and not left again",
        """
        SELECT b.replication, b.time, printf('track %d is taken back before it was left', b.track) FROM leave b
        WHERE b.code > 0 AND NOT EXISTS (SELECT 1 FROM leave l WHERE l.replication = b.replication
            AND l.track = b.track AND l.code = 0 AND l.time < b.time)
        UNION ALL SELECT l.replication, l.time, printf('track %d is left again after it was taken back', l.track)
        FROM leave l JOIN leave b USING (replication, track) WHERE b.code > 0 AND l.code = 0 AND l.time >= b.time
        UNION ALL SELECT replication, max(time), printf('track %d is taken back %d times', track, count(*))
        FROM leave WHERE code > 0 GROUP BY replication, track HAVING count(*) > 1""",
    ),
    Check(
        "told while it is left",
        "in a recorded log a unit says that it leaves a flight only while some track is left and not yet taken back",
        f"""
        SELECT g.replication, g.time, printf('unit %d leaves flight %d, and no track is left', g.unit, g.flight)
        FROM gate g WHERE g.code = {Gate.POINT_DEFENSE:d}
            AND EXISTS (SELECT 1 FROM look k WHERE k.replication = g.replication)
            AND (SELECT count(DISTINCT l.track) FROM leave l WHERE l.replication = g.replication AND l.code = 0
                AND l.time <= g.time)
            <= (SELECT count(*) FROM leave b WHERE b.replication = g.replication AND b.code > 0 AND b.time < g.time)""",
    ),
]
