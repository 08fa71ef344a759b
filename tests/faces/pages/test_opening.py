"""The first three sentences of a report: what got through, why, what was lost."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from faces import fake_run
from openiads.explain.sentences import GATES, gate_sentence
from openiads.faces.pages import brief, opening
from openiads.faces.words import text
from openiads.world.codes import Gate
from openiads.world.outcome import BOUNDS


@pytest.fixture(scope="module")
def made() -> Any:
    return fake_run.fake_brief()


def changed(made: Any, gates: list[tuple[Gate, float]] | None = None, **means: float | None) -> Any:
    """The fake brief with other means, each with an interval of no width."""
    summary = deepcopy(made.summary)
    for name, mean in means.items():
        summary["outcomes"][name] = {"mean": mean, "low": mean, "high": mean, "n": summary["replications"]}
    ruled_out = opening.NO_SHOT
    rows = made.gates
    if gates is not None:
        rows = [
            brief.GateShare(g.name, gate_sentence(g), share, 0.0 if g.name in ruled_out else share)
            for g, share in gates
        ]
    return replace(made, summary=summary, gates=rows)


def test_three_sentences_say_what_got_through_why_and_what_was_lost(made: Any) -> None:
    through, why, lost = opening.sentences(made)
    outcomes = made.summary["outcomes"]
    assert through.startswith(text.answer(made.summary)[:-1])
    assert f"n = {made.summary['replications']}" in through
    assert "guidance channel" in why
    assert text.number(outcomes["asset_hits"]["mean"]) in lost
    assert text.number(outcomes["rounds_fired"]["mean"]) in lost
    for sentence in (through, why, lost):
        assert sentence.endswith(".")
        assert "None" not in sentence
        assert "nan" not in sentence


def test_the_cause_is_weighed_over_the_time_in_which_a_shot_was_possible(made: Any) -> None:
    """HORIZON has 46 % of all time; of the rest NO_CHANNEL has the most, 21 of 41."""
    found = opening.cause(made.gates)
    assert found is not None
    assert found.gate == "NO_CHANNEL"
    assert found.share == pytest.approx(0.21 / 0.41)
    assert found.left_out == pytest.approx(0.46)
    why = opening.why(made)
    assert "While their place and course allowed a shot" in why
    assert text.percent(0.21 / 0.41) in why
    assert text.percent(0.46) in why


def test_where_no_shot_was_ever_possible_the_opening_says_so(made: Any) -> None:
    why = opening.why(changed(made, gates=[(Gate.HORIZON, 0.7), (Gate.OUT_OF_RANGE, 0.3)]))
    assert why.startswith("No fire unit had a possible shot")
    assert gate_sentence(Gate.HORIZON) in why
    assert "70 %" in why


def test_every_gate_that_rules_a_shot_out_exists_and_every_gate_makes_a_clause() -> None:
    assert {Gate[name].name for name in opening.NO_SHOT} == set(opening.NO_SHOT)
    for words, _ in GATES.values():
        assert opening.clause(words).split()[0] in ("the", "no", "nothing", "every", "another", "all", "enough")
    assert set(opening.RESOURCES) == set(BOUNDS)


def test_no_leaker_names_the_first_limit_instead_of_a_cause(made: Any) -> None:
    none = changed(made, gates=[], leakers=0.0, any_leaker=0.0, asset_hits=0.0)
    through, why, lost = opening.sentences(none)
    assert "0 get through" in through
    assert why == "Nothing got through; the guidance channel was the first limit in 62 % of raids."
    assert lost.startswith("No defended asset is hit")
    idle = replace(none, first_bound={"none": 1.0})
    assert "no resource was ever short" in opening.why(idle)
    seen_late = replace(none, first_bound={"picture": 0.9, "channel": 0.1})
    assert "in 90 % of raids nothing was waited for but the air picture" in opening.why(seen_late)


def test_all_leak_without_a_unit_to_shoot_at_them(made: Any) -> None:
    threats = made.summary["outcomes"]["threats"]["mean"]
    lone = changed(
        made,
        gates=[],
        leakers=threats,
        any_leaker=1.0,
        rounds_fired=0.0,
        rounds_per_kill=None,
        killed=0.0,
    )
    through, why, lost = opening.sentences(lone)
    assert "100 %" in through
    assert "no gate can be named" in why
    assert "no interceptor is fired" in lost
    assert "for each kill" not in lost


def test_no_threats_and_no_good_replication(made: Any) -> None:
    assert opening.why(changed(made, threats=0.0, leakers=0.0)) == "No threat flew, so nothing limited the defense."
    failed = changed(made, any_leaker=None)
    assert opening.sentences(failed) == [text.answer(failed.summary)]


@pytest.mark.parametrize(
    ("civil", "friend", "said"),
    [
        (0.25, 0.0, "the defense shoots down 0.25 civil aircraft [0.25, 0.25] in a raid"),
        (0.0, 0.5, "the defense shoots down 0.5 friendly aircraft [0.5, 0.5] in a raid"),
        (2.0, 0.1, "the defense shoots down 2 civil aircraft [2, 2] and 0.1 friendly aircraft [0.1, 0.1] in a raid"),
    ],
)
def test_killed_aircraft_of_other_sides_stand_in_the_first_sentence_with_their_interval(
    made: Any, civil: float, friend: float, said: str
) -> None:
    shot = changed(made, civil_engaged=civil, friend_engaged=friend, civil_killed=civil, friend_killed=friend)
    sentence = opening.sentences(shot)[0]
    assert said in sentence
    assert said in text.answer(shot.summary)
    assert sentence.endswith("(95 % intervals, n = 300).")


def test_aircraft_that_are_shot_at_and_missed_are_told_too(made: Any) -> None:
    missed = changed(made, civil_engaged=0.5, friend_engaged=0.0, civil_killed=0.0, friend_killed=0.0)
    assert opening.sentences(missed)[0].endswith(
        "0.5 civil aircraft are shot at in a raid, on average, and none is killed."
    )


def test_a_raid_without_other_aircraft_says_nothing_of_them(made: Any) -> None:
    clean = changed(made, civil_engaged=0.0, friend_engaged=0.0, civil_killed=0.0, friend_killed=0.0)
    assert opening.sentences(clean)[0] == text.answer(clean.summary)
    assert "shoots down" not in text.answer(clean.summary)


def test_own_losses_stand_in_the_third_sentence(made: Any) -> None:
    lost = changed(made, elements_lost=2.5)
    kinds = {"radars": 1.0, "launchers": 1.5, "posts": 0.0}
    lost.summary["lost"] = {name: {"mean": mean, "low": mean, "high": mean, "n": 300} for name, mean in kinds.items()}
    said = opening.lost(lost.summary)
    assert said.endswith("2.5 [2.5, 2.5] elements of the defense are lost to hits (1 radar, 1.5 launchers).")
    none = changed(made, elements_lost=0.0)
    assert "no radar, launcher or command post is lost" in opening.lost(none.summary)
    unknown = changed(made, elements_lost=None)
    assert "not counted by the version that made this run" in opening.lost(unknown.summary)


@pytest.mark.parametrize("replications", [1, 3])
def test_a_real_run_opens_with_its_own_numbers(replications: int, tmp_path: Path) -> None:
    import openiads as oi

    run = oi.run("one_on_one", replications=replications, seed=1, out=tmp_path / "run")
    made = brief.gather(run)
    through, why, lost = opening.sentences(made)
    assert through == text.answer(run.summary())
    fired = run.outcomes.column("rounds_fired").to_numpy()
    assert f"{text.number(float(fired.mean()))} interceptors" in lost
    leaked = run.outcomes.column("leakers").to_numpy().any()
    assert why.startswith(
        "While their place and course allowed a shot" if leaked and opening.cause(made.gates) else "No"
    )


def test_a_real_run_that_kills_an_airliner_says_so_first(tmp_path: Path) -> None:
    """Weapons free, and an airliner without transponder or flight plan that flies over the defended port."""
    import openiads as oi
    from openiads.scenario.load import load

    changes = {
        'control = "tight"': 'control = "free"',
        "transponder = true": "transponder = false",
        "flight_plan = true": "flight_plan = false",
        'corridor = "Coastal airway"': "",
        '"33.70 N 34.91 E", "34.90 N 35.00 E", "36.25 N 35.19 E"': '"34.5 N 34.6 E", "34.9 N 35.6 E", "35.3 N 36.3 E"',
    }
    scenario = load("tartus_2016")
    assert scenario.folder is not None
    wanted = (scenario.folder / "tartus_2016.toml").read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in wanted
        wanted = wanted.replace(old, new)
    file = tmp_path / "no_plan.toml"
    file.write_text(wanted, encoding="utf-8")
    run = oi.run(file, replications=2, seed=1, out=tmp_path / "run")
    killed = run.outcomes.column("end_killed").to_numpy() - run.outcomes.column("killed").to_numpy()
    assert killed.sum() > 0
    assert run.outcomes.column("civil_killed").to_numpy().tolist() == killed.tolist()
    assert run.outcomes.column("airliner_killed").to_numpy().sum() == 0  # classes are of threats alone
    assert f"the defense shoots down {text.number(killed.mean())} civil aircraft" in opening.through(run.summary())
    assert run.summary()["sides"]["civil"]["terminal"]["killed"]["mean"] == killed.mean()
