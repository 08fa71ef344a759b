"""Verdicts from synthetic evidence: every branch, and what a verdict is said to depend on."""

from __future__ import annotations

import json
import math
from collections import Counter
from itertools import permutations, product

import numpy as np
import pytest

from openiads.claims import equivalence, kill_over_area, largest_raid, ratios
from openiads.claims.bench import above, band, drivers, share
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.statement import load_claim
from openiads.claims.verdict import (
    ALONE,
    Answer,
    CellVerdict,
    Figure,
    Look,
    Verdict,
    by_one,
    hinges,
    judge,
    near_rule,
    of_cell,
    over_worlds,
    together,
)

YES, NO, BETWEEN, OPEN = Answer.YES, Answer.NO, Answer.BETWEEN, Answer.OPEN
SUPPORTED, CONTRADICTED, DEPENDS, UNDECIDED = Verdict
ARMS = tuple(product(("emergent", "published"), ("uniform", "triangular")))
ROBUST = 0.9


def look(arm: tuple[str, str], worlds: dict[Answer, int], *, near: bool = False, nominal: Answer = YES) -> Look:
    return Look("cell", *arm, nominal, Figure(0.5, 0.4, 0.6, 0.05), near, (Counter(worlds),), None)


def cell(*counts: dict[Answer, int], near: bool = False, choices: tuple[tuple[str, Answer], ...] = ()) -> CellVerdict:
    """A cell from the counts of its four arms, in the order of ``ARMS``."""
    looks = [look(arm, worlds, near=near) for arm, worlds in zip(ARMS, counts, strict=True)]
    return of_cell(looks, [each.verdict(ROBUST) for each in looks], ROBUST, choices)


@pytest.mark.parametrize(
    ("worlds", "verdict"),
    [
        ({YES: 9, OPEN: 1}, UNDECIDED),
        ({YES: 54, NO: 1, OPEN: 5}, UNDECIDED),  # a share at the rule itself: 0.79 to 0.96
        ({YES: 60}, SUPPORTED),
        ({YES: 59, NO: 1}, SUPPORTED),
        ({YES: 58, NO: 2}, UNDECIDED),
        ({YES: 36}, SUPPORTED),
        ({YES: 35}, UNDECIDED),  # the lower end is 0.9000 and not above
        ({NO: 60}, CONTRADICTED),
        ({NO: 54, YES: 6}, UNDECIDED),
        ({YES: 30, NO: 30}, DEPENDS),
        ({YES: 3, NO: 2}, UNDECIDED),  # five worlds rule nothing out
        ({YES: 8, NO: 2}, UNDECIDED),
        ({OPEN: 60}, UNDECIDED),
        ({YES: 20, NO: 20, OPEN: 20}, DEPENDS),  # even if every open one went the same way
        ({YES: 50, OPEN: 10}, UNDECIDED),
        ({BETWEEN: 60}, DEPENDS),  # no replication makes a yes or a no of these
        ({BETWEEN: 20, NO: 40}, DEPENDS),
        ({BETWEEN: 1, NO: 59}, CONTRADICTED),
        ({}, UNDECIDED),
    ],
)
def test_over_worlds(worlds: dict[Answer, int], verdict: Verdict) -> None:
    assert over_worlds([worlds], ROBUST) is verdict


def test_the_worlds_of_all_seeds_count_together_whatever_their_order() -> None:
    seeds = [{YES: 20}, {YES: 20}, {YES: 19, OPEN: 1}]
    assert over_worlds(seeds[:1], ROBUST) is UNDECIDED
    assert {over_worlds(order, ROBUST) for order in permutations(seeds)} == {SUPPORTED}
    assert {near_rule(order, ROBUST) for order in permutations(seeds)} == {True}


def test_one_seed_below_the_rule_keeps_the_others_from_settling() -> None:
    seeds = [{YES: 60}, {YES: 60}, {YES: 52, NO: 8}]  # 172 of 180, lower end above 0.9
    assert over_worlds([{YES: 172, NO: 8}], ROBUST) is SUPPORTED
    assert over_worlds(seeds, ROBUST) is UNDECIDED


