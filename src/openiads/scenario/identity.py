"""Who answers when asked who it is, and which friends cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openiads.catalog.records import Catalog
    from openiads.scenario.load import Scenario

AIRCRAFT = ("aircraft", "airliner")  # kinds with a crew, which carry equipment that answers


def carries_iff(side: str, kind: str, given: bool | None) -> bool:
    """Whether a flight answers in a military mode: as the scenario says, else every friend with a crew.

    Parameters
    ----------
    side
        "hostile", "friend" or "neutral".
    kind
        Class of its catalog entry.
    given
        What the scenario says, None where it says nothing.
    """
    return (side == "friend" and kind in AIRCRAFT) if given is None else given


def silent_friends(scenario: Scenario, known: Catalog) -> Iterator[str]:
    """A line for each friend that no fire unit can tell from a hostile flight by asking."""
    told = "is a friend without IFF: fire units may take it for hostile"
    for raid in scenario.raids:
        if raid.side == "friend" and raid.count > 0:
            if not carries_iff(raid.side, known[raid.threat].text["class"], raid.iff):
                yield f'raid "{raid.name}" {told}'
            if raid.weapon is not None and not carries_iff(raid.side, known[raid.weapon].text["class"], None):
                yield f'raid "{raid.name}": its {raid.weapon} {told}'
    for flight in scenario.flights:
        if flight.side == "friend" and not carries_iff(flight.side, known[flight.kind].text["class"], flight.iff):
            yield f'flight "{flight.name}" {told}'
