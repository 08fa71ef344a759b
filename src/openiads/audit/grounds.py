"""What must be so for each reason of not shooting to be true: a series of seconds for a flight and a fire unit.

Each is a necessary condition, asked of the truth and the log with a geometry of its own (``audit.places``).  A series
is true also for as long after as whoever tells the reason may lag behind.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from openiads.audit.means import cycle, fighting, followed
from openiads.audit.places import Reach, below_horizon, clearance, local, off, radar_path
from openiads.audit.story import Held, Span, Story
from openiads.world.codes import Control, Emission, Event, Evidence, Gate, Identity, Look, ThreatClass

#: Gates that reach decides.
REACH = (
    Gate.OUT_OF_RANGE,
    Gate.OUT_OF_HEIGHT,
    Gate.OUT_OF_SPEED,
    Gate.NOT_ENOUGH_G,
    Gate.NO_TIME,
    Gate.TOO_EARLY,
)

FAR = 2_000.0  # m, by which a limit of distance may be missed
HIGH = 150.0  # m, by which one of height
WIDE = math.radians(3.0)  # by which one of direction
TRACK_ERROR = 0.05  # share by which a track's place and speed may be off
POINTS = 270  # of a way ahead that is asked for intercepts
STALE = 30.0  # s, for which a track's last state may be what is believed


def behind(story: Story, r: int) -> float:
    """s by which the last look of a radar may lie back when its post names a reason."""
    radar = story.rows["radars"][r]
    posts = story.rows["posts"]["cycle"].max()
    return 2.0 * float(radar["frame"]) + float(radar["link_delay"]) + float(posts)


# ------------------------------------------------------------------ what radars see


def view(story: Story, f: int, r: int) -> dict[str, np.ndarray]:
    """Series of what keeps a radar from seeing a flight, by name, each as wide as its tolerance."""
    key = (f"view {f}", r)
    if key in story.memory:
        return story.memory[key]
    radar, states = story.rows["radars"][r], story.flight(f)
    at = radar_path(story.world, r, story.times)
    distance, azimuth, elevation, ground = local(at, states[:, :3])
    height = story.height(f)
    earth = float(story.rows["situation"][0]["earth_radius"])
    beam = 0.5 * float(radar["beam_elevation"]) + math.radians(0.5)
    aside = off(azimuth, story.facing(r))
    half = max(float(radar["search_half"]), 0.0)
    low, high = float(radar["elevation_low"]), float(radar["elevation_high"])
    found = {
        "range": (distance > radar["range_max"] - FAR) | (distance < radar["range_min"] + FAR),
        "horizon": below_horizon(float(radar["height"]), ground, height, earth, HIGH),
        "sector": aside > half - WIDE,
        "service": aside > float(radar["track_half"]) - WIDE,
        "mode": (elevation < low + beam) | (elevation > high - beam),
        "held": (elevation < radar["track_low"] + beam) | (elevation > radar["track_high"] - beam),
        "air": np.isfinite(distance),
    }
    story.memory[key] = found
    return found


def hidden(story: Story, f: int, r: int) -> np.ndarray:
    """Series: whether ground stands within ``HIGH`` of the ray from a radar to a flight; asked every fourth second."""
    key = (f"hidden {f}", r)
    if key in story.memory:
        return story.memory[key]
    states = story.flight(f)
    at = radar_path(story.world, r, story.times)
    earth = float(story.rows["situation"][0]["earth_radius"])
    series = np.zeros(len(story.times), bool)
    for n in np.flatnonzero(np.isfinite(states[:, 0])).tolist():
        if n % 4 == 0 or not np.isfinite(states[max(n - 1, 0), 0]):
            blocked = clearance(story.world, at[n], states[n, :3], earth) < HIGH
            series[n : n + 4] = blocked
    story.memory[key] = series
    return series


def listened(story: Story, r: int, u: int) -> np.ndarray:
    """Series: whether a radar works and reports to the post that commands a unit."""
    return story.works(r) & (story.post_of_radar(r) == story.post_of_unit(u))


def looked(story: Story, f: int, r: int) -> tuple[np.ndarray, np.ndarray]:
    """Series of a radar's last search look at a flight: whether it detected, and whether it did not."""
    key = (f"looked {f}", r)
    if key not in story.memory:
        rows = story.of(Event.LOOK, flight=f, radar=r)
        ends = [*rows["time"][1:].tolist(), math.inf]
        spans = list(zip(rows["time"].tolist(), ends, strict=False))
        hit = np.isin(rows["code"], (1, Look.DETECTED)).tolist()
        yes = story.during([span for span, h in zip(spans, hit, strict=True) if h])
        first = rows["time"][0] if len(rows) else math.inf
        no = story.during([(0.0, first), *(span for span, h in zip(spans, hit, strict=True) if not h)])
        story.memory[key] = yes, no
    return story.memory[key]