@pytest.mark.parametrize(
    ("worlds", "near"),
    [
        ({YES: 54, NO: 1, OPEN: 5}, True),
        ({NO: 54, OPEN: 6}, True),  # in either count
        ({YES: 60}, False),
        ({YES: 59, NO: 1}, True),  # one world more that says otherwise
        ({NO: 59, YES: 1}, True),
        ({YES: 8, NO: 8, OPEN: 20}, True),  # depends, and with one no fewer undecided
        ({YES: 8, NO: 7, OPEN: 21}, True),  # undecided, and with one more it depends
        ({YES: 36}, True),
        ({YES: 35, OPEN: 1}, True),  # undecided, and with one more supported
        ({YES: 30, NO: 30}, False),
        ({YES: 20, NO: 20, OPEN: 20}, False),
        ({OPEN: 60}, False),
        ({}, False),
    ],
)
def test_a_share_of_worlds_near_the_rule_is_flagged(worlds: dict[Answer, int], near: bool) -> None:
    assert near_rule([worlds], ROBUST) is near
    assert cell(*[worlds] * 4).near is near


def test_every_verdict_that_one_world_could_turn_is_near_and_no_other_one_is_told_to_hang_on_it() -> None:
    """All counts of 36 worlds in steps, in three seeds: each world moved to each other answer, one by one."""
    for yes, no in product(range(0, 37, 3), repeat=2):
        if yes + no > 36:
            continue
        every = [YES] * yes + [NO] * no + [OPEN] * (36 - yes - no)
        seeds = [every[k::3] for k in range(3)]
        counts = [Counter(seed) for seed in seeds]
        reached = set()
        for k, w in product(range(3), range(12)):
            for other in (YES, NO, OPEN):
                moved = [list(seed) for seed in seeds]
                moved[k][w] = other
                reached.add(over_worlds([Counter(seed) for seed in moved], ROBUST))
        reached -= {over_worlds(counts, ROBUST)}
        assert set(by_one(counts, ROBUST)) == reached, (yes, no)
        assert near_rule(counts, ROBUST) or not reached, (yes, no)


def _settled(parts: tuple[Verdict, ...]) -> Verdict:
    """What decided parts come to: all must say the same."""
    return parts[0] if len(set(parts)) == 1 else DEPENDS


def test_it_depends_only_where_nothing_undecided_could_make_all_agree() -> None:
    """Every combination of up to four parts against all that its undecided parts could still come to."""
    for parts in (each for n in range(1, 5) for each in product(Verdict, repeat=n)):
        ends = product(*[[p] if p is not UNDECIDED else [SUPPORTED, CONTRADICTED, DEPENDS] for p in parts])
        could = {_settled(end) for end in ends}
        expected = could.pop() if len(could) == 1 else UNDECIDED
        assert together(parts) is expected, parts
    assert together([]) is UNDECIDED


def test_a_cell_is_what_its_arms_and_choices_come_to_together_and_names_something_if_it_depends() -> None:
    counts: dict[Verdict, dict[Answer, int]] = {
        SUPPORTED: {YES: 60},
        CONTRADICTED: {NO: 60},
        DEPENDS: {YES: 30, NO: 30},
        UNDECIDED: {OPEN: 60},
    }
    chosen = [(), *(((("facing", a), ("raid size", b))) for a, b in product(Answer, repeat=2))]
    for verdicts, choices, nominal in product(product(Verdict, repeat=4), chosen, (YES, BETWEEN, OPEN)):
        looks = [look(arm, counts[v], nominal=nominal) for arm, v in zip(ARMS, verdicts, strict=True)]
        found = of_cell(looks, verdicts, ROBUST, choices)
        assert found.verdict is together([*verdicts, *(ALONE[answer] for _, answer in choices)])
        assert bool(found.turned_by) is (found.verdict is DEPENDS), (verdicts, choices, nominal)
        opened = {kind for kind, answer in choices if answer is OPEN}
        assert not opened & set(found.turned_by)


