"""The independent checker: what must hold in every event log, whatever the scenario.

SQL (DuckDB) over the stored events and outcomes, and a geodesy of its own; nothing here imports the engine, the
parts or the physics.  Each check is a named query that returns the offending rows.  ``limits`` is what the world
declares (table ``LIMITS``); a check whose limits are not declared finds nothing and is listed by ``unchecked``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.base.errors import ResultsError, UsageError
from openiads.base.units import quantity
from openiads.runs.digest import row_digests
from openiads.runs.parquet import event_table
from openiads.world.codes import ChannelPhase, Control, Event, Gate, Identity, RoundEnd, Side, Terminal, ThreatClass
from openiads.world.outcome import OUTCOME, ROUND_ENDS, TERMINALS

#: key of ``limits`` -> (table, column, meaning).  One value a row of the noun; None or missing: not declared.
LIMITS: dict[str, tuple[str, str, str]] = {
    "flight_side": ("flights", "side", "codes.Side"),
    "flight_class": ("flights", "class", "codes.ThreatClass"),
    "unit_target_channels": ("units", "target_channels", "targets engaged at once"),
    "unit_missile_channels": ("units", "missile_channels", "rounds that hold a missile channel at once"),
    "unit_self_defense": ("units", "self_defense", "above 0: may shoot at hostile tracks under hold"),
    "unit_control": ("units", "control", "codes.Control or its name in lower case"),
    "unit_assign_delay": ("units", "assign_delay", "least time from a confirmed track to its assignment, s"),
    "unit_launch_delay": ("units", "launch_delay", "least time from assignment to launch, s"),
    "unit_assess_delay": ("units", "assess_delay", "least time from intercept to assessment, s"),
    "unit_interceptor_life": ("units", "round_life", "longest time of flight, s"),
    "unit_burn_time": ("units", "burn_time", "time from launch after which no round has thrust, s"),
    "unit_round_speed": ("units", "round_speed", "greatest speed of a round, m/s"),
    "unit_round_load": ("units", "round_load", "greatest lateral acceleration of a round, m/s2"),
    "launcher_unit": ("launchers", "unit", "owning fire unit, row"),
    "launcher_rounds": ("launchers", "rounds", "rounds at the start, and of every reload"),
    "launcher_loads": ("launchers", "loads", "spare loads"),
    "launcher_reload_time": ("launchers", "reload_time", "least time from the last launch to a new load, s"),
    "launcher_channel": ("launchers", "channel", "codes.ChannelPhase of its rounds"),
    "launcher_fails_at": ("launchers", "fails_at", "s; None: never"),
    "launcher_interval": ("launchers", "interval", "least time between launches, s"),
    "radar_range_max": ("radars", "range_max", "m"),
    "radar_fails_at": ("radars", "fails_at", "s; None: never"),
    "radar_emitting": ("radars", "emitting", "1: on, 0: off"),
    "radar_range_min": ("radars", "range_min", "m"),
    "radar_boresight": ("radars", "boresight", "azimuth of the sector's middle, rad"),
    "radar_track_half": (
        "radars",
        "track_half",
        "half width of the sector in which it may detect, rad; >= pi all round",
    ),
}

#: A look is logged when its batch is handled, up to so many seconds after the look itself.
LOOK_SLACK = 3.0

#: Single values of ``limits``: duration (s), magazine_infinite, mask_open (true when diffraction or the teaching switch
#: lets radars see below the mask), teaching_service (rounds and services are notional: only the checks named in
#: ``_ALWAYS`` apply), radar_position, (radars, 3) ECEF m at the start, and radar_velocity, (radars, 3) m/s, of ships.
_NOUNS = ("flights", "units", "launchers", "radars")


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that must not be: which check, in which replication, when (s; NaN for none), and what."""

    name: str
    replication: int
    time: float
    text: str

    def __str__(self) -> str:
        at = f", t = {self.time:.3f} s" if math.isfinite(self.time) else ""
        return f"{self.name}: replication {self.replication}{at}: {self.text}"


@dataclass(frozen=True, slots=True)
class Check:
    """A named query; its rows (replication, time, text) are the violations."""

    name: str
    says: str
    sql: str
    needs: tuple[str, ...] = ()


def _in(codes: Iterable[int]) -> str:
    return "(" + ", ".join(str(int(c)) for c in codes) + ")"


