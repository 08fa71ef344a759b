"""A replication as a SIMDIS scenario (ASI text): platforms and where each is at which time.

Source: what the public package sandTable (battleVerse, ``create_ASI_platforms``, ``read_ASI``) documents of the format:
one keyword a line, platforms by number, angles in degrees, times as day of the year, year and time of day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from openiads.faces.export.about import About
from openiads.faces.export.story import Mover, Place, Spot, Story
from openiads.world.codes import Identity, Side, ThreatClass

VERSION = 21
ICON = "NTDSUnknownUnknown2D"  # SIMDIS has models by name; this symbol is in every installation
AIR = (ThreatClass.AIRCRAFT, ThreatClass.AIRLINER, ThreatClass.DRONE)

#: Friend, hostile, neutral or unknown, as SIMDIS colors platforms.
SIDES = {Side.HOSTILE: "H", Side.FRIEND: "F", Side.NEUTRAL: "N"}
BELIEFS = {
    Identity.ASSUMED_FRIEND: "F",
    Identity.FRIEND: "F",
    Identity.NEUTRAL: "N",
    Identity.SUSPECT: "H",
    Identity.HOSTILE: "H",
}


def quoted(words: str) -> str:
    """Words in quotes; what would end them is turned."""
    return '"{}"'.format(words.replace("\\", "/").replace('"', "'"))


def stamp(about: About, seconds: float) -> str:
    """A time of the run as day of the year, year, and time of day, to the microsecond."""
    at = about.epoch + timedelta(microseconds=round(seconds * 1e6))
    return quoted(f"{at:%j} {at.year:04d} {at:%H:%M:%S.%f}")


def _kind(thing: Mover | Place) -> str:
    """The type of a platform; empty for what SIMDIS has no certain word for."""
    if isinstance(thing, Place) or thing.kind == "track":
        return ""
    if thing.kind == "ship":
        return "aircraft" if thing.what in AIR else "ship"
    return "aircraft" if thing.kind == "flight" and thing.what in AIR else "missile"


def _side(thing: Mover | Place) -> str:
    if isinstance(thing, Place):
        return "F"
    if thing.kind == "track":
        return BELIEFS.get(thing.beliefs[-1][1], "U") if thing.beliefs else "U"
    return SIDES.get(thing.side, "U")


def _spots(thing: Mover | Place, duration: float) -> Iterator[tuple[float, Spot]]:
    """Times and positions; what stands is there at the start and at the end."""
    if isinstance(thing, Place):
        yield 0.0, thing.spot
        yield duration, thing.spot
    else:
        yield from thing.spots()


def _platform(number: int, thing: Mover | Place, about: About) -> Iterator[str]:
    yield ""
    yield f"PlatformID {number}"
    yield f"PlatformName {number} {quoted(thing.name)}"
    kind = _kind(thing)
    if kind:
        yield f"PlatformType {number} {quoted(kind)}"
    yield f"PlatformIcon {number} {quoted(ICON)}"
    yield f"PlatformFHN {number} {_side(thing)}"
    for time, (lon, lat, height) in _spots(thing, about.duration):
        yield f"PlatformData {number} {stamp(about, time)} {lat:.7f} {lon:.7f} {height:.2f}"


def lines(story: Story) -> Iterator[str]:
    """The file line by line."""
    about = story.about
    things: list[Place | Mover] = [*story.places, *story.picture]
    yield f"# {about.title}"
    for name, value in about.rows():
        yield f"# {name}: {value}"
    lon, lat, _ = next((spot for thing in things for _, spot in _spots(thing, about.duration)), (0.0, 0.0, 0.0))
    yield f"Version {VERSION}"
    yield f"RefLLA {lat:.7f} {lon:.7f} 0.0"
    yield 'CoordSystem "LLA"'
    yield f"ReferenceYear {about.epoch.year:04d}"
    yield "DegreeAngles 1"
    yield f"ScenarioInfo {quoted(about.title)}"
    for number, thing in enumerate(things, 1):
        yield from _platform(number, thing, about)


def write(story: Story) -> bytes:
    """The file."""
    return ("\n".join(lines(story)) + "\n").encode()
