"""Paired comparisons: identical variants do not differ, changes move leakers the right way, nothing is lost."""

import json
import math
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import openiads as oi
from openiads.base.errors import InputError, Interrupted, ResultsError, UsageError
from openiads.experiments.compare import Comparison, Variant, compare
from openiads.runs.findings import RATIOS
from openiads.runs.replicate import run
from openiads.runs.run import Run
from openiads.runs.store import Store
from openiads.world.outcome import METRICS
from runs.fake_simulator import FAKE, FakeScenario, FakeSimulator

RAID = FakeScenario()
HIDDEN = FakeScenario(hidden=0.5)


def fake(a: FakeScenario, b: FakeScenario, **options: object) -> Comparison:
    return compare(a, b, simulator=FAKE, **{"replications": 60, "seed": 4, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("scenario", ["one_on_one", "raid24"])
def test_identical_variants_differ_by_exactly_nothing(scenario: str) -> None:
    made = compare(scenario, scenario, replications=12, seed=3)
    for metric in [*METRICS, *RATIOS]:
        found = made.estimate(metric)
        assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0), metric
        assert found.better in (0, None) and found.worse in (0, None)
        assert found.a == found.b
    assert made.summary()["identical"]


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"site.Tartus.rounds": 2}, {"site.Tartus.rounds": 4}),
        ({"site.Tartus.fire_units": 1}, {"site.Tartus.fire_units": 2}),
        ({"knob.48n6e2.pk": 0.05}, {"knob.48n6e2.pk": 0.6}),
    ],
    ids=["rounds", "fire units", "kill probability"],
)
def test_more_of_a_good_thing_lets_fewer_leak(less: dict[str, float], more: dict[str, float]) -> None:
    made = compare(Variant("raid24", less), Variant("raid24", more), replications=50, seed=1)
    for metric, sign in (("leakers", -1), ("killed", 1), ("leak_rate", -1)):
        found = made.estimate(metric)
        assert found.shown and math.copysign(1, found.difference) == sign, (metric, str(found))
        assert found.better is not None and found.worse is not None and found.better > found.worse
    turned = compare(Variant("raid24", more), Variant("raid24", less), replications=50, seed=1).estimate("leakers")
    there = made.estimate("leakers")
    assert (turned.difference, turned.low, turned.high) == (-there.difference, -there.high, -there.low)


def test_pairing_saves_most_of_the_variance_of_a_small_change() -> None:
    """A surveillance radar 1 dB better: at least three times fewer replications, with the interval.

    Rounds fired have no variance to save: the magazine is emptied in every replication of both.
    """
    made = compare("raid24", Variant("raid24", {"knob.64n6e2.snr": 1.0}), replications=100, seed=1)
    for metric in ("leakers", "killed"):
        assert made.estimate(metric).saved[1] > 3.0, metric


def test_a_change_that_nobody_meets_saves_all_variance() -> None:
    """Another scenario by its hash, so that the difference is a sample's: exactly 0 in it, told with what 20
    equal pairs may have missed, which is what a question of equivalence is held against.
    """
    made = compare("one_on_one", Variant("one_on_one", {"question": "Another question?"}), replications=20)
    found, whole = made.estimate("killed"), made.estimate("any_leaker")
    assert found.difference == 0.0 and found.saved[0] == math.inf
    assert not made.summary()["identical"] and (found.low, found.high) == (0.0, 0.0) and found.level
    assert found.unlike == pytest.approx(1.0 - 0.05 ** (1 / 20)) and found.p == 1.0
    assert "exactly 0 in every pair" in str(found) and found.as_dict()["exact"]
    assert found.possible[0] < -0.1 < 0.1 < found.possible[1]
    assert found.within(0.1) == "undecided" and found.within(0.5) == "inside"
    assert whole.possible == pytest.approx((-0.16, 0.16), abs=0.01)
    looks = made.estimate("looks")
    assert looks.level and looks.within(1e6) == "undecided"


def test_who_is_ahead_adds_up_and_knows_what_the_defense_wants() -> None:
    made = fake(RAID, HIDDEN)
    leakers, killed, threats = (made.estimate(m) for m in ("leakers", "killed", "threats"))
    assert leakers.difference > 0 > killed.difference
    for found in (leakers, killed):
        assert found.better is not None and found.worse is not None
        assert found.better < found.worse and found.better + found.equal + found.worse == 60
    assert threats.better is None and threats.worse is None and threats.equal == 60
    assert "b_better" not in threats.as_dict() and leakers.as_dict()["wanted"] == "less"


def test_the_difference_is_that_of_the_sides_where_nothing_failed() -> None:
    made = fake(RAID, HIDDEN)
    for metric in ("leakers", "any_leaker", "rounds_per_kill", "cruise_leak_rate", "bound_channel"):
        found = made.estimate(metric)
        assert found.difference == pytest.approx(found.b.mean - found.a.mean), metric
        assert found.low <= found.difference <= found.high
    first = made.estimate("first_launch_s")
    assert first.a.median is not None and first.b.median is not None and first.share is not None
    assert first.difference == pytest.approx(first.b.median - first.a.median)
    assert first.b.share is not None and first.a.share is not None
    assert first.share[0] == pytest.approx(first.b.share - first.a.share)