@pytest.mark.parametrize(
    ("arms", "nominal", "choices", "turned"),
    [
        ((OPEN,) * 4, YES, (("facing", YES), ("raid size", NO)), ("raid size",)),
        ((OPEN,) * 4, OPEN, (("facing", YES), ("raid size", NO)), ("facing", "raid size")),
        ((OPEN,) * 4, OPEN, (("facing", YES), ("facing", NO), ("raid size", NO)), ("facing",)),
        ((OPEN, OPEN, OPEN, YES), OPEN, (("facing", YES), ("raid size", NO)), ("raid size",)),
        ((YES, OPEN, OPEN, NO), YES, (), ("limits", "weighting")),  # no two decided arms differ in one thing alone
        ((YES, OPEN, NO, NO), YES, (), ("limits",)),
    ],
)
def test_what_is_decided_turns_a_cell_whatever_is_not(
    arms: tuple[Answer, ...], nominal: Answer, choices: tuple[tuple[str, Answer], ...], turned: tuple[str, ...]
) -> None:
    """Once such cells stayed undecided, though nothing undecided could have made their parts agree."""
    looks = [look(arm, {said: 60}, nominal=nominal) for arm, said in zip(ARMS, arms, strict=True)]
    found = of_cell(looks, [each.verdict(ROBUST) for each in looks], ROBUST, choices)
    assert (found.verdict, found.turned_by) == (DEPENDS, turned)


def test_choices_that_agree_leave_undecided_arms_undecided() -> None:
    found = cell(*[{OPEN: 60}] * 4, choices=(("facing", NO), ("raid size", NO)))
    assert (found.verdict, found.turned_by) == (UNDECIDED, ())


def test_a_verdict_that_hangs_on_one_world_names_the_arm() -> None:
    """What depends by one arm of eight yes, eight no and twenty open hangs on it; on sixty alike nothing does."""
    counts = [{YES: 60}, {OPEN: 60}, {YES: 8, NO: 8, OPEN: 20}]
    looks = [look(arm, each) for arm, each in zip(ARMS, counts, strict=False)]
    (found,) = hinges(looks, ROBUST, together)
    assert (found.limits, found.weighting, found.verdict, found.all_alike) == (*ARMS[2], UNDECIDED, False)
    assert hinges(looks[:1], ROBUST, together) == ()
    few = [look(arm, {YES: 36}) for arm in ARMS]
    assert [(each.verdict, each.all_alike) for each in hinges(few, ROBUST, together)] == [(UNDECIDED, True)] * 4
    split = [*few, look(("x", "y"), {YES: 30, NO: 30})]
    assert hinges(split, ROBUST, together) == ()  # it depends whatever the others come to


@pytest.mark.parametrize("band", [None, (0.1, 0.5, math.inf)])
def test_stored_evidence_is_read_back_as_it_was(band: tuple[float, float, float] | None) -> None:
    counts = [[YES, NO, OPEN, BETWEEN], [YES, YES], [OPEN]]
    made = looked(
        Arm("a / b", "published", "skeptical"), NO, Figure(0.3, 0.2, 0.4, 0.05), (0.31,), counts, band, [("k", 0.5)]
    )
    assert Evidence.of(json.loads(json.dumps(made.as_dict()))) == made
    chosen = looked(Arm("a", "x", "y"), OPEN, Figure(math.nan, 0.0, 1.0), (), [], None, beside=("facing", "two"))
    again = Evidence.of(json.loads(json.dumps(chosen.as_dict())))
    assert again.choice == ("facing", "two") and not again.decides and math.isnan(again.look.figure.value)


@pytest.mark.parametrize(
    ("choices", "verdict", "turned"),
    [
        ((), SUPPORTED, ()),
        ((("facing", YES), ("raid size", YES)), SUPPORTED, ()),
        ((("facing", YES), ("raid size", NO)), DEPENDS, ("raid size",)),
        ((("facing", BETWEEN),), DEPENDS, ("facing",)),
        ((("facing", OPEN),), UNDECIDED, ()),
    ],
)
def test_a_choice_can_turn_a_cell_and_an_open_one_keeps_it_from_being_settled(
    choices: tuple[tuple[str, Answer], ...], verdict: Verdict, turned: tuple[str, ...]
) -> None:
    found = cell(*[{YES: 60}] * 4, choices=choices)
    assert (found.verdict, found.turned_by) == (verdict, turned)


def test_one_failing_arm_blocks_supported() -> None:
    assert cell({YES: 60}, {YES: 60}, {YES: 60}, {YES: 54, OPEN: 6}).verdict is UNDECIDED
    assert cell({YES: 60}, {YES: 60}, {YES: 60}, {YES: 30, NO: 30}).verdict is DEPENDS