def sighted(
    story: Story, f: int, u: int, met: Callable[[int], np.ndarray], short: Callable[[int], np.ndarray]
) -> np.ndarray:
    """Series: whether one radar of a unit's post met something, and none came further.

    met, short : of a radar's row, series of whether it met that, and of whether it came no further
    """
    one, all_ = np.zeros(len(story.times), bool), np.ones(len(story.times), bool)
    for r in range(len(story.rows["radars"])):
        mine = story.lately(listened(story, r, u), behind(story, r))
        turns = story.during(story.turning(r)) & (story.post_of_radar(r) == story.post_of_unit(u))
        one |= story.lately((listened(story, r, u) | turns) & met(r), behind(story, r))
        all_ &= ~listened(story, r, u) | story.lately(short(r), behind(story, r)) | ~mine
    return one & all_


def serving(story: Story, f: int, u: int, name: str) -> np.ndarray:
    """Series: whether a unit's own radar, which is to acquire the flight, cannot see it for a reason of ``view``."""
    r = int(story.rows["units"][u]["radar"])
    return fighting(story, f, u) & story.lately(view(story, f, r)[name], 4.0)


def _any_of(story: Story, f: int, *names: str) -> Callable[[int], np.ndarray]:
    """Of a radar's row: series of whether one of some reasons of ``view``, or "terrain", keeps it from the flight."""

    def met(r: int) -> np.ndarray:
        mine = view(story, f, r)
        return np.any([hidden(story, f, r) if name == "terrain" else mine[name] for name in names], axis=0)

    return met


def no_radar(story: Story, f: int, u: int) -> np.ndarray:
    """No radar of the unit's post works."""
    some = np.zeros(len(story.times), bool)
    for r in range(len(story.rows["radars"])):
        some |= story.works(r) & (story.post_of_radar(r) == story.post_of_unit(u))
    return story.lately(~some, cycle(story, u))


def silent(story: Story, f: int, u: int) -> np.ndarray:
    """Emission control keeps the unit's radar silent, or another one of its post."""
    found = ~story.emits(int(story.rows["units"][u]["radar"]))
    for r in range(len(story.rows["radars"])):
        found |= ~story.emits(r) & (story.post_of_radar(r) == story.post_of_unit(u))
    blinks = np.isin(Emission.BLINK, story.of(Event.EMISSION)["value"][:, 0])
    return np.ones(len(found), bool) if blinks else story.lately(found, cycle(story, u) + 1.0)


def beyond_radar(story: Story, f: int, u: int) -> np.ndarray:
    """No radar of its post has the flight within its range, or that which is to acquire it."""
    far = _any_of(story, f, "range")
    return sighted(story, f, u, far, far) | serving(story, f, u, "range")


def below_the_horizon(story: Story, f: int, u: int) -> np.ndarray:
    """The smooth earth hides it from a radar, and no other radar could see it."""
    met, short = _any_of(story, f, "horizon"), _any_of(story, f, "horizon", "range")
    return sighted(story, f, u, met, short) | serving(story, f, u, "horizon")


def behind_terrain(story: Story, f: int, u: int) -> np.ndarray:
    """The ground hides it from a radar, and no other radar could see it."""
    met, short = _any_of(story, f, "terrain"), _any_of(story, f, "terrain", "horizon", "range")
    own = int(story.rows["units"][u]["radar"])
    return sighted(story, f, u, met, short) | (fighting(story, f, u) & story.lately(hidden(story, f, own), 4.0))


def out_of_sector(story: Story, f: int, u: int) -> np.ndarray:
    """It is off the sector that a radar searches, or in which the one that is to acquire it can hold it."""
    met, short = _any_of(story, f, "sector"), _any_of(story, f, "range", "horizon", "terrain", "sector")
    own = int(story.rows["units"][u]["radar"])
    tracked = story.lately(view(story, f, own)["service"], cycle(story, u) + 4.0)
    held = story.held(f, story.post_of_unit(u), 6.0)
    return sighted(story, f, u, met, short) | (tracked & (held | fighting(story, f, u)))


def out_of_mode(story: Story, f: int, u: int) -> np.ndarray:
    """It is outside the elevations that a radar searches."""
    short = _any_of(story, f, "range", "horizon", "terrain", "sector", "mode")
    return sighted(story, f, u, _any_of(story, f, "mode"), short)


