"""Grounds of reasons that lie with a fire unit and its crew: engagements, channels, rounds, rules; see ``grounds``."""

from __future__ import annotations

import math

import numpy as np

from openiads.audit.story import Fight, Story
from openiads.world.codes import Event, FireRule

ALIKE = 10_000.0  # m, within which two tracks may look alike
ALIKE_SHARE = 0.1  # of the distance, where that is more: a coasting track's doubt grows


def cycle(story: Story, u: int) -> float:
    """s between two decisions on a unit's behalf, at most, also of a post that takes over, and its crew's pause."""
    posts = story.rows["posts"][[post for post in story.rows["units"][u]["posts"] if post >= 0]]
    return float(posts["cycle"].max()) + float(story.rows["model"][0]["crew_retry"])


def fights_of(story: Story, f: int, u: int) -> list[tuple[float, float]]:
    """Spans of a unit's engagements of a flight, as its track told, or as its radar found."""
    return [(each.start, each.end) for each in story.fights if each.unit == u and f in followed(story, each)]


def followed(story: Story, fight: Fight) -> set[int]:
    """Flights that an engagement was about: its track's at assignment, and those its radar acquired or shot at."""
    found = {fight.flight}
    for track in story.tracks:
        if track.serial == fight.serial and track.start < fight.end and track.end > fight.start:
            found.add(track.flight)
    for kind in (Event.ACQUIRE, Event.DECIDE, Event.LAUNCH, Event.ASSESS, Event.RELEASE):
        for e in story.of(kind, unit=fight.unit, track=fight.serial):
            if fight.start <= e["time"] <= fight.end:
                found.add(int(e["flight"]))
    return found


def fighting(story: Story, f: int, u: int) -> np.ndarray:
    """Series: whether a unit has an engagement of a flight."""
    return story.lately(story.during(fights_of(story, f, u)), cycle(story, u) + 1.0, 0.0)


def not_acquired(story: Story, f: int, u: int) -> np.ndarray:
    """It is assigned, and the unit's radar has no firm track yet, or has lost it."""
    return fighting(story, f, u)


def no_channel(story: Story, f: int, u: int) -> np.ndarray:
    """All target channels are taken by engagements, or all missile channels by rounds."""
    unit = story.rows["units"][u]
    held = np.zeros(len(story.times), int)
    for each in story.fights:
        if each.unit == u:
            held += story.during([(each.start, each.end)])
    guided = np.zeros(len(story.times), int)
    for launch, end in story.rounds.values():
        if launch["unit"] == u:
            guided += story.during([(float(launch["time"]), end)])
    full = (held >= unit["target_channels"]) | (guided >= unit["missile_channels"])
    return story.lately(full, cycle(story, u))


def no_round(story: Story, f: int, u: int) -> np.ndarray:
    """No working launcher of the unit has a round; one that may not be ready and never fires may never have worked."""
    left = np.zeros(len(story.times), int)
    for k in story.launchers(u):
        if story.rows["launchers"][k]["readiness"] >= 1.0 or len(story.of(Event.LAUNCH, launcher=k)):
            left += story.loaded(k)
    return story.lately(left == 0, cycle(story, u))


def no_launcher(story: Story, f: int, u: int) -> np.ndarray:
    """Each launcher with a round has fired too lately, or the unit has, or it cannot fire that way."""
    unit = story.rows["units"][u]
    launches = story.of(Event.LAUNCH, unit=u)
    rest = story.during([(float(e["time"]), float(e["time"] + unit["salvo_interval"])) for e in launches])
    busy = np.ones(len(story.times), bool)
    for k in story.launchers(u):
        launcher = story.rows["launchers"][k]
        mine = launches[launches["launcher"] == k]
        resting = story.during([(float(e["time"]), float(e["time"] + launcher["interval"])) for e in mine])
        aside = launcher["arc_half"] < math.pi - 1e-6
        busy &= resting | (story.loaded(k) == 0) | (story.times < launcher["ready_at"]) | aside
    return story.lately(busy | rest, cycle(story, u) + 1.0)


def reserved(story: Story, f: int, u: int) -> np.ndarray:
    """Rounds are left, and doctrine keeps them: for a class, as a reserve, or for tracks of more value that wait."""
    unit = story.rows["units"][u]
    kinds = story.rows["magazines"][unit["first_magazine"] : unit["first_magazine"] + unit["magazines"]]
    kept = unit["reserve"] > 0 or unit["reserves"].sum() > 0
    one = (kinds["classes"] & 30 != 30).any()
    posts = story.post_of_unit(u)
    waiting = np.zeros(len(story.times), int)
    for track in story.tracks:
        if track.flight != f:
            waiting += story.during([(track.start, track.end)]) & (posts == track.post)
    left = np.zeros(len(story.times), int)
    for other in range(len(story.rows["units"])):
        left += np.where(story.post_of_unit(other) == posts, story.left(other), 0)
    value = left <= waiting * int(story.rows["units"]["salvo"].max())
    return story.lately((left > 0) & (value | kept | one), cycle(story, u))