def test_a_cell_whose_arms_agree_depends_on_nothing() -> None:
    assert cell(*[{YES: 60}] * 4) == CellVerdict("cell", SUPPORTED, (), False)
    assert cell(*[{NO: 60}] * 4, near=True) == CellVerdict("cell", CONTRADICTED, (), True)


@pytest.mark.parametrize(
    ("counts", "turned"),
    [
        (({YES: 60}, {YES: 60}, {NO: 60}, {NO: 60}), ("limits",)),
        (({YES: 60}, {NO: 60}, {YES: 60}, {NO: 60}), ("weighting",)),
        (({YES: 60}, {NO: 60}, {NO: 60}, {NO: 60}), ("limits", "weighting")),
        (({YES: 30, NO: 30},) * 4, ("worlds",)),
        (({BETWEEN: 60},) * 4, ("level",)),
        (({BETWEEN: 30, NO: 30},) * 4, ("worlds", "level")),
    ],
)
def test_a_cell_names_what_turns_it(counts: tuple[dict[Answer, int], ...], turned: tuple[str, ...]) -> None:
    found = cell(*counts)
    assert (found.verdict, found.turned_by) == (DEPENDS, turned)


def test_an_undecided_arm_leaves_a_cell_undecided() -> None:
    assert cell({YES: 60}, {YES: 60}, {YES: 60}, {OPEN: 60}).verdict is UNDECIDED


def cells(*verdicts: Verdict, turned: tuple[str, ...] = ()) -> list[CellVerdict]:
    return [CellVerdict(str(k), v, turned if v is DEPENDS else (), False) for k, v in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("verdicts", "verdict", "on"),
    [
        ((SUPPORTED, SUPPORTED), SUPPORTED, ()),
        ((CONTRADICTED, CONTRADICTED), CONTRADICTED, ()),
        ((SUPPORTED, UNDECIDED), UNDECIDED, ()),
        ((SUPPORTED, CONTRADICTED), DEPENDS, ("which class",)),
        ((SUPPORTED, CONTRADICTED, UNDECIDED), DEPENDS, ("which class",)),
        ((DEPENDS, DEPENDS), DEPENDS, ("limits",)),
        ((DEPENDS, SUPPORTED), DEPENDS, ("which class", "limits")),
        ((DEPENDS, UNDECIDED), DEPENDS, ("limits",)),
    ],
)
def test_a_claim_from_its_cells(verdicts: tuple[Verdict, ...], verdict: Verdict, on: tuple[str, ...]) -> None:
    found = judge(cells(*verdicts, turned=("limits",)), "which class")
    assert (found.verdict, found.depends_on) == (verdict, on)


def test_near_the_line_is_within_one_standard_error_or_on_it() -> None:
    assert Figure(0.52, 0.4, 0.6, 0.03).near(0.5)
    assert not Figure(0.54, 0.4, 0.6, 0.03).near(0.5)
    assert Figure(0.5, 0.5, 0.5).near(0.5)
    assert not Figure(0.51, 0.51, 0.51).near(0.5)
    assert judge([CellVerdict("a", SUPPORTED, (), True)], "x").near


# ------------------------------------------------------------------ rules of the methods