def not_detected(story: Story, f: int, u: int) -> np.ndarray:
    """No radar of the post detected it at its last look, and the post has no track of it."""
    found = np.ones(len(story.times), bool)
    for r in range(len(story.rows["radars"])):
        found &= ~listened(story, r, u) | story.lately(looked(story, f, r)[1], behind(story, r))
    return found & story.lately(~story.held(f, story.post_of_unit(u), -1.5), cycle(story, u))


def jammed(story: Story, f: int, u: int) -> np.ndarray:
    """A jammer radiates, and no radar of the post detected the flight at its last look, or its own has not got it."""
    radiates = np.zeros(len(story.times), bool)
    for row in story.rows["jammers"]:
        begin, end = float(row["begins"]), float(row["ends"])
        flies = np.isfinite(story.flight(int(row["flight"]))[:, 0])
        radiates |= flies & (story.times >= begin) & (story.times < end)
    behind_all = max((behind(story, r) for r in range(len(story.rows["radars"]))), default=0.0)
    return story.lately(radiates, behind_all) & (not_detected(story, f, u) | fighting(story, f, u))


def no_firm_track(story: Story, f: int, u: int) -> np.ndarray:
    """A radar of the post detected it at its last look, and the post has no confirmed track of it."""
    found = np.zeros(len(story.times), bool)
    for r in range(len(story.rows["radars"])):
        found |= story.lately(listened(story, r, u) & looked(story, f, r)[0], behind(story, r))
    found |= fighting(story, f, u)  # its own radar has it, and its post has lost it
    mine = [each.serial for each in story.fights if each.unit == u and f in followed(story, each)]
    drops = [float(e["time"]) for e in story.of(Event.TRACK_DROP) if e["track"] in mine]
    lost = story.during([(time, time) for time in drops]) | ~story.held(f, story.post_of_unit(u), -1.5)
    return found & story.lately(lost, cycle(story, u) + 2.0)


def link_down(story: Story, f: int, u: int) -> np.ndarray:
    """A post above the one that commands the unit has a track of it."""
    unit = story.rows["units"][u]
    found = np.zeros(len(story.times), bool)
    for post in unit["posts"]:
        if post >= 0:
            found |= story.held(f, np.full(len(story.times), post), 8.0) & (story.post_of_unit(u) != post)
    return story.lately(found, cycle(story, u))


# ------------------------------------------------------------------ what the post believes


def believed(story: Story, f: int, u: int, test: Callable[[Identity], bool]) -> np.ndarray:
    """Series: whether the unit's post has a track of the flight whose identity passes a test."""
    found = np.zeros(len(story.times), bool)
    for track in story.tracks:
        if track.flight != f:
            continue
        mine = story.during([(track.start, track.end)]) & (story.post_of_unit(u) == track.post)
        series = np.zeros(len(story.times), bool)
        steps = story.identities(track.serial)
        for (start, identity), (end, _) in zip(steps, [*steps[1:], (math.inf, Identity.NONE)], strict=True):
            if test(identity):
                series |= story.during([(start, end)])
        found |= mine & series
    return story.lately(found, cycle(story, u))


def not_identified(story: Story, f: int, u: int) -> np.ndarray:
    """A track of it is not yet identified."""
    return believed(story, f, u, lambda identity: identity == Identity.PENDING)


def forbidden(story: Story, f: int, u: int) -> np.ndarray:
    """The control state does not let fire at what a track of it is believed to be."""
    control = story.rows["units"][u]["control"]
    if (story.rows["zones"]["bit"] == 1 << Evidence.NO_FIRE).any():
        control = Control.HOLD
    sure = Identity.HOSTILE
    return believed(story, f, u, lambda identity: control == Control.HOLD or identity != sure)


def not_threatening(story: Story, f: int, u: int) -> np.ndarray:
    """By a track's own place and velocity its straight way passes the assets, or its fall ends beside them."""
    found = np.zeros(len(story.times), bool)
    posts = story.post_of_unit(u)
    if story.rows["flights"][f]["threat_class"] == ThreatClass.BALLISTIC:
        return story.held(f, posts, cycle(story, u))
    for track in story.tracks:
        if track.flight != f:
            continue
        young, states = beliefs(story, track)
        spans = [young, *(span for span, state in states if passes(story, state, track.post))]
        found |= story.during(spans, after=cycle(story, u)) & (posts == track.post)
    return found