def left_to_point_defense(story: Story, f: int, u: int) -> np.ndarray:
    """The unit leaves tracks to point defense, and a track of the flight is left and not yet taken back."""
    spans = []
    for e in story.of(Event.LEAVE, code=0):
        serial, since = int(e["track"]), float(e["time"])
        if int(story.rows["units"][u]["leaves"]) >> int(e["unit"]) & 1 == 0:
            continue
        if e["flight"] == f or any(track.serial == serial and track.flight == f for track in story.tracks):
            rows = story.of(Event.LEAVE, track=serial)
            back = [float(b["time"]) for b in rows if b["code"] > 0 and b["time"] >= since]
            spans.append((since, min(back, default=math.inf)))
    return story.lately(story.during(spans), cycle(story, u))


def operator_busy(story: Story, f: int, u: int) -> np.ndarray:
    """The post has just decided on another track, or the crew is deciding on another engagement."""
    posts, unit = story.post_of_unit(u), story.rows["units"][u]
    spans = []
    for e in story.of(Event.ASSIGN):
        post = int(story.post_of_unit(int(e["unit"]))[math.floor(e["time"])])
        if post == posts[math.floor(e["time"])]:
            spans.append((float(e["time"]), float(e["time"]) + float(story.rows["posts"][post]["service_time"])))
    slow = float(unit["crew_delay"]) * math.exp(3.5 * float(unit["crew_spread"]))
    for kind in (Event.ACQUIRE, Event.ASSESS):
        spans += [(float(e["time"]), float(e["time"]) + 4.0 * slow) for e in story.of(kind, unit=u) if e["flight"] != f]
    return story.lately(story.during(spans), cycle(story, u))


def assessed_dead(story: Story, f: int, u: int) -> np.ndarray:
    """Its track is assessed killed, and flies on."""
    spans = []
    for e in story.of(Event.ASSESS, code=1):
        back = [float(r["time"]) for r in story.of(Event.REVOKE, track=int(e["track"])) if r["time"] >= e["time"]]
        gone = [float(r["time"]) for r in story.of(Event.TRACK_DROP, track=int(e["track"]))]
        mine = any(track.serial == e["track"] and track.flight == f for track in story.tracks)
        if mine or e["flight"] == f:
            spans.append((float(e["time"]), min([*back, *gone], default=math.inf)))
    return story.lately(story.during(spans), cycle(story, u))


def engaged_elsewhere(story: Story, f: int, u: int) -> np.ndarray:
    """Another unit is assigned to it, or to one so near that their tracks look alike."""
    near = np.zeros(len(story.times), bool)
    mine = story.flight(f)
    far = np.linalg.norm(mine[:, :3] - story.rows["units"][u]["position"], axis=1)
    for each in story.fights:
        span = story.during([(each.start, each.end)])
        for g in followed(story, each):
            if g == f and each.unit != u:
                near |= span
            elif g != f and g >= 0:
                away = np.linalg.norm(story.flight(g)[:, :3] - mine[:, :3], axis=1)
                near |= span & (away < np.maximum(ALIKE, ALIKE_SHARE * far))
    return story.lately(near, cycle(story, u) + 2.0)


def unit_not_ready(story: Story, f: int, u: int) -> np.ndarray:
    """The unit is not set up, its crew is not ready, or its radar does not work or turns."""
    unit = story.rows["units"][u]
    down = ~story.works(int(unit["radar"])) | (story.times < unit["ready_at"])
    if len(story.of(Event.ELEMENT_DOWN, unit=u)):
        down[:] = True
    return story.lately(down, cycle(story, u))


def rule_held(story: Story, f: int, u: int) -> np.ndarray:
    """The rule waits for the latest chance, or has given the target all that it gives, or was asked and held."""
    unit = story.rows["units"][u]
    if unit["latest"] == 1 or unit["fire_rule"] == FireRule.USER:
        return np.ones(len(story.times), bool)
    once = unit["fire_rule"] in (FireRule.SALVO, FireRule.SINGLE)
    shots = [(float(e["time"]), math.inf) for e in story.of(Event.LAUNCH, flight=f)] if once else []
    return story.during(shots)


def engaging(story: Story, f: int, u: int) -> np.ndarray:
    """The unit has an engagement of it, or of a track that now follows it, and has acquired or launched."""
    serials = {each.serial for each in story.fights if each.unit == u and f in followed(story, each)}
    rows = [e for kind in (Event.ACQUIRE, Event.LAUNCH) for e in story.of(kind, unit=u)]
    begun = [(float(e["time"]), math.inf) for e in rows if e["flight"] == f or int(e["track"]) in serials]
    return fighting(story, f, u) & story.during(begun, before=1.0)