@pytest.mark.parametrize(
    ("engage", "kill", "verdict", "on"),
    [
        ((SUPPORTED, SUPPORTED), (SUPPORTED, SUPPORTED), SUPPORTED, ()),
        ((CONTRADICTED,), (CONTRADICTED,), CONTRADICTED, ()),
        ((SUPPORTED,), (CONTRADICTED,), DEPENDS, (kill_over_area.READING,)),
        ((SUPPORTED,), (UNDECIDED,), UNDECIDED, ()),
        ((UNDECIDED,), (UNDECIDED,), UNDECIDED, ()),
        ((UNDECIDED,), (DEPENDS,), DEPENDS, ("limits",)),  # what is undecided differs from nothing
        ((DEPENDS,), (DEPENDS,), DEPENDS, ("limits",)),
        ((UNDECIDED,), (SUPPORTED, CONTRADICTED), DEPENDS, (kill_over_area.CLASS,)),
        ((SUPPORTED,), (DEPENDS,), DEPENDS, (kill_over_area.READING, "limits")),
        ((SUPPORTED,), (SUPPORTED, CONTRADICTED), DEPENDS, (kill_over_area.READING, kill_over_area.CLASS)),
    ],
)
def test_to_engage_and_to_kill_are_two_sentences(
    engage: tuple[Verdict, ...], kill: tuple[Verdict, ...], verdict: Verdict, on: tuple[str, ...]
) -> None:
    named = [
        (f"{reading} / {k}", v) for reading, every in (("engage", engage), ("kill", kill)) for k, v in enumerate(every)
    ]
    found = [CellVerdict(name, v, ("limits",) if v is DEPENDS else (), False) for name, v in named]
    judged = kill_over_area.decide(load_claim("ballistic").told, found, [])
    assert (judged.verdict, judged.depends_on) == (verdict, on)
    assert [name for name, _, _ in judged.readings] == ["engage", "kill"]
    if len(engage) == 1:
        assert judged.readings[0][1] is engage[0]


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ([0.6, 1.0, 1.9] * 20, SUPPORTED),
        ([0.5, 2.0] * 20, SUPPORTED),  # the ends of the band are in it
        ([2.1, 3.0, 9.0] * 20, CONTRADICTED),
        ([0.2, 0.4] * 20, CONTRADICTED),
        ([1.0, 3.0] * 20, DEPENDS),
        ([0.3, 3.0] * 20, CONTRADICTED),  # never in the band, on either side of it
        ([1.0] * 36 + [math.inf] * 4, UNDECIDED),
        ([1.0] * 99 + [math.inf], SUPPORTED),
        ([math.inf] * 40, CONTRADICTED),
        ([1.0] * 36 + [math.nan] * 4, UNDECIDED),  # neither side has any in a tenth of the worlds
        ([math.nan] * 40, UNDECIDED),
    ],
)
def test_a_ratio_is_similar_different_or_open(numbers: list[float], verdict: Verdict) -> None:
    told = load_claim("moskva").told  # 0.5 to 2
    found = ratios._evidence(told, "ready_rounds", ("emergent", "uniform"), 1.0, [numbers], [])
    assert found.look.verdict(told.rule.robust) is verdict
    assert found.look.worlds[NO] == sum(not 0.5 <= v <= 2.0 for v in numbers if not math.isnan(v))
    json.dumps(found.as_dict(), allow_nan=False)


def test_counts_are_whole_in_every_sampled_world() -> None:
    told = load_claim("moskva").told
    drawn = ratios._catalog_draws(told, ratios.catalog(), 60, "uniform", 1)
    channels = drawn["sea", "target_channels"]
    assert {float(v) for v in channels} == {3.0, 4.0, 5.0, 6.0}


def test_one_side_alone_is_infinitely_more_and_neither_is_no_number() -> None:
    assert (ratios.ratio(4.0, 2.0), ratios.ratio(0.0, 2.0), ratios.ratio(4.0, 0.0)) == (2.0, 0.0, math.inf)
    assert math.isnan(ratios.ratio(0.0, 0.0))
    values = np.random.default_rng(1).random(41)
    for at in (0.0, 0.05, 0.33, 0.5, 0.95, 1.0):
        assert ratios.percentile(sorted(values), at) == pytest.approx(np.percentile(values, 100 * at))
    assert ratios.percentile([1.0, 2.0, math.inf, math.inf], 0.3) == pytest.approx(1.9)
    assert ratios.percentile([1.0, 2.0, math.inf, math.inf], 0.5) == math.inf


@pytest.mark.parametrize(
    ("verdicts", "verdict", "on"),
    [
        ((SUPPORTED, SUPPORTED), SUPPORTED, ()),
        ((CONTRADICTED, CONTRADICTED), CONTRADICTED, ()),
        ((SUPPORTED, UNDECIDED), UNDECIDED, ()),
        ((UNDECIDED, UNDECIDED), UNDECIDED, ()),
        ((SUPPORTED, CONTRADICTED, UNDECIDED), DEPENDS, ("which figure is meant",)),
        ((SUPPORTED, DEPENDS), DEPENDS, ("which figure is meant", "limits")),
    ],
)
def test_figures_are_judged_by_the_sentence_of_their_file(
    verdicts: tuple[Verdict, ...], verdict: Verdict, on: tuple[str, ...]
) -> None:
    """Supported if every figure is similar, contradicted if every one differs, otherwise it depends on the figure."""
    judged = ratios.decide(load_claim("moskva").told, cells(*verdicts, turned=("limits",)), [])
    assert (judged.verdict, judged.depends_on) == (verdict, on)


