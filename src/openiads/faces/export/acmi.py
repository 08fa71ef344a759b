"""A replication as a Tacview recording (ACMI 2.2 text).

Source: Tacview's technical reference of ACMI 2.2.  Altitudes are the model's heights; 0 is its sea.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openiads.faces.export.story import Mover, Place, Spot, Story
from openiads.world.codes import Event, Identity, Side, Terminal, ThreatClass

#: What the posts believe of a flight -> color; red, orange and so on are all that Tacview knows.
BELIEFS = {
    Identity.NONE: "Violet",
    Identity.PENDING: "Yellow",
    Identity.UNKNOWN: "Yellow",
    Identity.ASSUMED_FRIEND: "Blue",
    Identity.FRIEND: "Blue",
    Identity.NEUTRAL: "Green",
    Identity.SUSPECT: "Orange",
    Identity.HOSTILE: "Red",
}
CLASSES = {
    ThreatClass.AIRCRAFT: "Medium+Air+FixedWing",
    ThreatClass.AIRLINER: "Heavy+Air+FixedWing",
    ThreatClass.DRONE: "Light+Air+FixedWing",
    ThreatClass.CRUISE: "Medium+Weapon+Missile",
    ThreatClass.BALLISTIC: "Heavy+Weapon+Missile",
}
KINDS = {"round": "Medium+Weapon+Missile", "track": "Navaid+Waypoint", "ship": "Sea+Watercraft+Warship"}
PLACES = {
    "site": "Ground+Static+AntiAircraft",
    "fire unit": "Ground+Static+AntiAircraft",
    "radar": "Ground+Static+Sensor",
    "post": "Ground+Static+Building",
    "asset": "Ground+Static+Building",
}
COALITIONS = {Side.HOSTILE: "Hostile", Side.NEUTRAL: "Neutral", Side.FRIEND: "Friend"}

Entry = tuple[float, int, str]  # time, order within it, line

_LINES, _EVENTS, _REMOVALS = 0, 1, 2


def text(words: str) -> str:
    """Words as the value of a property: a comma is escaped; a backslash, which would escape what follows, is turned."""
    return words.replace("\\", "/").replace(",", "\\,")


def place(spot: Spot) -> str:
    """Longitude, latitude, altitude."""
    return f"T={spot[0]:.7f}|{spot[1]:.7f}|{spot[2]:.2f}"


def _properties(**values: str) -> str:
    return ",".join(f"{name}={text(value)}" for name, value in values.items() if value)


def _changes(mover: Mover) -> list[tuple[float, str]]:
    """When a mover changes its color, after it has appeared."""
    return [(max(t, mover.start), BELIEFS[b]) for t, b in mover.beliefs if t <= mover.end]


def _mover(id_: str, mover: Mover) -> Iterator[Entry]:
    """A mover from its first position to its removal."""
    kind = CLASSES.get(mover.what, "Misc") if mover.kind == "flight" or mover.what else KINDS[mover.kind]
    color = {"flight": BELIEFS[Identity.NONE], "track": BELIEFS[Identity.PENDING]}.get(mover.kind, "Cyan")
    side = {"track": "Tracks"}.get(mover.kind) or COALITIONS.get(mover.side, "")
    first = _properties(Type=kind, Name=mover.name, Color=color, Coalition=side)
    for number, (time, spot) in enumerate(mover.spots()):
        yield time, _LINES, f"{id_},{place(spot)}{'' if number else ',' + first}"
    for time, color in _changes(mover):
        yield time, _EVENTS, f"{id_},Color={color}"
    if mover.kind != "ship":
        yield mover.end, _REMOVALS, f"-{id_}"


def _place(id_: str, one: Place) -> Entry:
    color = "Cyan" if one.kind == "asset" else "Blue"
    words = _properties(Type=PLACES[one.kind], Name=one.name, Color=color, Coalition="Friend")
    return 0.0, _LINES, f"{id_},{place(one.spot)},{words}"


def _event(kind: str, ids: list[str | None], words: str) -> str:
    """An event about objects; ids that are None are left out."""
    return f"0,Event={'|'.join([kind, *(each for each in ids if each), text(words).replace('|', '/')])}"


def _moment(row: np.void, kind: Event, words: str, ids: dict[str, str]) -> Iterator[Entry]:
    """What Tacview is told of one event: a message, and how flights and rounds end."""
    time = round(float(row["time"]), 6)
    flight, shot = ids.get(f"flight/{int(row['flight'])}"), ids.get(f"round/{int(row['round'])}")
    if kind == Event.INTERCEPT and flight and shot:
        outcome = "Kill" if int(row["code"]) == 1 else "Miss"
        yield time, _EVENTS, f"0,Event=Timeout|SourceId:{shot}|TargetId:{flight}|Outcome:{outcome}"
    elif kind == Event.TERMINAL and flight:
        done = "Destroyed" if int(row["code"]) == Terminal.KILLED else "LeftArea"
        yield time, _EVENTS, _event(done, [flight], words)
    yield time, _EVENTS, _event("Message", [flight if kind != Event.LAUNCH else shot], words)


def entries(story: Story) -> list[Entry]:
    """Every line after the header with its time, in order."""
    things: list[Mover | Place] = [*story.places, *story.picture]
    ids = {thing.id: f"{number:x}" for number, thing in enumerate(things, 1)}
    found: list[Entry] = [_place(ids[one.id], one) for one in story.places]
    for mover in story.picture:
        found += _mover(ids[mover.id], mover)
    for _, moment, _ in story.marked:
        found += _moment(moment.row, moment.kind, moment.words, ids)
    return sorted(found, key=lambda entry: entry[:2])


def lines(story: Story) -> Iterator[str]:
    """The file line by line."""
    about = story.about
    yield "\ufeffFileType=text/acmi/tacview"
    yield "FileVersion=2.2"
    yield f"0,ReferenceTime={about.at(0.0)}"
    for name, value in (
        ("DataSource", f"openiads {about.version}"),
        ("DataRecorder", f"openiads {about.version}"),
        ("Title", about.title),
        ("Category", "Simulation"),
        ("Comments", ". ".join(f"{name}: {value}" for name, value in about.rows())),
    ):
        yield f"0,{name}={text(value)}"
    now = None
    for time, _, line in entries(story):
        if time != now:
            yield f"#{time:.6f}".rstrip("0").rstrip(".")
            now = time
        yield line


def write(story: Story) -> bytes:
    """The file."""
    return ("\n".join(lines(story)) + "\n").encode()
