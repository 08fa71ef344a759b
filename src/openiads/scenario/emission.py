"""What a site may declare of emission control, of decoys that emit, and of how surely its elements are ready.

Models as in `scenario.model`: strict and frozen, quantities as text with units in a file and SI floats here; None takes
the catalog's value of its kind `model`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, Strict

from openiads.base.jsonable import Json, JsonObject
from openiads.base.words import listed, nearest
from openiads.scenario.measures import Duration, Key, Measure, Part, Probability, Reach, Speed

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario

#: When radars emit: always, silent while a weapon comes at them, on for a share of every period, or when cued.
Policy: TypeAlias = Literal["on", "shutdown", "blink", "cued"]

Loc: TypeAlias = tuple[str | int, ...]
Problem: TypeAlias = tuple[Loc, Json, str, str]


def _stated(policy: str | None) -> str | None:
    """What is declared; "on" is what nothing declared means, so both are one scenario."""
    return None if policy == "on" else policy


#: None: always on.
DeclaredPolicy = Annotated[Policy | None, AfterValidator(_stated)]


class EmissionRules(Part):
    """How a site's radars are switched.

    Attributes
    ----------
    delay : Duration, optional
        Median time from an order to its effect.
    resume : Duration, optional
        From then to emission, for an order to emit.
    silence : Duration, optional
        A shutdown lasts so long where no other radar tells that the threat has gone, and a cued radar emits so long
        after the last track near it.
    blink_period : float, optional
        s.
    blink_duty : float, optional
        Share of the period that a blinking radar emits.
    cue_range : Reach, optional
        A cued radar emits at tracks that will be so near, flying straight on, within
    cue_time : Duration, optional
        so long.
    alarm_speed : Speed, optional
        What is as fast
    alarm_radius : Reach, optional
        and will pass a radar so near, flying straight on,
    alarm_time : Duration, optional
        within so long is taken for a weapon that comes at it.
    """

    delay: Duration | None = None
    resume: Duration | None = None
    silence: Duration | None = None
    blink_period: Annotated[float, Measure("time", 0.5, 3600.0, "24 s")] | None = None
    blink_duty: Annotated[float, Measure("number", 0.01, 1.0, "0.5")] | None = None
    cue_range: Reach | None = None
    cue_time: Duration | None = None
    alarm_speed: Speed | None = None
    alarm_radius: Reach | None = None
    alarm_time: Duration | None = None


class EmitterDecoys(Part):
    """Decoys about a radar that emit while it does.

    Attributes
    ----------
    radar : Key
        Of the site, as in `radars_off`.
    count : int
    weight : float
        Of one over the radar's own: weapons take the radar with a share of 1 / (1 + count * weight).
    distance : float, optional
        From the radar, m.
    """

    radar: Key
    count: Annotated[int, Field(ge=1, le=8)]
    weight: Annotated[float, Measure("number", 0.0, 1000.0, "1")] = 1.0
    distance: Annotated[float, Measure("length", 1.0, 10_000.0, "300 m")] | None = None


class Availability(Part):
    """Probabilities that elements of a site are ready when a raid comes, drawn for each; None: surely.

    Attributes
    ----------
    radar : Probability, optional
        Each of its radars.
    post : Probability, optional
        Its command post.
    crew : Probability, optional
        The crew of each fire unit.
    """

    radar: Probability | None = None
    post: Probability | None = None
    crew: Probability | None = None


ManyDecoys = Annotated[
    tuple[EmitterDecoys, ...],
    Strict(False),
    AfterValidator(lambda rows: tuple(sorted(rows, key=lambda row: row.radar))),
]


#: Policy -> the values of the catalog's ``model`` that it goes by.
GOES_BY = {
    "shutdown": ("emission_delay", "emission_delay_spread", "emission_resume", "emission_silence")
    + ("alarm_speed", "alarm_time", "alarm_radius"),
    "blink": ("blink_period", "blink_duty"),
    "cued": ("emission_delay", "emission_delay_spread", "emission_resume", "emission_silence", "cue_range", "cue_time"),
}


def unread_by(scenario: Scenario) -> frozenset[str]:
    """Fields of the catalog that a world reads only where emission control or decoys are declared, and here are not."""
    declared = {site.doctrine.emission for site in scenario.sites}
    declared |= {policy for site in scenario.sites for policy in (site.doctrine.emission_of or {}).values()}
    decoys = any(site.emitter_decoys for site in scenario.sites)
    every = {field for fields in GOES_BY.values() for field in fields} | {"decoy_distance", "memory_growth"}
    read = {field for policy, fields in GOES_BY.items() if policy in declared for field in fields}
    read |= {"memory_growth"} if read or decoys else set()
    return frozenset(every - read - ({"decoy_distance"} if decoys else set()))


def covered(name: str, radar: str) -> bool:
    """Whether a name given in a scenario (`30n6e2`) means a radar of a site (`30n6e2/1`)."""
    return radar == name or radar.split("/", maxsplit=1)[0] == name


def problems(loc: Loc, site: JsonObject, radars: Sequence[str]) -> Iterator[Problem]:
    """What makes no sense in a site's emission control and decoys; ``radars`` : names of its radars."""
    off = site.get("radars_off", [])
    off = [name for name in off if isinstance(name, str)] if isinstance(off, list) else []
    doctrine = site.get("doctrine")
    doctrine = doctrine if isinstance(doctrine, dict) else {}
    if doctrine.get("emission") == "on" and off:
        told = f"{listed(off)} in radars_off: both silent and on"
        yield (*loc, "doctrine", "emission"), "on", told, "Take it out of radars_off, or leave emission out."
    single = doctrine.get("emission_of", {})
    for name, policy in single.items() if isinstance(single, dict) else ():
        where = (*loc, "doctrine", "emission_of", name)
        if name not in radars:
            yield where, policy, "no radar of this site of that name", _names(name, radars)
        elif any(covered(each, name) or covered(name, each) for each in off):
            yield where, policy, f"{name} is in radars_off: both silent and on", "Leave it out of one of the two."
    decoys = site.get("emitter_decoys", [])
    had: list[str] = []
    for i, row in enumerate(decoys if isinstance(decoys, list) else []):
        name = row.get("radar") if isinstance(row, dict) else None
        if not isinstance(name, str):
            continue
        where = (*loc, "emitter_decoys", i, "radar")
        if name not in radars:
            yield where, name, "decoys without their radar: the site has none of that name", _names(name, radars)
        elif any(covered(each, name) or covered(name, each) for each in off):
            yield where, name, "is off, so that its decoys never emit", "Take it out of radars_off, or the decoys away."
        elif any(covered(each, name) or covered(name, each) for each in had):
            yield where, name, "has decoys already", "Give one row of decoys a radar."
        had.append(name)


def _names(name: str, radars: Sequence[str]) -> str:
    return f"{nearest(name, list(radars))}Names: {listed(list(radars))}"