def test_between_two_levels_is_neither_a_guarantee_nor_its_failure() -> None:
    told = load_claim("guarantee").told  # 0.95 and 0.8
    ends = [(0.95, 0.99), (0.6, 0.79), (0.8, 0.94), (0.78, 0.93), (0.85, 0.97)]
    figures = [Figure((low + high) / 2, low, high) for low, high in ends]
    assert [largest_raid.answer(told, figure) for figure in figures] == [YES, NO, BETWEEN, OPEN, OPEN]


def test_the_mix_of_a_raid_keeps_its_size() -> None:
    mix = {"a": 0.25, "b": 0.5, "c": 0.25}
    assert largest_raid.counts(mix, 4) == {"a": 1, "b": 2, "c": 1}
    for size in range(1, 80):
        given = largest_raid.counts(mix, size)
        assert sum(given.values()) == size
        assert all(abs(given[name] - size * part) < 1.0 for name, part in mix.items())


def test_the_largest_raid_stops_at_the_first_size_that_fails_surely_and_perhaps() -> None:
    told = load_claim("guarantee").told
    shares = {4: (0.99, 1.0), 8: (0.94, 0.98), 12: (0.7, 0.9), 16: (0.97, 0.99)}
    found = [
        looked(
            Arm(f"{n} threats / cruise", "emergent", "uniform"),
            OPEN,
            Figure(sum(p) / 2, *p),
            (),
            [],
            None,
            beside="size",
        )
        for n, p in shares.items()
    ]
    levels = (0.995, *told.rule.levels)
    assert [largest_raid.largest(found, level, "emergent")["surely"] for level in levels] == [0, 4, 8]
    assert [largest_raid.largest(found, level, "emergent")["perhaps"] for level in levels] == [4, 8, 16]


def test_a_difference_is_inside_outside_or_open() -> None:
    figures = [Figure(0.0, *ends) for ends in [(-0.1, 0.1), (0.11, 0.2), (-0.3, -0.11), (-0.2, 0.05), (-0.3, 0.3)]]
    assert [equivalence.answer(f, 0.1) for f in figures] == [YES, NO, NO, OPEN, OPEN]


def test_paired_differences_without_spread_keep_their_doubt() -> None:
    few, many = equivalence.paired(np.zeros(6)), equivalence.paired(np.zeros(60))
    assert few.value == many.value == 0.0
    assert -1.0 < few.low < many.low < 0.0 < many.high < few.high < 1.0
    assert equivalence.answer(few, 0.1) is OPEN
    assert equivalence.answer(many, 0.1) is YES
    assert many.error > 0.0
    assert equivalence.paired(np.full(60, 0.1)).near(0.1)


def test_failed_pairs_widen_a_difference_to_the_worst() -> None:
    far = np.tile([0.0, 0.1], 20)
    sound, failed = equivalence.paired(far), equivalence.paired(far, failed=10)
    assert sound.value == failed.value
    assert failed.low == pytest.approx(0.8 * sound.low - 0.2)
    assert failed.high == pytest.approx(0.8 * sound.high + 0.2)
    assert equivalence.paired(np.empty(0), failed=3).low == -1.0


def test_other_deltas_are_counted_arm_by_arm() -> None:
    told = load_claim("comparable").told
    found = [
        looked(Arm("a", "emergent", "uniform"), YES, Figure(0.06, 0.04, 0.08), (), [], None),
        looked(Arm("b", "emergent", "uniform"), NO, Figure(0.3, 0.25, 0.35), (), [], None),
        looked(Arm("a", "published", "uniform"), NO, Figure(0.3, 0.25, 0.35), (), [], None),
        looked(Arm("a", "emergent", "uniform"), NO, Figure(0.15, 0.12, 0.18), (), [], None, beside="structure"),
        looked(Arm("a", "emergent", "uniform"), NO, Figure(0.4, 0.3, 0.5), (), [], None, beside=("facing", "two")),
    ]
    figures = equivalence.figures(told, found)
    assert list(figures) == ["0.05", "0.1", "0.2"]
    assert figures["0.05"]["matched"] == {"yes": 0, "no": 1, "open": 1}
    assert figures["0.1"]["matched"] == {"yes": 1, "no": 1, "open": 0}
    assert [figures[d]["structure"]["yes"] for d in figures] == [0, 0, 1]
    assert figures["0.2"]["facing: two"] == {"yes": 0, "no": 1, "open": 0}


