"""How answers about mistakes are shown: rare rates, both errors, safeguards, hotlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openiads.faces.shapes.look import Cells, Look, Row, flat
from openiads.faces.words import hotline, rare, safeguards, tradeoff

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from openiads.experiments.hotline import HotlineCurve
    from openiads.experiments.rare import RareAnswer
    from openiads.experiments.safeguards import Safeguards
    from openiads.experiments.tradeoff import Tradeoff


def rare_look() -> Look:
    """Of a rare rate."""
    return Look(
        lambda found: f"{found.name}: how often flights that are not hostile are shot at",
        lambda found: " ".join(rare.lines(found.as_dict())),
        lambda found: found.as_dict(),
        lambda found: found.rows(),
        _odds,
        _rare_cells,
    )


def tradeoff_look() -> Look:
    """Of a trade-off."""
    return Look(
        lambda found: f"{found.scenario.name}: flights shot at by mistake against leakers",
        lambda found: " ".join(tradeoff.lines(found.as_dict())),
        lambda found: found.as_dict(),
        lambda found: [flat(flat(flat(row))) for row in found.rows()],
        _frontier,
        _tradeoff_cells,
    )


def safeguards_look() -> Look:
    """Of safeguards."""
    return Look(
        lambda found: f"{found.scenario.name}: what each safeguard prevents",
        lambda found: " ".join(safeguards.lines(found.as_dict())),
        lambda found: found.as_dict(),
        _safeguard_rows,
        _forest,
        _safeguards_cells,
    )


def hotline_look() -> Look:
    """Of hotlines."""
    return Look(
        lambda found: f"{found.scenario.name}: what a hotline prevents",
        lambda found: " ".join(hotline.lines(found.as_dict())),
        lambda found: found.as_dict(),
        lambda found: [flat(row) for row in found.rows()],
        _spared,
        _hotline_cells,
    )


def _rare_cells(found: RareAnswer) -> Cells:
    return rare.HEAD, rare.table(found.as_dict())


def _tradeoff_cells(found: Tradeoff) -> Cells:
    told = found.as_dict()
    return tradeoff.head(told), tradeoff.table(told)


def _safeguards_cells(found: Safeguards) -> Cells:
    told = found.as_dict()
    return safeguards.head(told), safeguards.table(told)


def _hotline_cells(found: HotlineCurve) -> Cells:
    return hotline.HEAD, hotline.table(found.as_dict())


def _safeguard_rows(found: Safeguards) -> list[Row]:
    """A row for each safeguard and what it changes."""
    return [
        {"safeguard": row.safeguard.title, "information": row.safeguard.information, "metric": name} | effect.as_dict()
        for row in found.ranked()
        for name, effect in row.effects.items()
    ]


def _odds(found: RareAnswer) -> Figure:
    from openiads.faces.pages.answers.mistakes import odds

    return odds(found)


def _frontier(found: Tradeoff) -> Figure:
    from openiads.faces.pages.answers.mistakes import frontier

    return frontier(found)


def _forest(found: Safeguards) -> Figure:
    from openiads.faces.pages.answers.mistakes import forest

    return forest(found)


def _spared(found: HotlineCurve) -> Figure:
    from openiads.faces.pages.answers.mistakes import spared

    return spared(found)
