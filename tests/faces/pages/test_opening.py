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
        where = summary["terminal"] if name == "end_killed" else summary["outcomes"]
        where[name.removeprefix("end_")] = {"mean": mean, "low": mean, "high": mean, "n": summary["replications"]}
    rows = made.gates if gates is None else [(g.name, gate_sentence(g), share) for g, share in gates]
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
    assert "While a shot was possible" in why
    assert text.percent(0.21 / 0.41) in why
    assert text.percent(0.46) in why


def test_where_no_shot_was_ever_possible_the_opening_says_so(made: Any) -> None:
    why = opening.why(changed(made, gates=[(Gate.HORIZON, 0.7), (Gate.OUT_OF_RANGE, 0.3)]))
    assert why.startswith("No fire unit had a possible shot")
    assert "below the engagement radar's horizon" in why
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
        end_killed=0.0,
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
    ("civil", "friend", "whose"),
    [(0.5, 0.0, "civil aircraft"), (0.0, 0.5, "friendly aircraft"), (0.5, 0.1, "civil or friendly aircraft")],
)
def test_killed_aircraft_of_other_sides_stand_in_the_first_sentence(
    made: Any, civil: float, friend: float, whose: str
) -> None:
    killed = made.summary["outcomes"]["killed"]["mean"]
    shot = changed(made, civil_engaged=civil, friend_engaged=friend, end_killed=killed + 0.25)
    assert opening.sentences(shot)[0].endswith(f"the defense kills 75 {whose} in 300 raids.")
    missed = changed(made, civil_engaged=civil, friend_engaged=friend, end_killed=killed)
    assert f"{whose} are shot at" in opening.sentences(missed)[0]
    assert "none is killed" in opening.sentences(missed)[0]


def test_a_raid_without_other_aircraft_says_nothing_of_them(made: Any) -> None:
    killed = made.summary["outcomes"]["killed"]["mean"]
    clean = changed(made, civil_engaged=0.0, friend_engaged=0.0, end_killed=killed)
    assert opening.sentences(clean)[0] == text.answer(clean.summary)


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
    assert why.startswith("While a shot was possible" if leaked and opening.cause(made.gates) else "No")


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
    assert opening.through(run.summary()).endswith(f"the defense kills {killed.sum()} civil aircraft in 2 raids.")
