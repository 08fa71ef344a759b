"""Claim files: packaged ones are read, a changed threshold is another claim, faults are told line by line."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from openiads.base.errors import InputError, OpeniadsError
from openiads.claims.examine import METHODS
from openiads.claims.statement import claim_of, load_claim, packaged_claims

SEVEN = ["ballistic", "comparable", "guarantee", "moskva", "defensive", "hotheads", "clashes"]
FOLDER = Path(str(resources.files("openiads.shelf") / "claims"))


def text(name: str = "ballistic") -> str:
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def told(changed: str) -> str:
    """What is said of a faulty file."""
    with pytest.raises(OpeniadsError) as caught:
        claim_of(changed, "mine.toml")
    return str(caught.value)


def line_of(changed: str, part: str) -> int:
    return 1 + next(k for k, line in enumerate(changed.splitlines()) if part in line)


def test_the_packaged_claims_are_read_by_name_and_by_path() -> None:
    assert packaged_claims() == sorted(SEVEN)
    assert {load_claim(name).told.method for name in packaged_claims()} == set(METHODS)
    for name in packaged_claims():
        assert load_claim(name).digest == load_claim(FOLDER / f"{name}.toml").digest
        assert load_claim(name).name == name


@pytest.mark.parametrize("name", SEVEN)
def test_every_threshold_is_part_of_the_digest(name: str) -> None:
    digest = claim_of(text(name), "a").digest
    assert claim_of("# a comment\n" + text(name), "a").digest == digest
    rule = tomllib.loads(text(name))["rule"]
    changed = {
        "kill_probability": "kill_probability = 0.3",
        "area_share": "area_share = 0.75",
        "robust": "robust = 0.8",
        "seeds": "seeds = 4",
        "engage_probability": "engage_probability = 0.6",
        "delta": "delta = 0.2",
        "also_shown": "also_shown = [0.01]",
        "levels": "levels = [0.9, 0.8]",
        "reference": "reference = 60",
        "band": "band = [0.5, 3.0]",
        "reference_source": 'reference_source = "another"',
        "arms": 'arms = { limits = ["emergent"], weighting = ["uniform"] }',
        "over_neighbors": "over_neighbors = [0.005, 0.06]",
        "civil_flights": "civil_flights = [1.0, 11.0]",
        "engaged": "engaged = [0.005, 0.03]",
        "reach": "reach = 5",
        "chance": "chance = 0.55",
        "times": "times = 3",
        "loss": "loss = 0.1",
        "loss_of": "loss_of = []",
        "thresholds": "thresholds = [2.0]",
        "prevented": "prevented = 0.6",
        "price": "price = 0.3",
    }
    assert rule.keys() <= changed.keys()
    for key in rule:
        lines = [changed[key] if line.startswith(f"{key} = ") else line for line in text(name).splitlines()]
        assert claim_of("\n".join(lines), "a").digest != digest, key


def test_an_unknown_claim_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"balistic: no claim of that name and no file.*ballistic"):
        load_claim("balistic")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('method = "kill_over_area"', 'method = "kill"', "not a method of claims"),
        ("robust = 0.9", "robustness = 0.9", "unknown key"),
        ('area_radius = "5 km"', 'area_radius = "5 s"', "5 s"),
        ("points = 6 ", "points = 0 ", "points"),
        ("seeds = 3 ", "seeds = 2 ", "seeds"),
        ('limits = ["emergent", "published"]', 'limits = ["emergent", "publshed"]', 'Nearest: "published"'),
        ('limits = ["emergent", "published"]', 'limits = ["publshed"]', 'Nearest: "published"'),
        ("worlds = 2 ", "worlds = 0 ", "Allowed: 1 to 10000"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, said: str) -> None:
    changed = text().replace(old, new)
    assert changed != text()
    message = told(changed)
    assert f"mine.toml:{line_of(changed, new)}" in message
    assert said in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("ballistic", 'system = "s300pmu2"', 'system = "s300pmu"', 'systems of the catalog. Nearest: "s300pmu2"'),
        ("ballistic", "scud_b", "scudb", 'threats of the catalog. Nearest: "scud_b"'),
        ("moskva", 'system = "s300f"', 'system = "s300ff"', 'systems of the catalog. Nearest: "s300f"'),
    ],
)
def test_an_entry_that_the_catalog_has_not_is_told_where_it_is_named(name: str, old: str, new: str, said: str) -> None:
    """Once it was told of the raid that was made of it, without file or line."""
    changed = text(name).replace(old, new)
    message = told(changed)
    assert f"mine.toml:{line_of(changed, new)}" in message
    assert said in message and len(message.splitlines()) == 1


def test_what_is_missing_is_named() -> None:
    message = told(text().replace("kill_probability = 0.2\n", ""))
    assert "mine.toml:" in message
    assert "kill_probability is missing" in message
    assert "mine.toml" in told(text().replace('method = "kill_over_area"', ""))


def test_a_missing_key_of_the_file_itself_is_told_with_the_line_below_which_it_belongs() -> None:
    lines = text().splitlines()
    without = [line for line in lines if not line.startswith("said_by")]
    first_table = next(k for k, line in enumerate(without, 1) if line.startswith("["))
    message = told("\n".join(without))
    assert "said_by is missing" in message and len(message.splitlines()) == 1
    where = int(message.split("mine.toml:")[1].split(":")[0])
    assert 1 <= where < first_table and " = " in without[where - 1]
    tables = "\n".join(line for line in lines if line.startswith("method"))
    assert "mine.toml:1: " in told(tables)


def test_all_faults_come_at_once() -> None:
    message = told(text().replace("robust = 0.9", "robust = 1.9").replace("points = 6 ", "points = 0 "))
    assert len(message.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("guarantee", "levels = [0.95, 0.8]", "levels = [0.8, 0.95]"),
        ("moskva", "band = [0.5, 2.0]", "band = [2.0, 0.5]"),
    ],
)
def test_ends_in_the_wrong_order_are_refused(name: str, old: str, new: str) -> None:
    changed = text(name).replace(old, new)
    message = told(changed)
    assert f"mine.toml:{line_of(changed, new)}" in message
    assert "comes first" in message


@pytest.mark.parametrize(
    ("name", "old", "new", "least"),
    [
        ("comparable", "each = 40 ", "each = 16 ", 36),  # so many equal pairs come within 0.21, and 36 within 0.098
        ("guarantee", "each = 72 ", "each = 71 ", 72),  # so many raids without a hit: above 0.949
        ("ballistic", "worlds = 12 ", "worlds = 11 ", 12),  # 33 samples that all say yes: above 0.894
        ("ballistic", "each = 30", "each = 5", 17),  # so many missiles, none killed: below 0.52
    ],
)
def test_an_effort_that_could_settle_nothing_is_refused(name: str, old: str, new: str, least: int) -> None:
    """A world left open by the size of its own sample alone would be published as a finding."""
    changed = text(name).replace(old, new)
    message = told(changed)
    assert f"mine.toml:{line_of(changed, new)}" in message
    assert "too few for the rule" in message and f"Give at least {least}," in message
    assert claim_of(changed.replace(new, new.replace(new.split()[2], str(least))), "mine.toml")


@pytest.mark.parametrize("line", ["0", "0.0", "1", "1.0", "1e-320", "0.9999999999999999"])
@pytest.mark.parametrize(
    ("name", "field", "written"),
    [
        ("ballistic", "robust", "robust = {}"),
        ("ballistic", "engage_probability", "engage_probability = {}"),
        ("ballistic", "kill_probability", "kill_probability = {}"),
        ("comparable", "delta", "delta = {}"),
        ("comparable", "also_shown", "also_shown = [{}]"),
        ("guarantee", "levels", "levels = [0.99, {}]"),
    ],
)
def test_a_line_that_no_interval_can_lie_beyond_is_refused_where_it_stands(
    name: str, field: str, written: str, line: str
) -> None:
    """Between shares of 0 and 1 lie all intervals: a rule that draws its line there could never be met, or always."""
    good = next(each for each in text(name).splitlines() if each.startswith(f"{field} = "))
    changed = text(name).replace(good, written.format(line if "." in line or "e" in line else f"{line}.0"))
    message = told(changed)
    assert f"mine.toml:{line_of(changed, f'{field} = ')}" in message
    assert field in message


def test_a_band_of_ratios_is_above_nothing() -> None:
    good = next(each for each in text("moskva").splitlines() if each.startswith("band = "))
    assert "band" in told(text("moskva").replace(good, "band = [-1.0, 2.0]"))
    assert "band" in told(text("moskva").replace(good, "band = [0.0, 2.0]"))


@pytest.mark.parametrize(
    "shares", ["", '"Ballistic missiles" = 0.0', '"Ballistic missiles" = 0.0\n"Loitering munitions" = 0.0']
)
def test_a_raid_of_nothing_is_refused(shares: str) -> None:
    """Shares are taken of their sum: where that is nothing there is no raid of any size."""
    good = '"Ballistic missiles" = 1.0'
    assert text("guarantee").count(good) == 1
    message = told(text("guarantee").replace(good, shares))
    assert "mine.toml:" in message and "ballistic" in message
    assert "add up to nothing" in message
