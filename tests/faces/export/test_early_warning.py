"""Early-warning aircraft in stories, exports and replays: where they fly, and only where they are on station."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import openiads as oi
from openiads.base.toml import toml_text
from openiads.faces.export.gather import gather
from openiads.faces.replay.scene import movers, radars
from openiads.scenario.load import loads
from openiads.world.codes import Event

pytestmark = pytest.mark.compiled_only


@pytest.fixture(scope="module")
def warned(tmp_path_factory: pytest.TempPathFactory) -> Any:
    mapping = oi.load("one_on_one").mapping()
    mapping["early_warning"] = [
        {
            "name": "Overwatch",
            "radar": "e3_apy",
            "reports_to": "Guard",
            "orbit": ["35.4 N 36.4 E", "35.8 N 36.5 E"],
            "altitude": "9 km",
            "speed": "170 m/s",
            "availability": 0.5,
            "on_station": "20 s",
        },
        {
            "name": "Balloon",
            "radar": "l88",
            "reports_to": "Guard",
            "carrier": "aerostat",
            "at": "34.95 N 35.95 E",
            "height": "3 km",
        },
    ]
    folder: Path = tmp_path_factory.mktemp("runs") / "warned"
    return oi.run(loads(toml_text(mapping)), replications=8, seed=5, record=8, out=folder)


def there(run: Any, replication: int) -> bool:
    events = run.events(replication)
    return not ((events["kind"] == Event.ELEMENT_DOWN) & (events["time"] <= 0.0)).any()


def both(run: Any) -> tuple[int, int]:
    """A replication with the aircraft, and one without."""
    found = [there(run, k) for k in range(8)]
    return found.index(True), found.index(False)


def test_an_aircraft_on_station_is_a_mover_at_its_height_and_an_absent_one_is_none(warned: Any) -> None:
    with_it, without = both(warned)
    (aircraft,) = gather(warned, with_it).ships
    assert aircraft.name == "Overwatch" and aircraft.start == pytest.approx(20.0)
    assert np.asarray(aircraft.line.heights) == pytest.approx(9000.0, abs=5.0)
    assert np.ptp(aircraft.line.latitudes) > 0.1
    assert gather(warned, without).ships == []


def test_the_replay_draws_it_as_an_aircraft_that_carries_its_radar(warned: Any) -> None:
    with_it, _ = both(warned)
    shown, _ = movers(gather(warned, with_it), 36.0)
    (ship,) = [each for each in shown if each["kind"] == "ship"]
    assert ship["symbol"] == "friend-aircraft"
    by_name = {each["name"]: each for each in radars(warned, 36.0)}
    assert by_name["Overwatch/e3_apy"]["ship"] == ship["id"]
    assert by_name["Balloon/l88"]["ship"] is None


@pytest.mark.parametrize("kind", ["acmi", "czml", "kml", "geojson", "asi"])
def test_every_format_writes_it(warned: Any, kind: str, tmp_path: Path) -> None:
    from importlib import import_module

    with_it, _ = both(warned)
    written = import_module(f"openiads.faces.export.{kind}").write(gather(warned, with_it))
    text = written.decode("utf-8-sig", errors="replace")
    assert "Overwatch" in text and "Balloon" in text
    if kind == "acmi":
        line = next(each for each in text.splitlines() if "Name=Overwatch" in each)
        assert "Air+FixedWing" in line
    if kind in ("geojson", "czml"):
        json.loads(text)