def _sweep(intervals: str, limit: str, said: str) -> str:
    """Query for the times at which more intervals (replication, unit, a, b) are open than a unit's limit."""
    return f"""
    WITH i AS ({intervals}),
    d AS (SELECT replication, unit, round(a, 6) AS t, 1 AS d FROM i UNION ALL
          SELECT replication, unit, round(b, 6), -1 FROM i WHERE b IS NOT NULL),
    s AS (SELECT *, sum(d) OVER (PARTITION BY replication, unit ORDER BY t, d ROWS UNBOUNDED PRECEDING) AS held FROM d)
    SELECT replication, t, printf('unit %d holds %d {said}, limit %d', s.unit, held::INT, u.{limit}::INT)
    FROM s JOIN units u ON u.row = s.unit WHERE d = 1 AND held > u.{limit}"""


_LEDGER = [
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
           OR launcher < -1 OR launcher >= s.launchers OR kind NOT IN {_in(k for k in Event if k)}
           OR (kind = {Event.TERMINAL:d} AND code NOT IN {_in(t for t in Terminal if t)})
           OR (kind = {Event.ROUND_END:d} AND code NOT IN {_in(r for r in RoundEnd if r)})
           OR (kind = {Event.IDENTIFY:d} AND code NOT IN {_in(i for i in Identity if i)})
           OR (kind = {Event.GATE:d} AND code NOT IN {_in(Gate)})
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
        "shots numbered",
        "the n-th shot at a flight says n",
        """
        SELECT replication, time, printf('shot %d at flight %d says %d', n, flight, code) FROM (
            SELECT *, row_number() OVER (PARTITION BY replication, flight ORDER BY sequence) AS n FROM launch
                WHERE flight >= 0)
        WHERE n != code""",
    ),
    Check(
        "target channels",
        "a fire unit engages no more targets than it has channels",
        _sweep(
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
        _sweep(
            f"""
        SELECT l.replication, l.unit, CASE WHEN any_value(k.channel) = {ChannelPhase.TERMINAL:d} THEN min(h.time)
                ELSE l.time END AS a,
            CASE WHEN any_value(k.channel) = {ChannelPhase.MIDCOURSE:d} THEN coalesce(min(h.time), min(x.time))
                ELSE min(x.time) END AS b
        FROM launch l LEFT JOIN launchers k ON k.row = l.launcher
            LEFT JOIN handover h ON h.replication = l.replication AND h."round" = l."round" LEFT JOIN
            (SELECT * FROM intercept UNION ALL SELECT * FROM round_end) x
            ON x.replication = l.replication AND x."round" = l."round"
        GROUP BY l.replication, l.unit, l."round", l.time HAVING a IS NOT NULL""",
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
           OR believed IN {_in([Identity.FRIEND, Identity.ASSUMED_FRIEND, Identity.NEUTRAL])}""",
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
        "detected before tracked",
        "a track of a flight follows a detection of it",
        """
        SELECT t.replication, t.time, printf('flight %d is tracked before it is detected', t.flight) FROM track t
        LEFT JOIN (SELECT replication, flight, min(time) AS first FROM detect GROUP BY ALL) d
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
            AND (e.kind IN {_in([Event.DETECT, Event.ACQUIRE, Event.DAMAGE, Event.FLIGHT_STATE])}
              OR (e.kind = {Event.INTERCEPT:d} AND e.code = 1) OR (e.kind = {Event.LOOK:d} AND e.code = 1))
        UNION ALL SELECT e.replication, e.time, printf('round %d: kind %d after its end', e."round", e.kind) FROM e
        JOIN round_end r USING (replication, "round")
        WHERE e.time > r.time + 1e-6 AND e.kind IN {_in([Event.INTERCEPT, Event.ROUND_STATE])}""",
    ),
    Check(
        "nothing destroyed acts",
        "a radar or launcher that is down does nothing",
        f"""
        SELECT e.replication, e.time, printf('radar %d: kind %d while down', e.radar, e.kind) FROM e JOIN down d
            USING (replication, radar)
        WHERE d.code = 1 AND e.radar >= 0 AND e.time > d.time + 1e-6
            AND (e.kind IN {_in([Event.DETECT, Event.ACQUIRE, Event.SLEW])}
              OR (e.kind = {Event.LOOK:d} AND e.code = 1))
        UNION ALL SELECT e.replication, e.time, printf('launcher %d fires while down', e.launcher) FROM launch e
        JOIN down d USING (replication, launcher) WHERE d.code = 2 AND e.time > d.time + 1e-6
        UNION ALL SELECT e.replication, e.time, printf('radar %d: kind %d while off or down', e.radar, e.kind) FROM e
        JOIN radars r ON r.row = e.radar WHERE (e.kind IN {_in([Event.DETECT, Event.ACQUIRE])}
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
        "gates chain",
        "each change of gate starts from the gate before",
        """
        SELECT replication, time, printf('flight %d, unit %d: gate was %d, says %d', flight, unit, was, v0::INT) FROM (
            SELECT *, lag(code) OVER (PARTITION BY replication, flight, unit ORDER BY sequence) AS was FROM gate)
        WHERE was IS NOT NULL AND (was != v0 OR code = was)""",
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


def _outcome_checks() -> list[Check]:
    """Every count of the outcome row is recomputed from the log."""
    hostile = f"JOIN flights f ON f.row = x.flight WHERE f.side = {Side.HOSTILE:d}"
    distinct = "count(DISTINCT x.flight)"

    def of(table: str, where: str = "", count: str = "count(*)") -> str:
        return f"SELECT x.replication, {count} AS n FROM {table} x {where} GROUP BY x.replication"

    leak = f"x.code IN {_in([Terminal.HIT_ASSET, Terminal.REACHED_MISSED])}"
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
        "civil_engaged": of("launch", f"JOIN flights f ON f.row = x.flight WHERE f.side = {Side.NEUTRAL:d}", distinct),
        "friend_engaged": of("launch", f"JOIN flights f ON f.row = x.flight WHERE f.side = {Side.FRIEND:d}", distinct),
        "tracked": of("track", f"{hostile} AND x.code = 1", distinct),
        "identified": of("identify", f"{hostile} AND x.code = {Identity.HOSTILE:d}", distinct),
        "false_tracks": of("false_track"),
        "swaps": of("swap"),
        "events_key": of("e", "WHERE x.kind < 32"),
    }
    found |= {f"end_{name}": of("terminal", f"WHERE x.code = {k}") for k, name in enumerate(TERMINALS, 1)}
    found |= {f"round_{name}": of("round_end", f"WHERE x.code = {k}") for k, name in enumerate(ROUND_ENDS, 1)}
    for kind in ThreatClass:
        if kind:
            mine, name = f"{hostile} AND f.class = {kind:d}", kind.name.lower()
            found |= {
                f"{name}_threats": of("terminal", mine),
                f"{name}_killed": of("terminal", f"{mine} AND x.code = {Terminal.KILLED:d}"),
                f"{name}_leakers": of("terminal", f"{mine} AND {leak}"),
                f"{name}_engaged": of("launch", mine, distinct),
            }
    counts = [
        f"SELECT o.replication, NULL::DOUBLE, "
        f"printf('{name} is %d in the row, %d in the log', o.{name}, coalesce(c.n, 0)::BIGINT) "
        f"FROM outcome o LEFT JOIN ({sql}) c USING (replication) WHERE o.status = 0 AND o.{name} != coalesce(c.n, 0)"
        for name, sql in found.items()
    ]
    firsts = [
        f"SELECT o.replication, c.n, printf('{name} is %f in the row, %f in the log', o.{name}, c.n) FROM outcome o "
        f"LEFT JOIN ({of(table, hostile, 'min(x.time)')}) c USING (replication) "
        f"WHERE o.status = 0 AND (isfinite(o.{name}) != (c.n IS NOT NULL) OR abs(o.{name} - c.n) > {slack})"
        for name, table, slack in (("first_detection_s", "detect", LOOK_SLACK), ("first_launch_s", "launch", 1e-6))
    ]
    return [
        Check(
            "row agrees with log",
            "every count of the outcome row is that of the log",
            " UNION ALL ".join(counts),
            ("flight_side",),
        ),
        Check(
            "first times agree with log",
            "first times are those of the log",
            " UNION ALL ".join(firsts),
            ("flight_side",),
        ),
    ]


CHECKS: list[Check] = _LEDGER + _outcome_checks()

_ALWAYS = (
    "times ordered",
    "keys resolve",
    "one terminal code per flight",
    "probabilities",
    "gates chain",
    "detection in reach",
)

#: Tables of one kind each.
_VIEWS = {
    "detect": Event.DETECT,
    "track": Event.TRACK,
    "identify": Event.IDENTIFY,
    "assign": Event.ASSIGN,
    "acquire": Event.ACQUIRE,
    "launch": Event.LAUNCH,
    "intercept": Event.INTERCEPT,
    "assess": Event.ASSESS,
    "release": Event.RELEASE,
    "round_end": Event.ROUND_END,
    "handover": Event.HANDOVER,
    "slew": Event.SLEW,
    "reload": Event.RELOAD,
    "devolve": Event.DEVOLVE,
    "terminal": Event.TERMINAL,
    "gate": Event.GATE,
    "damage": Event.DAMAGE,
    "down": Event.ELEMENT_DOWN,
    "look": Event.LOOK,
    "false_track": Event.FALSE_TRACK,
    "swap": Event.SWAP,
}


#: Limits whose absence leaves a part of a check undone, and that part.
_PARTS = {
    "unit_assign_delay": "least delay of assignment",
    "unit_launch_delay": "least delay of launch",
    "unit_assess_delay": "least delay of assessment",
    "unit_burn_time": "energy",
    "unit_round_speed": "speed of rounds",
    "unit_round_load": "lateral acceleration of rounds",
}


def unchecked(limits: Mapping[str, Any]) -> list[str]:
    """Names of the checks that cannot find anything because a limit they need is not declared."""
    missing = {key for key in LIMITS if limits.get(key) is None}
    named = [check.name for check in CHECKS if missing & set(check.needs)]
    return named + [name for key, name in _PARTS.items() if key in missing]


def check_run(run: Any, *, batch: int = 200_000) -> list[Violation]:
    """Every violation in a complete run: the files against the seal, then every event and every row.

    batch : events looked at together, so that memory does not grow with the run.
    """
    try:
        run.store.verify()
    except ResultsError as problem:
        return [Violation("store", -1, math.nan, str(problem))]
    names, limits = run.facts["names"], _limits_of(run.facts)
    found: list[Violation] = []
    held: dict[int, np.ndarray] = {}
    rows: list[np.ndarray] = []
    for chunk in run.chunks:
        held.update(zip(range(chunk.first, chunk.last), run.store.events(chunk), strict=True))
        rows.append(run.store.trusted(chunk).rows)
        if sum(map(len, held.values())) >= batch or chunk is run.chunks[-1]:
            found += check_events(held, np.concatenate(rows), limits, names)
            held, rows = {}, []
    return found


def _limits_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    model = facts["scenario"]["mapping"].get("model", {})
    seen_through = model.get("detection") == "range" or bool(model.get("diffraction"))
    sides = {"flight_side": facts["flight_side"], "flight_class": facts["flight_class"]}
    return {"mask_open": seen_through, **sides, **facts["limits"], "radar_velocity": _velocities(facts)}


def _velocities(facts: Mapping[str, Any]) -> list[list[float]] | None:
    """ECEF velocity (m/s) of each radar, from course and speed of the ship that carries it; None without places."""
    places = facts["limits"].get("radar_position")
    if places is None:
        return None
    sites = {site["name"]: site for site in facts["scenario"]["mapping"].get("site", [])}
    found = []
    for name, place in zip(facts["names"]["radars"], places, strict=True):
        site = sites.get(name.split("/")[0], {})
        speed = quantity(site["speed"], "speed") if site.get("speed") else 0.0
        course = quantity(site["course"], "angle") if site.get("course") else 0.0
        latitude, longitude, _ = _geodetic(np.asarray(place, float))
        north = np.array(
            [-np.sin(latitude) * np.cos(longitude), -np.sin(latitude) * np.sin(longitude), np.cos(latitude)]
        )
        east = np.array([-np.sin(longitude), np.cos(longitude), 0.0])
        found.append((speed * (math.sin(course) * east + math.cos(course) * north)).tolist())
    return found


def check_events(
    events_by_replication: Mapping[int, np.ndarray], outcomes: Any, limits: Mapping[str, Any], names: Any
) -> list[Violation]:
    """Every violation in some event logs (dtype EVENT, by replication) and outcome rows (dtype OUTCOME or a table).

    limits : as ``LIMITS``; names : lists of names by noun (a mapping, or an object with such attributes).
    """
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "1GB"})
    try:
        _load(connection, events_by_replication, outcomes, limits, names)
        found: list[Violation] = []
        teaching = bool(limits.get("teaching_service"))
        for check in CHECKS:
            if not teaching or check.name in _ALWAYS:
                answers = connection.execute(check.sql).fetchall()
                found += [
                    Violation(check.name, int(r), math.nan if t is None else float(t), text) for r, t, text in answers
                ]
    finally:
        connection.close()
    for replication, events in events_by_replication.items():
        found += _physics(replication, events, limits)
    return sorted(found, key=lambda v: (v.replication, v.name, v.time if math.isfinite(v.time) else -1.0, v.text))


def _load(
    connection: Any, events: Mapping[int, np.ndarray], outcomes: Any, limits: Mapping[str, Any], names: Any
) -> None:
    """Make the tables that the checks ask."""
    import pyarrow as arrow

    connection.register("_events", event_table(sorted(events.items())))
    connection.execute("CREATE TABLE e AS SELECT * FROM _events")
    for name, kind in _VIEWS.items():
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM e WHERE kind = {kind:d}")
    if isinstance(outcomes, np.ndarray):
        outcomes = arrow.table({name: np.ascontiguousarray(outcomes[name]) for name in OUTCOME.names or ()})
    connection.register("_outcome", outcomes)
    connection.execute("CREATE TABLE outcome AS SELECT * FROM _outcome")
    sizes = {}
    for noun in _NOUNS:
        listed = names.get(noun, []) if isinstance(names, Mapping) else getattr(names, noun, [])
        declared = {column: key for key, (table, column, _) in LIMITS.items() if table == noun}
        sizes[noun] = len(listed)
        table: dict[str, Any] = {"row": arrow.array(range(len(listed)), arrow.int64())}
        for column, key in declared.items():
            table[column] = arrow.array(_column(limits.get(key), len(listed), key), arrow.float64())
        connection.register(f"_{noun}", arrow.table(table))
        connection.execute(f"CREATE TABLE {noun} AS SELECT * FROM _{noun}")
    duration = limits.get("duration")
    connection.execute(
        "CREATE TABLE setting AS "
        "SELECT ?::DOUBLE AS duration, ?::BOOLEAN AS magazine_infinite, ?::BOOLEAN AS mask_open, "
        "?::INT AS flights, ?::INT AS units, ?::INT AS radars, ?::INT AS launchers",
        [
            None if duration is None else float(duration),
            bool(limits.get("magazine_infinite")),
            bool(limits.get("mask_open")),
            sizes["flights"],
            sizes["units"],
            sizes["radars"],
            sizes["launchers"],
        ],
    )


def _column(values: Any, size: int, key: str) -> list[float | None]:
    if values is None:
        return [None] * size
    listed = list(values)
    if len(listed) != size:
        raise UsageError(f"limits[{key!r}]", f"{len(listed)} values for {size} rows", "Give one value a row")
    if key == "unit_control":
        listed = [Control[v.upper()] if isinstance(v, str) else v for v in listed]
    return [None if v is None or not math.isfinite(v) else float(v) for v in listed]


# ------------------------------------------------------------------ physics, on recorded replications

_A, _F = 6378137.0, 1 / 298.257223563  # WGS-84
_GM, _OMEGA, _J2 = 3.986004418e14, 7.292115e-5, 1.08262982e-3


def _geodetic(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latitude, longitude (rad) and height (m) above WGS-84 of ECEF points (..., 3), by fixed-point iteration."""
    e2 = _F * (2 - _F)
    around = np.hypot(x[..., 0], x[..., 1])
    latitude = np.arctan2(x[..., 2], around * (1 - e2))
    for _ in range(6):
        n = _A / np.sqrt(1 - e2 * np.sin(latitude) ** 2)
        latitude = np.arctan2(x[..., 2] + e2 * n * np.sin(latitude), around)
    n = _A / np.sqrt(1 - e2 * np.sin(latitude) ** 2)
    height = around * np.cos(latitude) + x[..., 2] * np.sin(latitude) - _A * _A / n
    return latitude, np.arctan2(x[..., 1], x[..., 0]), height


def _look(at: np.ndarray, to: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slant range (m) and azimuth (rad, from north over east) of points ``to`` (n, 3) from points ``at`` (n, 3)."""
    latitude, longitude, _ = _geodetic(at)
    d = to - at
    east = -np.sin(longitude) * d[:, 0] + np.cos(longitude) * d[:, 1]
    outward = np.cos(longitude) * d[:, 0] + np.sin(longitude) * d[:, 1]
    north = -np.sin(latitude) * outward + np.cos(latitude) * d[:, 2]
    return np.linalg.norm(d, axis=1), np.arctan2(east, north)


def _energy(state: np.ndarray) -> np.ndarray:
    """Specific energy in the rotating frame (J/kg) of states (n, 6): kinetic, gravity with J2, centrifugal."""
    x, v = state[:, :3], state[:, 3:]
    r = np.linalg.norm(x, axis=1)
    sine = x[:, 2] / r
    gravity = -_GM / r * (1 - _J2 * (_A / r) ** 2 * (1.5 * sine * sine - 0.5))
    return 0.5 * np.sum(v * v, axis=1) + gravity - 0.5 * _OMEGA**2 * (x[:, 0] ** 2 + x[:, 1] ** 2)


def _physics(replication: int, events: np.ndarray, limits: Mapping[str, Any]) -> list[Violation]:
    found: list[Violation] = []
    flights = events[events["kind"] == Event.FLIGHT_STATE]
    for flight in np.unique(flights["flight"]):
        mine = flights[flights["flight"] == flight]
        found += _continuous(replication, mine, f"flight {flight}")
        found += _looks_agree(replication, events, mine, int(flight), limits)
    rounds = events[events["kind"] == Event.ROUND_STATE]
    for number in np.unique(rounds["round"]):
        mine = rounds[rounds["round"] == number]
        found += _continuous(replication, mine, f"round {number}")
        launches = events[(events["kind"] == Event.LAUNCH) & (events["round"] == number)]
        launched = float(launches["time"][0]) if len(launches) else float(mine["time"][0])
        found += _round_limits(replication, mine, int(number), launched, limits)
    return found


def _continuous(replication: int, rows: np.ndarray, who: str) -> list[Violation]:
    """Positions follow from velocities between samples (trapezium, with room for changes of acceleration)."""
    if len(rows) < 2:
        return []
    state, dt = rows["value"], np.diff(rows["time"])
    step = np.diff(state[:, :3], axis=0)
    mean = 0.5 * (state[1:, 3:] + state[:-1, 3:])
    turn = np.linalg.norm(np.diff(state[:, 3:], axis=0), axis=1)
    off = np.linalg.norm(step - mean * dt[:, None], axis=1)
    bad = ~(off <= 0.5 * turn * dt + 0.02 * np.linalg.norm(mean, axis=1) * dt + 5.0)
    return [
        Violation(
            "positions continuous", replication, float(rows["time"][k + 1]), f"{who} is {off[k]:.0f} m off its velocity"
        )
        for k in np.flatnonzero(bad)
    ]


def _looks_agree(
    replication: int, events: np.ndarray, states: np.ndarray, flight: int, limits: Mapping[str, Any]
) -> list[Violation]:
    """Range, azimuth and height written with a detection are those of the flight's true position."""
    places, velocities = limits.get("radar_position"), limits.get("radar_velocity")
    if places is None or len(states) < 2:
        return []
    looks = events[
        np.isin(events["kind"], (Event.LOOK, Event.DETECT)) & (events["flight"] == flight) & (events["radar"] >= 0)
    ]
    looks = looks[(looks["time"] >= states["time"][0]) & (looks["time"] <= states["time"][-1]) & (looks["code"] == 1)]
    found = []
    for radar in np.unique(looks["radar"]):
        mine = looks[looks["radar"] == radar]
        where = np.stack([np.interp(mine["time"], states["time"], states["value"][:, k]) for k in range(3)], axis=1)
        carried = np.zeros(3) if velocities is None else np.asarray(velocities[int(radar)], float)
        here = np.asarray(places[int(radar)], float) + mine["time"][:, None] * carried
        away, azimuth = _look(here, where)
        height = _geodetic(where)[2]
        speed = np.linalg.norm(states["value"][:, 3:], axis=1).max()
        slack = LOOK_SLACK * float(speed)
        turned = np.abs((mine["value"][:, 1] - azimuth + np.pi) % (2 * np.pi) - np.pi)
        bad = (np.abs(mine["value"][:, 0] - away) > 0.01 * away + slack) | (turned * away > 0.02 * away + slack)
        bad |= np.abs(mine["value"][:, 5] - height) > 0.01 * np.abs(height) + slack
        found += [
            Violation(
                "looks agree with truth",
                replication,
                float(mine["time"][k]),
                f"radar {radar} puts flight {flight} at {mine['value'][k, 0]:.0f} m, "
                f"height {mine['value'][k, 5]:.0f} m; "
                f"it is at {away[k]:.0f} m, height {height[k]:.0f} m",
            )
            for k in np.flatnonzero(bad)
        ]
    return found


def _round_limits(
    replication: int, rows: np.ndarray, number: int, launched: float, limits: Mapping[str, Any]
) -> list[Violation]:
    """Speed, lateral acceleration and energy of one round."""
    unit, state, time = int(rows["unit"][0]), rows["value"], rows["time"]

    def limit(key: str) -> float:
        values = limits.get(key)
        return (
            math.inf if values is None or not 0 <= unit < len(values) or values[unit] is None else float(values[unit])
        )

    def told(name: str, rows_: np.ndarray, at: np.ndarray, said: str, numbers: np.ndarray) -> list[Violation]:
        return [
            Violation(name, replication, float(at[k]), f"round {number} {said.format(numbers[k])}")
            for k in np.flatnonzero(rows_)
        ]

    speed = np.linalg.norm(state[:, 3:], axis=1)
    found = told("round in limits", ~(speed <= limit("unit_round_speed") * 1.02), time, "flies {:.0f} m/s", speed)
    if len(rows) < 2:
        return found
    dt = np.maximum(np.diff(time), 1e-9)
    turn = np.diff(state[:, 3:], axis=0) / dt[:, None]
    along = 0.5 * (state[1:, 3:] + state[:-1, 3:])
    along /= np.maximum(np.linalg.norm(along, axis=1), 1e-9)[:, None]
    lateral = np.linalg.norm(turn - np.sum(turn * along, axis=1)[:, None] * along, axis=1)
    guided = (rows["code"][:-1] >= 3) & (rows["code"][1:] >= 3)
    too_hard = guided & ~(lateral <= limit("unit_round_load") * 1.05 + 12.0)
    found += told("round in limits", too_hard, time[1:], "pulls {:.0f} m/s2", lateral)
    burning = time[:-1] - launched < limit("unit_burn_time") + 0.1  # always, if no time is declared
    gain = np.diff(_energy(state))
    risen = guided & ~burning & (gain > 1e-3 * speed[:-1] ** 2 + 50.0)
    return found + told("energy", risen, time[1:], "gains {:.0f} J/kg without thrust", gain)


# ------------------------------------------------------------------ running again


def verify_run(run: Any, count: int = 5, *, chosen: Sequence[int] | None = None) -> list[Violation]:
    """Run ``count`` replications again and compare rows and events with the stored ones.

    chosen : which; else they are drawn by a seed made of the run's digest
    """
    if chosen is None:
        draw = np.random.default_rng(int(run.digest[:16], 16))
        chosen = sorted(draw.choice(run.replications, min(count, run.replications), replace=False).tolist())
    runner = run.engine.runner(run.world, run.seed)
    found: list[Violation] = []
    for replication in map(int, chosen):
        result = runner.replicate(replication, record=replication < run.identity.record)
        chunk = next(c for c in run.chunks if c.first <= replication < c.last)
        stored = run.store.trusted(chunk).digests[replication - chunk.first]
        if row_digests(np.array(result.outcome, OUTCOME))[0] != stored:
            found.append(Violation("same again", replication, math.nan, "its outcome differs from the stored one"))
        if not _same_log(run.key_events(replication), np.array(result.events)):
            found.append(Violation("same again", replication, math.nan, "its events differ from the stored ones"))
    return found


def _same_log(one: np.ndarray, other: np.ndarray) -> bool:
    names: Sequence[str] = one.dtype.names or ()
    return len(one) == len(other) and all(
        np.array_equal(one[n], other[n], equal_nan=n in ("time", "value")) for n in names
    )
