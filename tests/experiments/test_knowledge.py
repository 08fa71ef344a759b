"""Questions about knowledge: knobs chosen by pattern, worlds on the same dice, answers that can be continued."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import openiads as oi
from openiads.base.errors import InputError, Interrupted, ResultsError, UsageError
from openiads.experiments.knowledge import Spread, Work, ask, chosen, indices, screen, spread
from openiads.experiments.sampled import evaluate
from openiads.runs.replicate import run
from openiads.scenario.load import catalog_of, load
from openiads.statistics.arms import stands
from openiads.statistics.spread import Share, Shares, halves
from runs.fake_simulator import FAKE, FakeScenario

RAID = FakeScenario()
GUARD = load("one_on_one")


def test_worlds_share_their_dice_and_differ_by_their_knobs() -> None:
    found = evaluate(RAID, [{"pk": 0.2}, {"pk": 0.9}, {"pk": 0.2}], "leakers", 40, 7, Work(simulator=FAKE)).values
    assert found.shape == (3, 40)
    assert (found[0] == found[2]).all()
    assert found[0].mean() > found[1].mean() + 0.5
    alone = run(RAID, replications=40, seed=7, knobs={"pk": 0.2}, simulator=FAKE)
    assert found[0].tolist() == alone.rows()["leakers"].tolist()


def test_values_of_a_ratio_have_the_ratio_without_its_bias_as_their_mean() -> None:
    found = evaluate(RAID, [{}], "cruise_leak_rate", 60, 7, Work(simulator=FAKE)).values
    ratio = run(RAID, replications=60, seed=7, simulator=FAKE).estimate("cruise_leak_rate").mean
    assert found.mean() == pytest.approx(ratio, abs=1e-9)  # as many cruise missiles in every raid: no bias


def test_kept_worlds_are_continued_to_the_same_answer(tmp_path: Path) -> None:
    worlds = [{"pk": p} for p in (0.2, 0.5, 0.8)]
    whole = evaluate(RAID, worlds, "leakers", 30, 7, Work(simulator=FAKE)).values
    stop = threading.Event()

    def progress(done: int, of: int) -> None:
        if done == 2:
            stop.set()

    work = Work(out=tmp_path / "w", simulator=FAKE)
    with pytest.raises(Interrupted):
        evaluate(RAID, worlds, "leakers", 30, 7, replace(work, progress=progress, cancel=stop))
    assert sorted(p.name for p in (tmp_path / "w").iterdir()) == ["w000000", "w000001"]
    assert (evaluate(RAID, worlds, "leakers", 30, 7, work).values == whole).all()
    with pytest.raises(ResultsError, match=r"its knobs \(knobs\)"):
        evaluate(RAID, worlds[::-1], "leakers", 30, 7, work)


def test_a_failed_replication_or_a_time_that_never_came_is_refused() -> None:
    with pytest.raises(ResultsError, match=r"world 0: replication \d+ failed: flight threat"):
        evaluate(replace(RAID, fails=0.3), [{}], "leakers", 20, 7, Work(simulator=FAKE))
    with pytest.raises(UsageError, match=r"it never came in some replication \(world 0\)"):
        evaluate(replace(RAID, hidden=1.0), [{}], "first_launch_s", 5, 7, Work(simulator=FAKE))


def test_knobs_are_chosen_by_pattern_in_the_order_of_the_list() -> None:
    book = catalog_of(GUARD)
    assert [knob.name for knob in chosen(GUARD, book, ["*.snr", "world.cl*"])] == [
        "world.clutter",
        "30n6e2.snr",
        "64n6e2.snr",
    ]
    every = chosen(GUARD, book)
    assert not any(knob.certain for knob in every) and "world.common_mode" not in [knob.name for knob in every]
    less = chosen(GUARD, book, without=["48n6e2.*"])
    assert [k.name for k in less] == [k.name for k in every if not k.name.startswith("48n6e2.")]


@pytest.mark.parametrize(
    ("patterns", "without", "told"),
    [
        (["64n6e2.snt"], [], 'knobs 64n6e2.snt: no knob of one_on_one that is in doubt matches. Nearest: "64n6e2.snr"'),
        (["world.common_mode"], [], "no knob of one_on_one that is in doubt matches"),
        (["*.snr"], ["*.snr"], "no knob in doubt is left"),
    ],
)
def test_patterns_that_leave_nothing_are_refused(patterns: list[str], without: list[str], told: str) -> None:
    with pytest.raises(InputError) as caught:
        chosen(GUARD, catalog_of(GUARD), patterns, without)
    assert told in str(caught.value)


@pytest.mark.compiled_only
def test_worlds_that_contradict_themselves_are_capped_and_counted() -> None:
    both = {"48n6e2.pk": 1.0, "48n6e2.reliability": 0.85}
    warned: list[str] = []
    found = evaluate("raid24", [both, {"48n6e2.pk": 0.5}, {}], "rounds_fired", 3, 2, Work(warn=warned.append))
    assert found.capped.tolist() == [True, False, False] and not any("capped" in line for line in warned)
    told = spread(ask("raid24", knobs=["48n6e2.*"], replications=2, seed=2), 16).as_dict()
    assert 0 < told["capped_worlds"] < told["worlds"] == 16


@pytest.mark.compiled_only
def test_worlds_whose_rounds_do_not_arrive_where_they_were_quoted_are_counted() -> None:
    """A round drawn slow (0.2 of the joint draws of thrust, mass and drag) does not arrive at half of its range."""
    slow = {"9m82md.flight": 0.2}
    warned: list[str] = []
    found = evaluate("tartus_2016_v4", [{}, slow], "rounds_fired", 2, 2, Work(warn=warned.append))
    assert found.nearer.tolist() == [False, True] and not any("does not arrive" in line for line in warned)
    told = spread(ask("tartus_2016_v4", knobs=list(slow), replications=2, seed=2), 16).as_dict()
    assert 0 < told["nearer_worlds"] < told["worlds"] == 16


def test_worlds_share_their_build_products_and_come_out_as_if_they_did_not() -> None:
    worlds = [{"30n6e2.snr": -3.0}, {"30n6e2.snr": 3.0, "48n6e2.pk": 0.6}]
    found = evaluate(GUARD, worlds, "rounds_fired", 4, 2)
    for knobs, values in zip(worlds, found.values, strict=True):
        alone = run(GUARD, replications=4, seed=2, knobs=knobs)
        assert values.tolist() == alone.rows()["rounds_fired"].tolist()


def test_screening_shows_nothing_for_a_knob_that_cannot_matter() -> None:
    """The ground of this scenario is flat: no ridge has a crest."""
    question = ask(GUARD, "asset_hits", knobs=["f16.cep_factor", "world.crest_factor"], replications=60, seed=2)
    found = screen(question, worlds=12)
    effects = dict(zip([knob.name for knob in question.knobs], found.effects, strict=True))
    assert not effects["world.crest_factor"].shown and effects["world.crest_factor"].mu_star == 0.0
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert told["worlds"] == 12 and told["trajectories"] == 4 and len(told["effects"]) == 2
    assert told["effects"][0]["mu_star"] >= told["effects"][1]["mu_star"]


def test_indices_are_functions_of_their_seed() -> None:
    question = ask(GUARD, "rounds_fired", knobs=["30n6e2.snr"], replications=10, seed=2)
    first, second = (json.dumps(indices(question, 12).as_dict()) for _ in range(2))
    assert first == second and json.loads(first)["worlds"] == 12


def test_a_spread_keeps_dice_and_knowledge_apart() -> None:
    """A radar that may lose 10 dB: rounds and leakers depend on it; the dice are those of each world."""
    question = ask(GUARD, "leakers", knobs=["30n6e2.snr", "48n6e2.terminal_error"], replications=20, seed=2)
    found = spread(question, 16)
    told = found.as_dict()
    assert told["statuses"] == {"assumption": 1, "derived": 1}
    assert told["dice"]["sd"] == pytest.approx(np.sqrt(found.worlds.var(axis=1, ddof=1).mean()))
    assert (
        told["knowledge"]["variance_of_means"] - told["knowledge"]["noise"]
        == pytest.approx(told["knowledge"]["variance"])
        or told["knowledge"]["below_noise"]
    )
    assert told["knowledge"]["label"] == "sampling of intervals, not probability"
    nominal = run(GUARD, replications=20, seed=2)
    assert told["mean"]["nominal"] == pytest.approx(nominal.estimate("leakers").mean)


def test_too_few_worlds_or_a_nonsense_question_are_refused() -> None:
    question = ask(GUARD, knobs=["*.snr"])
    for study, told in ((screen, "at least 6"), (indices, "at least 16"), (spread, "at least 16")):
        with pytest.raises(UsageError, match=told):
            study(question, 5)
    for options, told in (
        ({"metric": "leekers"}, "there is no such metric"),
        ({"replications": 1}, "does not show the dice"),
        ({"weighting": "normal"}, "there is no such weighting"),
    ):
        with pytest.raises(UsageError, match=told):
            ask(GUARD, **options)  # type: ignore[arg-type]


def test_the_interval_of_the_knowledge_spread_holds_its_figure_however_few_the_worlds() -> None:
    share = Share(0.5, 0.2, 0.8)
    of, draw = ask(GUARD, "leakers", replications=10), np.random.default_rng(1)
    for apart in (0.0, 0.2, 1.0, 9.0):
        worlds = draw.normal(size=(16, 10)) + apart * draw.normal(size=(16, 1))
        made = Spread(of, worlds[0], worlds, halves(worlds), Shares(share, share, share), 0, 0)
        told = made.as_dict()["knowledge"]
        assert told["sd_low"] <= told["sd"] <= told["sd_high"]


PRIORS = ("uniform", "triangular", "log_uniform", "skeptical")
SMALL = {"metric": "leakers", "knobs": "48n6e2.pk", "worlds": 16, "replications": 4, "seed": 3}


def test_priors_stand_side_by_side_and_each_is_what_it_is_alone() -> None:
    """Expected beforehand: four rows in the order of the priors, each what the prior gives by itself; who doubts kill
    probabilities downward lets no fewer through in the median."""
    both = oi.spread("one_on_one", weighting="each", at_most=0.3, share=0.8, **SMALL)
    found = both.to_dict()
    assert [row["name"] for row in found["priors"]] == list(PRIORS)
    for row in found["priors"]:
        alone = oi.spread("one_on_one", weighting=row["name"], at_most=0.3, share=0.8, **SMALL).to_dict()
        assert alone["priors"] == [row]
    medians = {row["name"]: row["median"] for row in found["priors"]}
    assert medians["skeptical"] >= medians["uniform"]
    assert found["rule"] == {"threshold": 0.3, "least": False, "share": 0.8}
    assert found["answer"] == stands(both.arms(), 0.8)
    assert found["weighting"] == "uniform" and both.digest != oi.spread("one_on_one", **SMALL).digest


def test_a_single_prior_without_a_rule_is_told_as_before() -> None:
    found = oi.spread("one_on_one", **SMALL).to_dict()
    assert not {"priors", "rule", "answer"} & set(found)


def test_what_cannot_be_asked_of_priors_is_told(tmp_path: Path) -> None:
    for wrong, said in (
        ({"at_most": 1.0, "at_least": 0.5}, "there is an --at-least already|there is an at_least already"),
        ({"share": 1.0, "at_most": 1.0}, "not between 0 and 1"),
    ):
        with pytest.raises(UsageError, match=said):
            oi.spread("one_on_one", weighting="each", **wrong, **SMALL)
    with pytest.raises(UsageError, match="there is no such weighting"):
        oi.sensitivity("one_on_one", weighting="each", metric="leakers", knobs="48n6e2.pk", replications=3)


def test_the_page_and_the_lines_hold_the_table_of_priors(tmp_path: Path) -> None:
    from openiads.faces.pages.answers import page
    from openiads.faces.words import knowledge as words

    both = oi.spread("one_on_one", weighting="each", at_most=0.3, **SMALL)
    told = both.to_dict()
    head, rows = words.arms_table(told)
    assert head == words.ARMS_HEAD and len(rows) == 4
    assert any(
        line.startswith("Asked: at most 0.3 in more than 90 % of the samples.") for line in words.spread_lines(told)
    )
    drawn = page.spread_page(both, page.premises_of(both.question.scenario))
    assert "Priors side by side" in drawn and "log_uniform" in drawn
    bare = oi.spread("one_on_one", weighting="each", **SMALL).to_dict()
    assert len(words.arms_table(bare)[0]) == 5 and "answer" not in bare