def beliefs(story: Story, track: Held) -> tuple[Span, list[tuple[Span, np.ndarray]]]:
    """When the state of a track is not in the log, from its confirmation to its next plot, and its states since then.

    A state is ECEF m and m/s, with the span in which it was the last.
    """
    rows = story.of(Event.TRACK_UPDATE, track=track.serial)
    rows = rows[(rows["code"] == -1) & (rows["time"] >= track.start) & (rows["time"] <= track.end)]
    starts = [float(time) for time in rows["time"]]
    ends = [*starts[1:], track.end]
    states = [((a, b), row["value"]) for a, b, row in zip(starts, ends, rows, strict=False)]
    return (track.start, min([*starts[:1], track.end])), states


def passes(story: Story, state: np.ndarray, post: int) -> bool:
    """Whether a straight level way from a state, ECEF, comes past every asset beyond its buffer, or by a fall."""
    x, v = state[None, :3], state[3:]
    assets = story.rows["assets"]
    buffer = float(story.rows["posts"][post]["air_buffer"])
    model = story.rows["model"][0]
    up = x[0] / np.linalg.norm(x[0])
    if np.linalg.norm(v) > model["falling_speed"] * (1.0 - TRACK_ERROR) or v @ up < -100.0:
        return True  # may be taken for what falls: its impact is another question
    for asset in assets:
        distance, azimuth, _, ground = local(asset["position"][None, :], x)
        _, ahead, _, after = local(asset["position"][None, :], x + v)
        place = ground[0] * np.array([np.sin(azimuth[0]), np.cos(azimuth[0])])
        step = after[0] * np.array([np.sin(ahead[0]), np.cos(ahead[0])]) - place
        when = max(-(place @ step) / max(step @ step, 1.0), 0.0)
        near = float(np.linalg.norm(place + when * step))
        if near < (buffer + asset["radius"]) * (1.0 - TRACK_ERROR) - 0.02 * ground[0]:
            return False
    return True


# ------------------------------------------------------------------ what rounds reach


def straight(state: np.ndarray, horizon: float, trust: float) -> np.ndarray:
    """Where a straight way from a state leads: rows of seconds ahead, place and velocity, ECEF; with a share of its
    vertical velocity, as far as that is trusted.
    """
    x, v = state[:3], state[3:]
    up = x / np.linalg.norm(x)
    v = v - (1.0 - trust) * (v @ up) * up
    ahead = np.linspace(0.0, horizon, POINTS)
    bend = -(v @ v) / np.linalg.norm(x) * up
    places = x + ahead[:, None] * v + 0.5 * ahead[:, None] ** 2 * bend
    return np.column_stack([ahead, places, np.repeat(v[None, :], len(ahead), axis=0)])


def ways_ahead(story: Story, f: int, n: int) -> list[np.ndarray]:
    """Where a flight may be going, as seen at second ``n``: its true way on, and the last states of its tracks."""
    states = story.flight(f)
    horizon = float(story.rows["magazines"]["horizon"][:, 0].max())
    if story.rows["flights"][f]["threat_class"] == ThreatClass.BALLISTIC:
        left = np.flatnonzero(np.isfinite(states[n:, 0]))
        found = [np.column_stack([left.astype(float), states[n + left]])]
    else:
        found = [straight(states[n], horizon, 0.0)]
    rows = story.of(Event.TRACK_UPDATE, flight=f)
    rows = rows[(rows["time"] <= n + 1.0) & (rows["time"] >= n - STALE)]
    for serial in np.unique(rows["track"]):
        last = rows[rows["track"] == serial][-1]["value"]
        found += [straight(last, horizon, trust) for trust in (0.0, 0.5, 1.0)]
    return found


