"""Queries about ends and what may happen after them, about probabilities, and about what a radar can see."""

from __future__ import annotations

from openiads.audit.query import Check, one_of
from openiads.world.codes import Event, RoundEnd, Terminal

ENDINGS = [
    Check(
        "assessment knows the truth",
        "the true state beside an assessment is the true state",
        """
        SELECT a.replication, a.time, printf('flight %d is said to be %s', a.flight, if(a.v0 = 1, 'dead', 'alive'))
            FROM assess a
        LEFT JOIN terminal t USING (replication, flight) WHERE a.flight >= 0
        AND (a.v0 = 1) != (t.time IS NOT NULL AND t.time <= a.time)""",
    ),
    Check(
        "one terminal code per flight",
        "no flight ends twice; each flight seen ends",
        """
        SELECT replication, max(time), printf('flight %d ends %d times', flight, count(*)) FROM terminal
        GROUP BY replication, flight HAVING count(*) > 1 OR flight < 0
        UNION ALL SELECT DISTINCT e.replication, NULL::DOUBLE, printf('flight %d never ends', e.flight)
        FROM e JOIN outcome o USING (replication) ANTI JOIN terminal t ON t.replication = e.replication
            AND t.flight = e.flight
        WHERE e.flight >= 0 AND o.status = 0""",
    ),
    Check(
        "one terminal code per round",
        "every round launched ends once",
        """
        SELECT l.replication, max(l.time), printf('round %d ends %d times', l."round", count(r.time)) FROM launch l
        JOIN outcome o USING (replication) LEFT JOIN round_end r USING (replication, "round") WHERE o.status = 0
        GROUP BY l.replication, l."round" HAVING count(r.time) != 1
        UNION ALL SELECT r.replication, r.time, printf('round %d ends without a launch', r."round") FROM round_end r
        LEFT JOIN launch l USING (replication, "round") WHERE l.time IS NULL OR l.time > r.time""",
    ),
    Check(
        "kills credited once",
        "a killed flight has one killing intercept, and the reverse",
        f"""
        SELECT coalesce(k.replication, x.replication), coalesce(k.time, x.time),
               printf('flight %d: killed %d times by %d kills',
                   coalesce(k.flight, x.flight), coalesce(k.n, 0), coalesce(x.n, 0))
        FROM (SELECT replication, flight, max(time) AS time, count(*) AS n FROM terminal
            WHERE code = {Terminal.KILLED:d} GROUP BY ALL) k
        FULL JOIN (SELECT replication, flight, max(time) AS time, count(*) AS n FROM intercept WHERE code = 1
            GROUP BY ALL) x
        ON k.replication = x.replication AND k.flight = x.flight
        WHERE coalesce(k.n, 0) != 1 OR coalesce(x.n, 0) != 1 OR abs(k.time - x.time) > 1e-6
        UNION ALL SELECT r.replication, r.time, printf('round %d ends as a kill without one', r."round")
            FROM round_end r
        LEFT JOIN intercept x ON x.replication = r.replication AND x."round" = r."round" AND x.code = 1
        WHERE (r.code = {RoundEnd.KILL:d}) != (x.time IS NOT NULL)""",
    ),
    Check(
        "nobody acts after death",
        "a flight that has ended is not seen, does no damage and does not move",
        f"""
        SELECT e.replication, e.time, printf('flight %d: kind %d after its end', e.flight, e.kind) FROM e
        JOIN terminal t USING (replication, flight)
        WHERE e.time > t.time + 1e-6
            AND (e.kind IN {one_of([Event.DETECT, Event.ACQUIRE, Event.DAMAGE, Event.FLIGHT_STATE])}
              OR (e.kind = {Event.INTERCEPT:d} AND e.code = 1) OR (e.kind = {Event.LOOK:d} AND e.code = 1))
        UNION ALL SELECT e.replication, e.time, printf('round %d: kind %d after its end', e."round", e.kind) FROM e
        JOIN round_end r USING (replication, "round")
        WHERE e.time > r.time + 1e-6 AND e.kind IN {one_of([Event.INTERCEPT, Event.ROUND_STATE])}""",
    ),
    Check(
        "nothing destroyed acts",
        "a radar or launcher that is down does nothing",
        f"""
        SELECT e.replication, e.time, printf('radar %d: kind %d while down', e.radar, e.kind) FROM e JOIN down d
            USING (replication, radar)
        WHERE d.code = 1 AND e.radar >= 0 AND e.time > d.time + 1e-6
            AND (e.kind IN {one_of([Event.DETECT, Event.ACQUIRE, Event.SLEW])}
              OR (e.kind = {Event.LOOK:d} AND e.code = 1))
        UNION ALL SELECT e.replication, e.time, printf('launcher %d fires while down', e.launcher) FROM launch e
        JOIN down d USING (replication, launcher) WHERE d.code = 2 AND e.time > d.time + 1e-6
        UNION ALL SELECT e.replication, e.time, printf('radar %d: kind %d while off or down', e.radar, e.kind) FROM e
        JOIN radars r ON r.row = e.radar WHERE (e.kind IN {one_of([Event.DETECT, Event.ACQUIRE])}
            OR (e.kind = {Event.LOOK:d} AND e.code = 1))
        AND (r.emitting = 0 OR e.time > r.fails_at + 1e-6)
        UNION ALL SELECT e.replication, e.time, printf('launcher %d fires while down', e.launcher) FROM launch e
        JOIN launchers l ON l.row = e.launcher WHERE e.time > l.fails_at + 1e-6""",
    ),
    Check(
        "damage is a hit",
        "damage at an asset and a flight that hit it come together",
        f"""
        SELECT coalesce(d.replication, t.replication), coalesce(d.time, t.time),
               'damage without a hit, or a hit without damage'
        FROM (SELECT * FROM damage WHERE code >= 0) d
        FULL JOIN (SELECT * FROM terminal WHERE code = {Terminal.HIT_ASSET:d}) t
        ON d.replication = t.replication AND d.flight = t.flight WHERE d.time IS NULL OR t.time IS NULL
            OR abs(d.time - t.time) > 1e-6""",
    ),
    Check(
        "probabilities",
        "probabilities lie in 0 .. 1 and beliefs add up",
        """
        SELECT replication, time, 'beliefs do not add up to 1' FROM identify
        WHERE NOT (v0 BETWEEN 0 AND 1 AND v1 BETWEEN 0 AND 1 AND v2 BETWEEN 0 AND 1 AND abs(v0 + v1 + v2 - 1) < 1e-6)
        UNION ALL SELECT replication, time, 'kill probability outside 0 .. 1, or a kill at 0' FROM intercept
        WHERE NOT (v1 BETWEEN 0 AND 1 AND v0 >= 0) OR (code = 1 AND v1 = 0)
        UNION ALL SELECT replication, time, 'believed probability outside 0 .. 1' FROM launch WHERE NOT v3 BETWEEN 0
            AND 1""",
    ),
    Check(
        "detection in reach",
        "no detection out of range, out of sector or below the mask",
        """
        SELECT d.replication, d.time,
            printf('radar %d, flight %d: range %.0f m, azimuth %.2f, height %.0f m, mask %.0f m',
                d.radar, d.flight, d.v0, d.v1, d.v5, d.v3)
        FROM (SELECT * FROM detect UNION ALL SELECT * FROM look WHERE code = 1) d
            JOIN radars r ON r.row = d.radar
            ASOF LEFT JOIN slew w
                ON d.replication = w.replication AND d.radar = w.radar AND d.sequence >= w.sequence,
            setting s
        WHERE d.v0 > r.range_max * (1 + 1e-6) + 1 OR d.v0 < r.range_min * (1 - 1e-6) - 1 OR (d.v5 < d.v3 - 1
            AND NOT s.mask_open)
           OR (r.track_half < 3.14 AND
               abs(fmod(d.v1 - coalesce(w.v1, r.boresight) + 28.274333882308138, 6.283185307179586)
                   - 3.141592653589793) > r.track_half + 5e-3)""",
        ("radar_range_max",),
    ),
]
