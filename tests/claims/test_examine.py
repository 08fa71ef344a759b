"""Each method from end to end at a tiny effort; a claim that was stopped goes on; a folder belongs to one claim."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from claims.small import SMALL, ballistic, changed, guarantee, moskva
from openiads.base.errors import InputError, Interrupted, ResultsError
from openiads.claims import equivalence, kill_over_area, largest_raid
from openiads.claims.bench import Bench
from openiads.claims.examine import Result, examine, rests_on
from openiads.claims.statement import KillOverArea, load_claim
from openiads.claims.verdict import Answer, Verdict
from openiads.world.codes import Event, Terminal
from openiads.world.trace import EVENT

if TYPE_CHECKING:
    from openiads.runs.run import Run

pytestmark = pytest.mark.compiled_only


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("claims") / "ballistic"
    return examine(ballistic(), out=folder, jobs=1), folder


def test_missiles_over_an_area(undisturbed: tuple[Result, Path]) -> None:
    result, folder = undisturbed
    assert [(e.look.cell, e.look.limits, [sum(c.values()) for c in e.look.seeds]) for e in result.evidence] == [
        ("engage / tochka_u", "emergent", [1, 1, 1]),
        ("kill / tochka_u", "emergent", [1, 1, 1]),
        ("engage / tochka_u", "published", [1, 1, 1]),
        ("kill / tochka_u", "published", [1, 1, 1]),
    ]
    assert result.replications == 2 * (3 + 3 * 2) + 2 * 2  # two values of the number that is moved alone
    assert [each.cell for each in result.flips] == ["kill / tochka_u"]
    assert result.flips[0].figures[0] < result.flips[0].figures[1]
    assert result.failed == 0
    stored = json.loads((folder / "result.json").read_text())
    assert stored["claim_digest"] == result.claim.digest
    assert stored["digest"] == result.digest
    assert stored["verdict"] == str(result.judgment.verdict)


def test_every_class_is_told_by_its_own_missiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two classes in one run all missiles of one are killed, and of the other those on the first five points.

    A scenario sorts its raids by name, so that a class's place in the claim is not that of its flights, nor a point's
    that of its missile: once the figures of Tochka-U and Fateh-110 were told under each other's names.
    """

    def change(mapping: dict[str, Any]) -> None:
        missiles = {"scud_c": "450 km", "al_husayn": "550 km"}
        mapping["study"] |= {"points": 11, "together": 2, "missiles": missiles, "flips": []}

    claim = changed("ballistic", change).told
    assert isinstance(claim, KillOverArea)
    (part,) = kill_over_area.parts(claim)
    flown = kill_over_area.scenario(claim, part, "emergent")
    names = [raid.name for raid in flown.raids]
    dead = [k for k, name in enumerate(names) if name.startswith("al_husayn") or int(name.split()[1]) <= 5]
    events = np.zeros(len(dead), EVENT)
    events["flight"], events["kind"], events["code"] = dead, int(Event.TERMINAL), int(Terminal.KILLED)
    monkeypatch.setattr(kill_over_area, "logs", lambda made: [events] * 20)
    said = kill_over_area.answers(claim, part, cast("Run", SimpleNamespace(scenario=flown, replications=20)))
    assert said["kill", "al_husayn"].area == 1.0 and said["kill", "al_husayn"].answer is Answer.YES
    assert said["kill", "scud_c"].area == 5 / 11 and said["kill", "scud_c"].answer is Answer.NO


def test_two_systems_on_one_raid() -> None:
    result = examine(SMALL["comparable"](), jobs=1)
    deciding = [e.look for e in result.evidence if e.decides]
    assert [look.cell.split(" / ")[0] for look in deciding] == ["aircraft", "cruise", "drone", "ballistic"]
    assert {e.beside for e in result.evidence} == {"", "structure"}
    assert all(-1.0 <= look.figure.low <= look.figure.value <= look.figure.high <= 1.0 for look in deciding)
    assert {e.choice for e in result.evidence} == {None, ("facing", "two axes, half laid on each")}
    assert result.replications == 2 * (3 + 3 * 2 + 2 + 2)
    assert sum(result.figures["0.1"]["matched"].values()) == 4
    assert result.judgment.verdict is Verdict.UNDECIDED  # three pairs show nothing


