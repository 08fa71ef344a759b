"""Debris of a run: limits of the way of a piece, footprints against closed forms, what is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import openiads as oi
from openiads import textbook
from openiads.base.errors import InputError, UsageError
from openiads.base.toml import toml_text
from openiads.experiments.debris import Kill, landing, level_way, pieces_of
from openiads.experiments.debris_file import DebrisFile, Pieces, Wind, load_debris

CALM = Wind()


def declared(**keys: Any) -> dict[str, Any]:
    pieces = {
        "number": {"value": 40, "low": 10, "high": 150},
        "coefficient": {"low": 10.0, "high": 500.0},
        "throw": "30 m/s",
        "casualty_area": {"value": 2.0, "low": 1.0, "high": 8.0},
    }
    town = {"name": "Village", "at": "34.92 N 35.60 E", "radius": "6 km", "population": 3000}
    return {"format": 1, "pieces": {"aircraft": pieces}, "town": [town], **keys}


def written(folder: Path, **keys: Any) -> Path:
    file = folder / "debris.toml"
    file.write_text(toml_text(declared(**keys)))
    return file


# ------------------------------------------------------------------ the way of a piece


def test_without_speed_a_piece_drifts_as_the_closed_form_says() -> None:
    wind = Wind.model_validate({"from": "270 deg", "speed": "8 m/s", "shear": 0.003})
    nothing = np.zeros(3)
    coefficients = np.array([5.0, 50.0, 500.0])
    found = landing(np.full(3, 10_000.0), coefficients, nothing, nothing, wind)
    expected = [textbook.wind_drift(10_000.0, beta, 8.0, 0.003) for beta in coefficients]
    assert found[:, 0] == pytest.approx(expected, rel=1e-12)  # a west wind drives east
    assert found[:, 1] == pytest.approx([0.0] * 3, abs=1e-9)
    assert np.all(landing(np.full(3, 10_000.0), coefficients, nothing, nothing, CALM) == 0.0)


def test_no_piece_flies_farther_than_without_air_and_dense_ones_come_near_it() -> None:
    betas = np.geomspace(1.0, 1e9, 400)
    for height in (0.0, 500.0, 10_000.0):
        way = landing(np.full(400, height), betas, np.full(400, 250.0), np.zeros(400), CALM)[:, 0]
        farthest = textbook.vacuum_fall(height, 250.0).distance
        assert np.all(way <= farthest * (1.0 + 1e-4))
        assert way[-1] == pytest.approx(farthest, rel=1e-3)
        assert np.all(np.diff(way) >= -1e-4 * farthest)  # the denser, the farther
        assert np.abs(np.diff(way)).max() <= 0.04 * farthest + 1e-9  # without a cliff


def test_a_footprint_of_slow_pieces_is_normal_and_meets_a_circle_as_the_closed_form_says() -> None:
    one = Pieces.model_validate(declared()["pieces"]["aircraft"] | {"coefficient": {"low": 50.0, "high": 50.0}})
    kill = Kill(0, 0, 0.6, 0.6, 4000.0, 0.0, 0.0)
    drawn = pieces_of(kill, one.model_copy(update={"throw": 0.1}), 20_000, 3, 77)
    assert np.all(drawn[:, 0] == pytest.approx(50.0, rel=1e-12))
    at = landing(np.full(20_000, kill.height), drawn[:, 0], drawn[:, 1], drawn[:, 2], CALM)
    sigma = 0.1 * float(level_way(np.array([4000.0]), np.array([50.0]), np.array([1e-3]))[0]) / 1e-3  # of slow ones
    for off, radius in ((0.0, 1.0), (1.5, 1.0), (2.5, 1.7)):
        share = float((np.hypot(at[:, 0] - off * sigma, at[:, 1]) <= radius * sigma).mean())
        expected = textbook.town_share(sigma, sigma, off * sigma, 0.0, radius * sigma)
        assert share == pytest.approx(expected, abs=4.0 * math.sqrt(expected * (1 - expected) / 20_000) + 1e-3)


def test_the_way_of_a_piece_is_near_that_of_its_equation_of_motion() -> None:
    for coefficient, speed in ((1.0, 900.0), (5.0, 250.0), (50.0, 250.0), (50.0, 20.0), (300.0, 120.0), (1e4, 700.0)):
        height, x, level, down = 5000.0, 0.0, speed, 0.0
        while height > 0.0:  # small steps of the fall with drag
            drag = 1.225 * math.exp(-height / 7000.0) * math.hypot(level, down) / (2.0 * coefficient)
            dt = min(0.01, 0.01 / drag) if drag > 0.0 else 0.01
            level, down = level - dt * drag * level, down + dt * (9.80665 - drag * down)
            x, height = x + dt * level, height - dt * down
        found = landing(np.array([5000.0]), np.array([coefficient]), np.array([speed]), np.zeros(1), CALM)[0, 0]
        assert found == pytest.approx(x, rel=0.02)


def test_coefficients_lie_between_their_bounds_evenly_in_the_logarithm() -> None:
    pieces = Pieces.model_validate(declared()["pieces"]["aircraft"])
    drawn = np.log(pieces_of(Kill(1, 0, 0.6, 0.6, 1.0, 0.0, 0.0), pieces, 4000, 3, 5)[:, 0])
    assert drawn.min() >= math.log(10.0)
    assert drawn.max() <= math.log(500.0)
    assert drawn.mean() == pytest.approx(math.log(10.0 * 500.0) / 2.0, abs=0.08)


# ------------------------------------------------------------------ of a run


def test_pieces_of_a_run_fall_below_the_way_of_what_was_killed(tmp_path: Path) -> None:
    run = oi.run("one_on_one", replications=20, seed=7)
    found = oi.debris(run, written(tmp_path))
    assert found.kills == int(run.rows()["killed"].sum())
    assert len(found.ground) == 40 * found.kills
    lat, lon = np.degrees(found.ground[:, 1]), np.degrees(found.ground[:, 2])
    assert np.all(np.abs(lat - 34.92) < 0.05)  # it came from the west along this parallel
    assert np.all((lon > 35.46) & (lon < 35.95))
    town = found.towns[0]
    assert 0.0 < town["pieces_low"] <= town["pieces"] <= town["pieces_high"] <= 40.0
    assert town["expected_low"] < town["expected_casualties"] < town["expected_high"]
    assert town["expected_casualties"] == pytest.approx(town["pieces"] * 2.0 * 3000 / (math.pi * 6000.0**2), rel=1e-9)
    assert "safe" in found.as_dict()["caution"]
    assert oi.debris(run, written(tmp_path)).digest == found.digest


def test_wind_moves_every_piece_its_way(tmp_path: Path) -> None:
    run = oi.run("one_on_one", replications=4, seed=7)
    calm = oi.debris(run, written(tmp_path)).ground
    south = oi.debris(run, written(tmp_path, wind={"from": "180 deg", "speed": "10 m/s"})).ground
    assert np.all(south[:, 1] > calm[:, 1])
    assert south[:, 2] == pytest.approx(calm[:, 2], abs=1e-5)


def test_a_town_that_nothing_falls_on_has_a_chance_bounded_above_and_not_zero(tmp_path: Path) -> None:
    far = {"name": "Elsewhere", "at": "30 N 30 E", "radius": "1 km", "population": 10}
    found = oi.debris(oi.run("one_on_one", replications=8, seed=7), written(tmp_path, town=[far])).towns[0]
    assert found["pieces"] == found["any"] == found["expected_casualties"] == 0.0
    assert found["pieces_high"] > 0.0
    assert found["any_high"] > 0.2
    assert found["expected_high"] > 0.0


def test_kills_of_classes_without_pieces_are_counted_and_refused_where_nothing_is_left(tmp_path: Path) -> None:
    run = oi.run("one_on_one", replications=4, seed=7)
    pieces = declared()["pieces"]["aircraft"]
    with pytest.raises(UsageError, match="other classes \\(aircraft\\)"):
        oi.debris(run, written(tmp_path, pieces={"drone": pieces}))


@pytest.mark.parametrize(
    ("keys", "place", "reason"),
    [
        ({"pieces": {}}, "pieces", "given"),
        ({"pieces": {"tank": declared()["pieces"]["aircraft"]}}, "pieces", "not allowed"),
        ({"wind": {"speed": "-3 m/s"}}, "wind.speed", "out of range"),
        ({"wind": {"speed": "3 m"}}, "wind.speed", "m"),
        (
            {"town": [{"name": "A", "at": "30 N 30 E", "radius": "1 km", "population": -1}]},
            "population",
            "out of range",
        ),
        ({"town": [{"name": "A", "at": "30 N 30 E", "radius": "1 km"}] * 2}, "town[2].name", "two towns"),
        ({"towns": []}, "towns", "unknown key"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    tmp_path: Path, keys: dict[str, Any], place: str, reason: str
) -> None:
    with pytest.raises(InputError) as caught:
        load_debris(written(tmp_path, **keys))
    line = str(caught.value)
    assert "debris.toml:" in line
    assert place in line
    assert reason in line


def test_bounds_that_do_not_hold_their_value_are_refused(tmp_path: Path) -> None:
    told = declared()
    told["pieces"]["aircraft"]["number"]["low"] = 60
    file = tmp_path / "debris.toml"
    file.write_text(toml_text(told))
    with pytest.raises(InputError, match="bounds do not hold"):
        load_debris(file)
    assert isinstance(load_debris(written(tmp_path)), DebrisFile)
    with pytest.raises(InputError, match="no such file"):
        load_debris(tmp_path / "none.toml")
