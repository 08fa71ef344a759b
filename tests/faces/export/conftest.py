"""Runs of the real engine for the exporters: one with ships, carriers and many rounds, one across the antimeridian."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import openiads as oi
from faces.export.recorded import Renamed
from openiads.faces.export.gather import gather


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("runs") / "moskva"
    return oi.run("moskva_2015", replications=2, seed=3, record=1, out=folder)


@pytest.fixture(scope="session")
def story(run: Any) -> Any:
    return gather(run)


@pytest.fixture(scope="session")
def hostile(run: Any) -> Any:
    return gather(Renamed(run))


@pytest.fixture(scope="session")
def wrapped() -> Any:
    """A lone aircraft that crosses the antimeridian on its way to an asset which straddles it."""
    scenario = oi.load("one_on_one").with_values(
        {
            "asset.Depot.at": "10 N 179.999 E",
            "site.Guard.at": "10 N 179.99 E",
            "site.Guard.facing": "90 deg",
            "site.Guard.doctrine.control": "hold",
            "raid.Intruder.origin": "10.1 N 179.6 W",
        }
    )
    return oi.run(scenario, replications=1, seed=1, record=1)


@pytest.fixture(scope="session")
def duel() -> Any:
    """A fire unit on the ground against one aircraft."""
    return oi.run("one_on_one", replications=1, seed=1, record=1)