def test_a_growing_raid() -> None:
    result = examine(guarantee(), jobs=1)
    deciding = [e.look for e in result.evidence if e.decides]
    assert [look.cell for look in deciding] == ["8 threats / cruise"]
    pmu2 = "tartus_2016_pmu2"
    assert sorted(e.beside for e in result.evidence if e.beside) == [
        "3 fire units",
        "Pantsir-S1 on its own",
        "Pantsir-S1 under one command",
        "mixed",
        "mixed",
        "size",
        pmu2,
        pmu2,
    ]
    beside = ("3 fire units", "Pantsir-S1 on its own", "Pantsir-S1 under one command")
    assert sorted(e.choice for e in result.evidence if e.choice) == [("order of battle", each) for each in beside]
    assert set(result.figures) == {"0.95", "0.8"}
    assert set(result.figures["0.8"]) == {"emergent", *beside, "mixed", pmu2}
    for end in ("surely", "perhaps"):
        strict, lax = (result.figures[level]["emergent"][end] for level in ("0.95", "0.8"))
        assert strict <= lax <= 8
    assert result.figures["0.95"]["emergent"] == {"surely": 0, "perhaps": 8}  # three replications of each size


def test_a_long_stream_is_flown_to_its_end() -> None:
    told = load_claim("guarantee").told
    for raid in told.study.raids:
        flown = largest_raid.scenario(told, 59, "emergent", raid)
        last = max((each.time_on_target or 0.0) + each.spacing * (each.count - 1) for each in flown.raids)
        assert flown.duration >= last + 60.0
        assert sum(each.count for each in flown.raids) == 59


def test_a_picture_and_a_raid_size_are_what_they_say() -> None:
    base, alone, twice = (
        equivalence.scenario("s300pmu2", equivalence.Case("rounds", **case), "matched", "emergent")
        for case in ({}, {"picture": "alone"}, {"raid": 2.0})
    )
    assert base.sites[0].radars_off == () and "64n6e2" in alone.sites[0].radars_off
    assert [each.count * 2 for each in base.raids] == [each.count for each in twice.raids]


def test_ratios_of_figures() -> None:
    result = examine(moskva())
    rounds = next(e.look for e in result.evidence if e.look.cell == "ready rounds" and e.decides)
    assert rounds.figure.value == 0.5  # 8 launchers of 4, and 64 on board
    assert rounds.near
    assert rounds.worlds[Answer.YES] == 3 * 13
    assert [e.choice for e in result.evidence if e.choice] == 2 * [("launchers", "12 launchers")]
    assert result.replications == 0
    assert {e.beside for e in result.evidence} == {"", "s300ps"}
    assert examine(moskva()).digest == result.digest
    assert examine(moskva(), seed=7).digest != result.digest  # nothing is run, but other worlds are read


def test_a_claim_names_every_scenario_that_it_builds_and_every_number_in_doubt() -> None:
    found = rests_on(guarantee())
    assert [name for name, _, _ in found["scenarios"]] == [
        "claim_guarantee_cruise_4_emergent",
        "claim_guarantee_cruise_4_emergent_3_units",
        "claim_guarantee_cruise_4_emergent_Pantsir-S1_on_its_own",
        "claim_guarantee_cruise_4_emergent_Pantsir-S1_under_one_command",
        "claim_guarantee_cruise_4_emergent_tartus_2016_pmu2",
        "claim_guarantee_cruise_8_emergent",
        "claim_guarantee_cruise_8_emergent_3_units",
        "claim_guarantee_cruise_8_emergent_Pantsir-S1_on_its_own",
        "claim_guarantee_cruise_8_emergent_Pantsir-S1_under_one_command",
        "claim_guarantee_cruise_8_emergent_tartus_2016_pmu2",
        "claim_guarantee_mixed_4_emergent",
        "claim_guarantee_mixed_8_emergent",
    ]
    low, nominal, high, scale = found["knobs"]["world.earth_factor"]
    assert low <= nominal <= high and low < high and scale in ("linear", "log")
    catalog_values = rests_on(moskva())["knobs"]
    assert catalog_values["s300ps: ready_rounds"][:3] == [48.0, 48.0, 48.0]
    assert {"s300pmu2: target_channels", "s300f: target_channels"} <= set(catalog_values)