def prospects(story: Story, f: int, u: int) -> dict[str, np.ndarray]:
    """Series of what intercepts of a flight come out as, by a unit's rounds: ``clear`` where one is surely feasible,
    each obstacle of ``Reach.meets`` where one meets it, and ``wait`` where the first feasible one is still to wait for.
    """
    key = (f"prospects {f}", u)
    if key in story.memory:
        return story.memory[key]
    unit, falls = story.rows["units"][u], story.rows["flights"][f]["threat_class"] == ThreatClass.BALLISTIC
    names = ("range", "height", "speed", "lift", "time", "clear", "wait")
    found = {name: np.zeros(len(story.times), bool) for name in names}
    kinds = [
        Reach(story.world, u, m) for m in range(unit["first_magazine"], unit["first_magazine"] + unit["magazines"])
    ]
    radar = int(unit["radar"])
    place = radar_path(story.world, radar, story.times) - story.rows["radars"][radar]["position"] + unit["position"]
    for n in np.flatnonzero(np.isfinite(story.flight(f)[:, 0]) & told(story, f, u, REACH)):
        all_clear = []
        for way in ways_ahead(story, f, int(n)):
            for kind in kinds:
                meets = kind.meets(place[n], way, 0.0, bool(falls), FAR)
                for name in names[:5]:
                    found[name][n] |= bool(meets[name].any())
                late = kind.meets(place[n], way, float(unit["crew_delay"]) + 10.0, bool(falls), FAR)
                all_clear.append(bool((late["spare"] > 0.0).sum() >= 3))
                first = np.flatnonzero(meets["spare"] > -np.inf)
                found["wait"][n] |= len(first) > 0 and bool(meets["spare"][first[0]] > -1.0)
        found["clear"][n] = bool(all_clear) and all(all_clear)
    unknown = story.during([beliefs(story, track)[0] for track in story.tracks if track.flight == f])
    for name in names:  # what a young track says is not in the log
        found[name] |= unknown
    found["clear"] &= ~unknown
    story.memory[key] = found
    return found


def told(story: Story, f: int, u: int, gates: tuple[Gate, ...]) -> np.ndarray:
    """Series: whether one of some gates is told for a flight at a unit, or is within the lag of whoever tells it."""
    rows = story.of(Event.GATE, flight=f, unit=u)
    ends = [*rows["time"][1:].tolist(), math.inf]
    spans = [(float(e["time"]), end) for e, end in zip(rows, ends, strict=False) if e["code"] in gates]
    return story.during(spans, before=2.0 * cycle(story, u) + 6.0, after=6.0)


def _kept_by(story: Story, f: int, u: int, name: str) -> np.ndarray:
    mine = prospects(story, f, u)
    return story.lately(mine[name] & ~mine["clear"], cycle(story, u) + 3.0, 3.0)


def out_of_range(story: Story, f: int, u: int) -> np.ndarray:
    """Its way lies beyond the reach of the unit's rounds."""
    return _kept_by(story, f, u, "range")


def out_of_height(story: Story, f: int, u: int) -> np.ndarray:
    """Its way lies above or below where rounds meet a target."""
    return _kept_by(story, f, u, "height")


def too_fast(story: Story, f: int, u: int) -> np.ndarray:
    """Rounds arrive too slow for it, or it is faster than they are made for."""
    return _kept_by(story, f, u, "speed")


def not_enough_lift(story: Story, f: int, u: int) -> np.ndarray:
    """Rounds could not turn enough where they would meet it."""
    return _kept_by(story, f, u, "lift")


def no_time(story: Story, f: int, u: int) -> np.ndarray:
    """It is past each point of its way before a round could be there."""
    return _kept_by(story, f, u, "time")


def too_early(story: Story, f: int, u: int) -> np.ndarray:
    """A round launched now would be there before the target can be met."""
    return story.lately(prospects(story, f, u)["wait"], cycle(story, u) + 5.0, 3.0)


def below_the_floor(story: Story, f: int, u: int) -> np.ndarray:
    """A round's believed probability is below the unit's floor, or may be on its radar's own track of the flight."""
    unit = story.rows["units"][u]
    kinds = story.rows["magazines"][unit["first_magazine"] : unit["first_magazine"] + unit["magazines"]]
    low = (kinds["pk_believed"][:, 1:5] < unit["floor"]).any()
    return fighting(story, f, u) & bool((kinds["aim"][:, :, 0] > 0.0).any()) | bool(low)


def support_will_be_lost(story: Story, f: int, u: int) -> np.ndarray:
    """The radar does not see where they would meet, or the echo is weak enough to be lost."""
    r = int(story.rows["units"][u]["radar"])
    mine = view(story, f, r)
    edge = mine["range"] | mine["horizon"] | mine["service"] | mine["held"] | hidden(story, f, r)
    return story.lately(edge | weak(story, f, r), 8.0, 90.0) & fighting(story, f, u)


def weak(story: Story, f: int, r: int) -> np.ndarray:
    """Series: whether a look of a radar at a flight that fades misses it in one of a hundred, by the radar equation."""
    radar, flight = story.rows["radars"][r], story.rows["flights"][f]
    distance, _, _, _ = local(radar_path(story.world, r, story.times), story.flight(f)[:, :3])
    section = float(np.min(flight["rcs"][int(radar["band"])]))
    signal = float(radar["reference_snr"]) * section * (1e5 / np.maximum(distance, 1.0)) ** 4
    return signal < 10.0 ** (33.0 / 10.0)  # 13 dB are needed, and a fade of 20 dB comes once in a hundred
