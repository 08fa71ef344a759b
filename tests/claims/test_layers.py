"""Point defense beside the defense of a claim about the largest raid: a choice that can turn its verdict."""

from __future__ import annotations

from typing import Any

import pytest

from claims.small import changed, guarantee
from openiads.base.errors import InputError
from openiads.claims import largest_raid
from openiads.claims.bench import Bench
from openiads.claims.examine import examine, rests_on
from openiads.claims.statement import Claim

ALONE, TOGETHER = "Pantsir-S1 on its own", "Pantsir-S1 under one command"
LAYERS = {
    ALONE: {"scenario": "tartus_2017_layers", "sites": ["Pantsir"]},
    TOGETHER: {"scenario": "tartus_2017_layers", "sites": ["Pantsir"], "command": "Coast"},
}


def layered(layers: dict[str, Any] | None = None, **study: Any) -> Claim:
    """The small claim with layers beside it."""

    def change(mapping: dict[str, Any]) -> None:
        mapping.update(guarantee().mapping)
        mapping["study"] = {**mapping["study"], **study, "layers": LAYERS if layers is None else layers}

    return changed("guarantee", change)


def test_a_layer_adds_its_sites_and_leaves_the_own_ones_as_they_are() -> None:
    """Expected: the study's own site unchanged, the layer's as in its scenario; a command over both, or none."""
    told = layered().told
    plain = largest_raid.scenario(told, 8, "emergent")
    for label, commands in ((ALONE, []), (TOGETHER, [("Tartus", "Pantsir")])):
        flown = largest_raid.scenario(told, 8, "emergent", layer=label)
        assert [site.name for site in flown.sites] == ["Pantsir", "Tartus"]
        assert [site for site in flown.sites if site.name == "Tartus"] == list(plain.sites)
        assert flown.sites[0].system == "pantsir_s1" and flown.raids == plain.raids
        assert [tuple(sorted(each.commands, reverse=True)) for each in flown.commands] == commands
    assert not any(site.doctrine.leaves for site in plain.sites)


@pytest.mark.compiled_only
def test_at_the_reference_a_layer_is_a_choice_like_an_order_of_battle() -> None:
    claim = layered()
    result = examine(claim, jobs=1)
    assert [e.choice for e in result.evidence if e.choice] == [
        ("order of battle", "3 fire units"),
        ("order of battle", ALONE),
        ("order of battle", TOGETHER),
    ]
    assert {ALONE, TOGETHER} <= set(result.figures["0.95"])
    names = [name for name, _, _ in rests_on(claim)["scenarios"]]
    assert "claim_guarantee_cruise_8_emergent_Pantsir-S1_on_its_own" in names


@pytest.mark.compiled_only
@pytest.mark.parametrize("label", [ALONE, TOGETHER])
def test_more_defense_never_lets_more_through(label: str) -> None:
    """Expected: with point defense beside it the base stays unhit at least as often, but for chance: at a raid that is
    hardly ever stopped whole by the S-300 alone, no oftener hit in 12 raids by more than three."""
    told, bench = layered().told, Bench(seed=3)
    plain, other = (
        largest_raid.untouched(told, bench.run(largest_raid.scenario(told, 36, "emergent", layer=layer), 12))[0]
        for layer in ("", label)
    )
    assert other.value >= plain.value - 3 / 12


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"scenario": "tartus_2017_layers", "sites": ["Pansir"]}, "tartus_2017_layers has no site 'Pansir'.*Pantsir"),
        ({**LAYERS[ALONE], "command": "Cost"}, "tartus_2017_layers has no command 'Cost'.*Coast"),
    ],
)
def test_a_layer_that_is_not_there_is_told(layer: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=rf"study\.layers\.nothing: {said}") as problem:
        examine(layered({"nothing": layer}))
    assert "\n" not in str(problem.value)