def test_failed_replications_widen_every_interval_to_the_worst_case() -> None:
    whole, broken = fake(RAID, HIDDEN), fake(RAID, replace(HIDDEN, fails=0.15))
    assert broken.estimate("leakers").failed > 0
    for metric in ("leakers", "any_leaker", "killed", "leak_rate", "rounds_per_kill", "first_launch_s"):
        full, found = whole.estimate(metric), broken.estimate(metric)
        assert found.n + found.failed == 60
        assert found.low <= found.difference <= found.high
        assert found.high - found.low > full.high - full.low, metric


def test_the_summary_is_plain_json_with_every_metric() -> None:
    told = json.loads(json.dumps(fake(RAID, HIDDEN).summary(), allow_nan=False))
    assert list(told["metrics"]) == METRICS
    assert {"a", "b", "seed", "replications", "digest", "identical", "confidence"} <= set(told)
    for metric, row in told["metrics"].items():
        assert {"a", "b", "difference", "wanted", "equal", "variance_saved"} <= set(row), metric
        assert {"value", "low", "high", "n"} == set(row["difference"])
    assert "share_difference" in told["metrics"]["first_launch_s"]


# ------------------------------------------------------------------ stored


def test_stored_runs_give_the_same_comparison(tmp_path: Path) -> None:
    fresh = fake(RAID, HIDDEN, out=tmp_path / "c")
    stored = compare(tmp_path / "c" / "a", tmp_path / "c" / "b", simulator=FAKE)
    assert stored.summary()["metrics"] == fresh.summary()["metrics"]
    assert stored.digest == fresh.digest
    written = json.loads((tmp_path / "c" / "compare.json").read_text())["compare"]
    assert written == json.loads(json.dumps(fresh.summary()))


def test_an_interrupted_comparison_goes_on_to_the_same_result(tmp_path: Path) -> None:
    wanted = fake(RAID, HIDDEN, chunk=5, out=tmp_path / "whole")
    stop = threading.Event()

    def progress(done: int, of: int) -> None:
        if done > of * 0.6:
            stop.set()

    slow = [replace(each, slowness=0.002) for each in (RAID, HIDDEN)]
    with pytest.raises(Interrupted):
        fake(*slow, chunk=5, out=tmp_path / "cut", progress=progress, cancel=stop, jobs=1)
    assert not (tmp_path / "cut" / "compare.json").exists()
    made = fake(RAID, HIDDEN, chunk=5, out=tmp_path / "cut")
    assert made.digest == wanted.digest
    files = [tmp_path / name / "compare.json" for name in ("whole", "cut")]
    first, second = (file.read_text().replace(str(file.parent), "") for file in files)
    strip = [line for line in first.splitlines() if '"check"' not in line]
    assert strip == [line for line in second.splitlines() if '"check"' not in line]


def test_a_folder_with_another_comparison_or_other_files_is_refused(tmp_path: Path) -> None:
    fake(RAID, HIDDEN, out=tmp_path / "c")
    with pytest.raises(ResultsError, match=r"another run: its scenario \(scenario\)"):
        fake(RAID, replace(HIDDEN, threats=3), out=tmp_path / "c")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    with pytest.raises(ResultsError, match=r"holds other files \(notes.txt\)"):
        fake(RAID, HIDDEN, out=tmp_path / "other")


def test_runs_of_other_seeds_or_worlds_are_not_paired(tmp_path: Path) -> None:
    made = [run(RAID, replications=5, seed=seed, out=tmp_path / f"s{seed}", simulator=FAKE) for seed in (1, 2)]
    with pytest.raises(UsageError, match="A has seed 1, B seed 2"):
        compare(made[0], made[1], simulator=FAKE)
    told = {"world.clutter": 3.0}
    other = run(RAID, replications=5, seed=1, knobs=told, out=tmp_path / "w", simulator=FAKE)
    with pytest.raises(UsageError, match=r"world.clutter is nominal in A and 3 in B"):
        compare(made[0], other, simulator=FAKE)
    with pytest.raises(UsageError, match="one side is a stored run"):
        compare(made[0], RAID, simulator=FAKE)
    with pytest.raises(UsageError, match="compared as they are"):
        compare(made[0], made[0], replications=5, simulator=FAKE)


def test_runs_of_different_length_are_compared_over_what_both_have(tmp_path: Path) -> None:
    long, short = (run(RAID, replications=n, seed=1, out=tmp_path / str(n), simulator=FAKE) for n in (30, 20))
    assert compare(long, short, simulator=FAKE).estimate("leakers").n == 20


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"knob.48n6e.pk": 0.3}, InputError, 'not a knob of raid24. Nearest: "48n6e2.pk"'),
        ({"knob.48n6e2.pk": 1.5}, InputError, "1.5 is outside its band. Give 0 to 1"),
        ({"knob.48n6e2.pk": "high"}, InputError, "'high' is outside its band"),
        ({"knob.world.clutter": 1.0}, UsageError, "a world knob is shared by both sides"),
        ({"site.Tartu.rounds": 2}, InputError, 'nothing here is named "Tartu"'),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(changes: dict[str, object], error: type, told: str) -> None:
    with pytest.raises(error) as caught:
        compare("raid24", Variant("raid24", changes), replications=2)
    assert told in str(caught.value)


