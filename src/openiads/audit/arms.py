"""Queries about fire units: rounds, launchers, channels, weapons control and tracks of their own."""

from __future__ import annotations

from openiads.audit.query import Check, one_of, sweep
from openiads.world.codes import ChannelPhase, Control, Event, Identity

ARMS = [
    Check(
        "magazine",
        "no launcher fires more than it has",
        """
        SELECT replication, max(time),
            printf('launcher %d fires %d of %d rounds', launcher, count(*), any_value(l.rounds)::INT)
        FROM launch JOIN launchers l ON l.row = launcher, setting s WHERE NOT s.magazine_infinite
        GROUP BY replication, launcher HAVING count(*) > any_value(l.rounds * (1 + coalesce(l.loads, 0)))""",
        ("launcher_rounds",),
    ),
    Check(
        "magazine and expended",
        "rounds left plus rounds fired is constant on each launcher",
        """
        SELECT replication, time,
            printf('launcher %d says %d left, %d fired of %d', launcher, v4::INT, fired, rounds::INT) FROM (
            SELECT a.*, row_number() OVER (PARTITION BY replication, launcher ORDER BY sequence) AS fired,
                l.rounds + coalesce((SELECT sum(r.code) FROM reload r WHERE r.replication = a.replication
                    AND r.launcher = a.launcher AND r.sequence < a.sequence), 0) AS rounds
            FROM launch a JOIN launchers l ON l.row = a.launcher), setting s
        WHERE NOT s.magazine_infinite AND (v4 < 0 OR v4 + fired != rounds)""",
        ("launcher_rounds",),
    ),
    Check(
        "reloading",
        "a launcher has a new load no sooner than its reloading takes after its last launch",
        """
        SELECT r.replication, r.time, printf('launcher %d is reloaded %.1f s after a launch', r.launcher,
            r.time - max(a.time))
        FROM reload r JOIN launchers l ON l.row = r.launcher JOIN launch a ON a.replication = r.replication
            AND a.launcher = r.launcher AND a.sequence < r.sequence
        GROUP BY r.replication, r.time, r.launcher, r.sequence
        HAVING r.time - max(a.time) < any_value(l.reload_time) - 1e-6""",
        ("launcher_reload_time",),
    ),
    Check(
        "launch interval",
        "no launch while the launcher is not ready",
        """
        SELECT replication, time, printf('launcher %d fires after %.3f s', launcher, time - was) FROM (
            SELECT a.*, l.interval AS least, lag(time)
                OVER (PARTITION BY replication, launcher ORDER BY sequence) AS was
            FROM launch a JOIN launchers l ON l.row = a.launcher) WHERE time - was < least - 1e-6""",
        ("launcher_interval",),
    ),
    Check(
        "own launcher",
        "a fire unit fires from its own launchers",
        """
        SELECT replication, time, printf('unit %d fires from launcher %d of unit %d', a.unit, launcher, l.unit::INT)
        FROM launch a JOIN launchers l ON l.row = a.launcher WHERE a.unit != l.unit
        UNION ALL SELECT replication, time, 'a launch without unit, launcher or flight' FROM launch
        WHERE unit < 0 OR launcher < 0""",
        ("launcher_unit",),
    ),
    Check(
        "target channels",
        "a fire unit engages no more targets than it has channels",
        sweep(
            """
        SELECT replication, unit, time - v0 AS a, time AS b FROM release UNION ALL
        SELECT replication, unit, min(time), NULL FROM acquire q WHERE NOT EXISTS (
            SELECT 1 FROM release r WHERE r.replication = q.replication AND r.unit = q.unit AND r.track = q.track
            AND r.sequence > q.sequence) GROUP BY replication, unit, track""",
            "target_channels",
            "targets",
        ),
        ("unit_target_channels",),
    ),
    Check(
        "missile channels",
        "a fire unit guides no more rounds than it has channels",
        sweep(
            f"""
        SELECT l.replication, l.unit, CASE WHEN any_value(k.channel) = {ChannelPhase.TERMINAL:d} THEN min(h.time)
                ELSE l.time END AS a,
            CASE WHEN any_value(k.channel) = {ChannelPhase.MIDCOURSE:d} THEN coalesce(min(h.time), min(x.time))
                ELSE min(x.time) END AS b
        FROM launch l LEFT JOIN launchers k ON k.row = l.launcher
            LEFT JOIN handover h ON h.replication = l.replication AND h."round" = l."round" LEFT JOIN
            (SELECT * FROM intercept UNION ALL SELECT * FROM round_end) x
            ON x.replication = l.replication AND x."round" = l."round"
        GROUP BY l.replication, l.unit, l."round", l.time
        HAVING a IS NOT NULL AND any_value(k.channel) != {ChannelPhase.NONE:d}""",
            "missile_channels",
            "rounds",
        ),
        ("unit_missile_channels",),
    ),
    Check(
        "control state",
        "tight: only tracks believed hostile; free: none believed friend or neutral; hold: none but in self-defense",
        f"""
        SELECT replication, time,
            printf('unit %d fires at track %d believed %d under control %d', unit, track, believed, control)
        FROM (SELECT l.*, u.control::INT AS control, coalesce(u.self_defense, 0) AS defends,
            coalesce(i.code, 0) AS believed FROM launch l JOIN units u ON u.row = l.unit
              ASOF LEFT JOIN identify i
              ON l.replication = i.replication AND l.track = i.track AND l.sequence >= i.sequence)
        WHERE (control = {Control.HOLD:d} AND (defends <= 0 OR believed != {Identity.HOSTILE:d}))
           OR (control = {Control.TIGHT:d} AND believed != {Identity.HOSTILE:d})
           OR believed IN {one_of([Identity.FRIEND, Identity.ASSUMED_FRIEND, Identity.NEUTRAL])}""",
        ("unit_control",),
    ),
    Check(
        "firm track",
        "no launch without a firm own track of the engagement radar",
        f"""
        SELECT replication, time, printf('unit %d fires at track %d without a track of its own', unit, track) FROM (
            SELECT l.*, a.kind AS last FROM launch l ASOF LEFT JOIN
                (SELECT * FROM acquire WHERE code = 1 UNION ALL SELECT * FROM release) a
            ON l.replication = a.replication AND l.unit = a.unit AND l.track = a.track AND l.sequence >= a.sequence)
        WHERE last IS NULL OR last != {Event.ACQUIRE:d}""",
    ),
    Check(
        "round flight in time",
        "no round flies longer than it lives",
        """
        SELECT l.replication, r.time,
            printf('round %d flies %.1f s, limit %.1f s', l."round", r.time - l.time, u.round_life)
        FROM launch l JOIN round_end r USING (replication, "round") JOIN units u ON u.row = l.unit
        WHERE r.time - l.time > u.round_life + 1e-6""",
        ("unit_interceptor_life",),
    ),
]
