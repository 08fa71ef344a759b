"""Queries about emission control, emitting decoys and elements that are not ready: what is silent does nothing."""

from __future__ import annotations

from openiads.audit.query import Check, one_of
from openiads.world.codes import Down, Event

#: What only a radar that emits can do; of updates of tracks only those of its own.
EMITTING = one_of([Event.DETECT, Event.LOOK, Event.ACQUIRE, Event.LAUNCH, Event.SLEW])

#: Deviations within which a weapon comes down about what it was aimed at: one of 1e13 lies farther.
FARTHEST = 8.0

#: Radars that were silent from the start, and when they first emitted.
BEGUN_SILENT = """
    SELECT replication, radar, min(time) FILTER (WHERE code = 1) AS first FROM emission
    GROUP BY replication, radar HAVING arg_min(code, sequence) = 0 AND min(time) <= 0"""

SILENCE = [
    Check(
        "emission alternates",
        "a radar is switched off before it is switched on again, and the reverse; at first it is on",
        """
        SELECT replication, time, printf('radar %d is switched to %d when it is that', radar, code) FROM (
            SELECT *, lag(code) OVER (PARTITION BY replication, radar ORDER BY sequence) AS was FROM emission)
        WHERE code NOT IN (0, 1) OR code = coalesce(was, 1) OR radar < 0""",
    ),
    Check(
        "nothing silent looks",
        "a radar that is switched off looks at nothing, acquires nothing, holds no track and supports no launch",
        f"""
        SELECT e.replication, e.time, printf('radar %d: kind %d while silent', e.radar, e.kind) FROM e
        ASOF JOIN emission m ON e.replication = m.replication AND e.radar = m.radar AND e.sequence >= m.sequence
        WHERE m.code = 0 AND (e.kind IN {EMITTING} OR (e.kind = {Event.TRACK_UPDATE:d} AND e.code = e.radar))""",
    ),
    Check(
        "tracks need emission",
        "no track and no false track begins with a radar that has never emitted",
        f"""
        SELECT e.replication, e.time, printf('radar %d starts track %d and has never emitted', e.radar, e.track) FROM e
        JOIN ({BEGUN_SILENT}) s USING (replication, radar)
        WHERE e.kind IN {one_of([Event.TRACK, Event.FALSE_TRACK])} AND (s.first IS NULL OR s.first > e.time)""",
    ),
    Check(
        "decoyed weapons land at the decoy",
        "a weapon that took a decoy ends there, once, within what its aim spreads, and its radar has emitted before",
        f"""
        SELECT replication, time, printf('flight %d lands %.0f m from its decoy, deviation %.1f m', flight, v3, v4)
            FROM decoyed WHERE NOT (v4 >= 0 AND v3 <= {FARTHEST} * v4 + 1 AND v5 > 0 AND v5 <= 1) OR code < 1
        UNION ALL SELECT d.replication, d.time, printf('flight %d takes a decoy and does not end there', d.flight)
            FROM decoyed d LEFT JOIN terminal t USING (replication, flight)
            WHERE t.time IS NULL OR abs(t.time - d.time) > 1e-6
        UNION ALL SELECT replication, max(time), printf('flight %d takes %d decoys', flight, count(*)) FROM decoyed
            GROUP BY replication, flight HAVING count(*) > 1
        UNION ALL SELECT d.replication, d.time, printf('decoys of radar %d, which has never emitted', d.radar)
            FROM decoyed d JOIN ({BEGUN_SILENT}) s USING (replication, radar)
            WHERE s.first IS NULL OR s.first > d.time""",
    ),
    Check(
        "not ready from the start",
        "what is not ready when the raid comes is out from the start, and no flight did it",
        f"""
        SELECT replication, time, printf('element %d of kind %d is not ready', v0::INT, code) FROM down
        WHERE (v1 = {Down.NOT_READY:d} AND (time > 0 OR flight >= 0)) OR v1 NOT IN {one_of(Down)}""",
    ),
]