def test_what_b_cannot_be_is_refused_before_a_has_run(tmp_path: Path) -> None:
    def build(scenario: FakeScenario, *rest: object, **shared: object) -> object:
        if scenario.threats == 5:
            raise InputError("raid", "five is too many", "Take four")
        return FAKE.build(scenario, *rest)

    with pytest.raises(InputError, match="five is too many"):
        compare(RAID, FakeScenario(threats=5), out=tmp_path / "c", simulator=FakeSimulator(build=build))
    assert not (tmp_path / "c").exists()


def test_worlds_that_the_scenarios_fix_differently_are_told() -> None:
    told: list[str] = []
    other = Variant("one_on_one", {"world.earth_factor": 1.2})
    compare("one_on_one", other, replications=2, warn=told.append)
    compare("one_on_one", "one_on_one", replications=2, warn=told.append)
    assert told == ["A and B have different [world] tables, so that the difference is also one of worlds"]


def _made(folder: Path, change: Callable[[Store], None]) -> Run:
    """A stored run that says something else of how it was made."""
    made = run(RAID, replications=5, seed=1, out=folder, simulator=FAKE)
    change(made.store)
    return made


def test_stored_runs_are_paired_only_if_one_program_and_one_catalog_made_them(tmp_path: Path) -> None:
    def other(**changes: Any) -> Callable[[Store], None]:
        def change(store: Store) -> None:
            store.identity = replace(store.identity, **changes)

        return change

    plain = run(RAID, replications=5, seed=1, out=tmp_path / "plain", simulator=FAKE)
    with pytest.raises(UsageError, match=r"A was made by openiads .*, B by 0\.0\.9"):
        compare(plain, _made(tmp_path / "v", other(version="0.0.9")), simulator=FAKE)
    with pytest.raises(UsageError, match="B with abcabcabcabc, which are not of the scenarios"):
        compare(plain, _made(tmp_path / "c", other(catalog="abc" * 20)), simulator=FAKE)
    told: list[str] = []
    made = compare(plain, _made(tmp_path / "m", other(fingerprint="another")), simulator=FAKE, warn=told.append)
    assert len(told) == 1 and "unlike machines" in told[0]
    assert made.summary(["leakers"])["warnings"] == told


def test_stored_runs_of_scenarios_with_other_worlds_or_own_entries_are_told_apart(tmp_path: Path) -> None:
    def other(**tables: object) -> Callable[[Store], None]:
        return lambda store: store.facts["scenario"]["mapping"].update(tables)

    plain = run(RAID, replications=5, seed=1, out=tmp_path / "plain", simulator=FAKE)
    told: list[str] = []
    compare(plain, _made(tmp_path / "w", other(world={"earth_factor": 1.2})), simulator=FAKE, warn=told.append)
    compare(plain, _made(tmp_path / "e", other(world={})), simulator=FAKE, warn=told.append)
    assert told == ["A and B have different [world] tables, so that the difference is also one of worlds"]
    own = _made(tmp_path / "o", other(catalog={"radars": {"mine": {}}}))
    own.store.identity = replace(own.store.identity, catalog="abc" * 20)
    assert compare(plain, own, simulator=FAKE).estimate("leakers").n == 5


def test_shares_of_a_difference_have_the_confidence_asked_for() -> None:
    made = fake(RAID, HIDDEN)
    found = [Comparison(made.a, made.b, (), level).estimate("first_detection_s") for level in (0.99, 0.8)]
    wide, narrow = (each.as_dict() for each in found)
    for told in ("equal", "b_worse"):
        assert wide[told]["low"] < narrow[told]["low"] < narrow[told]["high"] < wide[told]["high"]
    ends = [(each.a.share_low or 0.0, each.a.share_high or 0.0) for each in found]
    assert ends[0][1] - ends[0][0] > ends[1][1] - ends[1][0] > 0.0


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no such metric"):
        fake(RAID, HIDDEN).estimate("leekers")


def test_world_knobs_are_given_to_both_sides() -> None:
    made = oi.compare("one_on_one", "one_on_one", replications=2, knobs={"world.clutter": 2.0})
    assert dict(made.a.identity.knobs) == dict(made.b.identity.knobs) == {"world.clutter": 2.0}


def test_stored_variants_of_one_scenario_are_named_by_what_differs(tmp_path: Path) -> None:
    plain = oi.load("one_on_one")
    varied = plain.with_values({"site.Guard.rounds": 4, "duration": "290 s"})
    made = [oi.run(each, replications=2, seed=1, out=tmp_path / str(k)) for k, each in enumerate((plain, varied))]
    assert set(oi.compare(*made).labels) == {
        "one_on_one, duration=300 s, site.Guard.rounds=2",
        "one_on_one, duration=290 s, site.Guard.rounds=4",
    }
    assert oi.compare(made[0], made[0]).labels == ("one_on_one", "one_on_one")
