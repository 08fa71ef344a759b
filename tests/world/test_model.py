"""Assumptions that belong to no piece of equipment: each is read, and a scenario may have its own."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from engine.scenes import CLEAR, TEXTBOOK, place, raid, scene, site
from openiads.base.errors import InputError
from openiads.catalog.load import catalog
from openiads.world.build import World

pytestmark = pytest.mark.compiled_only

FIELDS = tuple(catalog().model.values)


def own(**values: Any) -> dict[str, Any]:
    """A scenario's own assumptions: the packaged ones but for some."""
    return {"model": {"mine": {"based_on": "behavior", **values}}}


def scenes(changed: dict[str, Any] | None = None) -> list[World]:
    """Situations that between them rest on every assumption; ``changed`` replaces some."""
    load = {"value": 1.05, "unit": "g", "status": "assumption", "note": "hardly turns"}
    more = {"catalog": {"threats": {"glider": {"based_on": "a320", "max_load_factor": load}}} | (changed or {})}
    command = {"name": "Sector", "post": "54k6e2", "at": place(5.0, 90.0), "commands": ["Guard"]}
    empty = site("Empty", fire_units=0, system="patriot_pac2")
    strike = raid("West", "f16", 90.0, weapon="arm", release_range="40 km", agl="250 m", count=2)
    del strike["altitude"]
    liner = {
        "name": "Liner",
        "kind": "glider",
        "route": [place(90.0), place(60.0), place(60.0, 300.0)],
        "start": "0 s",
        "altitude": "9 km",
        "speed": "230 m/s",
    }
    real = scene(
        strike,
        model=CLEAR | {"attenuation": True},
        sites=[site(), empty],
        command=[command],
        flights=[liner],
        terrain={"source": "levant", "on_missing": "sea"},
        **more,
    )
    queue = scene(raid("East"), model=TEXTBOOK | {"service": "fixed", "service_time": "20 s"}, **more)
    states = ("evaporation", "surface")
    ducts = [scene(raid("East"), model=TEXTBOOK, world={"ducting": state}, **more) for state in states]
    ducts += [
        scene(raid("East"), model=TEXTBOOK, world={"ducting": "drawn"}, knobs={"world.ducting": share}, **more)
        for share in (0.12, 0.72)
    ]
    decoys = [{"radar": "64n6e2", "count": 1}]
    emits = [
        scene(raid("East"), model=TEXTBOOK, sites=[site(doctrine={"emission": policy}, emitter_decoys=decoys)], **more)
        for policy in ("shutdown", "blink", "cued")
    ]
    return [real, queue, *ducts, *emits]


@cache
def usual() -> list[bytes]:
    return [content(world) for world in scenes()]


def content(world: World) -> bytes:
    return b"".join(array.tobytes() for array in world.rows.values()) + world.tables.tobytes()


@pytest.mark.parametrize("field", FIELDS)
def test_every_assumption_moves_a_world(field: str) -> None:
    value = catalog().model.values[field]
    ends = [end for end in (value.low, value.high) if end == end and end != value.number] or [value.number * 0.8]
    unit = {"unit": value.unit} if value.unit else {}
    for end in ends:  # a share that stands under a floor moves a world at its upper end alone
        table = {"value": end, "status": "assumption", "note": "another"} | unit
        if [content(world) for world in scenes(own(**{field: table}))] != usual():
            return
    raise AssertionError(f"nothing reads it at {ends}")


def test_every_assumption_has_a_number_an_interval_and_a_reason() -> None:
    for field, value in catalog().model.values.items():
        assert value.status == "assumption", field
        assert value.si_low < value.si < value.si_high or value.si in (value.si_low, value.si_high), field
        assert value.si_low < value.si_high, field
        assert len(value.note) > 4, field


def test_two_sets_of_assumptions_are_refused() -> None:
    two = {"model": {"mine": {"based_on": "behavior"}, "yours": {"based_on": "behavior"}}}
    with pytest.raises(InputError, match="2 sets of assumptions: mine, yours"):
        scenes(two)


def test_the_same_assumptions_under_another_name_change_nothing() -> None:
    assert [content(world) for world in scenes(own())] == usual()