# ------------------------------------------------------------------ what the methods share


def test_shares_take_failures_as_worst() -> None:
    sound, failed = share(5, 10), share(5, 10, failed=10)
    assert sound.value == failed.value == 0.5
    assert failed.low < sound.low < sound.high < failed.high
    assert share(0, 10).error > 0.0
    assert (share(0, 0).low, share(0, 0).high) == (0.0, 1.0)


def test_above_asks_for_the_whole_interval() -> None:
    figures = [Figure(0.5, 0.3, 0.6), Figure(0.1, 0.0, 0.19), Figure(0.25, 0.15, 0.4), Figure(0.3, 0.2, 0.4)]
    assert [above(f, 0.2) for f in figures] == [YES, NO, OPEN, OPEN]


def test_drivers_are_the_knobs_that_go_with_the_figure() -> None:
    rng = np.random.default_rng(5)
    drawn = [{"moves": float(a), "noise": float(b)} for a, b in rng.random((40, 2))]
    found = drivers(drawn, [-(world["moves"] ** 3) for world in drawn], 4)
    assert found == [("moves", pytest.approx(-1.0))]
    assert drivers(drawn[:7], [1.0] * 7, 4) == []


@pytest.mark.parametrize(("worlds", "looks"), [(12, 8), (60, 8)])
def test_noise_alone_names_no_driver_however_many_looks_are_taken_and_a_real_one_is_named(
    worlds: int, looks: int
) -> None:
    rng = np.random.default_rng(11)
    named = found = 0
    for _ in range(30):
        drawn = [{f"k{k}": float(v) for k, v in enumerate(row)} for row in rng.random((worlds, 12))]
        noise = rng.random((looks, worlds))
        named += any(drivers(drawn, values, looks) for values in noise.tolist())
        moved = [8.0 * world["k3"] + float(v) for world, v in zip(drawn, noise[0], strict=True)]
        found += [name for name, _ in drivers(drawn, moved, looks)][:1] == ["k3"]
    assert named <= 3
    assert found >= 27


def test_a_band_over_worlds_leaves_the_dice_of_few_replications_out() -> None:
    rng = np.random.default_rng(2)
    chances = np.linspace(0.4, 0.6, 60)
    few = (rng.random((60, 20)) < chances[:, np.newaxis]).astype(float)
    found = band(list(few))
    assert found is not None
    raw = np.percentile(few.mean(axis=1), [5, 95])
    true = np.percentile(chances, [5, 95])
    assert raw[1] - raw[0] > 1.6 * (true[1] - true[0])  # what the means as they are would tell
    assert found[2] - found[0] == pytest.approx(true[1] - true[0], rel=0.35)


def test_a_band_is_of_replications_that_no_world_lost() -> None:
    nan = float("nan")
    worlds = [np.array([1.0, nan, 1.0]), np.array([3.0, 9.0, 3.0])]
    assert band(worlds) == pytest.approx((1.1, 2.0, 2.9))
    assert band([np.array([2.0, 4.0])]) == (3.0, 3.0, 3.0)
    assert band([np.array([nan])]) is None
    assert band([]) is None


def test_the_best_point_of_many_is_told_no_better_than_it_is() -> None:
    rng = np.random.default_rng(4)
    equal = (rng.random((400, 100, 8)) < 0.3).astype(float)  # eight points that are all the same
    told = [kill_over_area.at_best_point(each, 2).mean() for each in equal]
    lucky = [np.sort(each.mean(axis=0))[-2] for each in equal]
    assert np.mean(lucky) > 0.33  # the second of eight counts, as it would be told without a second half
    assert np.mean(told) == pytest.approx(0.3, abs=0.008)
    better = equal[0].copy()
    better[:, 5] = 1.0
    assert kill_over_area.at_best_point(better, 1).mean() == 1.0