def test_the_seed_is_part_of_the_digest_and_the_same_seed_gives_the_same(undisturbed: tuple[Result, Path]) -> None:
    assert examine(ballistic(), jobs=2).digest == undisturbed[0].digest
    assert examine(ballistic(), jobs=1, seed=7).digest != undisturbed[0].digest


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_claim_that_was_stopped_goes_on(undisturbed: tuple[Result, Path], pieces: int, tmp_path: Path) -> None:
    stop, done = threading.Event(), []

    def progress(share: float, what: str) -> None:
        done.append(share)
        if len(done) == pieces:
            stop.set()

    with pytest.raises(Interrupted):
        examine(ballistic(), out=tmp_path, jobs=1, progress=progress, cancel=stop)
    assert not (tmp_path / "result.json").exists()
    again = examine(ballistic(), out=tmp_path, jobs=1)
    assert again.digest == undisturbed[0].digest
    assert again.as_dict() == undisturbed[0].as_dict()


def test_a_folder_of_another_claim_is_refused(undisturbed: tuple[Result, Path], tmp_path: Path) -> None:
    other = changed("ballistic", lambda mapping: mapping["rule"].update(kill_probability=0.3))
    with pytest.raises(ResultsError, match=r"rule file of claim ballistic was changed since .*new --out"):
        examine(other, out=undisturbed[1])
    with pytest.raises(ResultsError, match="is of another claim"):
        examine(moskva(), out=undisturbed[1])
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ResultsError, match=r"holds other files \(letter.txt\)"):
        examine(other, out=tmp_path)


def test_a_damaged_folder_is_told_as_damage_not_as_another_claim(tmp_path: Path) -> None:
    examine(moskva(), out=tmp_path)
    kept = tmp_path / "claim.json"
    kept.write_text(kept.read_text().replace(moskva().digest, "0" * 64))
    with pytest.raises(ResultsError, match="does not agree with its own hash"):
        examine(moskva(), out=tmp_path)


def test_a_folder_that_was_stopped_early_is_of_one_claim_too(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        examine(moskva(), out=tmp_path, cancel=stop)
    with pytest.raises(ResultsError, match="another claim"):
        examine(guarantee(), out=tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("asset", ["Naval facilty"], "no asset 'Naval facilty'.*Naval facility"),
        ("raids", {"cruise": {"Geese": 1.0}}, "no raid 'Geese'"),
    ],
)
def test_names_that_a_scenario_does_not_have_are_told(key: str, value: object, said: str) -> None:
    claim = changed("guarantee", lambda mapping: mapping["study"].update({key: value}))
    with pytest.raises(InputError, match=rf"study\.{key}[^:]*: .*{said}"):
        examine(claim)


def test_what_claims_count_in_the_log_is_what_the_outcomes_say() -> None:
    """The boldest figures of the page, P(no hit) and kills, counted again from the outcome rows."""
    bench = Bench(seed=3)
    stated = load_claim("guarantee").told
    assets = [asset.name for asset in largest_raid.scenario(stated, 24, "emergent", "mixed").assets]
    every = stated.model_copy(update={"study": stated.study.model_copy(update={"asset": tuple(assets)})})
    made = bench.run(largest_raid.scenario(every, 24, "emergent", "mixed"), 12)
    hits = made.rows()["asset_hits"]
    assert 0 < (hits == 0).sum() < len(hits)  # else the count says nothing
    assert largest_raid.untouched(every, made)[0].value == pytest.approx((hits == 0).mean())

    area = load_claim("ballistic").told
    made = bench.run(kill_over_area.scenario(area, ("scud_c",), "emergent"), 6)
    points = area.study.points
    rules = [area.rule.model_copy(update={"area_share": need / points}) for need in range(1, points + 1)]
    said = [kill_over_area.answers(area.model_copy(update={"rule": rule}), ("scud_c",), made) for rule in rules]
    ranked = [each["kill", "scud_c"].figure.value for each in said]
    assert sum(ranked) == pytest.approx(made.rows()["killed"].mean())  # each point once on either half
    assert 0 < sum(ranked) < points
    assert sum(each["engage", "scud_c"].figure.value for each in said) >= sum(ranked)
