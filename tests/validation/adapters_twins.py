"""Validation cases of raids and defenses: case id -> the closed forms and allocations of openiads.textbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openiads.statistics import planning
from openiads.textbook import allocation, exchanges, raids

Case = dict[str, Any]


def rows(inputs: Case, *names: str) -> list[list[Any]]:
    """The named columns of the case, row by row, whether it gives rows or columns."""
    if "columns" in inputs:
        at = [inputs["columns"].index(name) for name in names]
        return [[row[i] for i in at] for row in inputs["rows"]]
    return [list(row) for row in zip(*(inputs[name] for name in names), strict=True)]


def leakage(inputs: Case) -> Case:
    """Raids whose targets each draw so many independent shots."""
    found = [
        raids.raid_leakage(targets, 1.0 - raids.salvo_kill(pk, shots))
        for targets, pk, shots in rows(inputs, "targets", "pk", "shots_per_target")
    ]
    return {
        "p_no_leak": [f.none for f in found],
        "expected_leakers": [f.expected for f in found],
        "p_exactly_one_leak": [f.one for f in found],
    }


def eight_warheads(inputs: Case) -> Case:
    """The teaching example."""
    leak = 1.0 - raids.salvo_kill(inputs["pk"], inputs["shots_per_target"])
    return {"p_no_leak": raids.raid_leakage(inputs["targets"], leak).none}


def looks(inputs: Case) -> Case:
    """Shoot-look-shoot with a greatest number of looks."""
    found = [raids.shoot_look_shoot(pk, most) for pk, most in rows(inputs, "pk", "max_looks")]
    return {"expected_shots": [f.rounds for f in found], "leakage": [1.0 - f.kill for f in found]}


def two_by_two(inputs: Case) -> Case:
    """Two salvos of two beside four single shots; both leak alike."""
    doubles = [raids.shoot_look_shoot(pk, 2, salvo=2) for pk in inputs["pk"]]
    singles = [raids.shoot_look_shoot(pk, 4) for pk in inputs["pk"]]
    assert [round(d.kill - s.kill, 12) for d, s in zip(doubles, singles, strict=True)] == [0.0] * len(doubles)
    return {
        "ss_look_ss_expected_shots": [d.rounds for d in doubles],
        "sls4_expected_shots": [s.rounds for s in singles],
        "leakage": [1.0 - d.kill for d in doubles],
    }


def common_mode(inputs: Case) -> Case:
    """Salvos that share a cause of failure."""
    return {
        "p_kill": [raids.salvo_kill(inputs["conditional_pk"], n, inputs["common_reliability"]) for n in inputs["n"]]
    }


def inventory(inputs: Case) -> Case:
    """One magazine against several targets, time without end."""
    found = [raids.magazine(*row) for row in rows(inputs, "targets", "rounds", "pk")]
    return {"p_all_killed": [f.all_killed for f in found], "expected_kills": [f.kills for f in found]}


def even(inputs: Case) -> Case:
    """Shots spread as evenly as can be."""
    found = [raids.even_allocation(*row) for row in rows(inputs, "targets", "shots", "pk")]
    return {"p_all_killed": [f.all_killed for f in found], "expected_kills": [f.kills for f in found]}


def layers(inputs: Case) -> Case:
    """Independent layers against a raid."""
    leaks = [raids.layers_leak(kills) for kills in inputs["layer_kill_probabilities"]]
    found = [raids.raid_leakage(inputs["raid"], leak) for leak in leaks]
    return {
        "leakage": leaks,
        "expected_leakers": [f.expected for f in found],
        "p_no_leak": [f.none for f in found],
    }


def forces(inputs: Case) -> list[tuple[exchanges.Force, exchanges.Force]]:
    """Both sides of each row: the cases call the defensive power of A z and that of B y."""
    names = ("A", "B", "alpha", "beta", "y", "z", "a", "b")
    return [
        (exchanges.Force(a, alpha, z, staying_a), exchanges.Force(b, beta, y, staying_b))
        for a, b, alpha, beta, y, z, staying_a, staying_b in rows(inputs, *names)
    ]


def hughes(inputs: Case) -> Case:
    """Losses of one exchange."""
    lost = [exchanges.salvo_losses(a, b) for a, b in forces(inputs)]
    return {"delta_A": [x for x, _ in lost], "delta_B": [y for _, y in lost]}


def hughes_salvos(inputs: Case) -> Case:
    """What is left after each of several exchanges."""
    return {
        "remaining_AB": [[list(s) for s in exchanges.salvo_exchange(a, b, inputs["salvos"])] for a, b in forces(inputs)]
    }


def loss(inputs: Case) -> Case:
    """Erlang B."""
    return {"p_blocked": [raids.erlang_loss(*row) for row in rows(inputs, "channels", "offered_load")]}


def wait(inputs: Case) -> Case:
    """Erlang C."""
    found = [raids.erlang_wait(*row) for row in rows(inputs, "channels", "arrival_rate_per_s", "mean_service_s")]
    return {"p_wait": [f.probability for f in found], "mean_wait_s": [f.mean for f in found]}


def allocations(inputs: Case) -> Case:
    """The best and the greedy allocation of weapons to targets."""
    problem = inputs["target_values"], inputs["kill_probability_weapon_by_target"]
    best = allocation.best_allocation(*problem)
    return {
        "optimal_surviving_value": best.surviving,
        "one_optimal_assignment": best.targets,
        "greedy_surviving_value": allocation.greedy_allocation(*problem).surviving,
    }


def common_numbers(inputs: Case) -> Case:
    """Variance of a difference with common and with independent random numbers."""
    p1, p2, pairs = inputs["p1"], inputs["p2"], inputs["pairs"]
    common = planning.variance_of_difference(p1, p2, pairs, common=True)
    apart = planning.variance_of_difference(p1, p2, pairs, common=False)
    return {"var_crn": common, "var_independent": apart, "reduction_factor": planning.variance_ratio(p1, p2)}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "ENG-LEAK-BINOM": leakage,
    "ENG-BLOG-80PC": eight_warheads,
    "ENG-SLS-A": looks,
    "ENG-SSLSS": two_by_two,
    "ENG-COMMON-MODE": common_mode,
    "ENG-INVENTORY-SLS": inventory,
    "ENG-EVEN-ALLOC": even,
    "ENG-LAYERS": layers,
    "ENG-HUGHES-PUBLISHED": hughes,
    "ENG-HUGHES-MULTI": hughes_salvos,
    "ENG-ERLANG-B": loss,
    "ENG-ERLANG-C": wait,
    "ENG-WTA-3x3": allocations,
    "ENG-WTA-5x4": allocations,
    "ENG-WTA-8x4": allocations,
    "ENG-WTA-GREEDY-TRAP": allocations,
    "MCS-CRN-VARIANCE": common_numbers,
}
